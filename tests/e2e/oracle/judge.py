# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts what agrees and keeps what does not, by kind of question; answers of both sides brought to one form."""
import json
import os
import re

import known

KINDS = ("places", "lines", "breaks", "types", "constants", "backtrace", "locals", "registers", "code", "expressions", "whatis",
         "steps")


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
