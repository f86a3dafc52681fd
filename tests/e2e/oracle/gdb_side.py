# SPDX-License-Identifier: GPL-3.0-or-later
"""The oracle: runs inside gdb, answers one JSON question a line on the descriptors of ORACLE_FDS.

A question is {"do": NAME, ...}; the answer {"ok": RESULT} or {"error": TEXT}. What gdb says is returned as it is; judging
is the driver's work (oracle.py).
"""
import json
import os
import random
import re

import gdb

import gdb_kinds
import generate

READ, WRITE = (int(n) for n in os.environ["ORACLE_FDS"].split(","))
requests = os.fdopen(READ)
answers = os.fdopen(WRITE, "w")

for setting in ("width 0", "height 0", "confirm off", "pagination off", "style enabled off", "debuginfod enabled off",
                "auto-load python-scripts off", "print frame-arguments all", "max-value-size 1048576",
                "breakpoint pending off", "print finish on", "backtrace limit 200", "backtrace past-main on", "auto-load safe-path /",
                "disassemble-next-line off", "trust-readonly-sections on", "may-call-functions off",
                "remotetimeout 30"):
    gdb.execute("set " + setting, to_string=True)


def run(command):
    """What a command prints, or its error."""
    try:
        return {"text": gdb.execute(command, to_string=True).rstrip("\n")}
    except gdb.error as e:
        return {"error": str(e)}
    except Exception as e:  # gdb's own Python failing is no finding about allstop
        return {"error": "python: %s" % e}


def printed(expression, style=""):
    answer = run("print%s %s" % (style, expression))
    if "text" in answer:
        answer["text"] = re.sub(r"^(warning: .*\n)*\$\d+ = ", "", answer["text"])
    return answer


def place(address):
    sal = gdb.find_pc_line(address)
    chain = []
    block = gdb.block_for_pc(address)
    while block is not None and not block.is_global and not block.is_static:
        if block.function is not None:
            chain.append(block.function.print_name)
        block = block.superblock
    return {"line": sal.line, "file": sal.symtab.filename if sal.symtab else None, "chain": chain,
            "symbol": run("info symbol %d" % address)}


def frame_row(f):
    function = f.function()
    sal = f.find_sal()
    name = function.print_name if function else f.name()
    name = re.sub("^__GI_", "", name) if name else None # an alias that the C library has for itself
    return {"pc": f.pc(), "function": name, "line": sal.line,
            "file": sal.symtab.filename if sal.symtab else None, "inlined": f.type() == gdb.INLINE_FRAME,
            "signal": f.type() == gdb.SIGTRAMP_FRAME}


def all_frames():
    """Those that gdb infers from jumps at the end of functions included."""
    f = gdb.newest_frame()
    while f is not None:
        yield f
        f = f.older()


def frames(limit):
    """As far as main; gdb looks beyond for the arguments of main."""
    rows = []
    for f in all_frames():
        rows.append(frame_row(f))
        if len(rows) == limit or rows[-1]["function"] in ("main", "main()", "main(void)") and not rows[-1]["inlined"]:
            break
    return rows


def select(level):
    for number, f in enumerate(all_frames()):
        if number == level:
            f.select()
            return f


def variables(f):
    """Arguments, then locals innermost block first: [(symbol, argument)]."""
    found, local = [], []
    try:
        block = f.block()
    except RuntimeError:
        return []
    while block is not None:
        # the lengths of arrays, which clang gives names of their own, are the compiler's
        rows = [s for s in block if (s.is_variable or s.is_argument) and not s.name.startswith("__vla_expr")]
        if block.function is not None:
            found += [(s, True) for s in rows if s.is_argument]
            local += [(s, False) for s in rows if not s.is_argument]
            break
        local += [(s, False) for s in rows]
        block = block.superblock
    return found + local


def value_row(symbol, argument, f):
    row = {"name": symbol.print_name, "argument": argument}
    try:
        value = symbol.value(f)
        row["type"] = str(value.type)
        # An object whose virtual bases are found by its address must keep it, which a convenience variable does not.
        lives = value.type.strip_typedefs().code == gdb.TYPE_CODE_STRUCT and value.address is not None
        gdb.set_convenience_variable("oracle", value.address if lives else value)
        row["value"] = printed("*$oracle" if lives else "$oracle")
    except gdb.error as e:
        row["value"] = {"error": str(e)}
        row["type"] = str(symbol.type)
    return row


def do_frames(q):
    return frames(q.get("limit", 100))


def do_locals(q):
    f = select(q["level"])
    return [value_row(s, argument, f) for s, argument in variables(f)]


def needs_no_memory(name):
    """False for an array without an address, for which gdb would call the program's malloc and so change the program."""
    try:
        value = gdb.parse_and_eval(name)
        return value.type.strip_typedefs().code != gdb.TYPE_CODE_ARRAY or value.address is not None
    except gdb.error:
        return True


def do_expressions(q):
    f = select(q["level"])
    draw = random.Random(q["seed"])
    everywhere = [n for n in draw.sample(q["globals"], min(40, len(q["globals"]))) if needs_no_memory(n)]
    names = [s.print_name for s, _ in variables(f)] if q.get("locals", True) else []
    names = [n for n in names if needs_no_memory(n)]
    rows = []
    for text, style in generate.expressions(draw, names, everywhere, q["count"]):
        row = {"expr": text, "format": style, "value": printed(text, "/" + style if style else "")}
        try:
            row["type"] = str(gdb.parse_and_eval(text).type)
        except Exception:
            row["type"] = None
        rows.append(row)
    return rows


def fields(t):
    rows = []
    for m in t.strip_typedefs().fields():
        if not hasattr(m, "bitpos"):
            continue
        rows.append({"name": m.name or "", "bit": m.bitpos, "bits": m.bitsize, "type": str(m.type),
                     "size": m.type.sizeof, "base": m.is_base_class})
    return rows


def do_type(q):
    try:
        t = gdb.parse_and_eval("(%s *)0" % q["name"]).type.target() # as the frame sees the name
        kind = t.strip_typedefs().code
        row = {"size": t.sizeof, "text": run("ptype /o " + q["name"]), "plain": run("ptype " + q["name"]),
               "whatis": run("whatis " + q["name"])}
        if "error" in row["text"]:
            return row["text"]
        if kind in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            row["members"] = fields(t)
        elif kind == gdb.TYPE_CODE_ENUM:
            row["enumerators"] = [[e.name, e.enumval] for e in t.strip_typedefs().fields()]
        return row
    except gdb.error as e:
        return {"error": str(e)}


def do_names(q):
    """Types, variables and functions of the files that are ours, as gdb lists them."""
    types = []
    for line in run("info types")["text"].splitlines():
        found = re.match(r"\d+:\s+(.*);$", line) or re.match(r"\s+(\w[\w ]*)$", line)
        if not found:
            continue
        text = found.group(1)
        text = re.sub(r"^typedef .*?(\w+)$", r"\1", text) if text.startswith("typedef") else text
        if "{" not in text and "(" not in text and "[" not in text:
            types.append(text)
    symbols = {}
    for kind in ("variables", "functions"):
        text = run("info %s -n" % kind)["text"]
        symbols[kind] = sorted(set(re.findall(r"^\d+:\s.*?(\w+)(?:\[.*|\)\(.*|\(.*)?;$", text, re.M)))
    return {"types": sorted(set(types)), "variables": symbols["variables"], "functions": symbols["functions"]}


def do_instructions(q):
    """Addresses of all instructions of these functions."""
    rows = []
    for name in q["functions"]:
        try:
            value = gdb.parse_and_eval("&'%s'" % name if "(" in name else "&" + name)
            block = gdb.block_for_pc(int(value))
            while block is not None and (block.function is None or block.superblock is not None and
                                         block.superblock.function is not None):
                block = block.superblock
            start, end = block.start, block.end
            rows += [i["addr"] for i in gdb.newest_frame().architecture().disassemble(start, end - 1)]
        except Exception:
            continue
    return sorted(set(rows))


def do_memory(q):
    try:
        return gdb.selected_inferior().read_memory(q["address"], q["length"]).tobytes().hex()
    except gdb.MemoryError:
        return None


def do_extent(q):
    """[address, size] of each of these variables that is in memory, as the frame sees them."""
    select(q["level"])
    rows = []
    for name in q["names"]:
        try:
            value = gdb.parse_and_eval(name)
            if value.address is not None:
                rows.append([int(value.address), value.type.sizeof])
        except gdb.error:
            continue
    return rows


def do_text(q):
    return printed(q["expr"], q.get("style", ""))


def do_run(q):
    return run(q["command"])


def do_place(q):
    return [place(a) for a in q["addresses"]]


def do_stop(q):
    """Runs to the first of these addresses: the pc, or None when the program ended."""
    points = [gdb.Breakpoint("*%d" % a, internal=True) for a in q["addresses"]]
    for p, ignore in zip(points, q["ignore"]):
        p.ignore_count = ignore
    # on MIPS gdb moves those in delay slots to the branch before
    used = [p.locations[0].address for p in points]
    try:
        gdb.execute("continue", to_string=True)
    except gdb.error as e:
        return {"error": str(e)}
    finally:
        for p in points:
            if p.is_valid():
                p.delete()
    try:
        enter_inlined()
        return {"pc": gdb.newest_frame().pc(), "addresses": used}
    except gdb.error:
        return {"pc": None, "addresses": used}


def enter_inlined():
    """At the first instruction of an inlined function gdb still shows its caller; `step` there enters it and runs nothing."""
    f = gdb.newest_frame()
    pc, block, nested = f.pc(), gdb.block_for_pc(f.pc()), 0
    while block is not None and not block.is_global and not block.is_static:
        nested += block.function is not None
        block = block.superblock
    for _ in range(nested):
        shown, f = 1, gdb.newest_frame()
        while f.type() == gdb.INLINE_FRAME:
            shown, f = shown + 1, f.older()
        if shown >= nested:
            return
        gdb.execute("step", to_string=True)
        assert gdb.newest_frame().pc() == pc


def do_registers(q):
    return gdb_kinds.do_registers(select(q["level"]))


for line in requests:
    question = json.loads(line)
    try:
        name = "do_" + question["do"]
        answer = {"ok": (globals().get(name) or getattr(gdb_kinds, name))(question)}
    except Exception as e:
        answer = {"error": "%s: %s" % (type(e).__name__, e)}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
