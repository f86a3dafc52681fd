# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of questions: each asks both sides the same and gives the answers to the judge."""
import re

from judge import allstop_text, base, gdb_text


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


def is_jump(allstop, pc):
    """x86: what stands before this address is a jump."""
    before = allstop.ask("read", addr="0x%x" % (int(pc, 16) - 5), length=5).get("hex", "")
    return before.startswith("e9") or before[6:8] == "eb" or before[4:6] == "ff" or before[6:8] == "ff"


def check_backtrace(judge, gdb, allstop, context):
    """The numbers that we have for gdb's frames, in their order."""
    theirs = gdb.ask("frames")
    ours = allstop.ask("backtrace")
    rows = ours.get("frames", [])
    # Clang tells where a jump is (DW_AT_call_pc) and not where it would return to: gdb 13 passes over such jumps.
    real = [r for r in rows if r.get("rule") != "tail-call"]
    # Of one that gdb cannot follow, because what is called is a part of a function (f.part.0), the bytes tell.
    jumped = all(is_jump(allstop, r["pc"]) for r in rows if r.get("rule") == "tail-call")
    if ("clang" in judge.options.name or jumped) and len(real) == len(theirs):
        rows = real
    expected = [[f["function"] if not f["signal"] else "signal", f["line"] or None, base(f["file"]) if f["line"] else None, f["inlined"],
                 "0x%x" % f["pc"]] for f in theirs]
    got = [[r.get("function") if r.get("rule") != "signal" else "signal", r.get("line"),
            base(r.get("file")) if r.get("line") else None, bool(r.get("inlined")), r["pc"]] for r in rows]
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


def ground_differs(gdb, allstop, level, expression):
    """The same of the variables of an expression."""
    names = sorted(set(re.findall(r"[A-Za-z_]\w*", expression))) + [expression] # and what it comes to
    for address, size in gdb.ask("extent", level=level, names=names):
        if 0 < size <= 65536 and gdb.ask("memory", address=address, length=size) != \
                allstop.ask("read", addr="0x%x" % address, length=size).get("hex"):
            return True
    return False


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
        if gdb_text(t["value"]) != allstop_text(o) and ground_differs(gdb, allstop, level, t["expr"]):
            continue
        judge.compare("expressions", question, gdb_text(t["value"]), allstop_text(o), t)
        if t["type"] and not o.get("error") and "error" not in t["value"]:
            judge.compare("whatis", "type of " + question, t["type"], o.get("type"), t)


def check_lines(judge, gdb, allstop, functions, seed, count):
    """Where functions are, and lines: of a line in several places, such as one that was inlined, ours is one of gdb's."""
    theirs = gdb.ask("lines", functions=functions, seed=seed, count=count)
    ours = allstop.ask_all([{"do": "lookup", "at": t["at"]} for t in theirs])
    for t, o in zip(theirs, ours):
        if not isinstance(t["addresses"], list) or not t["addresses"]:
            continue # which line with code comes next is a question of `breaks`
        got = int(o["address"], 16) if o.get("address") else o
        expected = got if got in t["addresses"] else t["addresses"]
        judge.compare("lines", "address of %s" % t["at"], expected, got)


def check_breaks(judge, gdb, allstop, functions, seed, count):
    for t in gdb.ask("breaks", functions=functions, seed=seed, count=count):
        o = allstop.ask("break", at=t["at"])
        if o.get("id") is not None:
            allstop.ask("delete", all=True)
        expected = "error: " + t["error"] if "error" in t else ["0x%x" % a for a in t["places"]]
        got = "error: %s" % o["error"]["message"] if o.get("error") else \
            ["0x%x" % a for a in sorted(int(p["pc"], 16) for p in o["locations"])]
        judge.compare("breaks", "break %s" % t["at"], expected, got)


def check_constants(judge, gdb, allstop, types, seed, count):
    theirs = gdb.ask("constants", types=types, seed=seed, count=count)
    ours = allstop.ask_all([{"do": "eval", "expr": "(long)" + t[0]} for t in theirs])
    for t, o in zip(theirs, ours):
        judge.compare("constants", t[0], t[1] if t[1] is not None else "error: ",
                      int(o["value"]) if o.get("value") is not None else "error: %s" % o.get("error"))


def check_registers(judge, gdb, allstop, level, our_level, context):
    theirs = gdb.ask("registers", level=level)
    ours = allstop.ask("registers", frame=our_level).get("registers", {})
    for name, value in theirs.items():
        if name in ours:
            judge.compare("registers", "%s in frame %d at %s" % (name, level, context), value,
                          int(ours[name], 16) if ours[name] else None, {"level": level, "name": name})


def check_code(judge, gdb, allstop, address, count):
    theirs = gdb.ask("code", address=address, count=count)
    ours = allstop.ask("disassemble", at="*0x%x" % address, count=count).get("instructions", [])
    judge.compare("code", "%d instructions at 0x%x" % (count, address), theirs,
                  [[int(i["address"], 16), len(i["bytes"]) // 2] for i in ours])


MOVES = {"step": 5, "next": 5, "finish": 3, "stepi": 2, "nexti": 1}


def place_of(row):
    """Where a step came to, without the parameters that C++ writes behind a name."""
    if row.get("gone") or row.get("reason") in ("exited", "killed"):
        return ["gone"]
    if "error" in row:
        return "error: %s" % (row["error"] if isinstance(row["error"], str) else row["error"]["message"])
    pc = row["pc"] if isinstance(row["pc"], str) else "0x%x" % row["pc"]
    name = re.sub(r"\(.*", "", row.get("function") or "").replace("__GI_", "")
    return [name, row.get("line") or 0, pc]


def check_steps(judge, gdb, allstop, draw, count, context):
    """Steps of both from one stop; True while both are at one place."""
    for how in draw.choices(list(MOVES), MOVES.values(), k=count):
        t, o = gdb.ask("move", how=how), allstop.ask(how)
        theirs, ours = place_of(t), place_of(o)
        judge.compare("steps", "%s from %s" % (how, context), theirs, ours, {"how": how, "row": t, "from": context})
        if theirs != ours or theirs == ["gone"]:
            return False
        if how == "finish" and t.get("value") is not None:
            judge.compare("steps", "value of finish from %s" % context, gdb_text({"text": t["value"]}), allstop_text(o), o)
        context = "%s:%s %s" % tuple(theirs) if isinstance(theirs, list) else context
    return True
