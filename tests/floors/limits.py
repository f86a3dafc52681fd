#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the limits of each room against the manual. No arguments; from the top of the tree; each breach is told.

A limit of what is read from somewhere else stands in the limits.h of its room and nowhere else, and in the section LIMITS of the
manual: there a comment `.\\" NAME = VALUE` names the constant, and the words of the item behind it say the same number for people
("64 MiB", "5 s", "100,000").
"""
import glob, os, re, sys

MANUAL = "doc/allstop.1"
ROOMS = ("base", "rsp", "symbols", "engine", "scripts", "ui")
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "bytes": 1, "": 1}
SECOND = {"NS": 10**9, "MS": 1000}  # by how a name ends; one that counts seconds has no ending
# Named like limits, and none of what is read: the numbers of a protocol, of a kernel, of our own tables and of the screen.
NO_LIMITS = {
    "base/error.c": {"MESSAGE_LIMIT"},
    "base/json.h": {"JSON_EXACT_MOST"},
    "rsp/transport_spec.c": {"PORT_MOST"},
    "rsp/codec_private.h": {"REPEAT_MOST"},
    "engine/control/audit/calls.c": {"INSTRUCTION_MOST"},
    "engine/control/breakpoints/site.h": {"TRAP_MAX"},
    "engine/control/kernel/sealed_text.c": {"ENTRIES_MOST"},
    "engine/control/time/back.h": {"WALK_MOST"},
    "engine/inspect/values/float_text.c": {"DIGITS_MAX"},
    "engine/target/arch/linux_kernel.h": {"ENTRY_REGS_WORDS_MAX", "ENTRY_SLEEPER_MAX"},
    "ui/actions.c": {"GROWTH_MOST"},
    "ui/pane_time.c": {"LINE_MOST"},
}
found = 0


def breach(text):
    global found
    found += 1
    print("limits: " + text)


def bare(path):
    """The text of a source file without its comments."""
    with open(path, encoding="utf-8") as f:
        return re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)


def number(text, known):
    """What a constant expression is: numbers, names of constants before, and operators."""
    text = re.sub(r"(?i)\b(\d+)(?:u|l|ul|ull|ll)\b", r"\1", text)
    return eval(text, {"__builtins__": {}}, known) if re.fullmatch(r"[\w\s()+*<-]+", text) else None


def constants(paths):
    """{name: (value, header)} of every constant of these headers."""
    values, where = {}, {}
    for path in paths:
        text = bare(path)
        pairs = [item.partition("=") for body in re.findall(r"enum \{(.*?)\}", text, re.S) for item in body.split(",")]
        pairs += [(name, "=", value) for name, value in re.findall(r"^#define (\w+)[ \t]+(\S.*)$", text, re.M)]
        for name, _, expression in ((a.strip(), b, c) for a, b, c in pairs if a.strip()):
            if name in where:
                breach("%s: %s is in %s too" % (path, name, where[name]))
            where[name] = path
            values[name] = number(expression.strip(), values) if expression else None
            if values[name] is None:
                breach("%s: what %s is cannot be computed" % (path, name))
    return {name: (values[name], where[name]) for name in where}


def for_people(name, words):
    """The number that the words of an item are, in the unit of the constant; None: they are none."""
    match = re.fullmatch(r"([\d,]+)(?: (\w+))?", words)
    if not match:
        return None
    count, unit = int(match[1].replace(",", "")), match[2] or ""
    if unit == "s":
        return count * SECOND.get(name.rsplit("_", 1)[1], 1)
    return count * UNITS[unit] if unit in UNITS else None


def check_manual(known):
    with open(MANUAL, encoding="utf-8") as f:
        section = f.read().partition("\n.Sh LIMITS\n")[2].partition("\n.Sh ")[0]
    rows = re.findall(r'^\.\\" (\w+) = (\d+)\n\.It (.*)$', section, re.M)
    if len(rows) != len(re.findall(r"^\.It ", section, re.M)):
        breach("%s: an item in LIMITS names no constant" % MANUAL)
    names = [name for name, _, _ in rows]
    for name in sorted(set(known) - set(names)):
        breach("%s: %s is not in %s" % (known[name][1], name, MANUAL))
    for name in sorted({name for name in names if names.count(name) > 1}):
        breach("%s: %s is there twice" % (MANUAL, name))
    for name, value, words in rows:
        if name not in known:
            breach("%s: there is no %s" % (MANUAL, name))
        elif int(value) != known[name][0]:
            breach("%s: %s is %s, in %s %s" % (MANUAL, name, value, known[name][1], known[name][0]))
        elif for_people(name, words) != known[name][0]:
            breach("%s: %s is %s, and the words beside it are `%s`" % (MANUAL, name, value, words))


def check_sources(paths, known):
    """No limit stands anywhere else, and none is for nothing."""
    used = set()
    for path in paths:
        text = bare(path)
        used |= set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", text))
        names = re.findall(r"\b((?:[A-Z][A-Z0-9_]*_)?(?:LIMIT|MOST|MAX)) = [-(]?\d", text)
        names += re.findall(r"^#define ((?:[A-Z][A-Z0-9_]*_)?(?:LIMIT|MOST|MAX))[ \t]+\(*[\w]*\)*\d", text, re.M)
        for name in names:
            if name not in NO_LIMITS.get(path, ()):
                breach("%s: %s belongs into the room's limits.h" % (path, name))
        for name in NO_LIMITS.get(path, set()) - set(names):
            breach("%s: %s is not there, and tests/floors/limits.py excuses it" % (path, name))
    inside = {name for path in {header for _, header in known.values()}
              for name in re.findall(r"= .*?\b([A-Z][A-Z0-9_]+)\b", bare(path))}
    for name in sorted(set(known) - used - inside):
        breach("%s: %s is used nowhere" % (known[name][1], name))


def main():
    files = sorted(path for room in ROOMS for path in glob.glob(room + "/**/*.[ch]", recursive=True))
    headers = [path for path in files if os.path.basename(path) == "limits.h"]
    known = constants(headers)
    check_manual(known)
    check_sources([path for path in files if path not in headers], known)
    print("limits: %d in %d headers, %d breaches" % (len(known), len(headers), found))
    sys.exit(bool(found or not known))


main()
