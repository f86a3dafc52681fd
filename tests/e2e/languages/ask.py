# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks allstop about a program in the language that it is written in, and compares with what the source says.

  ask.py ALLSTOP PROGRAM SOURCE NAME

What is asked stands in comments in front of a line with a call of mark: there the program is stopped.
  //= EXPRESSION => TEXT              the text as a whole, a pattern
  //= EXPRESSION => TEXT => VALUE     and the value in JSON
  //- EXPRESSION => MESSAGE           it is refused, and the message is this pattern
  //: TYPE => TEXT                    the type's definition, its lines joined by "|"
The comment may begin as in any language: `//`, `!` or `--`. One line a place: "ok NAME LINE: N answers", or "FAIL …".
"""
import json
import os
import re
import subprocess
import sys
import tempfile


def questions(source):
    """[(line, [(kind, expression, text, value)])], by line."""
    found, waiting = [], []
    for number, line in enumerate(open(source), 1):
        asked = re.match(r"\s*(?://|!|--)([=:-]) (.*)", line)
        if asked:
            parts = asked.group(2).split(" => ")
            waiting.append((asked.group(1), parts[0].strip(), parts[1].strip(), parts[2].strip() if len(parts) > 2 else None))
        elif waiting and re.search(r"\bmark\b", line, re.I):
            found.append((number, waiting))
            waiting = []
    return found


def run(allstop, program, steps):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        json.dump({"timeout": 30, "program": program, "steps": steps}, f)
        f.flush()
        done = subprocess.run([allstop, "--no-config", "-S", f.name], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=300)
    if done.returncode not in (0, 1):
        sys.exit("allstop: status %d: %s" % (done.returncode, done.stderr[-500:]))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [r for r in rows if r.get("do") in ("eval", "type", "continue") and "step" in r]


def ask(allstop, program, source, places):
    """[(line, rows)] in the order in which the program comes by, with what is answered there."""
    breaks = [{"do": "break", "at": "%s:%d" % (os.path.basename(source), line)} for line in places]
    passed = [r["result"].get("line") for r in run(allstop, program, breaks + [{"do": "continue"}] * len(places))]
    steps = list(breaks)
    for line in passed:
        steps.append({"do": "continue", "expect": {"line": line}})
        for kind, expression, _, _ in places.get(line, []):
            step = {"do": "type", "name": expression} if kind == ":" else {"do": "eval", "expr": expression}
            steps.append(dict(step, on_fail="go_on"))
    rows = run(allstop, program, steps)
    answers = []
    for line in passed:
        rows.pop(0)
        answers.append((line, [rows.pop(0) for _ in places.get(line, [])]))
    return answers


def differs(asked, row):
    kind, expression, text, value = asked
    result, error = row.get("result", {}), row.get("error", {})
    got = error.get("message", "") if kind == "-" else result.get("text", "").replace("\n", "|")
    if row["ok"] == (kind == "-"):
        return "%s: %s" % (expression, result.get("text") or error)
    if not re.fullmatch(text, got):
        return "%s: %s\n        should be %s" % (expression, got, text)
    if value is not None and json.loads(value) != result["value"]:
        return "%s: %s\n        should be %s" % (expression, json.dumps(result["value"]), value)
    return None


def main():
    allstop, program, source, name = sys.argv[1:5]
    places = dict(questions(source))
    answers = ask(allstop, program, source, places)
    if sorted(line for line, _ in answers) != sorted(places):
        print("FAIL %s: it stopped at lines %s, and not at %s" % (name, [line for line, _ in answers], sorted(places)))
    for line, rows in answers:
        asked = places.get(line, [])
        wrong = [w for w in map(differs, asked, rows) if w]
        print("FAIL %s line %d:\n    %s" % (name, line, "\n    ".join(wrong)) if wrong else
              "ok %s line %d: %d answers" % (name, line, len(asked)))


main()
