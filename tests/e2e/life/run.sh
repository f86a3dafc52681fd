#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The life of a session: how programs end, how we leave them, and that every request gets its answer, whatever the
# target does. One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=tests/e2e/life
for name in deaths statuses leaving deaf silent floods unread answers; do
    runs "$name.py" timeout 900 python3 -B $here/$name.py "$A" "$S" "$B/targets/ends"
done

# The stub has no vCont: `C` gives the signal to the thread that stopped, while the others go on.
printf '%s\n' continue continue >"$work/in"
timeout 120 "$A" --cli --no-config -t "launch:valgrind $(realpath "$B")/targets/ends thread 11" "$(realpath "$B")/targets/ends" <"$work/in" >"$work/out" 2>"$work/err"
says "valgrind: a thread's signal is told" '^Signal SIGSEGV'
says "and ends the program when it goes on" '^Killed by SIGSEGV'
finish
