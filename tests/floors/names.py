#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the sources against one rule: only engine/target/arch/ names a processor. No arguments; from the top of the tree.

What differs from one processor to the next is a member of struct arch (engine/target/arch/arch.h). A place elsewhere that compares
with arch_NAME is one more to find for whoever adds a processor, so each is told with file and line.
"""
import os, re, sys

HOME = "engine/target/arch"
ROOMS = ("engine", "scripts", "ui")


def sources(room):
    """Every source file of a room that may not name a processor."""
    for folder, _, files in os.walk(room):
        if folder != HOME and not folder.startswith(HOME + "/"):
            for file in sorted(files):
                if file.endswith((".c", ".h")):
                    yield os.path.join(folder, file)


def processors():
    """arch_NAME of each struct that is defined there."""
    names = set()
    for file in os.listdir(HOME):
        with open(os.path.join(HOME, file), encoding="utf-8") as f:
            names |= set(re.findall(r"^const struct arch (arch_\w+) = {", f.read(), re.M))
    return names


def main():
    names = processors()
    if not names:
        sys.exit("names: no processor is defined in %s" % HOME)
    word = re.compile(r"\b(%s)\b" % "|".join(sorted(names)))
    found = 0
    for path in sorted(p for room in ROOMS for p in sources(room)):
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                for name in word.findall(line):
                    print("names: %s:%d: %s belongs into %s" % (path, number, name, HOME))
                    found += 1
    print("names: %d processors, %d named outside of %s" % (len(names), found, HOME))
    sys.exit(bool(found))


main()
