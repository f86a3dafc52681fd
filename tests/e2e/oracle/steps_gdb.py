# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside gdb: the commands of ORACLE_STEPS, a JSON list; where each came to goes to the file ORACLE_OUT."""
import json
import os

import gdb

for setting in ("width 0", "height 0", "confirm off", "pagination off", "style enabled off", "debuginfod enabled off",
                "breakpoint pending off", "print finish off", "auto-load python-scripts off"):
    gdb.execute("set " + setting, to_string=True)


def where():
    """[function, line, pc] of the selected frame, or ["gone"]."""
    if not gdb.selected_inferior().pid:
        return ["gone"]
    frame = gdb.selected_frame()
    sal, function = frame.find_sal(), frame.function()
    return [function.print_name if function else frame.name(), sal.line if sal.symtab else 0, "%#x" % frame.pc()]


places = []
for command in json.loads(os.environ["ORACLE_STEPS"]):
    try:
        gdb.execute(command, to_string=True)
        places.append(where() if not command.startswith(("break", "tbreak")) else None)
    except gdb.error as e:
        places.append(["error", str(e)])
    if places[-1] == ["gone"]:
        break
with open(os.environ["ORACLE_OUT"], "w", encoding="utf-8") as out:
    json.dump(places, out)
