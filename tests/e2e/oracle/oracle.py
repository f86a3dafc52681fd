# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks gdb and allstop the same about a program, at random, and compares.

  oracle.py ALLSTOP PROGRAM --name NAME [--seed N] [--stops N] [--expressions N] [--only KIND] [--verbose]
            [--target SPEC --gdb-target COMMAND] [--gdb gdb-multiarch] [--language c++]

Prints "ok NAME KIND: N answers" or "FAIL NAME KIND: ..." for each kind of question (places types backtrace locals
expressions), with the seed that repeats it.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

import questions
from judge import Judge
from sides import Allstop, Crashed, Gdb, Gone

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 60
ENVIRONMENT = {"A": "1", "PATH": "/usr/bin:/bin", "QEMU_RAND_SEED": "1"} # of emulators


# -- sessions -------------------------------------------------------------------------------------------

def attach_to_emulator(gdb, options):
    """An emulator of gdb's own, on a socket in a folder that goes with it."""
    folder = tempfile.TemporaryDirectory(prefix="oracle")
    path = os.path.join(folder.name, "gdb")
    process = subprocess.Popen(options.emulator + ["-g", path, options.program], env=ENVIRONMENT,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.folder = folder
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end and process.poll() is None:
        if os.path.exists(path) and "error" not in gdb.ask("run", command="target remote " + path):
            return process
        time.sleep(0.02)
    raise Gone("gdb: cannot reach %s" % options.emulator[0])


def begin(options):
    gdb, allstop = Gdb(options), Allstop(options, options.target)
    gdb.emulator = None
    gdb.ask("run", command="file " + options.program)
    listed = gdb.ask("names") # before libraries bring theirs
    if options.emulator:
        gdb.emulator = attach_to_emulator(gdb, options)
    for command in ([] if options.emulator else [options.gdb_target]) + ["tbreak " + options.start, "continue"]:
        answer = gdb.ask("run", command=command)
        if "error" in answer:
            raise Gone("gdb: %s: %s" % (command, answer["error"]))
    allstop.ask("break", at=options.start, once=True)
    stop = allstop.ask("continue")
    if stop.get("reason") != "breakpoint":
        raise Gone("allstop did not reach %s: %s" % (options.start, json.dumps(stop)))
    return gdb, allstop, listed


def end(gdb, allstop):
    try:
        allstop.ask("kill")
        gdb.ask("run", command="kill")
    except Gone:
        pass
    for side in (gdb, allstop):
        try:
            side.close()
        except BrokenPipeError:
            pass
    if gdb.emulator:
        gdb.emulator.kill()
        gdb.emulator.wait()
        gdb.emulator.folder.cleanup()


def stop_somewhere(gdb, allstop, draw, addresses, wide):
    """Both at the first of a few random instructions; of programs that run little of what they have, of many."""
    chosen = draw.sample(addresses, min(40 if wide else 6, len(addresses)))
    ignore = [draw.choice((0, 1, 3, 20, 60) if wide else (0, 0, 1, 2)) for _ in chosen]
    theirs = gdb.ask("stop", addresses=chosen, ignore=ignore)
    points = []
    for a, n in zip(theirs.get("addresses", chosen), ignore):
        points.append(dict({"do": "break", "at": "*0x%x" % a, "once": True}, **({"ignore": n} if n else {})))
    allstop.ask_all(points)
    ours = allstop.ask("continue")
    allstop.ask("delete", all=True)
    return theirs, ours


def check_stop(judge, gdb, allstop, draw, options, everywhere, context):
    levels = questions.check_backtrace(judge, gdb, allstop, context)
    if options.more:
        questions.check_code(judge, gdb, allstop, int(context, 16), 12)
    for level in sorted(set((0, draw.randrange(len(levels) or 1)))):
        if level >= len(levels):
            continue
        judge.options.gone = levels[level] in judge.jumped
        if options.more:
            questions.check_registers(judge, gdb, allstop, level, levels[level], context)
        questions.check_locals(judge, gdb, allstop, level, levels[level], context)
        if not options.fields_only: # their operators are another language's
            questions.check_expressions(judge, gdb, allstop, level, levels[level], draw.randrange(1 << 30), everywhere,
                                        options.expressions, context)


def check_program(judge, gdb, allstop, draw, options, listed, functions):
    """What does not need a stop."""
    gdb.ask("run", command="frame 0")
    addresses = gdb.ask("instructions", functions=draw.sample(functions, min(30, len(functions))))
    questions.check_places(judge, gdb, allstop, draw, addresses, options.places)
    some = draw.sample(listed["types"], min(options.types, len(listed["types"])))
    questions.check_types(judge, gdb, allstop, some, options)
    if not options.more:
        return
    questions.check_constants(judge, gdb, allstop, some, draw.randrange(1 << 30), options.places // 2)
    if not options.fields_only: # functions of C++ have several names
        questions.check_lines(judge, gdb, allstop, functions, draw.randrange(1 << 30), options.places // 2)
        questions.check_breaks(judge, gdb, allstop, functions, draw.randrange(1 << 30), options.places // 2)


def session(judge, options, draw, first):
    gdb, allstop, listed = begin(options)
    try:
        mine = [f for f in listed["functions"] if f in options.functions] if options.functions else listed["functions"]
        if first:
            check_program(judge, gdb, allstop, draw, options, listed, mine)
        addresses = gdb.ask("instructions", functions=draw.sample(mine, min(80, len(mine))))
        everywhere = [v for v in listed["variables"] if not v.startswith("_")]
        done = 0
        while done < options.stops:
            theirs, ours = stop_somewhere(gdb, allstop, draw, addresses, options.wide)
            if theirs.get("pc") is None or ours.get("reason") == "exited":
                judge.compare("backtrace", "the end", theirs.get("pc"), None if ours.get("reason") == "exited" else ours)
                break
            if "signal" in str(ours.get("reason")):
                continue
            done += 1
            context = "0x%x" % theirs["pc"]
            if context != ours.get("pc"):
                judge.compare("backtrace", "stop", context, ours)
                break
            check_stop(judge, gdb, allstop, draw, options, everywhere, context)
            if options.steps and not questions.check_steps(judge, gdb, allstop, draw, options.steps, context):
                break
        return done
    finally:
        end(gdb, allstop)


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("allstop")
    p.add_argument("program")
    p.add_argument("--name", required=True)
    p.add_argument("--seed", type=int, default=None)
    p.add_argument("--stops", type=int, default=6)
    p.add_argument("--places", type=int, default=60)
    p.add_argument("--expressions", type=int, default=20)
    p.add_argument("--types", type=int, default=100)
    p.add_argument("--steps", type=int, default=0, help="so many after each stop")
    p.add_argument("--more", action="store_true", help="also lines, breakpoints, constants, registers and code")
    p.add_argument("--wide", action="store_true", help="the program runs little of what it has")
    p.add_argument("--start", default="main")
    p.add_argument("--gdb", default="gdb")
    p.add_argument("--emulator", default=None, help="such as qemu-aarch64")
    p.add_argument("--functions", nargs="*", default=None)
    p.add_argument("--fields-only", action="store_true", help="C++: members of types, not their definitions' text")
    p.add_argument("--optimised", action="store_true", help="the program was built with -O1 or more")
    p.add_argument("--verbose", action="store_true")
    options = p.parse_args()
    options.program = os.path.abspath(options.program)
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 30)
    # The same few variables for both, so that their stacks are the same. To gdbserver `:PORT` is a port of `localhost`,
    # which has to be in /etc/hosts.
    wrapper = "gdbserver --once --wrapper env -i A=1 --"
    options.target = "launch:%s 127.0.0.1:{port} %s" % (wrapper, options.program)
    options.gdb_target = "target remote | %s - %s" % (wrapper, options.program)
    if options.emulator:
        words = " ".join("%s=%s" % pair for pair in sorted(ENVIRONMENT.items()))
        options.target = "launch:env -i %s %s -g {socket} %s" % (words, options.emulator, options.program)
        options.emulator = [options.emulator]
    return options


def main():
    options = arguments()
    draw = random.Random(options.seed)
    judge = Judge(options)
    try:
        done, first, crashes = 0, True, 0
        while done < options.stops and (first or done):
            try:
                done += session(judge, argparse.Namespace(**dict(vars(options), stops=options.stops - done)), draw, first)
            except Crashed as e:
                crashes += 1
                print("again %s: %s" % (options.name, str(e)[:200]))
                if crashes > 2:
                    raise
                done += 1
            first = False
    except Gone as e:
        print("FAIL %s (seed %d): %s" % (options.name, options.seed, e))
        judge.report()
        return 1
    return judge.report()


sys.exit(main())
