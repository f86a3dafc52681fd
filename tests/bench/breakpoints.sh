#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What breakpoints cost beside gdb: a hundred of them, a thousand false conditions, and how ten thousand scale.
# Turns are exact; times are of this machine and this run: quote ratios.
set -u
B=${1:-build}
A=$PWD/$B/allstop
S=$PWD/$B/tests/stub/stub
proxy=$B/tests/bench/proxy
native=$B/targets/conditions
foreign=$B/targets/x86_64/conditions
work=$(mktemp -d)
pids=()
end_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap end_all EXIT

start() { # gdbserver|qemu: a stub, and the proxy before it
    rm -f "$work/stub" "$work/qemu" "$work/counts"
    if [ "$1" = gdbserver ]; then
        gdbserver --once 127.0.0.1:0 "$native" 2>"$work/stub" >/dev/null &
        stub_pid=$!
        until port=$(sed -n 's/^Listening on port //p' "$work/stub" 2>/dev/null) && [ -n "$port" ]; do sleep 0.02; done
        stub=127.0.0.1:$port program=$native
    else
        qemu-x86_64 -g "$work/qemu" "$foreign" >/dev/null 2>&1 &
        stub_pid=$!
        until [ -S "$work/qemu" ]; do sleep 0.02; done
        stub=unix:$work/qemu program=$foreign
    fi
    pids+=("$stub_pid")
    "$proxy" "$stub" >"$work/counts" &
    proxy_pid=$!
    pids+=("$proxy_pid")
    until port=$(head -n 1 "$work/counts" 2>/dev/null) && [ -n "$port" ]; do sleep 0.02; done
}

finish() {
    wait "$proxy_pid"
    kill "$stub_pid" 2>/dev/null
    turns=$(awk 'NR > 1 && $1 == 1 { print $2 }' "$work/counts")
}

seconds() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", b - a }'; }
now() { date +%s.%N; }

# gdb_run STUB COMMANDS…: $turns of what follows the mark, $took of the whole
gdb_run() {
    start "$1"
    shift
    local arguments=() began
    for command in "$@"; do arguments+=(-ex "$command"); done
    began=$(now)
    gdb -nx -batch -ex 'set confirm off' -ex 'set pagination off' -ex 'set sysroot /' -ex "file $program" \
        -ex "target remote 127.0.0.1:$port" "${arguments[@]}" >"$work/gdb.out" 2>&1
    took=$(seconds "$began" "$(now)")
    finish
}

allstop_run() {
    start "$1"
    local began
    printf '{"timeout":120,"steps":[%s]}' "$2" >"$work/session.json"
    began=$(now)
    "$A" -t "127.0.0.1:$port" -s "$program" -S "$work/session.json" >"$work/allstop.out" 2>"$work/allstop.err" ||
        { echo "allstop failed:"; grep '"ok":false' "$work/allstop.out"; cat "$work/allstop.err"; }
    took=$(seconds "$began" "$(now)")
    finish
}

mark='x/1xb 0xfeed0001'
our_mark='{"do":"read","addr":"0xfeed0001","length":1,"expect":{"error":{"code":"no-memory"}}}'

row() { printf '%-46s %8s turns %8s s    %8s turns %8s s\n' "$@"; }

printf '%-46s %23s    %23s\n' '' gdb allstop
for kind in gdbserver qemu; do
    commands=() steps=''
    for i in $(seq 100); do
        commands+=("break *((long)&spare+$i)")
        steps="$steps{\"do\":\"break\",\"at\":\"*(long)&spare+$i\"},"
    done
    # Behind the entry: none of them is run over.
    gdb_run $kind 'break hit' "${commands[@]}" 'continue' "$mark" 'continue' 'x/1xb 0xfeed0002' 'kill'
    theirs=$turns their_time=$took
    allstop_run $kind "{\"do\":\"break\",\"at\":\"hit\"},$steps{\"do\":\"continue\"},$our_mark,{\"do\":\"continue\"},${our_mark/0001/0002},{\"do\":\"kill\"}"
    row "$kind: continue from a hit, 100 breakpoints" "$theirs" "$their_time" "$turns" "$took"
done
gdb_run gdbserver 'break hit if i == 2000' "$mark" 'continue'
theirs=$turns their_time=$took
allstop_run gdbserver "{\"do\":\"break\",\"at\":\"hit\",\"if\":\"i == 2000\",\"expect\":{\"evaluated\":\"stub\"}},$our_mark,{\"do\":\"continue\"}"
row 'gdbserver: 1000 false conditions, in the stub' "$theirs" "$their_time" "$turns" "$took"
gdb_run gdbserver 'set breakpoint condition-evaluation host' 'break hit if i == 2000' "$mark" 'continue'
theirs=$turns their_time=$took
allstop_run gdbserver "{\"do\":\"break\",\"at\":\"hit\",\"if\":\"i == 2000.0\",\"expect\":{\"evaluated\":\"here\"}},$our_mark,{\"do\":\"continue\"}"
row 'gdbserver: 1000 false conditions, here' "$theirs" "$their_time" "$turns" "$took"
for condition in 'i == 2000' '$rdi == 2000'; do
    gdb_run qemu "break *hit if $condition" "$mark" 'continue'
    theirs=$turns their_time=$took
    allstop_run qemu "{\"do\":\"break\",\"at\":\"*hit\",\"if\":\"$condition\"},$our_mark,{\"do\":\"continue\"}"
    row "qemu-user: 1000 false conditions, $condition" "$theirs" "$their_time" "$turns" "$took"
done

# Our own time for N breakpoints on a stub that costs nothing: set, listed, hit and deleted.
scale() {
    printf '{"machine":{"memory":[{"start":"0x10000","size":32768}],"pc":"0x10000","end":"0x17fff","loop":true}}' >"$work/machine.json"
    printf '{"timeout":300,"define":{"n":0},"steps":[{"do":"repeat","times":%d,"steps":[{"do":"break","at":"*$pc"},{"do":"stepi"}]},{"do":"breakpoints"},{"do":"continue","times":%d},{"do":"delete","all":true}]}' "$1" "$1" >"$work/session.json"
    # Started apart, so that its time is not counted as ours.
    rm -f "$work/port"
    "$S" "$work/machine.json" 0 >"$work/port" 2>/dev/null &
    pids+=($!)
    until port=$(head -n 1 "$work/port" 2>/dev/null) && [ -n "$port" ]; do sleep 0.02; done
    /usr/bin/env bash -c "TIMEFORMAT='%U %S'; time '$A' -S '$work/session.json' -t '127.0.0.1:$port' >'$work/scale.out' 2>&1" 2>&1 |
        awk '{ printf "%.3f", $1 + $2 }'
    grep -q '"failed":0' "$work/scale.out" || { echo " failed: $(grep -m 1 '"ok":false' "$work/scale.out")"; }
}
small=$(scale 1000)
large=$(scale 10000)
printf 'set, list, hit and delete: 1000 breakpoints %s s of cpu, 10000 %s s: %s times\n' "$small" "$large" "$(awk -v a="$small" -v b="$large" 'BEGIN { printf "%.1f", b / a }')"
