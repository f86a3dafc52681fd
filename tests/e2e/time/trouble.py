# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in the middle of a way back.

trouble.py ALLSTOP TARGET SYMBOLS QEMU_PID_FILE: an interrupt in a long search, then the emulator killed in another. Prints one line
a check: "ok NAME" or "FAIL NAME: why".
"""
import json
import os
import signal
import subprocess
import sys

ALLSTOP, TARGET, SYMBOLS, PID_FILE, LABEL = sys.argv[1:6]
child = subprocess.Popen([ALLSTOP, "--jsonl", "-s", SYMBOLS, "-t", TARGET], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
serial = 0


def send(do, **arguments):
    global serial
    serial += 1
    child.stdin.write(json.dumps({"id": serial, "do": do, "timeout": 120, **arguments}) + "\n")
    child.stdin.flush()
    return serial


def until(found):
    for line in child.stdout:
        answer = json.loads(line)
        if found(answer):
            return answer
    return {}


def ask(do, **arguments):
    wanted = send(do, **arguments)
    return until(lambda a: a.get("id") == wanted)


def report(name, good, what):
    print(f"ok {LABEL}: {name}" if good else f"FAIL {LABEL}: {name}: {json.dumps(what)[:500]}", flush=True)


def search():
    """Starts a search with many hits whose condition is false; comes back when it is under way."""
    wanted = send("reverse-continue")
    until(lambda a: a.get("event") == "progress" or a.get("id") == wanted)
    return wanted


ask("goto", position="99.8%")
before = ask("registers", group="general")["result"]
here = ask("position")["result"]["position"]
ask("break", at="inner", **{"if": "i == 123456789"})
wanted = search()
send("interrupt")
answer = until(lambda a: a.get("id") == wanted)
report("an interrupted search is a stop", answer.get("result", {}).get("reason") == "interrupt", answer)
ask("delete", all=True)
answer = ask("stepi")
report("nothing of it stays armed", answer.get("result", {}).get("reason") == "step", answer)
one = ask("position")["result"]["position"]
answer = ask("reverse-stepi")
report("and a step back is a step back", answer.get("result", {}).get("position") == one - 1, answer)
answer = ask("goto", position=here)
after = ask("registers", group="general")["result"]
report("and everything is as it was", before == after, answer)

send("watch", expr="early")
wanted = send("last-write", expr="*(char *)&print", timeout=0.02)
answer = until(lambda a: a.get("id") == wanted)
report("a search out of time stays where it was",
       answer.get("error", {}).get("code") in ("timeout", "cancelled", "history-end") and ask("position")["result"]["position"] == here, answer)
ask("delete", all=True)

ask("break", at="inner", **{"if": "i == 123456789"})
wanted = search()
os.kill(int(open(PID_FILE, encoding="ascii").read()), signal.SIGKILL)
answer = until(lambda a: a.get("id") == wanted)
report("an emulator that dies is a lost connection", answer.get("error", {}).get("code") == "lost", answer)
answer = ask("reverse-stepi")
report("and then there is no target", answer.get("error", {}).get("code") == "not-connected", answer)
child.stdin.close()
child.wait()
