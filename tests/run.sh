#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs all tests of a build and counts: run.sh BUILD [TESTS], TESTS being the folder with unit/ and e2e/. The last line is
# "N passed, N failed" (", N skipped", ", N tried again"). What does not come to its end, or checks nothing, has failed.
set -u
B=${1:?the build folder}
tests=${2:-tests}
UNIT_SECONDS=${UNIT_SECONDS:-600} SUITE_SECONDS=${SUITE_SECONDS:-2400}
passed=0 failed=0 skipped=0 repeated=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

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

# unit NAME: one cmocka program, whose TAP plan says how many checks there are. Cmocka calls a skipped one "not ok".
unit() {
    local why='' status planned skip good bad
    : >"$log"
    if [ -x "$B/tests/unit/$1" ]; then
        CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "$UNIT_SECONDS" "$B/tests/unit/$1" >"$log" 2>&1 </dev/null
        status=$?
    else
        add 'it was not built' && status=0
    fi
    planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | paste -sd+ | sed 's/^$/0/')
    planned=$((planned))
    skip=$(lines '^(not )?ok [0-9]+ # SKIP') good=$(lines '^ok [0-9]+ - ') bad=$(lines '^not ok [0-9]+ - ')
    passed=$((passed + good)) skipped=$((skipped + skip)) failed=$((failed + bad))
    [ "$bad" != 0 ] || add "$(ended "$status" "$UNIT_SECONDS")"
    [ $((good + bad + skip)) != 0 ] || add 'no check was made'
    [ $((good + bad + skip)) -ge "$planned" ] || add "$((good + bad + skip)) of $planned checks were made"
    [ -z "$why" ] || failed=$((failed + 1))
    if [ -n "$why" ] || [ "$bad" != 0 ]; then
        echo "FAIL unit $1: ${why:-$bad of $planned checks}"
        grep -vE '^ok [0-9]+ - |^not ok [0-9]+ # SKIP' "$log" | tail -n 40
    else
        echo "ok unit $1: $good checks"
    fi
    sed -n "s/^\(not \)\{0,1\}ok [0-9]* # SKIP \(.*\)/skip unit $1: \2/p" "$log"
}

# suite FILE: lines of "ok", "FAIL", "skip", "again", and last the "done NAME" of `finish` in tests/e2e/lib.sh
suite() {
    local why='' status name=${1#"$tests"/e2e/} good bad skip
    name=${name%/run.sh} name=${name%.sh}
    echo "== $1"
    timeout -k 10 "$SUITE_SECONDS" bash "$1" "$B" 2>&1 </dev/null | tee "$log"
    status=${PIPESTATUS[0]}
    good=$(lines '^ok ') bad=$(lines '^FAIL ') skip=$(lines '^skip ')
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skip))
    repeated=$((repeated + $(lines '^again ')))
    add "$(ended "$status" "$SUITE_SECONDS")"
    grep -qxF "done $name" "$log" || add 'it did not come to its end'
    [ $((good + bad + skip)) != 0 ] || add 'no check was made'
    if [ -n "$why" ]; then
        echo "FAIL suite $name: $why"
        failed=$((failed + 1))
    fi
}

for source in "$tests"/unit/test_*.c; do
    name=${source##*/}
    [ ! -f "$source" ] || unit "${name%.c}"
done
for file in "$tests"/e2e/run.sh "$tests"/e2e/*/run.sh; do
    [ ! -f "$file" ] || suite "$file"
done
[ $((passed + failed + skipped)) != 0 ] || { echo "FAIL no tests in $tests" && failed=1; }
line="$passed passed, $failed failed"
[ $skipped = 0 ] || line="$line, $skipped skipped"
[ $repeated = 0 ] || line="$line, $repeated tried again"
echo "$line"
[ $failed = 0 ]
