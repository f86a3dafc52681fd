#!/usr/bin/env bash
# The life of a session: how programs end, how we leave them, and that every request gets its answer, whatever the
# target does. One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=tests/e2e/life
for name in deaths leaving deaf answers; do
    runs "$name.py" timeout 900 python3 -B $here/$name.py "$A" "$S" "$B/targets/ends"
done
finish
