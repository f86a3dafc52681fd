#!/usr/bin/env bash
# Runs all tests of a build and counts: the last line is "N passed, N failed" (", N skipped").
set -u
B=${1:?the build folder}
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Unit tests: cmocka's TAP lines. A program that dies without a plan counts as a failure.
for test in "$B"/tests/unit/test_*; do
    case $test in *.d | *.o | *.dSYM) continue ;; esac
    CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 "$test" >"$log" 2>&1 </dev/null
    status=$?
    good=$(grep -c '^ok' "$log") bad=$(grep -c '^not ok' "$log") skip=$(grep -ci '^ok.*# skip' "$log")
    passed=$((passed + good - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
    if [ $status != 0 ] || [ "$bad" != 0 ]; then
        [ "$bad" != 0 ] || failed=$((failed + 1))
        echo "FAIL ${test##*/} (status $status)"
        grep -v '^ok' "$log" | tail -n 40
    else
        echo "ok ${test##*/}: $good checks"
    fi
    grep -i '^ok.*# skip' "$log"
done

# End-to-end: lines of "ok", "FAIL", "skip".
for suite in tests/e2e/run.sh tests/e2e/*/run.sh; do
    [ -f "$suite" ] || continue
    echo "== $suite"
    timeout 2400 bash "$suite" "$B" 2>&1 </dev/null | tee "$log"
    passed=$((passed + $(grep -c '^ok ' "$log"))) failed=$((failed + $(grep -c '^FAIL ' "$log")))
    skipped=$((skipped + $(grep -c '^skip ' "$log")))
    grep -qE '^(ok|skip) ' "$log" || failed=$((failed + 1))
done
line="$passed passed, $failed failed"
[ $skipped = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed = 0 ]
