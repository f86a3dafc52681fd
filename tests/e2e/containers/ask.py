# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks allstop for the containers of a program, and compares with what the program's comments say they are.

  ask.py ALLSTOP PROGRAM SOURCE NAME

The comments are explained in programs/all.cc. `//# EXPRESSION => N` is a map in JSON of N squares of its keys, and `//? bytes` asks
for each container of the list below at four places that hold no such object. A line a place: "ok NAME LINE: N answers", or "FAIL …".
"""
import json
import os
import re
import subprocess
import sys
import tempfile

ANYTHING = ["std::string", "std::vector<int>", "std::vector<bool>", "std::deque<int>", "std::list<int>", "std::forward_list<char>",
            "std::map<int, std::string>", "std::set<std::string>", "std::unordered_map<int, int>", "std::unordered_set<int>",
            "std::optional<std::string>", "std::shared_ptr<std::string>", "std::unique_ptr<int>", "std::weak_ptr<int>",
            "std::vector<std::vector<int>>", "std::vector<std::string>"]
MOST = 256 << 10  # bytes of the text of what is damaged


def asked_in(source):
    """{line of the call: [(kind, format, expression, expected)]}."""
    found, waiting = {}, []
    for number, line in enumerate(open(source, encoding="utf-8"), 1):
        m = re.match(r"\s*//([=~jx#?]) (?:/(\w+) )?(.*)", line)
        if m and m.group(1) == "?":
            for i in range(4):
                waiting += [("?", None, "*(%s *)%s[%d]" % (t, m.group(3), i), "") for t in ANYTHING]
        elif m:
            expression, _, expected = m.group(3).partition(" => ")
            waiting.append((m.group(1), m.group(2), expression, expected.strip()))
        elif waiting and "mark(" in line:
            found[number], waiting = waiting, []
    return found


def run(allstop, program, asked, folder):
    steps = [{"do": "break", "at": "mark"}]
    for line, rows in sorted(asked.items()):
        steps += [{"do": "continue"}, {"do": "frame", "level": 1, "expect": {"line": line}}]
        steps += [dict({"do": "eval", "expr": e, "on_fail": "go_on"}, **({"format": f} if f else {})) for _, f, e, _ in rows]
        steps.append({"do": "locals"})
    path = os.path.join(folder, "session.json")
    with open(path, "w") as f:
        json.dump({"timeout": 60, "program": program, "steps": steps}, f)
    done = subprocess.run([allstop, "--no-config", "-S", path], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if done.returncode not in (0, 1):
        sys.exit("allstop: status %d: %s" % (done.returncode, done.stderr[-500:]))
    return [r for r in map(json.loads, done.stdout.splitlines()) if "step" in r]



def differs(kind, expected, row, form):
    if kind == "x":
        return "" if not row["ok"] and expected in row["error"]["message"] else "it should be refused: " + expected
    if not row["ok"]:
        return "it is refused: " + row["error"]["message"]
    text, value = row["result"]["text"], row["result"]["value"]
    if kind == "j":
        same = json.loads(re.sub(r"0x(?!0\b)[0-9a-f]+", "0xP", json.dumps(value))) == json.loads(expected)
        return "" if same else "%s\n        should be %s" % (json.dumps(value), expected)
    if kind == "#":
        return "" if value == {str(i): i * i for i in range(int(expected))} else json.dumps(value)
    if kind == "?":
        return "" if 0 < len(text) <= MOST else "%d bytes of text" % len(text)
    if kind == "~":
        return "" if re.fullmatch(expected, text) else "%s\n        should be %s" % (text, expected)
    shown = text if form == "x" else re.sub(r"0x(?!0\b)[0-9a-f]+", "0xP", text)
    return "" if shown == expected else "%s\n        should be %s" % (shown, expected)


def main():
    allstop, program, source, name = sys.argv[1:5]
    asked = asked_in(source)
    with tempfile.TemporaryDirectory() as folder:
        rows = run(allstop, program, asked, folder)
    evals = [r for r in rows if r["do"] == "eval"]
    for r in rows:
        if not r["ok"] and r["do"] != "eval":
            print("FAIL %s: %s: %s" % (name, r["do"], json.dumps(r)[:300]))
    for line, questions in sorted(asked.items()):
        wrong = []
        for kind, form, expression, expected in questions:
            if not evals:
                wrong.append("%s: no answer" % expression)
                continue
            why = differs(kind, expected, evals.pop(0), form)
            if why:
                wrong.append("%s: %s" % (expression, why))
        print("FAIL %s line %d:\n    %s" % (name, line, "\n    ".join(wrong)) if wrong else
              "ok %s line %d: %d answers" % (name, line, len(questions)))


main()
