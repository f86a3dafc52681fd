#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Tests that lie, given to tests/run.sh and tests/e2e/lib.sh: each must be told as what it is.
. tests/e2e/lib.sh "$1"
root=$PWD
T=$work/tests

# anew: no tests yet
anew() { rm -rf "$T" "$work/b" && mkdir -p "$T/unit" "$T/e2e" "$work/b/tests/unit"; }
# unit NAME SCRIPT: a unit program that does this
unit() {
    : >"$T/unit/test_$1.c"
    printf '#!/usr/bin/env bash\n%s\n' "$2" >"$work/b/tests/unit/test_$1"
    chmod +x "$work/b/tests/unit/test_$1"
}
# suite NAME SCRIPT: a suite that does this, with lib.sh at hand
suite() {
    mkdir -p "$T/e2e/$1"
    printf '#!/usr/bin/env bash\n. %q/tests/e2e/lib.sh "$1"\n%s\n' "$root" "$2" >"$T/e2e/$1/run.sh"
}
# counts NAME EXPECTED_STATUS LAST_LINE [PATTERN]: what tests/run.sh makes of them
counts() {
    UNIT_SECONDS=2 SUITE_SECONDS=2 bash tests/run.sh "$work/b" "$T" >"$work/out" 2>&1
    same "$1: status" $? "$2"
    same "$1: the last line" "$(tail -n 1 "$work/out")" "$3"
    [ -z "${4-}" ] || { : >"$work/err" && says "$1: told" "$4"; }
}
plan='echo 1..2; echo "ok 1 - a";'

anew
counts "no tests at all" 1 "0 passed, 1 failed" '^FAIL no tests'
unit good "$plan echo 'ok 2 - b'"
suite good 'echo "ok a check"; finish'
counts "good ones" 0 "3 passed, 0 failed"

# -- unit programs -------------------------------------------------------------------------------------------
unit bad "$plan echo 'not ok 2 - b'; exit 1"
counts "a unit check that fails" 1 "4 passed, 1 failed" '^FAIL unit test_bad: 1 of 2 checks'
unit bad "$plan echo 'not ok 2 # SKIP b'"
counts "a unit check that is skipped" 0 "4 passed, 0 failed, 1 skipped" '^skip unit test_bad: b'
unit bad 'echo 1..1; echo "not ok 1 # SKIP b"; exit 1'
counts "a unit program that skips and fails" 1 "3 passed, 1 failed, 1 skipped" '^FAIL unit test_bad: status 1'
unit bad 'exit 0'
counts "a unit program without a check" 1 "3 passed, 1 failed" '^FAIL unit test_bad: no check was made'
unit bad "$plan exit 0"
counts "a unit program that stops halfway" 1 "4 passed, 1 failed" '^FAIL unit test_bad: 1 of 2 checks were made'
unit bad "$plan kill -SEGV \$\$"
counts "a unit program that dies" 1 "4 passed, 1 failed" '^FAIL unit test_bad: status 139, 1 of 2'
unit bad "$plan echo 'ok 2 - b'; exec sleep 60"
counts "a unit program that hangs at its end" 1 "5 passed, 1 failed" '^FAIL unit test_bad: out of time'
rm "$work/b/tests/unit/test_bad"
counts "a unit program that was not built" 1 "3 passed, 1 failed" '^FAIL unit test_bad: it was not built'

# -- suites --------------------------------------------------------------------------------------------------
rm "$T/unit/test_bad.c"
suite bad 'echo "FAIL a check: so"; finish'
counts "a check that fails" 1 "3 passed, 1 failed"
suite bad 'echo "ok a check"; exit 0'
counts "a suite that leaves early" 1 "4 passed, 1 failed" '^FAIL suite bad: it did not come to its end'
suite bad 'echo "ok a check"; kill -KILL $$; finish'
counts "a suite that dies" 1 "4 passed, 1 failed" '^FAIL suite bad: .*it did not come to its end'
suite bad 'echo "ok a check"; echo "$nowhere"; finish'
counts "a suite with an unknown name" 1 "4 passed, 1 failed" '^FAIL suite bad: .*it did not come to its end'
suite bad 'echo "ok a check"; no-such-tool; finish'
counts "a suite with an unknown command" 1 "4 passed, 1 failed" '^FAIL bad: no command no-such-tool'
suite bad 'echo "ok a check"; same "a check" "$(no-such-tool | wc -l)" 0; finish'
counts "a suite with an unknown command inside" 1 "5 passed, 1 failed" '^FAIL bad: no command no-such-tool'
suite bad 'finish'
counts "a silent suite" 1 "3 passed, 1 failed" '^FAIL suite bad: no check was made'
suite bad 'echo "ok a check"; sleep 60; finish'
counts "a suite that hangs" 1 "4 passed, 1 failed" '^FAIL suite bad: out of time'
suite bad 'echo "ok a check"; trap "exit 3" EXIT; finish'
counts "a suite whose status is not 0" 1 "4 passed, 1 failed" '^FAIL suite bad: status 3'
suite bad 'echo "skip a check: no such thing"; finish'
counts "a check that is skipped" 0 "3 passed, 0 failed, 1 skipped"
suite bad 'echo "again a check: once"; echo "ok a check"; finish'
counts "a check that is made again" 0 "4 passed, 0 failed, 1 tried again"
suite bad 'runs "a program" python3 -c "print(\"ok a check\"); raise SystemExit(1)"; finish'
counts "a program of checks that dies" 1 "4 passed, 1 failed" '^FAIL a program: status 1'
suite bad 'runs "a program" true; echo "ok a check"; finish'
counts "a program of checks that makes none" 1 "4 passed, 1 failed" '^FAIL a program: no check'
suite bad 'printf "echo ok a check" >"$work/part.sh"; part "$work/part.sh"; finish'
counts "a part that does not come to its end" 1 "4 passed, 1 failed" '^FAIL suite .*part: it did not come to its end'
suite bad 'echo "ok a check"; session "a session" 0 /dev/null; finish'
counts "no program to test" 1 "4 passed, 1 failed" '^FAIL a session: status 127'

# -- several at once ------------------------------------------------------------------------------------------
anew
for name in a b c d; do
    suite $name 'touch "$B/'$name'"; for i in $(seq 200); do [ $(ls "$B" | grep -c "^[ab]$") = 2 ] && break; sleep 0.01; done
        same "another runs as well" "$(ls "$B" | grep -c "^[ab]$")" 2; finish'
done
JOBS=2 counts "two at once" 0 "4 passed, 0 failed"
anew
suite good 'echo "ok a check"; finish'
suite bad 'kill -KILL "$(ps -o ppid= -p $PPID | tr -d " ")"; echo "ok a check"; finish'
JOBS=2 counts "one whose keeper dies" 1 "1 passed, 1 failed" '^FAIL 1 of 2 tests did not come'

# -- a build folder by its whole path and by a part of it ---------------------------------------------------
suite bad 'same "the program" "$A" "$OTHER/allstop"; same "the stub" "$S" "$OTHER/tests/stub/stub"; finish'
for folder in "$work/b" "some/folder"; do
    case $folder in /*) OTHER=$folder ;; *) OTHER=$PWD/$folder ;; esac
    OTHER=$OTHER bash "$T/e2e/bad/run.sh" "$folder" >"$work/out"
    same "a build in ${folder#"$work"/}" "$(grep -c '^ok ' "$work/out")" 2
done
finish
