#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Program, JSON Schema, manual, texts and examples against each other.
. tests/e2e/lib.sh "$1"
export LC_ALL=C.UTF-8

if mandoc -Tlint -W warning doc/allstop.1 >"$work/lint"; then
    echo "ok the manual's markup"
else
    echo "FAIL the manual's markup: $(head -n 5 "$work/lint")"
fi

export WORK=$work
runs "the checks of the documents" python3 tests/e2e/docs/check.py "$A" "$(dirname "$A")"
runs "the names in the texts for newcomers" python3 tests/e2e/docs/names.py
finish
