# SPDX-License-Identifier: GPL-3.0-or-later
"""How often the stub is asked for the first 200 of a million elements: turns.py ALLSTOP PROGRAM NAME

What was allocated one after the other takes a few turns; nodes that lie here and there as many as they lead on to memory that
was not read yet.
"""
import json
import os
import subprocess
import sys
import tempfile

MOST = {"vector": 5, "deque": 5, "bits": 5, "string": 5, "strings": 5, "list": 5, "map": 5, "hash": 5,
        "scattered": 24}
ENDS = {"vector": "199...} of 1000000", "deque": "199...} of 1000000", "bits": "...} of 1000000", "string": "... of 1000000",
        "strings": '"longer than what fits into it 199"...} of 1000000', "list": "199...} of 1000000",
        "scattered": "199...} of 1000000",
        "map": "[199] = 199...} of 1000000", "hash": "...} of 1000000"}


def main():
    allstop, program, name = sys.argv[1:4]
    steps = [{"do": "break", "at": "mark"}, {"do": "continue"}, {"do": "backtrace"}]
    for e in MOST:
        steps += [{"do": "summary"}, {"do": "eval", "expr": "::" + e}, {"do": "summary"}]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "session.json")
        with open(path, "w") as f:
            json.dump({"timeout": 120, "program": program, "steps": steps}, f)
        done = subprocess.run([allstop, "--no-config", "-S", path], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    rows = [r for r in map(json.loads, done.stdout.splitlines()) if "step" in r][3:]
    for i, e in enumerate(MOST):
        if len(rows) < 3 * i + 3 or not rows[3 * i + 1]["ok"]:
            print("FAIL %s %s: %s" % (name, e, (json.dumps(rows[3 * i + 1]) if len(rows) > 3 * i + 1 else done.stderr)[:300]))
            continue
        before, value, after = (r["result"] for r in rows[3 * i:3 * i + 3])
        turns = after["turns"] - before["turns"]
        if turns > MOST[e]:
            print("FAIL %s %s: %d turns" % (name, e, turns))
        elif not value["text"].endswith(ENDS[e]) or value.get("truncated") is not True:
            print("FAIL %s %s: …%s" % (name, e, value["text"][-80:]))
        else:
            print("ok %s %s: %d turns" % (name, e, turns))


main()
