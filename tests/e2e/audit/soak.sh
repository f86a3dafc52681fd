#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The all-stop race, again and again: soak.sh BUILD [RUNS [STOPS]]. RUNS sessions of up to 500 continues with 8 threads
# against QEMU's user emulator must each end with a verdict and evidence within their time; STOPS stops under gdbserver
# and a tenth of them on four processors of QEMU's system emulator must show no violation. The second look is on
# everywhere. Prints "ok NAME" or "FAIL NAME: why".
. tests/e2e/lib.sh "$1"
ulimit -c 0 # the emulator crashes here
runs=${2:-20}
stops=${3:-1000}
here=tests/e2e/audit

# verdict NAME STATUS SECONDS: one run of $work/out, which may find a race but must not hang, crash or be without a reason
verdict() {
    local name=$1 status=$2 seconds=$3 why=
    case $status in 0 | 1 | 3 | 4) ;; 124 | 137) why="it hung" ;; *) why="status $status" ;; esac
    tail -n 1 "$work/out" | grep -q '^{"summary"' || why="${why:-no summary}"
    if [ "$status" != 0 ] && ! grep -q '"event":"violation".*"evidence":"..*"' "$work/out"; then why="${why:-no evidence}"; fi
    if [ "$status" != 0 ] && ! grep -qE '"ok":false,.*("error":\{"code"|"failed":\[)|^\{"error"' "$work/out" &&
        ! grep -q '"ok":true' "$work/out"; then why="${why:-no reason}"; fi
    if [ -z "$why" ]; then
        echo "ok $name: status $status, ${seconds} s, $(tail -n 1 "$work/out" | grep -oE '"violations":[0-9]+|"stops":[0-9]+' | tr '\n' ' ')"
    else
        echo "FAIL $name: $why after $seconds s: $(tail -n 2 "$work/out" "$work/err" | cut -c1-400)"
    fi
}

# race NAME ON_FAIL TARGET PROGRAM
race() {
    local began=$SECONDS
    # A stub that answers nothing more takes its time limit for every continue: few of them where all are tried.
    local times=500
    [ "$2" = stop ] || times=12
    sed "s/ON_FAIL/$2/; s/500/$times/" $here/sessions/soak-race.json >"$work/session.json"
    timeout -k 5 240 "$A" -S "$work/session.json" -t "$3" "$4" >"$work/out" 2>"$work/err" </dev/null
    verdict "$1" $? $((SECONDS - began))
}

for i in $(seq "$runs"); do
    on_fail=stop
    [ $((i % 4)) = 0 ] && on_fail=go_on
    if [ $((i % 2)) = 1 ]; then
        race "race $i, static, then $on_fail" $on_fail "launch:qemu-x86_64 -g {port} $B/targets/x86_64/stress" "$B/targets/x86_64/stress"
    else
        race "race $i, dynamic, then $on_fail" $on_fail "launch:qemu-x86_64 -g {socket} $B/targets/stress" "$B/targets/stress"
    fi
done
race "race on aarch64" stop "launch:qemu-aarch64 -g {port} $B/targets/aarch64/stress" "$B/targets/aarch64/stress"

# still NAME STOPS PLACE [ARGUMENTS…]: nothing may be found
still() {
    local name=$1 times=$2 place=$3 began=$SECONDS
    shift 3
    timeout -k 5 600 "$A" -S $here/sessions/soak-still.json -D times="$times" -D place="$place" "$@" >"$work/out" 2>"$work/err" </dev/null
    local status=$?
    local counts
    counts=$(tail -n 1 "$work/out" | grep -oE '"(violations|stops|turns)":[0-9]+' | tr '\n' ' ')
    if [ $status = 0 ]; then echo "ok $name: $counts$((SECONDS - began)) s"; else
        echo "FAIL $name: status $status, $counts$(grep -m 3 -E '"event":"violation"|"ok":false' "$work/out" | cut -c1-400) $(tail -n 2 "$work/err")"
    fi
}

still "gdbserver, 8 threads" "$stops" hot "$B/targets/stress"
guest=$B/targets/guest
still "four processors" $((stops / 10)) inner -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -M pc -m 16 -smp 4 \
-nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb tcp:127.0.0.1:{port}"
finish
