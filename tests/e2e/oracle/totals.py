#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of the oracle asked: totals.py FILE with its lines. A table of questions, of those where gdb errs by a rule of
known.py, and of those that differ, for each kind."""
import re
import sys

GOOD = r"ok .* (\w+): (\d+) answers \(seed \d+, (\d+) where gdb errs\)"
BAD = r"FAIL .* (\w+) \(seed \d+\): (\d+) of (\d+) differ"


def main():
    kinds = {}
    with open(sys.argv[1], encoding="utf-8", errors="replace") as f:
        for line in f:
            good, bad = re.match(GOOD, line), re.match(BAD, line)
            if good or bad:
                row = kinds.setdefault((good or bad).group(1), [0, 0, 0])
                row[0] += int(good.group(2)) + int(good.group(3)) if good else int(bad.group(3))
                row[1] += int(good.group(3)) if good else 0
                row[2] += int(bad.group(2)) if bad else 0
    for name, row in sorted(kinds.items()) + [("all", [sum(column) for column in zip(*kinds.values())] or [0, 0, 0])]:
        print("# %-12s %7d questions, %5d where gdb errs, %4d differ" % (name, *row))


main()
