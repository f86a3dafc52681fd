# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks gdb and allstop the same about a C++ program, and compares what they print.

  ask.py ALLSTOP PROGRAM SOURCE NAME [-v]

The source says what is asked, in comments in front of a call of mark(): in the frame that calls it.
  //? [/FORMAT] EXPRESSION  as gdb prints it, value and type
  //= EXPRESSION => TEXT    this text, where gdb has another or none; TEXT is a pattern as a whole
  //! EXPRESSION            both refuse it
  //: TYPE                  the definition as gdb prints it
Addresses on the stack are not compared but for being there. One line a place: "ok NAME LINE: N answers", or "FAIL …" with all
that differs.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

GDB_SIDE = r"""
import gdb, json, re
for setting in ("width 0", "height 0", "confirm off", "style enabled off", "print frame-arguments all"):
    gdb.execute("set " + setting)
questions = json.load(open(%r))
gdb.execute("break mark", to_string=True)
gdb.execute("run", to_string=True)
places = []
def say(command):
    try:
        return gdb.execute(command, to_string=True).rstrip("\n")
    except gdb.error as e:
        return "error: " + str(e)
while gdb.selected_inferior().pid:
    gdb.execute("up", to_string=True)
    line = gdb.selected_frame().find_sal().line
    rows = []
    for e in questions.get(str(line), []):
        text = say("print " + e) if not e.startswith("ptype ") else re.sub("^type = ", "", say(e))
        rows.append([re.sub(r"^(warning: .*\n)*\$\d+ = ", "", text), re.sub("^type = ", "", say("whatis " + re.sub(r"^/\w ", "", e)))])
    places.append([line, rows])
    gdb.execute("continue", to_string=True)
json.dump(places, open(%r, "w"))
"""


def questions(source):
    """{line of the call: [(kind, expression, pattern)]}."""
    found, waiting = {}, []
    for number, line in enumerate(open(source), 1):
        asked = re.match(r"\s*//([?=!:]) (.*)", line)
        if asked:
            expression, _, pattern = asked.group(2).partition(" => ") if asked.group(1) == "=" else (asked.group(2), "", "")
            waiting.append((asked.group(1), ("ptype " if asked.group(1) == ":" else "") + expression.strip(), pattern.strip()))
        elif waiting and "mark(" in line:
            found[number], waiting = waiting, []
    return found


def ask_gdb(program, asked, folder):
    given, answers = os.path.join(folder, "questions.json"), os.path.join(folder, "answers.json")
    with open(given, "w") as f:
        json.dump({line: [e for _, e, _ in rows] for line, rows in asked.items()}, f)
    script = os.path.join(folder, "side.py")
    with open(script, "w") as f:
        f.write(GDB_SIDE % (given, answers))
    done = subprocess.run(["gdb", "-q", "-nx", "-batch", "-x", script, program], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=300, env=dict(os.environ, LC_ALL="C.UTF-8"))
    if not os.path.exists(answers):
        sys.exit("gdb: " + (done.stdout + done.stderr)[-500:])
    with open(answers) as f:
        return json.load(f)


def ask_allstop(allstop, program, asked, places, folder):
    steps = [{"do": "break", "at": "mark"}]
    for line, _ in places:
        steps += [{"do": "continue"}, {"do": "frame", "level": 1, "expect": {"line": line}}]
        for _, expression, _ in asked.get(line, []):
            if expression.startswith("ptype "):
                steps.append({"do": "type", "name": expression[6:], "on_fail": "go_on"})
                continue
            form, text = re.fullmatch(r"(?:/(\w) )?(.*)", expression).groups()
            steps.append(dict({"do": "eval", "expr": text, "on_fail": "go_on"}, **({"format": form} if form else {})))
    path = os.path.join(folder, "session.json")
    with open(path, "w") as f:
        json.dump({"timeout": 30, "program": program, "steps": steps}, f)
    done = subprocess.run([allstop, "--no-config", "-S", path], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    rows = [r for r in rows if "step" in r and r.get("do") in ("eval", "type")]
    if done.returncode not in (0, 1):
        sys.exit("allstop: status %d: %s" % (done.returncode, done.stderr[-500:]))
    return rows


def plain(text):
    """Without what differs from run to run."""
    return re.sub(r"0x7ff[0-9a-f]{9}", "0xSTACK", text)


def of_allstop(row):
    if not row["ok"]:
        return "error: " + row["error"]["message"], "error"
    return row["result"].get("text", ""), row["result"].get("type", "")


def differs(kind, expression, pattern, gdb, got):
    text, name = got
    if kind == "!":
        return "" if text.startswith("error: ") and gdb[0].startswith("error: ") else "both should refuse it"
    if kind == ":":
        return "" if text == gdb[0] else "gdb: " + gdb[0]
    if kind == "=":
        return "" if re.fullmatch(pattern, text) else "should be " + pattern
    if plain(text) != plain(gdb[0]):
        return "gdb: " + gdb[0]
    same = name == gdb[1] or expression.startswith("sizeof")  # C++20 7.6.2.5: a size_t; gdb says int
    return "" if same else "of type %s; gdb: %s" % (name, gdb[1])


def main():
    allstop, program, source, name = sys.argv[1:5]
    asked = questions(source)
    with tempfile.TemporaryDirectory() as folder:
        places = ask_gdb(program, asked, folder)
        rows = ask_allstop(allstop, program, asked, places, folder)
    if sorted({line for line, _ in places}) != sorted(asked):
        print("FAIL %s: it stopped at lines %s, and not at %s" % (name, [line for line, _ in places], sorted(asked)))
    for line, answers in places:
        wrong = []
        for (kind, expression, pattern), gdb in zip(asked.get(line, []), answers):
            if not rows:
                wrong.append("%s: no answer" % expression)
                continue
            got = of_allstop(rows.pop(0))
            why = differs(kind, expression, pattern, gdb, got)
            if why:
                wrong.append("%s: %s\n        %s" % (expression, got[0], why))
            elif "-v" in sys.argv:
                print("     %s: %s | %s" % (expression, *got))
        print("FAIL %s line %d:\n    %s" % (name, line, "\n    ".join(wrong)) if wrong else
              "ok %s line %d: %d answers" % (name, line, len(answers)))


main()
