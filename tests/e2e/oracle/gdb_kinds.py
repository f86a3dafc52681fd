# SPDX-License-Identifier: GPL-3.0-or-later
"""More questions that gdb_side.py answers: lines, breakpoints, registers, code, constants, steps."""
import random
import re

import gdb


def out_of_lines(names, draw, count):
    """Some lines of these functions: [FILE, LINE]."""
    rows = []
    for name in draw.sample(names, min(count, len(names))):
        found = gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)
        if found is None or found.symtab is None or "<" in found.symtab.filename:
            continue
        try:
            block = gdb.block_for_pc(int(gdb.parse_and_eval("&" + name)))
        except Exception:
            continue
        lines = [found.line] + [gdb.find_pc_line(draw.randrange(block.start, block.end)).line for _ in range(3)]
        rows.append([found.symtab.filename, max(1, draw.choice(lines) + draw.choice((0, 0, 0, 1, -1)))])
    return rows


def info_line(where):
    """The addresses at which gdb says that the line starts; None where it has no code."""
    try:
        text = gdb.execute("info line " + where, to_string=True)
    except gdb.error as e:
        return {"error": str(e)}
    return sorted({int(a, 16) for a in re.findall(r"starts at address (0x[0-9a-f]+)", text)})


def break_places(at):
    point = gdb.Breakpoint(at, internal=True)
    found = sorted(place.address for place in point.locations)
    point.delete()
    return found


def do_lines(q):
    draw = random.Random(q["seed"])
    rows = []
    for name in draw.sample(q["functions"], min(q["count"], len(q["functions"]))):
        text = ""
        try:
            text = gdb.execute("info address " + name, to_string=True)
        except gdb.error:
            pass
        found = re.search(r"is a function at address (0x[0-9a-f]+)|is at (0x[0-9a-f]+) in a file", text)
        rows.append({"at": name, "addresses": [int(found.group(1) or found.group(2), 16)] if found else []})
    for name, line in out_of_lines(q["functions"], draw, q["count"]):
        where = "%s:%d" % (name.split("/")[-1], line)
        starts = info_line(where)
        if isinstance(starts, list) and starts: # or where a breakpoint there stops, behind a prologue
            starts += break_places(where)
        rows.append({"at": where, "addresses": starts})
    return rows


def do_breaks(q):
    draw = random.Random(q["seed"])
    places = draw.sample(q["functions"], min(q["count"] // 2, len(q["functions"])))
    places += ["%s:%d" % (name.split("/")[-1], line) for name, line in out_of_lines(q["functions"], draw, q["count"])]
    rows = []
    for at in places:
        try:
            rows.append({"at": at, "places": break_places(at)})
        except gdb.error as e:
            rows.append({"at": at, "error": str(e)})
            continue
        if not rows[-1]["places"]:
            rows[-1]["error"] = "no place"
    return rows


def do_registers(f):
    """The integer registers of a frame."""
    rows = {}
    for register in f.architecture().registers("general"):
        try:
            value = f.read_register(register.name)
            if value.is_optimized_out:
                rows[register.name] = None
            elif value.type.strip_typedefs().code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_FLAGS):
                rows[register.name] = int(value.cast(gdb.lookup_type("unsigned long"))) & (1 << 8 * value.type.sizeof) - 1
        except (gdb.error, ValueError):
            continue
    return rows


def do_code(q):
    """[address, length] of some instructions."""
    try:
        rows = gdb.selected_frame().architecture().disassemble(q["address"], count=q["count"])
    except gdb.error as e:
        return {"error": str(e)}
    return [[row["addr"], row["length"]] for row in rows]


def do_constants(q):
    rows = []
    for name in q["types"]:
        try:
            t = gdb.lookup_type(name.replace("enum ", "")) if not name.startswith("enum ") else gdb.parse_and_eval("(%s)0" % name).type
        except gdb.error:
            continue
        if t.strip_typedefs().code == gdb.TYPE_CODE_ENUM:
            rows += [[field.name, field.enumval] for field in t.strip_typedefs().fields()]
    found = []
    for name, _ in random.Random(q["seed"]).sample(rows, min(q["count"], len(rows))):
        try:
            value = gdb.parse_and_eval(name)
            found.append([name, int(value), str(value.type)])
        except gdb.error as e:
            found.append([name, None, str(e)])
    return found


def where():
    if not gdb.selected_inferior().pid:
        return {"gone": True}
    f = gdb.newest_frame()
    sal, function = f.find_sal(), f.function()
    return {"function": function.print_name if function else f.name(), "line": sal.line if sal.symtab else 0, "pc": f.pc(),
            "producer": sal.symtab.producer if sal.symtab and hasattr(sal.symtab, "producer") else None}


def do_move(q):
    """One step of this kind, from the newest frame."""
    try:
        gdb.newest_frame().select()
        text = gdb.execute(q["how"], to_string=True)
    except gdb.error as e:
        return {"error": str(e)}
    row = where()
    value = re.search(r"^Value returned is \$\d+ = (.*)", text, re.M | re.S)
    row["value"] = value.group(1).rstrip("\n") if value else None
    return row
