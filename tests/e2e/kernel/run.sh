#!/usr/bin/env bash
# The suites about the test kernel, one after the other.
for suite in tests/e2e/kernel/*.sh; do
    case $suite in */run.sh | */lib.sh) ;; *) bash "$suite" "$1" ;; esac
done
