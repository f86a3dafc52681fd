#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The suites about the test kernel, one after the other. Where `make kernel` has built none, each of them is skipped.
. tests/e2e/lib.sh "$1"
for file in tests/e2e/kernel/*.sh; do
    case $file in */run.sh | */lib.sh) ;; *) part "$file" ;; esac
done
finish
