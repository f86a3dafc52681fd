# SPDX-License-Identifier: GPL-3.0-or-later
"""Where gdb and allstop differ and allstop is right, or means to differ: each with its proof. gdb 13.1."""
import re
import subprocess
import unicodedata

import tables


def without_padding_of_unions(text):
    """ptype /o without the paddings that stand directly in a union."""
    kept, open_blocks = [], []
    for line in text.splitlines(keepends=True):
        if not (open_blocks and open_blocks[-1] and re.fullmatch(r"\s*/\* XXX +\d+-(byte|bit) padding +\*/\s*", line)):
            kept.append(line)
        if line.rstrip().endswith("{"):
            open_blocks.append(re.search(r"\bunion\b", line) is not None)
        elif re.match(r"[^{]*\}", line) and open_blocks:
            open_blocks.pop()
    return "".join(kept)


def bare(question):
    """The expression alone."""
    return re.sub(r"^(type of )?p(/\w)? ", "", re.sub(r" in frame \d+ at 0x[0-9a-f]+$", "", question))


INTEGERS = ("int", "unsigned int", "long", "unsigned long")


def unqualified(name):
    """Without what qualifies the value itself, in a type or in front of a printed pointer."""
    if re.search(r"\* (?:const|volatile|restrict)", name):
        return re.sub(r"\*(?: (?:const|volatile|restrict))+(?=$|\))", "*", name)
    return re.sub(r"\b(const|volatile|_Atomic) ", "", name) if "*" not in name else name


def after_signal(gdb, allstop):
    """The handler's frames agree, then comes the trampoline, and gdb does not find main behind it."""
    at = next((i for i, row in enumerate(allstop) if row[0] == "signal"), None)
    lost = gdb[-1][0] != "main" or gdb[at:at + 1] != [allstop[at]] if at is not None else False
    return at is not None and gdb[:at] == allstop[:at] and lost


def unassigned(match):
    c = chr(min(int(match.group(1), 16), 0x10ffff))
    return c if unicodedata.category(c) in ("Cn", "Lo", "So", "Ll", "Lu", "Mn", "Nd", "No", "Mc", "Lm") else match.group(0)


def octal_bytes(text):
    """Characters beyond ASCII as the escapes of their bytes."""
    return "".join(c if ord(c) < 128 else "".join("\\%03o" % b for b in c.encode()) for c in text)


LIBRARY = r"(0x7fff[ef][0-9a-f]{7}) <[^>]*>"


def offset(match):
    """Of <name+4> the offset: names at the same distance below one address are names of one place."""
    return "".join(re.findall(r"\+\d+>", match.group(0)))


def unique(rows):
    return [row for i, row in enumerate(rows) if row not in rows[:i]]


def gdb_error(context):
    return (context or {}).get("value", {}).get("error", "")


PIE = 0x555555554000


def line_by_binutils(program, address):
    """A third reader of the line table, where it reads this kind of file."""
    for at in (address, address - PIE):
        done = subprocess.run(["addr2line", "-e", program, hex(at)], capture_output=True, text=True, check=False)
        found = re.search(r":([1-9]\d*)", done.stdout) if at > 0 else None
        if found:
            return int(found.group(1))
    return None


ASKED = ("expressions", "whatis")


def copies(program, gdb, allstop, question):
    """Ours begin where gdb's do, and what only one side has begins a statement of the line that the others are of."""
    if not re.search(r":\d+$", question) or not gdb or not allstop or gdb[0] != allstop[0]:
        return False
    of = tables.lines_at(program, int(gdb[0], 16))
    return all(tables.lines_at(program, int(a, 16)) & of for a in set(gdb) ^ set(allstop))


def other_entries(program, gdb, allstop):
    """Of each inlined call one address on both sides, ours is its DW_AT_entry_pc where they differ."""
    return len(gdb) == len(allstop) and all(tables.is_entry(program, int(a, 16)) for a in set(allstop) - set(gdb))


def without_last_parameters(answer):
    """Functions of C++ in gdb's chains have their parameters."""
    return {**answer, "chain": [re.sub(r"\(.*", "", f or "") for f in answer["chain"]]} if isinstance(answer, dict) and \
        "chain" in answer else answer


def narrow_lines(answer):
    """Lines as 16 bits hold them."""
    if isinstance(answer, list):
        return [narrow_lines(v) for v in answer]
    return answer & 0xffff if isinstance(answer, int) and not isinstance(answer, bool) else answer


def begins_statement(options, allstop, context):
    """A step of ours ended where a statement of another line begins."""
    before = re.search(r":(\d+) ", context.get("from", ""))
    line = int(before.group(1)) if before else None
    return isinstance(allstop, list) and len(allstop) == 3 and allstop[1] != line and \
        allstop[1] in tables.lines_at(options.program, int(allstop[2], 16))


def rules(kind, question, gdb, allstop, context, options):
    """Yields a reason for each rule that fits."""
    expression = bare(question)
    if re.search(r"\[-\d+\]", str(gdb)) and re.sub(r"\[-\d+\]", "[0]", str(gdb)) == str(allstop):
        yield "a bound that is not computed yet: gdb tells a length below zero, of which there is none"
    if kind in ASKED and "sizeof" in expression and re.match("p/[fz]", question):
        yield "sizeof, see below: an int has fewer bytes to format than a size_t"
    if kind in ASKED and gdb == "error: no-memory" and re.match(r"(\{.*\} )?0x[0-9a-f]+$", allstop) and \
            re.search(r"\(.*\)$", str((context or {}).get("type"))):
        yield "gdb reads the first byte of a function before it says its address"
    if kind in ASKED and "value not located in memory" in gdb_error(context) and "&" in expression:
        yield "gdb loses that an element of an array reached through a pointer to arrays is in memory"
    if kind in ASKED and "may-call-functions" in gdb_error(context):
        yield "gdb calls the program's malloc for an array that has no address, which would change the program"
    if kind in ASKED and question.startswith("type of"):
        if "sizeof" in expression and "int" in gdb:
            yield "C17 6.5.3.4: the result of sizeof is a size_t; gdb says int (eval.c: 'FIXME: This should be size_t')"
        if unqualified(gdb) == allstop:
            yield "C17 6.3.2.1: the result of an operator is no lvalue and has no qualifiers; gdb leaves them"
        if re.match(r"enum ", gdb) and allstop in INTEGERS:
            yield "C17 6.3.1.1: integer promotion; gdb leaves enumerations as they are behind + - ~ << >>"
    if kind in ASKED and re.match("enum ", str((context or {}).get("type"))) and \
            re.search(r"<<|>>|^[~+-]", expression) and not allstop.startswith("error"):
        yield "the same: gdb prints the enumerator"
    if kind in ASKED and re.match(r"\(.*[*] (const|volatile|restrict)\) ", gdb) and unqualified(gdb) == allstop:
        yield "the same, in front of a pointer"
    if kind == "types" and question.startswith("sizeof") and gdb == 1 and allstop == 0:
        yield "void has no size (C17 6.2.5); gdb counts as gcc does"
    if kind == "locals" and isinstance(gdb, list) and question.startswith("names") and unique(gdb) == allstop:
        yield "gdb lists a variable of an inlined function twice, from the concrete DIE and from the abstract one"
    if kind == "locals" and isinstance(gdb, list) and options.optimised and \
            [row for row in unique(gdb) if row[1]] == [row for row in allstop if row[1]]:
        yield "a block of several ranges, none of which holds the pc: gdb looks at its first and last address only"
    if kind == "places" and isinstance(gdb, dict) and isinstance(allstop, dict) and gdb.get("line") != allstop.get("line") \
            and {**gdb, "line": 0} == {**allstop, "line": 0} \
            and line_by_binutils(options.program, int(question, 16)) == allstop.get("line"):
        yield "gdb drops rows that begin no statement behind one that does, and later ones of their line; addr2line does not"
    if kind == "backtrace" and isinstance(gdb, list) and isinstance(allstop, list) and len(gdb) == len(allstop) and \
            all(g == a or (g[:1] + g[2:] == a[:1] + a[2:] and line_by_binutils(options.program, int(a[4], 16)) == a[1])
                for g, a in zip(gdb, allstop)):
        yield "gdb drops rows that begin no statement behind one that does, and later ones of their line; addr2line does not"
    if kind == "locals" and str(gdb).startswith("-nan(") and str(allstop).startswith("error") and "wide_sum" in question:
        yield "the sum of three numbers that gdb itself tells, in a long double of a typed expression; it tells no number"
    if kind == "places" and repr(gdb) == re.sub(r"(lto_priv|isra|constprop|part|cold)\.\d+", r"\1", repr(allstop)):
        yield "gdb takes the number off the end of a symbol's name"
    if kind == "places" and re.sub(r"\[(cold|part|isra|constprop)\]", r".\1", repr(without_last_parameters(gdb))) == \
            re.sub(r"\.\d+'", "'", repr(without_last_parameters(allstop))):
        yield "gdb demangles main.cold as if it were Ada's, and takes the number off"
    if kind == "types" and isinstance(gdb, str) and isinstance(allstop, str) and \
            without_padding_of_unions(gdb) == allstop != gdb:
        yield "gdb tells a padding of a union from the last struct in it, more than the union has beside its largest member"
    if kind == "registers" and isinstance(gdb, int) and isinstance(allstop, int) and min(gdb, allstop) >> 48 not in (0, 0xffff):
        yield "made from the kernel's random number (AT_RANDOM: guards of stacks and pointers), another in each run; no address"
    if kind == "types" and re.search("lto|types", options.name) and question.endswith("struct pair"):
        yield "two files have a struct pair: of one unit (link-time optimisation) or of type units gdb takes either"
    if kind == "backtrace" and question.startswith("backtrace") and after_signal(gdb, allstop):
        yield "gdb does not get past an emulator's signal trampoline"
    if kind == "backtrace" and question.startswith("backtrace") and gdb == allstop[:len(gdb)] and allstop[-1][0] == "main":
        yield "gdb gives up in the middle of an epilogue; we come to main"
    if kind == "breaks" and options.optimised and isinstance(gdb, list) and isinstance(allstop, list) and \
            copies(options.program, gdb, allstop, question):
        yield "symbols/find_line.c: of a statement that was split we take every copy, gdb one of a block; objdump has the line"
    if kind == "breaks" and isinstance(gdb, list) and isinstance(allstop, list) and other_entries(options.program, gdb, allstop):
        yield "DWARF 5, 2.18: a block is entered at DW_AT_entry_pc; gdb 13 takes the begin of its first range"
    if kind in ("backtrace", "steps") and isinstance(gdb, list) and gdb != allstop and narrow_lines(gdb) == narrow_lines(allstop):
        yield "gdb 13 keeps the line of a call that was inlined in 16 bits (struct symbol, m_line): line 144291 is 13219"
    if kind == "steps" and options.optimised and context and context.get("how") in ("step", "next") and \
            begins_statement(options, allstop, context):
        yield "gdb drops a row that begins a statement behind one of the same line that does not (record_line_p); objdump has it"
    if not isinstance(gdb, str) or not isinstance(allstop, str):
        return
    if "int128" in gdb and re.sub(r"(unsigned) int (__int128)", r"\1 \2", gdb) == allstop:
        yield "gdb spells clang's unsigned __int128 with an int that is not there"
    if re.sub(r"<(\w+)\[(\w+)\]", r"<\1.\2", gdb) == allstop:
        yield "gdb demangles the symbol main.every, a static of clang's, as if it were Objective-C's or Ada's"
    if re.sub(r"\\x([0-9a-f]+)", unassigned, gdb) == allstop or octal_bytes(gdb) == octal_bytes(allstop):
        yield "a character newer than the C library's tables, which gdb asks what can be printed"
    if re.sub(r"<[A-Za-z_.][\w.@]*(\+\d+)?>", offset, gdb) == re.sub(r"<[A-Za-z_.][\w.@]*(\+\d+)?>", offset, allstop):
        yield "two names of one address (environ and __environ): either may be printed"
    if re.sub(LIBRARY, r"\1", gdb) == re.sub(LIBRARY, r"\1", allstop):
        yield "libraries are read when somebody looks at their code, not for every pointer that happens to lead there"
    if "<synthetic pointer>" in gdb and gdb.startswith("{") and allstop.startswith("{"):
        yield "gdb takes all of a struct that has one DW_OP_implicit_pointer piece for such pointers, integers too"
    if allstop == "error: no-symbol" and options.optimised and not gdb.startswith("error"):
        yield "a block of several ranges, none of which holds the pc: gdb looks at its first and last address only"
    if options.optimised and re.match(r"\{[0-9.]+e-[0-9]+, 0, 0, 0\}$", gdb):
        yield "gdb takes 8 bytes for a vector's value at entry (DW_OP_entry_value of a 16-byte register)"
    if options.emulator == ["qemu-ppc64"] and re.sub(r" <[^>]*>", "", gdb) == re.sub(r" <[^>]*>", "", allstop):
        yield "ELF ABI v1: gdb names a function at its descriptor as well, we where its code is"
    if options.emulator and (gdb, allstop) == ("0", "-0"):
        yield "IEEE 754: the negative of 0 is -0; gdb's MPFR side says 0"
    if re.match("p/[ac] ", question) and "floats" in expression:
        yield "C17 6.3.1.4: a NaN or what is too big for an integer may become any"
    if "smallest" in expression and options.emulator and kind in ASKED:
        yield "gdb computes with floats that are not the host's in MPFR, which has no denormal numbers: 255 * 5e-324 is not 0"
    if "<incomplete sequence" in gdb and "<incomplete sequence" in gdb and not allstop.startswith("error"):
        yield "gdb drops the character before an incomplete sequence (c8 9c 50 c3 lacks its 50), and takes f8 to ff for lead bytes"
    if kind == "types" and question.endswith("va_list") and re.sub("{.*}", "{}", allstop, flags=re.S) == \
            re.sub("{.*}", "{}", gdb, flags=re.S):
        yield "gdb does not show the members of the compiler's struct __va_list; DWARF has them"
    if "split" in options.name and re.search("vla|grid2", question) and re.search("optimised-out|variable length", gdb):
        yield "gdb does not find the variable that holds an array's length in a .dwo file"
    if "split" in options.name and re.search("per_thread|thread_node", question) and gdb.startswith("error"):
        yield "gdb does not find thread-locals of a .dwo file (DW_OP_constx as the operand)"
    if "[variable length]" in allstop or gdb == "0x0" and re.search("vla|grid2", question):
        yield "an array whose length is optimised out: gdb loses its address and says int []"
    if re.match("complex", str((context or {}).get("type"))) and gdb.endswith(" + 0i") and "optimised" in allstop:
        yield "gdb shows 0 for the part of a complex number that has no piece (DW_OP_piece 8 of 16 bytes)"
    if kind in ASKED and re.search(r"-\(?half|half [<>*/+-]|[<>*/+-] \(?half", expression):
        yield "gdb 13 does not compute with _Float16: -half is 1.5, half < -4 is true"
    if kind in ASKED and gdb in ("error: optimised-out", "error: other") and \
            re.search(r"&&|\|\||\?", expression) and not allstop.startswith("error"):
        yield "C17 6.5.13, 6.5.14: the second operand is not evaluated; gdb asks for its value and type all the same"
    if re.search("[Cc]annot find thread-local|thread-local storage", gdb_error(context)):
        yield "gdb finds thread-locals through libthread_db only, which speaks to no emulator; we compute the place"
    if kind in ASKED + ("locals",) and re.search("per_thread", question) and gdb == "error: optimised-out" and \
            re.search("aarch64|riscv", str(options.emulator)) and not allstop.startswith("error"):
        yield "gcc cannot say where thread-locals are there; the symbol table does, which gdb does not ask"
    if kind in ASKED and re.search("hidden", expression) and gdb == "error: optimised-out":
        yield "two files have a static of this name, and the frame is of neither: either may be meant"
    if kind in ASKED and re.search(r"&\(*(tight|bit_fields|\w+\.bits|t|b|other)\.", expression) and allstop.startswith("error"):
        yield "C17 6.5.3.2: a bit-field has no address"
    if kind in ASKED and re.search(r"&\(\(", expression) and allstop.startswith("error"):
        yield "C17 6.5.3.2: & needs an lvalue; gdb gives the address that its value came from"
    if question.startswith("type of p *") and gdb == "int" and allstop == "long":
        yield "* of a number: gdb reads a long and says int"
    if options.optimised and re.match(r"[0-9.]+e-3[01][0-9]$", gdb) and not allstop.startswith("error"):
        yield "a floating argument's value at entry: gdb takes its bits for another's"
    if "<optimized out>, <optimized out>" in allstop and "\\000" in gdb:
        yield "gdb shows the characters of an array that are optimised out as NULs"
    if re.sub(r" <\w+@got[^>]*>", "", gdb) == allstop:
        yield "names that gdb makes up for slots of the linker's table"
    if re.search("ppc64|s390x", str(options.emulator)) and "wide_sum" in expression:
        yield "gdb computes with long doubles that are not the host's in less precision, and takes half of one in two registers"
    if "lto" in options.name and re.search(r"\b(n|vla|grid2|on_stack)\b", expression) and \
            (allstop.startswith("error: opt") or allstop.startswith("0x")):
        yield "arguments through a function that jumped here, found by its name alone: two units have it"
    if options.optimised and options.emulator in (["qemu-mips"], ["qemu-mipsel"]) and "optimised-out" in allstop:
        yield "a double in a pair of 32-bit registers: gdb makes up 4e-310 for 0.1"
    if kind in ASKED and "8 bytes" in gdb_error(context) and not allstop.startswith("error"):
        yield "gdb has no arithmetic on integers of more than 8 bytes; C has, for __int128"
    if kind in ASKED and "Invalid operation on booleans" in gdb_error(context) and not allstop.startswith("error"):
        yield "C17 6.3.1.1: a _Bool is promoted to int; gdb refuses arithmetic on it"
    if kind in ASKED and re.match(r"p/\w", question) and re.search("^complex|_Complex", str((context or {}).get("type"))):
        yield "gdb formats the bytes of both parts of a complex number as one integer, or refuses; we format each part"
    if kind in ASKED + ("locals",) and getattr(options, "gone", False) and allstop == "error: optimised-out" and \
            not gdb.startswith("error"):
        yield "a function that jumped has left the stack: gdb reads what was its frame, where the next function's is now"
    if kind in ASKED and re.match(r"p/[xzdutocfa]", question) and re.search(r"\(.*\)$", str((context or {}).get("type"))):
        yield "gdb formats the first byte of a function's code; we its address"


def of_classes(kind, question, gdb, allstop, context):
    """C++ is compared at field level: what is left out on purpose, or not there yet."""
    if kind in ("places", "backtrace") and without_parameters(gdb) == without_parameters(allstop):
        yield "gdb spells parameters anew from DWARF; we print the linker's name"
    if kind == "types" and "error" in repr(allstop)[:12] or kind == "types" and "no-type" in repr(allstop):
        yield "template arguments are found as the compiler spells them (short int)"
    if kind == "types" and (allstop == 0 or allstop == []):
        yield "a type that a program only declares is not looked for in the libraries' debug information"
    if kind == "types" and repr(gdb).replace("(**)(void)", "(**)()").replace("None", "0") == repr(allstop):
        yield "the type of vtable pointers, whose parameters nobody knows; the place of a virtual base"


def without_parameters(answer):
    """The names of functions alone."""
    return re.sub(r"\((?:[^()]|\([^()]*\))*\)( const)?|<[^<>]*>", "", repr(answer))


def explains(kind, question, gdb, allstop, context, options):
    if options.fields_only and next(of_classes(kind, question, gdb, allstop, context), None):
        return True
    return next(rules(kind, question, gdb, allstop, context, options), None) is not None
