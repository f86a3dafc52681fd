#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Turns, packets and bytes of the same actions under gdb and allstop, through one counting proxy; then steps a
# second beside a bare C loop. Counts are exact; times are of this machine and this run: quote ratios.
set -u
B=${1:-build}
A=$B/allstop
proxy=$B/tests/bench/proxy
floor=$B/tests/bench/floor
for need in "$A" "$proxy" "$floor"; do
    [ -x "$need" ] || { echo "$need is not built: run make bench" >&2; exit 1; }
done
native=$B/targets/cost
foreign=$B/targets/x86_64/cost
work=$(mktemp -d)
pids=()
end_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap end_all EXIT

phases=(connect stepi 'stepi, registers' 'step a line' 'next over a call' finish 'backtrace, 20 frames' 'threads' 'threads again' 'stepi off a breakpoint')

# start_stub gdbserver|qemu THREADS → sets $stub to the spec for the proxy
start_stub() {
    rm -f "$work/stub"
    if [ "$1" = gdbserver ]; then
        gdbserver --once 127.0.0.1:0 "$native" "$2" 2>"$work/stub" >/dev/null &
        pids+=($!)
        stub_pid=$!
        until port=$(sed -n 's/^Listening on port //p' "$work/stub" 2>/dev/null) && [ -n "$port" ]; do sleep 0.02; done
        stub=127.0.0.1:$port
    else
        rm -f "$work/qemu"
        qemu-x86_64 -g "$work/qemu" "$foreign" "$2" >/dev/null 2>&1 &
        pids+=($!)
        stub_pid=$!
        until [ -S "$work/qemu" ]; do sleep 0.02; done
        stub=unix:$work/qemu
    fi
}

start_proxy() {
    rm -f "$work/counts"
    "$proxy" "$stub" >"$work/counts" &
    proxy_pid=$!
    pids+=("$proxy_pid")
    until port=$(head -n 1 "$work/counts" 2>/dev/null) && [ -n "$port" ]; do sleep 0.02; done
}

# run_gdb STUB THREADS
run_gdb() {
    local program=$native
    [ "$1" = gdbserver ] || program=$foreign
    start_stub "$1" "$2"
    start_proxy
    local mark='x/1xb 0xfeed00'
    gdb -nx -batch -ex 'set confirm off' -ex 'set pagination off' -ex 'set sysroot /' -ex "file $program" \
        -ex "target remote 127.0.0.1:$port" \
        -ex "${mark}20" -ex 'break leaf' -ex continue \
        -ex "${mark}09" -ex stepi -ex "${mark}01" -ex stepi -ex "${mark}02" -ex stepi -ex 'info registers' -ex "${mark}03" -ex step -ex "${mark}21" \
        -ex 'until 21' -ex "${mark}04" -ex next -ex "${mark}06" -ex backtrace -ex "${mark}05" -ex finish \
        -ex "${mark}07" -ex 'info threads' -ex "${mark}08" -ex 'info threads' -ex kill >"$work/gdb.out" 2>&1
    wait "$proxy_pid"
    kill "$stub_pid" 2>/dev/null
}

# run_allstop STUB THREADS
run_allstop() {
    local program=$native
    [ "$1" = gdbserver ] || program=$foreign
    start_stub "$1" "$2"
    start_proxy
    mark() { printf '{"do":"read","addr":"0xfeed00%s","length":1,"expect":{"error":{"code":"no-memory"}}},\n' "$1"; }
    {
        printf '{"steps":[\n'
        mark 20; printf '{"do":"break","at":"leaf"},{"do":"continue","expect":{"reason":"breakpoint"}},\n'
        mark 09; printf '{"do":"stepi"},\n'
        mark 01; printf '{"do":"stepi","expect":{"function":"leaf"}},\n'
        mark 02; printf '{"do":"stepi"},{"do":"registers"},\n'
        mark 03; printf '{"do":"step"},\n'
        mark 21; printf '{"do":"until","at":"cost.c:21"},\n'
        mark 04; printf '{"do":"next","expect":{"function":"leaf"}},\n'
        mark 06; printf '{"do":"backtrace","expect":{"frames":{"count":21}}},\n'
        mark 05; printf '{"do":"finish","expect":{"function":"deep"}},\n'
        mark 07; printf '{"do":"threads"},\n'
        mark 08; printf '{"do":"threads"},\n'
        printf '{"do":"kill"}]}\n'
    } >"$work/session.json"
    "$A" -t "127.0.0.1:$port" -s "$program" -S "$work/session.json" >"$work/allstop.out" 2>"$work/allstop.err" ||
        { echo "allstop failed:"; grep '"ok":false' "$work/allstop.out"; cat "$work/allstop.err"; }
    wait "$proxy_pid"
    kill "$stub_pid" 2>/dev/null
}

field() { awk -v phase="$1" -v f="$2" 'NR > 1 && $1 == phase { print $f }' "$3"; }

table() {
    printf '\n%s, %s threads: turns / packets out / bytes out / bytes in\n' "$1" "$2"
    printf '%-24s %28s %28s\n' action gdb allstop
    local i
    for i in "${!phases[@]}"; do
        printf '%-24s' "${phases[$i]}"
        local who
        for who in gdb allstop; do
            printf ' %28s' "$(field "$i" 2 "$work/$who.counts") / $(field "$i" 3 "$work/$who.counts") / $(field "$i" 4 "$work/$who.counts") / $(field "$i" 5 "$work/$who.counts")"
        done
        printf '\n'
    done
}

counts() {
    run_gdb "$1" "$2"
    cp "$work/counts" "$work/gdb.counts"
    run_allstop "$1" "$2"
    cp "$work/counts" "$work/allstop.counts"
    table "$1" "$(($2 + 1))"
}

seconds_of() { awk '/real/ { print $2 }'; }

# Steps per second, three rounds each in turn, the best of each: the machine's noise only slows.
steps() {
    local count=2000 best_floor=0 best_ours=0 best_gdb=0 n round
    for round in 1 2 3; do
        start_stub "$1" 0
        n=$("$floor" "$([ "$1" = gdbserver ] && echo "${stub#*:}" || echo "$stub")" $count)
        kill "$stub_pid" 2>/dev/null
        [ "$n" -gt "$best_floor" ] && best_floor=$n
        start_stub "$1" 0
        printf '{"steps":[{"do":"stepi","times":%d}]}' $count >"$work/steps.json"
        local program=$native
        [ "$1" = gdbserver ] || program=$foreign
        n=$("$A" -t "$([ "$1" = gdbserver ] && echo "$stub" || echo "$stub")" -s "$program" -S "$work/steps.json" 2>/dev/null |
            sed -n 's/.*"do":"stepi","ok":true,"ms":\([0-9.]*\).*/\1/p' | awk -v c=$count '{ printf "%.0f", c / ($1 / 1000) }')
        kill "$stub_pid" 2>/dev/null
        [ "${n:-0}" -gt "$best_ours" ] && best_ours=$n
        start_stub "$1" 0
        gdb -nx -batch -ex 'set sysroot /' -ex "file $program" -ex "target remote ${stub#unix:}" \
            -ex 'python import time; t = time.time(); gdb.execute("stepi 2000", to_string=True); print("steps", 2000 / (time.time() - t))' \
            >"$work/gdb.out" 2>&1
        kill "$stub_pid" 2>/dev/null
        n=$(awk '{ for (i = 1; i < NF; i++) if ($i == "steps") printf "%.0f", $(i + 1) }' "$work/gdb.out")
        [ -n "$n" ] || tail -n 3 "$work/gdb.out"
        [ "${n:-0}" -gt "$best_gdb" ] && best_gdb=$n
    done
    awk -v who="$1" -v f="$best_floor" -v o="$best_ours" -v g="$best_gdb" 'BEGIN {
        printf "%-10s bare loop %d/s, allstop %d/s (%.2f of it), gdb %d/s (%.2f)\n", who, f, o, o / f, g, g / f }'
}

counts gdbserver 0
counts gdbserver 16
counts qemu 0
counts qemu 16
printf '\nstepi 2000, steps a second (best of three)\n'
steps gdbserver
steps qemu
printf '\nstart and end: '
/usr/bin/env bash -c "TIMEFORMAT='%R s'; time for i in 1 2 3 4 5 6 7 8 9 10; do '$A' --version >/dev/null; done" 2>&1 | sed 's/$/ for 10 times --version/'
echo
bash "$(dirname "$0")/threads.sh" "$B"
bash "$(dirname "$0")/symbols.sh" "$B"
bash "$(dirname "$0")/audit.sh" "$B"
