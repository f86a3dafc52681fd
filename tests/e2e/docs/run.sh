#!/usr/bin/env bash
# Program, JSON Schema, manual, texts and examples against each other. run.sh BUILD_DIR prints "ok NAME",
# "FAIL NAME: why" or "skip NAME: what is missing" for each check.
set -u
build=$(realpath "${1:?usage: run.sh BUILD_DIR}")
cd "$(dirname "$0")/../../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config LC_ALL=C.UTF-8

if ! command -v mandoc >/dev/null; then
    echo "skip the manual's markup: mandoc is not installed"
elif mandoc -Tlint -W warning doc/allstop.1 >"$work/lint"; then
    echo "ok the manual's markup"
else
    echo "FAIL the manual's markup: $(head -n 5 "$work/lint")"
fi

WORK=$work PYTHONDONTWRITEBYTECODE=1 python3 tests/e2e/docs/check.py "$build/allstop" "$build" 2>"$work/err" ||
    echo "FAIL the checks came to an end: $(tail -n 3 "$work/err" | tr '\n' ' ')"
