#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Questions about a kernel's symbols, beside gdb in the same run: cpu seconds and peak memory of the whole process,
# the best of ROUNDS. Called by run.sh with the build folder; says what it skips.
set -u
B=$1
A=$B/allstop
rounds=${ROUNDS:-5}
kernel=${BENCH_KERNEL:-$(ls /usr/lib/debug/boot/vmlinux-* 2>/dev/null | head -n 1)}

if [ -z "$kernel" ] || [ ! -r "$kernel" ]; then
    echo "symbols: skipped, no kernel with debug information (apt-get install linux-image-amd64-dbg, or BENCH_KERNEL=FILE)"
    exit 0
fi
for need in /usr/bin/time gdb; do
    command -v "$need" >/dev/null || { echo "symbols: skipped, no $need"; exit 0; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# best COMMAND...: "cpu-seconds KiB" of the round with the least cpu; fails with the command.
best() {
    local i line least='' TIMEFORMAT='%3U %3S'
    for ((i = 0; i < rounds; i++)); do
        { time /usr/bin/time -o "$scratch/memory" -f '%M' "$@" >"$scratch/out" 2>&1 </dev/null; } 2>"$scratch/time" || return 1
        line=$(awk 'NR == FNR { cpu = $1 + $2; next } { print cpu, $1 }' "$scratch/time" "$scratch/memory")
        least=$(printf '%s\n%s\n' "$least" "$line" | grep . | sort -g | head -n 1)
    done
    echo "$least"
}

ask() { # a session of one step, which must succeed
    printf '{"target": "none", "steps": [%s]}' "$1" >"$scratch/session.json"
    best "$A" --no-config --script "$scratch/session.json" "$kernel" || { cat "$scratch/out" >&2; return 1; }
}

row() { # NAME, ours, gdb's
    awk -v name="$1" -v o="$2" -v g="$3" 'BEGIN {
        split(o, a, " "); split(g, b, " ")
        if (g == "" || o == "" || a[1] == 0) { print name ": failed"; exit }
        printf "%-42s %7.3f s %6.0f MB   %7.3f s %6.0f MB   1/%.0f\n", name, a[1], a[2] / 1024, b[1], b[2] / 1024, b[1] / a[1]
    }'
}

quiet() { best gdb -nx -q -batch "$@" "$kernel"; }

address=$(nm "$kernel" | awk '$3 == "vfs_read" { print "0x" $1; exit }')
echo "symbols: $kernel ($(du -L -m "$kernel" | cut -f 1) MB), best of $rounds"
printf '%-42s %16s   %16s   %s\n' question allstop gdb ratio
export XDG_CACHE_HOME=$scratch/none
: >"$scratch/none" # a file: nothing is kept
gdb_place=$(quiet -ex "info symbol $address" -ex "info line *$address") || { echo "symbols: gdb failed"; exit 1; }
gdb_break=$(quiet -ex 'break vfs_read') || exit 1
if [ "${BENCH_FULL:-1}" = 1 ]; then
    saved=$rounds rounds=1 # 14 seconds and 2 GB each
    gdb_type=$(quiet -ex 'ptype struct task_struct') || exit 1
    rounds=$saved
fi
row 'function, file and line of an address' "$(ask "{\"do\": \"lookup\", \"at\": \"$address\"}")" "$gdb_place"
row 'where vfs_read is' "$(ask '{"do": "lookup", "at": "vfs_read"}')" "$gdb_break"
if [ "${BENCH_FULL:-1}" = 1 ]; then
    row 'struct task_struct, nothing cached' "$(ask '{"do": "type", "name": "struct task_struct"}')" "$gdb_type"
    export XDG_CACHE_HOME=$scratch/cache
    ask '{"do": "type", "name": "struct task_struct"}' >/dev/null
    row 'struct task_struct, index in the cache' "$(ask '{"do": "type", "name": "struct task_struct"}')" "$gdb_type"
fi
export XDG_CACHE_HOME=$scratch/cache
for ((i = 0; i < rounds; i++)); do
    "$B/tests/bench/index" "$kernel"
done | sort -g | head -n 1 | awk '{
    printf "index of all names: %.0f ms cpu (%.0f ms on its threads), %.1f MB, peak %.0f MB; opened from the cache in %.1f ms\n",
        $1, $2, $4 / 1e6, $5 / 1024, $3 }'
