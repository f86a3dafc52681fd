# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a C file can be changed, and into what: the mutants of a file.

No parser: comments, strings and preprocessor lines are blanked, and what is left of the function bodies (whose braces
clang-format puts into column 0) is searched for operators, constants, conditions and statements. What does not compile is
found out by the compiler.
"""
import re
from collections import namedtuple

Mutant = namedtuple("Mutant", "file offset length text kind line before after")

_SWAPS = {
    "==": ["!="], "!=": ["=="], "<=": ["<", ">"], ">=": [">", "<"], "<": ["<=", ">="], ">": [">=", "<="],
    "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "&": ["|"], "|": ["&"],
    "^": ["&"], "<<": [">>"], ">>": ["<<"], "++": ["--"], "--": ["++"], "+=": ["-="], "-=": ["+="], "|=": ["&="],
    "&=": ["|="], "<<=": [">>="], ">>=": ["<<="],
}
_OPERATOR = re.compile(r"<<=|>>=|->|\+\+|--|[-+*/%&|^=!<>]=|&&|\|\||<<|>>|[-+*/%&|^<>]")
_EITHER = {"+", "-", "*", "&"}  # also unary: only with a blank on both sides, as clang-format writes the others
_NUMBER = re.compile(r"(?<![\w.])(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)(?![\w.])")
_WORD = re.compile(r"\b(true|false)\b")
_CHARACTER = re.compile(r"'([A-Za-z0-9 #$%+*:;,.}-])'")
_CONDITION = re.compile(r"\b(if|while) \(")
_CALL = re.compile(r"\(?[A-Za-z_]\w*(->\w+|\.\w+|\[[^\]]*\])*\(")
_STORE = re.compile(r"\*?[A-Za-z_][\w]*((->|\.)\w+|\[[^;=]*?\])* ?([-+*/%&|^]|<<|>>)?=(?!=)")
_COUNT = re.compile(r"(\+\+|--)?\*?[A-Za-z_][\w>.\[\]-]*(\+\+|--)?;")
_LEAVE = re.compile(r"(return\b[^;]*|break|continue|goto \w+);")


def blank(text):
    """The same text, of the same length, with nothing but code in it."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|^[ \t]*#(?:\\\n|[^\n])*',
                         re.S | re.M)
    return pattern.sub(lambda m: "".join(c if c == "\n" else "_" if m[0][0] in "\"'" else " " for c in m[0]), text)


def bodies(code):
    """(begin, end) of each function's body."""
    begin = None
    for m in re.finditer(r"^[{}]", code, re.M):
        if m[0] == "{":
            begin = m.end()
        elif begin is not None:
            yield begin, m.start()
            begin = None


def closing(code, at):
    """The parenthesis that closes the one at `at`."""
    depth = 0
    for i in range(at, len(code)):
        depth += (code[i] == "(") - (code[i] == ")")
        if depth == 0:
            return i
    return len(code)


class File:
    def __init__(self, path, text):
        self.path, self.text, self.code = path, text, blank(text)
        self.found = []

    def add(self, kind, at, length, text):
        line = self.text.count("\n", 0, at) + 1
        start, end = self.text.rfind("\n", 0, at) + 1, self.text.find("\n", at + length)
        before = " ".join(self.text[start:end].split())
        after = " ".join((self.text[start:at] + text + self.text[at + length:end]).split())
        self.found.append(Mutant(self.path, at, length, text, kind, line, before, after))

    def is_declaration(self, at):
        start = self.code.rfind("\n", 0, at) + 1
        return re.match(r"\s*(static|enum|extern|typedef)\b", self.code[start:]) is not None

    def operators(self, begin, end):
        for m in _OPERATOR.finditer(self.code, begin, end):
            op = m[0]
            spaced = self.code[m.start() - 1] == " " and self.code[m.end()] in " \n"
            if op not in _SWAPS or (op in _EITHER and not spaced) or (op in "<>" and not spaced):
                continue
            if op == "*" and re.search(r"\b(struct \w+|char|void|const|int|bool|\w+_t)\s*$", self.code[:m.start()]):
                continue
            for other in _SWAPS[op]:
                self.add("operator", m.start(), len(op), other)

    def constants(self, begin, end):
        for m in _NUMBER.finditer(self.code, begin, end):
            value = int(m[1], 16 if m[1][:2] in ("0x", "0X") else 10)
            if re.search(r"\b\w+ \w+\[$", self.code[:m.start()]):
                continue  # the size of an array: larger is the same
            if not re.search(r"[(,=?:] ?-$|return -$", self.code[:m.start()]):  # -2 is as negative as -1
                self.add("constant", m.start(), len(m[0]), f"{value + 1:#x}{m[2]}" if value > 9 else f"{value + 1}{m[2]}")
            if value == 1:
                self.add("constant", m.start(), len(m[0]), "0" + m[2])
        for m in _WORD.finditer(self.code, begin, end):
            self.add("constant", m.start(), len(m[0]), "false" if m[0] == "true" else "true")
        for m in _CHARACTER.finditer(self.text, begin, end):
            if self.code[m.start()] == "_":
                self.add("constant", m.start(), len(m[0]), "'" + ("z" if m[1] != "z" else "a") + "'")

    def conditions(self, begin, end):
        for m in _CONDITION.finditer(self.code, begin, end):
            opening = m.end() - 1
            stop = closing(self.code, opening)
            inside = self.code[opening + 1:stop]
            if m[1] == "while":
                self.add("condition", opening + 1, len(inside), "0 && (" + self.text[opening + 1:stop] + ")")
            elif "&&" in inside or "||" in inside or not re.search(r"[=!]=", inside):
                self.add("condition", opening + 1, len(inside), "!(" + self.text[opening + 1:stop] + ")")

    def statements(self, begin, end):
        for m in re.finditer(r"^[ ]+(?=\S)", self.code[begin:end], re.M):
            at = begin + m.end()
            ahead = self.code[:at].rstrip()
            if not (ahead.endswith((";", "{", "}", ")", ":")) or re.search(r"\b(else|do)$", ahead)):
                continue
            stop = self.code.find(";", at, end)
            if stop < 0:
                continue
            whole = self.code[at:stop + 1]
            if "{" in whole or whole.count("(") != whole.count(")") or re.match(r"(if|for|while|switch|case|else|do)\b", whole):
                continue
            if _LEAVE.fullmatch(whole):
                if ahead.endswith(")") or ahead.endswith("else"):
                    self.add("early end", at, len(whole), ";")
            elif _CALL.match(whole) or _STORE.match(whole) or _COUNT.fullmatch(whole):
                self.add("statement", at, len(whole), ";")


def mutants(path, text):
    f = File(path, text)
    for begin, end in bodies(f.code):
        for way in (f.operators, f.constants, f.conditions, f.statements):
            way(begin, end)
    return [m for m in f.found if not f.is_declaration(m.offset)]


def changed(text, mutant):
    return text[:mutant.offset] + mutant.text + text[mutant.offset + mutant.length:]
