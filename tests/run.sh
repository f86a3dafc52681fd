#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs all tests of a build and counts: run.sh BUILD [TESTS [KIND]], TESTS being the folder with unit/ and e2e/, KIND one of
# the two. JOBS of them run at once, as they wait more than they reckon; the long ones begin first, and what each says is
# printed as a whole when it ends. The last line is "N passed, N failed" (", N skipped", ", N tried again"). What does not
# come to its end, or checks nothing, has failed.
set -u
B=${1:?the build folder}
tests=${2:-tests}
kind=${3:-all}
UNIT_SECONDS=${UNIT_SECONDS:-600} SUITE_SECONDS=${SUITE_SECONDS:-2400} JOBS=${JOBS:-$(($(nproc) + 1))}
# What takes longest on two processors. One that is not named here is no worse for it: it begins later.
LONG='suite/kernel suite/time suite/life suite/audit suite/containers suite/oracle suite/faults unit/test_engine_attach suite/docs
    suite/races unit/test_rsp_connection_order suite/cplusplus suite/breakpoints unit/test_rsp_connection_missing suite/threads'
results=$(mktemp -d)
end_all() {
    local pids
    mapfile -t pids < <(jobs -p)
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
    wait
    rm -rf "$results"
}
trap end_all EXIT
trap 'exit 1' INT TERM HUP

# ended STATUS SECONDS: why a program that ended so did not end well; nothing when it did
ended() {
    case $1 in
    0) ;;
    124 | 137) echo "out of time, $2 s" ;;
    *) echo "status $1" ;;
    esac
}
# add WORD…: to what is wrong so far, in $why
add() { [ -z "$*" ] || why="${why:+$why, }$*"; }
lines() { grep -cE "$1" "$log"; }
# Programs that are not waited for in the foreground: a signal ends them and this script at once.
waited() {
    "$@" &
    wait $!
}

# unit NAME: one cmocka program, whose TAP plan says how many checks there are. Cmocka calls a skipped one "not ok".
unit() {
    local why='' status=0 planned skip good bad broken=0 start=$SECONDS
    : >"$log"
    if [ -x "$B/tests/unit/$1" ]; then
        CMOCKA_MESSAGE_OUTPUT=TAP waited timeout -k 10 "$UNIT_SECONDS" "$B/tests/unit/$1" >"$log" 2>&1 </dev/null
        status=$?
    else
        add 'it was not built'
    fi
    planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | paste -sd+ | sed 's/^$/0/')
    planned=$((planned))
    skip=$(lines '^(not )?ok [0-9]+ # SKIP') good=$(lines '^ok [0-9]+ - ') bad=$(lines '^not ok [0-9]+ - ')
    [ "$bad" != 0 ] || add "$(ended "$status" "$UNIT_SECONDS")"
    [ $((good + bad + skip)) != 0 ] || add 'no check was made'
    [ $((good + bad + skip)) -ge "$planned" ] || add "$((good + bad + skip)) of $planned checks were made"
    [ -z "$why" ] || broken=1
    if [ -n "$why" ] || [ "$bad" != 0 ]; then
        echo "FAIL unit $1: ${why:-$bad of $planned checks}"
        grep -vE '^ok [0-9]+ - |^not ok [0-9]+ # SKIP' "$log" | tail -n 40
    else
        echo "ok unit $1: $good checks, $((SECONDS - start)) s"
    fi
    sed -n "s/^\(not \)\{0,1\}ok [0-9]* # SKIP \(.*\)/skip unit $1: \2/p" "$log"
    echo "$good $((bad + broken)) $skip 0" >"$log.counts"
}

# suite NAME: lines of "ok", "FAIL", "skip", "again", and last the "done NAME" of `finish` in tests/e2e/lib.sh
suite() {
    local why='' status file=$tests/e2e/$1/run.sh name=$1 broken=0 start=$SECONDS
    [ "$1" != . ] || { file=$tests/e2e/run.sh && name=run; }
    waited timeout -k 10 "$SUITE_SECONDS" bash "$file" "$B" >"$log" 2>&1 </dev/null
    status=$?
    add "$(ended "$status" "$SUITE_SECONDS")"
    grep -qxF "done $name" "$log" || add 'it did not come to its end'
    [ "$(lines '^(ok|FAIL|skip) ')" != 0 ] || add 'no check was made'
    echo "== $file, $((SECONDS - start)) s"
    cat "$log"
    if [ -n "$why" ]; then
        echo "FAIL suite $name: $why"
        broken=1
    fi
    echo "$(lines '^ok ') $(($(lines '^FAIL ') + broken)) $(lines '^skip ') $(lines '^again ')" >"$log.counts"
}

# one KIND/NAME: in a process of its own; what it prints comes out in one piece
one() {
    local log=$results/${1//\//-}
    trap - EXIT
    trap 'kill $(jobs -p) 2>/dev/null; exit 1' INT TERM HUP
    "${1%%/*}" "${1#*/}" >"$log.out"
    flock "$results/printing" cat "$log.out"
}

# all: what there is to run, the long ones first
all() {
    local source file name
    for source in "$tests"/unit/test_*.c; do
        name=${source##*/}
        [ "$kind" = e2e ] || [ ! -f "$source" ] || echo "unit/${name%.c}"
    done
    for file in "$tests"/e2e/run.sh "$tests"/e2e/*/run.sh; do
        name=${file#"$tests"/e2e/}
        name=${name%run.sh}
        [ "$kind" = unit ] || [ ! -f "$file" ] || echo "suite/${name:-.}" | sed 's/\(.\)\/$/\1/'
    done
}
ordered() {
    local known
    known=$(all)
    [ -n "$known" ] || return
    for name in $LONG; do grep -qxF "$name" <<<"$known" && echo "$name"; done
    grep -vxF "$(tr -s ' \n' '\n' <<<"$LONG")" <<<"$known"
}

mapfile -t items < <(ordered)
running=0
for item in "${items[@]}"; do
    [ "$running" -lt "$JOBS" ] || { wait -n && running=$((running - 1)); }
    one "$item" &
    running=$((running + 1))
done
wait

read -r passed failed skipped repeated < <(cat "$results"/*.counts 2>/dev/null |
    awk '{ p += $1; f += $2; s += $3; r += $4 } END { print p + 0, f + 0, s + 0, r + 0 }')
finished=$(find "$results" -name '*.counts' | wc -l)
[ "$finished" = ${#items[@]} ] || { echo "FAIL $((${#items[@]} - finished)) of ${#items[@]} tests did not come to their end" && failed=$((failed + 1)); }
[ $((passed + failed + skipped)) != 0 ] || { echo "FAIL no tests in $tests" && failed=1; }
line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
[ "$repeated" = 0 ] || line="$line, $repeated tried again"
echo "$line"
[ "$failed" = 0 ]
