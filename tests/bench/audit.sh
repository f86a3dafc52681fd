#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The all-stop race under us and under gdb: how many runs of 500 continues end with a verdict, and what a second look
# after each stop costs. audit.sh [BUILD [RUNS]]
set -u
ulimit -c 0 # the emulator and gdb crash here
B=${1:-build}
runs=${2:-8}
A=$B/allstop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config

printf '\n500 continues, 8 threads in one function, qemu-x86_64\n'
bash tests/e2e/audit/soak.sh "$B" "$runs" 1000 >"$work/soak"
printf 'allstop: %d of %d runs end with a verdict and evidence, the longest after %d s\n' \
    "$(grep -c '^ok race' "$work/soak")" "$(grep -c ' race ' "$work/soak")" \
    "$(grep -oE '[0-9]+ s,' "$work/soak" | sort -n | tail -n 1 | tr -d ' s,')"
grep '^FAIL' "$work/soak"
sed -n 's/^ok \(gdbserver\|four\)/\1/p' "$work/soak"

# gdb as it comes; a run counts as usable when 500 continues stop at the breakpoint
good=0
for i in 1 2 3; do
    rm -f "$work/socket"
    { qemu-x86_64 -g "$work/socket" "$B/targets/x86_64/stress" >/dev/null 2>&1 & } 2>/dev/null
    qemu_pid=$!
    until [ -S "$work/socket" ]; do sleep 0.02; done
    timeout -k 2 60 gdb -nx -batch -ex 'set confirm off' -ex "file $B/targets/x86_64/stress" -ex "target remote $work/socket" \
        -ex 'break hot' -ex 'python for i in range(500): gdb.execute("continue")' -ex 'echo all done\n' >"$work/gdb.$i" 2>&1 </dev/null
    echo "gdb, run $i: status $?, $(grep -c 'hit Breakpoint' "$work/gdb.$i") stops at the breakpoint; $(grep -v '^$' "$work/gdb.$i" | tail -n 1 | cut -c1-100)"
    grep -q 'all done' "$work/gdb.$i" && [ "$(grep -c 'hit Breakpoint' "$work/gdb.$i")" -ge 500 ] && good=$((good + 1))
    kill "$qemu_pid" 2>/dev/null
    wait "$qemu_pid" 2>/dev/null
done
echo "gdb: $good of 3 runs usable"
