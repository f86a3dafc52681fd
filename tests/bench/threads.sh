#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# All threads with their functions, and all their stacks, under gdb and allstop: turns and bytes through the
# counting proxy, seconds of the command itself. Counts are exact; times are of this machine and this run.
set -u
B=${1:-build}
A=$B/allstop
proxy=$B/tests/bench/proxy
work=$(mktemp -d)
pids=()
end_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap end_all EXIT

# start gdbserver|qemu THREADS: the stub and the proxy before it, on $port; $program is what runs there
start() {
    rm -f "$work/stub" "$work/qemu" "$work/counts"
    if [ "$1" = gdbserver ]; then
        program=$B/targets/many
        gdbserver --once 127.0.0.1:0 "$program" "$2" 2>"$work/stub" >/dev/null &
        stub_pid=$!
        until port=$(sed -n 's/^Listening on port //p' "$work/stub" 2>/dev/null) && [ -n "$port" ]; do sleep 0.02; done
        stub=127.0.0.1:$port
    else
        program=$B/targets/x86_64/many
        qemu-x86_64 -g "$work/qemu" "$program" "$2" >/dev/null 2>&1 &
        stub_pid=$!
        until [ -S "$work/qemu" ]; do sleep 0.02; done
        stub=unix:$work/qemu
    fi
    pids+=("$stub_pid")
    "$proxy" "$stub" >"$work/counts" &
    proxy_pid=$!
    pids+=("$proxy_pid")
    until port=$(head -n 1 "$work/counts" 2>/dev/null) && [ -n "$port" ]; do sleep 0.02; done
}

run_gdb() {
    start "$1" "$2"
    local timed='python import time; t = time.time(); gdb.execute("%s", to_string=True); print("took", time.time() - t)'
    local mark='x/1xb 0xfeed00' listing stacks
    # shellcheck disable=SC2059
    printf -v listing "$timed" 'info threads'
    # shellcheck disable=SC2059
    printf -v stacks "$timed" 'thread apply all backtrace 20'
    gdb -nx -batch -ex 'set confirm off' -ex 'set pagination off' -ex 'set sysroot /' -ex "file $program" \
        -ex "target remote 127.0.0.1:$port" -ex "${mark}20" -ex 'break settled' -ex continue \
        -ex "${mark}01" -ex "$listing" -ex "${mark}02" -ex "$listing" -ex "${mark}03" -ex "$stacks" \
        -ex "${mark}21" -ex kill >"$work/gdb.out" 2>&1
    wait "$proxy_pid"
    kill "$stub_pid" 2>/dev/null
    cp "$work/counts" "$work/gdb.counts"
    sed -n 's/^took //p' "$work/gdb.out" >"$work/gdb.times"
}

run_allstop() {
    start "$1" "$2"
    local mark='{"do":"read","addr":"0xfeed00%s","length":1,"expect":{"error":{"code":"no-memory"}}},\n'
    # shellcheck disable=SC2059
    {
        printf '{"timeout":120,"steps":[\n'
        printf "$mark" 20; printf '{"do":"break","at":"settled"},{"do":"continue","expect":{"function":"settled"}},\n'
        printf "$mark" 01; printf '{"do":"threads"},\n'
        printf "$mark" 02; printf '{"do":"threads"},\n'
        printf "$mark" 03; printf '{"do":"stacks"},\n'
        printf "$mark" 21; printf '{"do":"kill"}]}\n'
    } >"$work/session.json"
    "$A" -t "127.0.0.1:$port" -s "$program" -S "$work/session.json" >"$work/allstop.out" 2>"$work/allstop.err" ||
        { echo "allstop failed:"; grep '"ok":false' "$work/allstop.out" | cut -c1-400; cat "$work/allstop.err"; }
    wait "$proxy_pid"
    kill "$stub_pid" 2>/dev/null
    cp "$work/counts" "$work/allstop.counts"
    sed -n 's/.*"do":"\(threads\|stacks\)","ok":true,"ms":\([0-9.]*\).*/\2/p' "$work/allstop.out" |
        awk '{ print $1 / 1000 }' >"$work/allstop.times"
}

cell() {
    awk -v phase="$2" 'NR > 1 && $1 == phase { printf "%s / %s / %s", $2, $4, $5 }' "$work/$1.counts"
    printf ' / %.3f' "$(sed -n "$2p" "$work/$1.times")"
}

for stub_name in gdbserver qemu; do
    for threads in 16 499; do
        run_gdb $stub_name $threads
        run_allstop $stub_name $threads
        printf '\n%s, %s threads: turns / bytes out / bytes in / seconds\n' $stub_name $((threads + 1))
        printf '%-24s %32s %32s\n' action gdb allstop
        i=0
        for what in 'threads' 'threads again' 'all stacks'; do
            i=$((i + 1))
            printf '%-24s %32s %32s\n' "$what" "$(cell gdb $i)" "$(cell allstop $i)"
        done
    done
done
