# SPDX-License-Identifier: GPL-3.0-or-later
"""Random C expressions over variables, drawn inside gdb, whose types say what can be asked next."""
import gdb

INTEGERS = ("char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned int", "long",
            "unsigned long", "long long", "unsigned long long", "_Bool")
LITERALS = ("0", "1", "2", "3", "7", "-1", "-3", "10", "255", "0x7fffffff", "0x80000000", "4294967295", "017", "1u", "3l",
            "5ul", "0xffffffffffffffff", "'a'", "'\\n'", "1.5", "0.1f", "2e10")
BINARY = ("+", "-", "*", "/", "%", "&", "|", "^", "<", ">", "<=", ">=", "==", "!=", "&&", "||")
STYLES = "xduotcazsf"


def kind(text):
    """The stripped type of an expression, or None where gdb cannot say."""
    try:
        return gdb.parse_and_eval(text).type.strip_typedefs()
    except Exception:
        return None


def is_number(t):
    return t is not None and t.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_ENUM,
                                        gdb.TYPE_CODE_FLT)


def walk(draw, text, steps):
    """From a variable to something it leads to."""
    for _ in range(steps):
        t = kind(text)
        if t is None:
            return text
        if t.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            names = members(t)
            if not names:
                return text
            text = "%s.%s" % (text, draw.choice(names))
        elif t.code == gdb.TYPE_CODE_ARRAY:
            if "vector_size" in str(t):
                return "%s[%d]" % (text, draw.randrange(4))
            text = draw.choice(("%s[%d]" % (text, draw.randrange(4)), "(*%s)" % text, "(&%s[1])" % text, "(*(%s + 1))" % text))
        elif t.code == gdb.TYPE_CODE_PTR:
            target = t.target().strip_typedefs()
            if target.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION) and members(target) and draw.random() < 0.8:
                text = "%s->%s" % (text, draw.choice(members(target)))
            elif target.code == gdb.TYPE_CODE_FUNC:
                return "(*%s)" % text
            elif target.code != gdb.TYPE_CODE_VOID and target.sizeof:
                text = draw.choice(("(*%s)" % text, "%s[%d]" % (text, draw.randrange(3)), "(%s + 1)" % text,
                                    "*%s@%d" % (text, draw.randrange(1, 5))))
        else:
            return text
        if "@" in text:
            return text
    return text


def members(t):
    names = []
    for m in t.fields():
        if m.name:
            if hasattr(m, "bitpos") and not m.is_base_class:
                names.append(m.name)
        elif m.type.strip_typedefs().code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            names += members(m.type.strip_typedefs())
    return names


def is_scalar(t):
    """What C's operators take; gdb gives structs and complex numbers a meaning of its own there."""
    return is_number(t) or (t is not None and (t.code == gdb.TYPE_CODE_PTR or
                                               t.code == gdb.TYPE_CODE_ARRAY and "vector_size" not in str(t)))


def operand(draw, pool):
    for _ in range(8):
        if draw.random() < 0.3:
            return draw.choice(LITERALS)
        text = walk(draw, draw.choice(pool), draw.randrange(4))
        if "@" not in text and is_scalar(kind(text)):
            break
    else:
        return "1"
    return "(%s)" % text if not text.replace("_", "").isalnum() else text


def combined(draw, pool):
    a, b = operand(draw, pool), operand(draw, pool)
    what = draw.randrange(8)
    if what == 0:
        pointer = kind(a) is None or kind(a).code in (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ARRAY)
        if pointer or kind(a).code == gdb.TYPE_CODE_FLT: # C has no casts between these
            return "(%s)%s" % (draw.choice(("long", "unsigned long") + (("void *", "char *") if pointer else ())), a)
        return "(%s)%s" % (draw.choice(INTEGERS + ("float", "double", "void *", "char *", "int *", "unsigned char *")), a)
    if what == 1:
        return "%s%s" % (draw.choice(("-", "!", "~", "+", "&", "*", "sizeof ")), a)
    if what == 2:
        return "%s ? %s : %s" % (operand(draw, pool), a, b)
    if what == 3:
        return "%s %s %s" % (a, draw.choice(("<<", ">>")), draw.choice("01357"))
    if what == 4:
        c = operand(draw, pool)
        return "%s %s %s %s %s" % (a, operator(draw, a, b), b, operator(draw, b, c), c)
    return "%s %s %s" % (a, operator(draw, a, b), b)


def operator(draw, a, b):
    """One that C has for these operands."""
    kinds = [kind(t) for t in (a, b)]
    codes = [k.code if k is not None else None for k in kinds]
    if any(k is not None and k.code == gdb.TYPE_CODE_PTR and not k.target().sizeof for k in kinds):
        return draw.choice(("==", "!=", "&&", "||")) # nothing can be added to it
    pointers = (None, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ARRAY)
    if codes[0] in pointers or codes[1] in pointers:
        return draw.choice(("==", "!=", "&&", "||") if gdb.TYPE_CODE_FLT in codes or codes[1] in pointers else
                           ("+", "-", "&&", "||"))
    if gdb.TYPE_CODE_FLT in codes:
        return draw.choice(("+", "-", "*", "/", "<", ">", "<=", ">=", "==", "!=", "&&", "||"))
    return draw.choice(BINARY)


def expressions(draw, names, everywhere, count):
    pool = list(names) * 3 + list(everywhere)
    rows = []
    while pool and len(rows) < count:
        if draw.random() < 0.5:
            text = walk(draw, draw.choice(pool), draw.randrange(5))
        else:
            text = combined(draw, pool)
        style = draw.choice(STYLES) if draw.random() < 0.3 else ""
        rows.append((text, style))
    return rows
