# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions over two threads that pass through one function under QEMU's user emulator, which does not hold them at a stop.
measure.py ALLSTOP TARGETS RUNS ARCHITECTURE [OPTION…] prints a line for each that did not finish right, and the counts:

    right   every hit was told once, every value was the one that this hit has, and the program ended with status 0
    wrong   a value, a place or a hit that cannot be
    missed  what was told is right, and that hits may be missed, which one was; where that was not told it is wrong
    named   the session said what went wrong, within its limit
    bad     no answer within the limit, or the debugger ended in another way than by the end of its input

Options: `others`, where main only waits for two threads; `socket`, where the stub is at one of Unix; `keep=FOLDER`, where
wire logs of the runs that were not right are left; `rounds=N`; `share=N`, how many of them must be right for status 0."""
import json
import os
import select
import subprocess
import sys
import time

ALLSTOP, TARGETS, RUNS, ARCHITECTURE = sys.argv[1:5]
OPTIONS = dict((word.split("=") + [""])[:2] for word in sys.argv[5:])
ROUNDS = int(OPTIONS.get("rounds", 3))
SHARE = float(OPTIONS.get("share", 0.9))
TIME = 20  # seconds that a request may take by the debugger's own clock
LIMIT = 30  # and in all


class Wrong(Exception):
    """What was told cannot be."""


class Missed(Exception):
    """Hits that nothing was told of."""


class Named(Exception):
    """The debugger says that it cannot go on."""


class Bad(Exception):
    """The debugger itself fails."""


class Session:
    def __init__(self, log):
        program = f"{TARGETS}/{ARCHITECTURE}/pair"
        place = "{socket}" if "socket" in OPTIONS else "{port}"
        stub = f"launch:qemu-{ARCHITECTURE} -g {place} {program} {ROUNDS}" + (" others" if "others" in OPTIONS else "")
        self.process = subprocess.Popen([ALLSTOP, "--jsonl", "--wire-log", log, "-t", stub, "-s", program], bufsize=0,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.number, self.text, self.violations, self.warned = 0, b"", 0, False

    def line(self, until):
        while b"\n" not in self.text:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise Bad("no answer")
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                raise Bad(f"it ended with status {self.process.wait()}")
            self.text += piece
        line, self.text = self.text.split(b"\n", 1)
        return json.loads(line)

    def ask(self, do, **arguments):
        self.number += 1
        self.process.stdin.write(json.dumps({"id": self.number, "do": do, "timeout": TIME, **arguments}).encode() + b"\n")
        until = time.monotonic() + LIMIT
        while True:
            line = self.line(until)
            self.violations += line.get("event") == "violation"
            self.warned |= line.get("event") == "output" and "may be missed" in line.get("text", "")
            if line.get("error") and "id" not in line:
                raise Named(line["error"]["message"])
            if line.get("id") == self.number:
                if not line["ok"]:
                    raise Named(f"{do} {arguments}: {line['error']['code']}, {line['error']['message']}")
                return line["result"]

    def value(self, text):
        return int(self.ask("eval", expr=text)["value"])

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Bad("it does not end") from None
        finally:
            self.process.stdout.close()
        if self.process.returncode not in (0, 1, 3):
            raise Bad(f"it ended with status {self.process.returncode}")


def must(what, got, due):
    if got != due:
        raise Wrong(f"{what} is {got} and can only be {due}")


def check_entry(s, stop, seen):
    who, turn = s.value("visitor->who"), s.value("round")
    if who not in (1, 2):
        raise Wrong(f"visitor->who is {who}")
    place = f"{stop['thread']}, visitor {who}, round {turn}"
    must(f"{place}: the round", turn, seen[who] + 1)
    seen[who] = turn
    must(f"{place}: visitor->rounds", s.value("visitor->rounds"), turn - 1)
    must(f"{place}: the sum", s.value(f"visitors[{who - 1}].sum"), sum(100 * who + i for i in range(1, turn)))
    return who, turn


def check_line(s, stop, who, turn):
    place = f"after next, {stop['thread']}, visitor {who}, round {turn}"
    must(f"{place}: who", s.value("visitor->who"), who)
    must(f"{place}: the round", s.value("round"), turn)
    must(f"{place}: local", s.value("local"), 100 * who + turn)
    must(f"{place}: the sum", s.value("visitor->sum"), sum(100 * who + i for i in range(1, turn)))


def talk(s):
    seen = {1: 0, 2: 0}
    line = s.ask("break", at="visit")["locations"][0]["line"]
    stop = s.ask("continue")
    while stop["reason"] == "breakpoint":
        must("the function", stop.get("function"), "visit")
        must("the line", stop.get("line"), line)
        who, turn = check_entry(s, stop, seen)
        before, stop = stop, s.ask("next")
        if stop["reason"] == "step":
            must("the thread of next", stop["thread"], before["thread"])
            must("the line of next", stop.get("line"), line + 1)
            check_line(s, stop, who, turn)
            stop = s.ask("continue")
    if stop["reason"] == "killed":
        raise Named(f"the emulator was killed by {stop.get('signal')}")
    must("the reason", stop["reason"], "exited")
    must("the exit code", stop.get("exit_code"), 0)
    if seen != {1: ROUNDS, 2: ROUNDS}:
        raise (Missed if s.warned else Wrong)(f"hits of each that were told: {seen}, of {ROUNDS}")


def run(log):
    s = None
    kind, why = "right", ""
    try:
        s = Session(log)
        try:
            talk(s)
        except (Wrong, Missed, Named) as e:
            kind, why = type(e).__name__.lower(), str(e)
        s.end()
    except (Bad, BrokenPipeError, KeyError, ValueError) as e:
        kind, why = "bad", f"{type(e).__name__}: {e}"
        s.process.kill()
        s.process.wait()
    return kind, why, s.violations


def main():
    counts = dict.fromkeys(("right", "wrong", "missed", "named", "bad"), 0)
    raced, longest = 0, 0
    folder = OPTIONS.get("keep", "")
    for i in range(int(RUNS)):
        log = f"{folder}/{i}.log" if folder else "/dev/null"
        began = time.monotonic()
        kind, why, violations = run(log)
        took = time.monotonic() - began
        longest = max(longest, took)
        counts[kind] += 1
        raced += violations > 0
        if kind != "right":
            print(f"{kind}, run {i}, {took:.1f} s: {why}", flush=True)
        elif folder:
            os.unlink(log)
    print(" ".join(f"{kind} {count}" for kind, count in counts.items()), f"of {RUNS}, {raced} with the race, longest {longest:.1f} s")
    return 0 if counts["wrong"] + counts["bad"] == 0 and counts["right"] >= int(RUNS) * SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
