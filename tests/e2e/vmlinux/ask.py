# SPDX-License-Identifier: GPL-3.0-or-later
"""gdb's side: answers QUESTIONS (a file) into ANSWERS, one JSON list each for addresses and structs."""
import json
import os
import re

import gdb


def place(address):
    line = gdb.find_pc_line(address)
    symbol = re.match(r"(\S+)(?: \+ (\d+))? in section", gdb.execute("info symbol 0x%x" % address, to_string=True))
    return {
        "file": line.symtab.filename if line.symtab else None,
        "line": line.line,
        "symbol": symbol.group(1) if symbol else None,
        "offset": int(symbol.group(2) or 0) if symbol else None,
    }


def layout(name):
    try:
        t = gdb.lookup_type("struct " + name)
    except gdb.error as e:
        return {"error": str(e)}
    members = [[f.name or "", f.bitpos, f.bitsize or f.type.strip_typedefs().sizeof * 8] for f in t.fields()]
    return {"size": t.sizeof, "members": members}


with open(os.environ["QUESTIONS"]) as f:
    asked = json.load(f)
with open(os.environ["ANSWERS"], "w") as f:
    json.dump({"addresses": [place(a) for a in asked["addresses"]], "structs": [layout(s) for s in asked["structs"]]}, f)
