# SPDX-License-Identifier: GPL-3.0-or-later
"""A random walk through a recording: what is found at a moment is always the same.

walk.py ALLSTOP TARGET SYMBOLS ROUNDS SEED [MEMORY_EXPR]: goes forwards and backwards by all means and compares the registers
and a checksum of memory with what was found when that position was first visited. Prints nothing when all is well.
"""
import hashlib
import json
import random
import subprocess
import sys

ALLSTOP, TARGET, SYMBOLS, ROUNDS, SEED = sys.argv[1:6]
draw = random.Random(int(SEED))
child = subprocess.Popen([ALLSTOP, "--jsonl", "-s", SYMBOLS, "-t", TARGET], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True)
serial = 0


def ask(do, **arguments):
    global serial
    serial += 1
    child.stdin.write(json.dumps({"id": serial, "do": do, "timeout": 120, **arguments}) + "\n")
    child.stdin.flush()
    for line in child.stdout:
        answer = json.loads(line)
        if answer.get("id") == serial:
            return answer
    sys.exit(f"seed {SEED}: the session ended at {do} {arguments}")


def good(do, **arguments):
    answer = ask(do, **arguments)
    if not answer["ok"]:
        sys.exit(f"seed {SEED}: {do} {arguments}: {json.dumps(answer)[:400]}")
    return answer["result"]


def look():
    """(position, what is there)"""
    position = good("position")["position"]
    registers = good("registers", group="general")["registers"]
    digest = hashlib.sha256()
    for name, length in (("table", 512), ("counter", 8), ("hash", 4), ("sixteenths", 8), ("early", 8), ("late", 8)):
        digest.update(good("read", addr=f"&{name}", length=length)["hex"].encode())
    digest.update(good("read", addr="$sp", length=64)["hex"].encode())
    return position, (json.dumps(registers, sort_keys=True), digest.hexdigest())


seen, order = {}, []
total = good("position")["total"]
points = ["sixteenth", "once_early", "once_late"]
steps = ["reverse-stepi"] * 4 + ["stepi"] * 3 + ["reverse-step", "reverse-next", "reverse-nexti", "step", "next", "nexti",
                                                "reverse-finish", "goto", "goto", "back", "continue", "reverse-continue"]
for round_number in range(int(ROUNDS)):
    what = draw.choice(steps)
    arguments = {}
    if what == "goto":
        arguments = {"position": draw.randrange(total + 1)}
    elif what == "back":
        what, arguments = "goto", {"position": draw.choice(order) if order else 0}
    elif what in ("stepi", "reverse-stepi"):
        arguments = {"times": draw.randrange(1, 5)}
    elif what in ("continue", "reverse-continue"):
        good("delete", all=True)
        if draw.randrange(3):
            good("break", at=draw.choice(points))
        else:
            good("watch", expr=draw.choice(["sixteenths", "late", "early"]))
    answer = ask(what, **arguments)
    # where no function is, there is nothing to finish
    if not answer["ok"] and answer["error"]["code"] != "no-symbol":
        sys.exit(f"seed {SEED}, round {round_number}: {what} {arguments}: {json.dumps(answer)[:400]}")
    if what in ("continue", "reverse-continue"):
        good("delete", all=True)
    position, found = look()
    if position not in seen:
        order.append(position)
    if seen.setdefault(position, found) != found:
        sys.exit(f"seed {SEED}, round {round_number}: after {what} {arguments} position {position} is not as before: "
                 f"{seen[position]} then, {found} now")
child.stdin.close()
child.wait()
