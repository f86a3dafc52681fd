# SPDX-License-Identifier: GPL-3.0-or-later
"""Console and protocol of one recorded line taken apart, without the program's parser.

split.py RAW FROM WIRE OUT: RAW is what the emulator wrote to the line (its chardev's logfile), FROM the number of its bytes
before the debugger came, WIRE the debugger's wire log and OUT what it printed. The packets that it says it received are
looked for in RAW, in order; what is left is console text, which must be what the `console` events say, byte for byte, and in
which no number of the chatter may be missing.
"""

import json
import re
import sys


def framed(payload):
    raw = payload.encode("latin-1")
    return b"$" + raw + b"#%02x" % (sum(raw) % 256)


def visible(raw):
    out = ""
    for c in raw.decode("utf-8"):
        out += c if c in "\n\t" or " " <= c <= "~" or c >= "\xa0" else "^" + chr(ord(c) ^ 0x40)
    return out


def console_of(raw, wire):
    """The text between the packets, and what follows the last one; the acks are those right in front of an answer or behind a resume."""
    text, at = b"", 0
    for line in wire:
        if line.get("dir") != "in" or line["kind"] not in ("packet", "ack", "nak"):
            continue
        token = {"ack": b"+", "nak": b"-"}.get(line["kind"]) or framed(line["data"])
        stop = line["kind"] == "packet" and line["data"][:1] in "TS"
        found = raw.find(token, at) if stop else at if raw.startswith(token, at) else -1
        if found < 0:
            sys.exit(f"{token!r} is not in the line at {at}: {raw[at:at + 80]!r}")
        text += raw[at:found]
        at = found + len(token)
    return text, raw[at:]


def gaps(text, pattern):
    numbers = [int(n) for n in re.findall(pattern, text)]
    if len(numbers) < 20:
        sys.exit(f"only {len(numbers)} lines match {pattern}")
    wanted = list(range(numbers[0], numbers[0] + len(numbers)))
    if numbers != wanted:
        odd = next(i for i, n in enumerate(numbers) if n != wanted[i])
        sys.exit(f"{pattern}: {numbers[odd]} behind {numbers[odd - 1]}")
    return len(numbers)


def main():
    raw = open(sys.argv[1], "rb").read()[int(sys.argv[2]):]
    wire = [json.loads(line) for line in open(sys.argv[3])][1:]
    events = [json.loads(line) for line in open(sys.argv[4]) if '"event"' in line]
    between, behind = console_of(raw, wire)
    expected = visible(between)
    whole = expected + visible(behind)
    told = "".join(e["text"] for e in events if e["event"] == "console")
    if len(told) < len(expected) or not whole.startswith(told):
        at = next(i for i, (a, b) in enumerate(zip(told + "\0", whole + "\1")) if a != b)
        sys.exit(f"character {at}: the events say {told[at - 40:at + 40]!r}, the line {whole[at - 40:at + 40]!r}")
    kernel = gaps(told, r"kchatter (\d+)")
    # the kernel's lines come whole, also in the middle of a program's
    others = re.sub(r"(kchatter \d+|INFO: [^\n]*|sysrq: DEBUG|KGDB: [^\n]*|hrtimer: [^\n]*)\^M\n", "", told)
    lines = gaps(others, r"chatter line (\d+) from user space")
    print(f"{len(expected)} characters, {lines} lines of a program, {kernel} of the kernel")


main()
