# SPDX-License-Identifier: GPL-3.0-or-later
"""What binutils reads in a program: a third witness, where gdb and allstop disagree."""
import functools
import re
import subprocess

PIE = 0x555555554000


def said_by(*command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout


@functools.lru_cache(2)
def rows(program):
    """{address: {(line, begins a statement)}} of objdump's line table."""
    found = {}
    for line in said_by("objdump", "--dwarf=decodedline", program).splitlines():
        row = re.match(r"\S.*?\s(\d+)\s+(0x[0-9a-f]+|0)(?:\s+\d+)?(\s+x)?\s*$", line)
        if row:
            found.setdefault(int(row.group(2), 16), set()).add((int(row.group(1)), row.group(3) is not None))
    return found


@functools.lru_cache(2)
def entries(program):
    """Where functions and inlined calls begin (DW_AT_entry_pc)."""
    return {int(a, 16) for a in re.findall(r"DW_AT_entry_pc\s*:\s*(0x[0-9a-f]+)", said_by("objdump", "--dwarf=info", program))}


def lines_at(program, address):
    """Lines of which a statement begins here."""
    found = set()
    for at in (address, address - PIE):
        found |= {line for line, statement in rows(program).get(at, ()) if statement}
    return found


def is_entry(program, address):
    return bool({address, address - PIE} & entries(program))
