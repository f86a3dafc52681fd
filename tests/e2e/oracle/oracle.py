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

import known

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ("places", "types", "backtrace", "locals", "expressions")
DEADLINE = 60
ENVIRONMENT = {"A": "1", "PATH": "/usr/bin:/bin", "QEMU_RAND_SEED": "1"} # of emulators


class Gone(Exception):
    """A side that ended; what it was asked last."""


class Crashed(Gone):
    """gdb itself died, which says nothing about allstop."""


class Lines:
    """A process that answers lines with lines."""

    def __init__(self, process, out, answers):
        self.process, self.out, self.answers = process, out, answers

    def send(self, question):
        try:
            self.out.write(json.dumps(question) + "\n")
            self.out.flush()
        except BrokenPipeError:
            raise Gone("gone before %s" % json.dumps(question))

    def receive(self, question):
        line = self.answers.readline()
        if not line:
            raise Gone("ended at %s" % json.dumps(question)[:300])
        return json.loads(line)

    def close(self):
        self.out.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.answers.close()


class Gdb(Lines):
    def receive(self, question):
        try:
            return super().receive(question)
        except Gone as e:
            raise Crashed("gdb %s" % e)

    def send(self, question):
        try:
            super().send(question)
        except Gone as e:
            raise Crashed("gdb %s" % e)

    def __init__(self, options):
        to_r, to_w = os.pipe()
        from_r, from_w = os.pipe()
        environment = dict(os.environ, ORACLE_FDS="%d,%d" % (to_r, from_w), PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1",
                           LC_ALL="C.UTF-8")
        process = subprocess.Popen([options.gdb, "-q", "-nx", "-batch", "-x", os.path.join(HERE, "gdb_side.py")],
                                   pass_fds=(to_r, from_w), env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=None if options.verbose else subprocess.DEVNULL)
        os.close(to_r)
        os.close(from_w)
        super().__init__(process, os.fdopen(to_w, "w"), os.fdopen(from_r))

    def ask(self, do, **arguments):
        question = dict(arguments, do=do)
        self.send(question)
        answer = self.receive(question)
        if "ok" not in answer:
            raise Gone("gdb: %s: %s" % (json.dumps(question)[:200], answer["error"]))
        return answer["ok"]


class Allstop(Lines):
    def __init__(self, options, target):
        command = [options.allstop, "--no-config", "--jsonl", "--target", target, options.program]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=None if options.verbose else subprocess.DEVNULL, text=True)
        self.number = 0
        super().__init__(process, process.stdin, process.stdout)

    def ask(self, do, **arguments):
        """The result, or {"error": {...}}."""
        return self.ask_all([dict(arguments, do=do)])[0]

    def ask_all(self, questions):
        first = self.number + 1
        for q in questions:
            self.number += 1
            self.send(dict(q, id=self.number))
        found = {}
        while len(found) < len(questions):
            answer = self.receive(questions[0])
            if answer.get("id") is not None and answer["id"] >= first:
                found[answer["id"]] = answer
        return [found[first + i].get("result", {"error": found[first + i].get("error")}) for i in range(len(questions))]


class Judge:
    """Counts agreement, keeps disagreements that known.py does not explain."""

    def __init__(self, options):
        self.options = options
        self.agreed = {kind: 0 for kind in KINDS}
        self.explained = {kind: 0 for kind in KINDS}
        self.findings = {kind: [] for kind in KINDS}

    def compare(self, kind, question, gdb, allstop, context=None):
        both_refuse = str(gdb).startswith("error: ") and str(allstop).startswith("error: ")
        if gdb == allstop or both_refuse:
            self.agreed[kind] += 1
            return
        if known.explains(kind, question, gdb, allstop, context, self.options):
            self.explained[kind] += 1
            return
        self.findings[kind].append("%s: %s" % (question, difference(gdb, allstop)))

    def report(self):
        bad = False
        for kind in KINDS:
            if not self.agreed[kind] and not self.findings[kind]:
                continue
            name = "%s %s" % (self.options.name, kind)
            if self.findings[kind]:
                bad = True
                shown = self.findings[kind] if self.options.verbose else self.findings[kind][:4]
                print("FAIL %s (seed %d): %d of %d differ" % (name, self.options.seed, len(self.findings[kind]),
                                                            len(self.findings[kind]) + self.agreed[kind]))
                for line in shown:
                    print("    " + line)
            else:
                print("ok %s: %d answers (seed %d, %d where gdb errs)" % (name, self.agreed[kind], self.options.seed,
                                                                       self.explained[kind]))
        return 1 if bad else 0


def difference(gdb, allstop):
    """Both answers from a little before the first character that differs."""
    texts = [json.dumps(v, ensure_ascii=False) for v in (gdb, allstop)]
    same = len(os.path.commonprefix(texts))
    start = same - 60 if max(len(t) for t in texts) > 200 and same > 60 else 0
    cut = [("…" if start else "") + t[start:start + 200] + ("…" if len(t) > start + 200 else "") for t in texts]
    return "gdb %s, allstop %s" % tuple(cut)


def base(path):
    return os.path.basename(path) if path else None


# -- answers of both brought to one form ----------------------------------------------------------------

def error_class(text):
    """gdb's errors by what they mean."""
    for pattern, code in ((r"Cannot access memory", "no-memory"), (r"Division by zero", "divide-by-zero"),
                          (r"optimized out", "optimised-out"), (r"No symbol", "no-symbol"),
                          (r"There is no member", "no-member")):
        if re.search(pattern, text):
            return code
    return "other"


ERRORS = {"no-memory": "no-memory", "divide-by-zero": "divide-by-zero", "optimised-out": "optimised-out",
          "no-symbol": "no-symbol", "no-member": "no-member"}


def gdb_text(answer):
    if "error" in answer:
        return "error: " + error_class(answer["error"])
    if answer["text"] == "<optimized out>":
        return "error: optimised-out"
    if "<error reading variable: Cannot access memory" in answer["text"]:
        return "error: no-memory"
    return re.sub(r"<error: Cannot access memory at address 0x[0-9a-f]+>", "<no memory>", answer["text"])


def allstop_text(result):
    if result.get("error"):
        return "error: " + ERRORS.get(result["error"]["code"], "other")
    if result.get("state"):
        return "error: " + result["state"]
    return re.sub(r"<error: [^<>]*(cannot be read|memory|unreadable)[^<>]*>", "<no memory>", result.get("text") or "")


# -- the questions --------------------------------------------------------------------------------------

def check_places(judge, gdb, allstop, draw, addresses, count):
    chosen = sorted(draw.sample(addresses, min(count, len(addresses))))
    theirs = gdb.ask("place", addresses=chosen)
    ours = allstop.ask_all([{"do": "lookup", "at": "*0x%x" % a} for a in chosen])
    for a, t, o in zip(chosen, theirs, ours):
        symbol = re.match(r"(.*?)(?: \+ (\d+))? in section (\S+)", t["symbol"].get("text", ""))
        expected = {"line": t["line"] or None, "file": base(t["file"]), "chain": t["chain"]}
        got = {"line": o.get("line"), "file": base(o.get("file")),
               "chain": [o.get("function")] + [i["function"] for i in o.get("inlined", [])] if t["chain"] else []}
        if symbol:
            expected["symbol"] = [symbol.group(1), int(symbol.group(2) or 0), symbol.group(3)]
            got["symbol"] = [o.get("symbol"), o.get("offset"), o.get("section")]
        judge.compare("places", "0x%x" % a, expected, got)


def members_of(rows):
    """Members as (name, bits from the start, bit size, type, size)."""
    found = []
    for m in rows:
        bits = m.get("bits")
        start = m["offset"] * 8 + (bits["offset"] if bits else 0)
        found.append([m["name"], start, bits["size"] if bits else 0, m["type"], m["size"]])
    return found


def compare_definitions(judge, name, t, o, p):
    judge.compare("types", "ptype /o " + name, re.sub("^type = ", "", t["text"]["text"]), o["text"])
    judge.compare("types", "ptype " + name, re.sub("^type = ", "", t["plain"]["text"]), p["text"])


def check_types(judge, gdb, allstop, names, options):
    ours = allstop.ask_all([{"do": "type", "name": n, "offsets": True} for n in names])
    plain = allstop.ask_all([{"do": "type", "name": n} for n in names])
    for name, o, p in zip(names, ours, plain):
        t = gdb.ask("type", name=name)
        if "error" in t:
            continue
        if o.get("error"):
            judge.compare("types", name, t["text"], o["error"])
            continue
        judge.compare("types", "sizeof " + name, t["size"], o["size"])
        if not options.fields_only: # in C++ gdb writes methods, access and template arguments out
            compare_definitions(judge, name, t, o, p)
        if "members" in t:
            theirs = [[m["name"] if not m["base"] else "", m["bit"], m["bits"], m["type"], m["size"]]
                      for m in t["members"]]
            judge.compare("types", "members " + name, theirs, members_of(o["members"]))
        if "enumerators" in t:
            judge.compare("types", "enumerators " + name, t["enumerators"],
                          [[m["name"], m["value"]] for m in o["members"]])


def check_backtrace(judge, gdb, allstop, context):
    """The numbers that we have for gdb's frames, in their order."""
    theirs = gdb.ask("frames")
    ours = allstop.ask("backtrace")
    rows = ours.get("frames", [])
    # Clang tells where a jump is (DW_AT_call_pc) and not where it would return to: gdb 13 passes over such jumps.
    real = [r for r in rows if r.get("rule") != "tail-call"]
    if "clang" in judge.options.name and len(real) == len(theirs):
        rows = real
    expected = [[f["function"] if not f["signal"] else "signal", f["line"] or None, base(f["file"]), f["inlined"],
                 "0x%x" % f["pc"]] for f in theirs]
    got = [[r.get("function") if r.get("rule") != "signal" else "signal", r.get("line"), base(r.get("file")),
            bool(r.get("inlined")), r["pc"]] for r in rows]
    for g in got:
        g[0] = re.sub("^__GI_", "", g[0]) if g[0] else None
    for e, g in zip(expected, got):
        if e[0] == "signal" and g[0] == "signal":
            e[1:4] = g[1:4] = []
    judge.compare("backtrace", "backtrace at %s" % context, expected, got, context)
    judge.jumped = {r["level"] for r in rows if r.get("rule") == "tail-call"}
    return [r["level"] for r in rows[:len(theirs)]]


def memory_differs(gdb, allstop, row):
    """What has no value yet is what the kernel's random numbers left on the stack: the two runs differ."""
    if not row.get("address") or not row.get("type"):
        return False
    size = allstop.ask("eval", expr="sizeof(%s)" % row["name"]).get("value")
    if not size or int(size) > 65536:
        return False
    theirs = gdb.ask("memory", address=int(row["address"], 16), length=int(size))
    if theirs is None:
        return False
    return theirs != allstop.ask("read", addr=row["address"], length=int(size)).get("hex")


def check_locals(judge, gdb, allstop, level, our_level, context):
    theirs = gdb.ask("locals", level=level)
    ours = allstop.ask("locals", frame=our_level)
    rows = ours.get("variables")
    if rows is None:
        judge.compare("locals", "locals of frame %d at %s" % (level, context), theirs, ours)
        return
    names = [[v["name"], v["argument"]] for v in theirs]
    judge.compare("locals", "names in frame %d at %s" % (level, context), names,
                  [[v["name"], v["argument"]] for v in rows])
    if [v["name"] for v in theirs] != [v["name"] for v in rows]:
        return
    for t, o in zip(theirs, rows):
        where = "%s in frame %d at %s" % (t["name"], level, context)
        if gdb_text(t["value"]) != allstop_text(o) and memory_differs(gdb, allstop, o):
            continue
        judge.compare("locals", where, gdb_text(t["value"]), allstop_text(o), t)
        judge.compare("locals", "type of " + where, t["type"], o["type"], t)


def check_expressions(judge, gdb, allstop, level, our_level, seed, everywhere, count, context):
    theirs = gdb.ask("expressions", level=level, seed=seed, globals=everywhere, count=count)
    questions = []
    for t in theirs:
        q = {"do": "eval", "expr": t["expr"], "frame": our_level}
        if t["format"]:
            q["format"] = t["format"]
        questions.append(q)
    for t, o in zip(theirs, allstop.ask_all(questions)):
        style = "/" + t["format"] if t["format"] else ""
        question = "p%s %s in frame %d at %s" % (style, t["expr"], level, context)
        judge.compare("expressions", question, gdb_text(t["value"]), allstop_text(o), t)
        if t["type"] and not o.get("error") and "error" not in t["value"]:
            judge.compare("expressions", "type of " + question, t["type"], o.get("type"), t)


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


def stop_somewhere(gdb, allstop, draw, addresses):
    """Both at the first of a few random instructions; False: the program ended."""
    chosen = draw.sample(addresses, min(6, len(addresses)))
    ignore = [draw.choice((0, 0, 1, 2)) for _ in chosen]
    theirs = gdb.ask("stop", addresses=chosen, ignore=ignore)
    for a, n in zip(theirs.get("addresses", chosen), ignore):
        q = {"at": "*0x%x" % a, "once": True}
        if n:
            q["ignore"] = n
        allstop.ask("break", **q)
    ours = allstop.ask("continue")
    allstop.ask("delete", all=True)
    return theirs, ours


def check_stop(judge, gdb, allstop, draw, options, everywhere, context):
    levels = check_backtrace(judge, gdb, allstop, context)
    for level in sorted(set((0, draw.randrange(len(levels) or 1)))):
        if level >= len(levels):
            continue
        judge.options.gone = levels[level] in judge.jumped
        check_locals(judge, gdb, allstop, level, levels[level], context)
        if not options.fields_only: # their operators are another language's
            check_expressions(judge, gdb, allstop, level, levels[level], draw.randrange(1 << 30), everywhere, options.expressions,
                              context)


def session(judge, options, draw, first):
    gdb, allstop, listed = begin(options)
    try:
        mine = [f for f in listed["functions"] if f in options.functions] if options.functions else listed["functions"]
        addresses = gdb.ask("instructions", functions=mine)
        everywhere = [v for v in listed["variables"] if not v.startswith("_")]
        if first:
            check_places(judge, gdb, allstop, draw, addresses, options.places)
            check_types(judge, gdb, allstop, listed["types"], options)
        done = 0
        while done < options.stops:
            theirs, ours = stop_somewhere(gdb, allstop, draw, addresses)
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
