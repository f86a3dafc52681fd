#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways through a program by random steps, in gdb and in allstop: steps.py ALLSTOP PROGRAM --seed N

Each session begins at a function and takes some steps of each kind; after each, both must stand at the same pc, in the same
function and line. What is gdb's own doing ends the comparison of a session (known()), with its reason.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {"step": 6, "next": 6, "finish": 1, "stepi": 1, "nexti": 1}
STARTED = "continue"


def bare(name):
    return re.sub(r"\(.*", "", name or "").replace("__GI_", "")


def functions(program):
    """Those of the program that a breakpoint can be set on by name."""
    rows = (line.split() for line in subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout.splitlines())
    return sorted({r[2] for r in rows if len(r) == 3 and r[1] in "tT" and re.match(r"[a-z]\w*$", r[2])
                   and not re.match(r"(frame_dummy|deregister_tm_clones|register_tm_clones)$", r[2])})


def by_gdb(program, commands, work):
    out = os.path.join(work, "gdb.json")
    env = dict(os.environ, ORACLE_STEPS=json.dumps(commands), ORACLE_OUT=out, LC_ALL="C")
    subprocess.run(["gdb", "-nx", "-q", "-batch", "-x", os.path.join(HERE, "steps_gdb.py"), program], env=env, capture_output=True,
                   timeout=60, stdin=subprocess.DEVNULL, check=False)
    with open(out, encoding="utf-8") as f:
        return [p for p in json.load(f) if p]


def place(line):
    if not line["ok"]:
        return ["error", line["error"]["message"]]
    result = line["result"]
    if result.get("reason") in ("exited", "killed"):
        return ["gone"]
    return [result.get("function"), result.get("line", 0), result.get("pc")]


def by_allstop(allstop, program, begin, kinds):
    steps = [{"do": "break", "at": "main"}, {"do": STARTED}]
    if begin:
        steps += [{"do": "break", "at": begin, "once": True}, {"do": STARTED}]
    steps += [{"do": kind} for kind in kinds]
    session = {"target": "launch:gdbserver --once 127.0.0.1:{port} " + program, "symbols": [program],
               "steps": [dict(s, on_fail="go_on") for s in steps]}
    out = subprocess.run([allstop, "--no-config", "-S", "-"], input=json.dumps(session), capture_output=True, text=True, timeout=120,
                         env=dict(os.environ, LC_ALL="C"), check=False).stdout
    lines = [json.loads(line) for line in out.splitlines() if line.startswith('{"step"')]
    return [place(line) for line in lines if line.get("do") not in ("break", None)]


def known(kind, gdb, allstop, clang):
    """Why a difference is gdb's, or None."""
    if gdb[0] == "error" and "outermost" in gdb[1]:
        return "gdb finishes no `main`"
    if gdb[0] is None:
        return "gdb stays in code without a name"
    if kind == "step" and clang and bare(gdb[0]) == bare(allstop[0]) and allstop[2] > gdb[2]:
        return "gdb 13 believes clang's line table only where the producer begins with `clang `, and Debian's does not"
    return None


def compare(options, seed, work):
    """(how many places were compared, what differs or None)"""
    draw = random.Random(seed)
    begin = draw.choice(functions(options.program) + [None])
    begin = None if begin == "main" else begin
    kinds = draw.choices(list(KINDS), KINDS.values(), k=options.steps)
    start = ["break main", "run"] + (["tbreak " + begin, "continue"] if begin else [])
    gdb = by_gdb(options.program, start + kinds, work)
    allstop = by_allstop(options.allstop, options.program, begin, kinds)
    named = ["run"] + (["continue to " + begin] if begin else []) + kinds
    for i, (theirs, ours) in enumerate(zip(gdb, allstop)):
        if theirs[0] == ours[0] == "error":
            continue
        if theirs == ours == ["gone"] or (theirs[1:] == ours[1:] and bare(theirs[0]) == bare(ours[0])):
            continue
        if "error" not in (theirs[0], ours[0]) and begin and theirs == ["gone"]:
            return i, "%s: gdb's program ends, allstop's is at %s" % (" ".join(named[: i + 1]), ours)
        if len(theirs) > 1 and len(ours) > 1 and known(named[i], theirs, ours, options.clang):
            return i, None
        return i, "%s: gdb comes to %s, allstop to %s (from %s)" % (" ".join(named[: i + 1]), theirs, ours, gdb[i - 1])
    if len(allstop) < len(gdb):
        return len(allstop), "allstop took %d of %d steps" % (len(allstop), len(gdb))
    return len(gdb), None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("allstop")
    parser.add_argument("program")
    parser.add_argument("--name", default="steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--clang", action="store_true", help="the program is clang's, and optimised")
    options = parser.parse_args()
    total = failed = 0
    with tempfile.TemporaryDirectory() as work:
        for i in range(options.sessions):
            seed = options.seed * 1000 + i
            try:
                count, wrong = compare(options, seed, work)
            except subprocess.TimeoutExpired as e:
                if "gdb" not in str(e.cmd[0]):
                    raise
                continue # gdb hangs now and then where a signal meets a step
            total += count
            if wrong:
                failed += 1
                print("FAIL %s (seed %d): %s" % (options.name, seed, wrong))
    if not total:
        print("FAIL %s: nothing was compared" % options.name)
    elif not failed:
        print("ok %s: %d places alike (seed %d)" % (options.name, total, options.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
