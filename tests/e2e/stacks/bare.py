#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stacks where no table tells: bare.py ALLSTOP WORK PROCESSOR EMULATOR COMPILER FLAGS…

A program without tables for its own functions (bare.c) is stepped through, each instruction, and at each the stack is
compared with what was called and has not returned: known here by the return addresses and stack pointers of the calls.
A frame that is not so is wrong; a stack that ends early with a reason is only short.
"""
import json, os, re, subprocess, sys

ALLSTOP, WORK, NAME, EMULATOR, COMPILER = sys.argv[1:6]
FLAGS = sys.argv[6:]
HERE = os.path.dirname(os.path.abspath(__file__))
REGISTERS = {  # stack pointer, link register, bytes that a call pushes
    "x86_64": ("rsp", None, 8), "i386": ("esp", None, 4), "aarch64": ("sp", "x30", 0), "arm": ("sp", "lr", 0),
    "riscv64": ("sp", "ra", 0), "ppc64": ("r1", "lr", 0), "ppc64le": ("r1", "lr", 0), "s390x": ("r15", "r14", 0),
    "mips": ("r29", "r31", 0), "mipsel": ("r29", "r31", 0),
}
BARE = ["-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-fno-exceptions", "-fno-stack-protector", "-static", "-no-pie"]
SP, LINK, PUSHED = REGISTERS[NAME]
PREFIX = COMPILER[:-len("gcc")]  # of the tools
MOST = 4000
LOCAL = 8 if NAME == "ppc64le" else 0  # calls within a program enter functions behind the start


def build():
    objects = os.path.join(WORK, "bare.o"), os.path.join(WORK, "bare")
    subprocess.run([COMPILER, *BARE, *FLAGS, "-c", "-o", objects[0], os.path.join(HERE, "bare.c")], check=True)
    subprocess.run([PREFIX + "objcopy", "--remove-section", ".ARM.exidx*", "--remove-section", ".ARM.extab*",
                    "--remove-section", ".eh_frame", "--remove-section", ".rel.ARM.exidx*", objects[0]], check=True)
    subprocess.run([COMPILER, "-static", "-no-pie", *[f for f in FLAGS if f.startswith("-m")], "-o", objects[1], objects[0]], check=True)
    return objects[1]


class Server:
    """The interface of JSON lines, a request at a time."""

    def __init__(self, program):
        words = [ALLSTOP, "--jsonl", "--no-config", "-t", "launch:%s -g {port} %s" % (EMULATOR, program), program]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.number = 0

    def ask(self, do, **more):
        self.number += 1
        self.process.stdin.write(json.dumps(dict(more, do=do, id=self.number)) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            answer = json.loads(line)
            if answer.get("id") == self.number and "ok" in answer:
                if not answer["ok"]:
                    raise SystemExit("FAIL %s: %s: %s" % (TITLE, do, answer.get("error")))
                return answer.get("result", {})
        raise SystemExit("FAIL %s: the program ended at %s" % (TITLE, do))


def symbols(program):
    """Where functions begin."""
    words = [PREFIX + "objdump", "-d", "-j", ".text", "-j", ".text.startup", program]
    listed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return {m[2]: int(m[1], 16) for m in re.finditer(r"^([0-9a-f]+) <\.?(\w[^>]*)>:$", listed, re.M)}


def register(server, *names):
    values = server.ask("registers", names=list(names))["registers"]
    return [int(str(values[name]), 0) for name in names]


class Truth:
    """The calls that have not returned: [function, return address, stack pointer behind the return]."""

    def __init__(self, function):
        self.calls = [[function, None, None]]
        self.last = None

    def take(self, function, entry, pc, sp, link, word):
        top = self.calls[-1]
        returned = pc == top[1] and top[2] <= sp <= top[2] + 4  # a callee may take what points to its result
        if returned:
            self.calls.pop()
        elif entry:
            address = word if LINK is None else link & ~1
            near = self.last is not None and self.last < address <= self.last + 10
            if near:
                self.calls.append([function, address, sp + PUSHED])
            else:  # a jump takes the place of who jumped
                top[0] = function
        self.last = pc

    def names(self):
        return [c[0] for c in reversed(self.calls)]


def main():
    program = build()
    starts = symbols(program)
    server = Server(program)
    server.ask("break", at="all")
    server.ask("continue")
    truth, short, wrong, rules, count = None, [], [], {}, 0
    while count < MOST:
        stack = server.ask("backtrace", depth=30)
        frames = stack["frames"]
        pc, here = int(frames[0]["pc"], 16), frames[0]["function"]
        names = [SP] + ([LINK] if LINK else [])
        values = register(server, *names)
        word = 0
        if LINK is None:
            word = int.from_bytes(bytes.fromhex(server.ask("read", addr=hex(values[0]), length=PUSHED)["hex"]), "little")
        if truth is None:
            truth = Truth("main")
            truth.calls.append([here, None, None])
        if here == "main":
            break
        entered = count > 0 and pc in (starts[here], starts[here] + LOCAL)
        truth.take(here, entered, pc, values[0], values[1] if LINK else 0, word)
        got, expected = [f["function"] for f in frames], truth.names()
        for f in frames[1:]:
            rules[f["rule"]] = rules.get(f["rule"], 0) + 1
        if got != expected[:len(got)]:
            wrong.append("%s (%s): %s, and it is %s" % (hex(pc), here, ", ".join(map(str, got)), ", ".join(expected)))
        elif len(got) < len(expected):
            short.append("%s (%s): %s: %s" % (hex(pc), here, ", ".join(got), stack.get("end")))
        count += 1
        server.ask("stepi")
    server.process.kill()
    told = "%d instructions, %d wrong, %d short, %s" % (count, len(wrong), len(short), rules)
    print("%s %s: %s" % ("FAIL" if wrong or len(short) * 50 > count or count < 300 else "ok", TITLE, told))
    for line in wrong[:SHOWN] + short[:SHOWN]:
        print("    " + line, file=sys.stderr)


TITLE = "stacks without tables (%s %s)" % (NAME, " ".join(FLAGS))
SHOWN = int(os.environ.get("SHOWN", "6"))
main()
