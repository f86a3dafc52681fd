#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the sources against two rules. No arguments; from the top of the tree; each breach is told with file and line.

Only engine/target/arch/ names a processor. What differs from one to the next is a member of struct arch
(engine/target/arch/arch.h): a place elsewhere that compares with arch_NAME is one more to find for whoever adds a processor.

In engine/ only engine/commands/ makes and reads JSON. The rooms below return what they know as what it is; engine/face/ carries
what commands have made, and frees it.
"""
import os, re, sys

HOME = "engine/target/arch"
ROOMS = ("engine", "scripts", "ui")
JSON_HOME = "engine/commands"
JSON_CARRIER = "engine/face"


def sources(room, home):
    """Every source file of a room but those of the folder where it is allowed."""
    for folder, _, files in os.walk(room):
        if folder != home and not folder.startswith(home + "/"):
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


def breaches(paths, word, home):
    """Tells each use of `word` in these files; how many there were."""
    found = 0
    for path in sorted(paths):
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                for name in word.findall(line):
                    print("names: %s:%d: %s belongs into %s" % (path, number, name, home))
                    found += 1
    return found


def main():
    names = processors()
    if not names:
        sys.exit("names: no processor is defined in %s" % HOME)
    word = re.compile(r"\b(?:%s)\b" % "|".join(sorted(names)))
    found = breaches((p for room in ROOMS for p in sources(room, HOME)), word, HOME)
    print("names: %d processors, %d named outside of %s" % (len(names), found, HOME))

    below = list(sources("engine", JSON_HOME))
    carried = [p for p in below if p.startswith(JSON_CARRIER + "/")]
    used = breaches((p for p in below if p not in carried), re.compile(r"\bcJSON\w*"), JSON_HOME)
    used += breaches(carried, re.compile(r"\bcJSON_(?!Delete\b)\w+"), JSON_HOME)
    print("names: JSON is made or read in %d places of engine/ outside of %s" % (used, JSON_HOME))
    sys.exit(bool(found or used))


main()
