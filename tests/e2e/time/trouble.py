# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in the middle of a way back.

trouble.py ALLSTOP TARGET SYMBOLS QEMU_PID_FILE: an interrupt in a long search, then the emulator killed in another. Prints one line
a check: "ok NAME" or "FAIL NAME: why".
"""
import os
import signal
import sys

from client import Client

ALLSTOP, TARGET, SYMBOLS, PID_FILE, LABEL = sys.argv[1:6]
client = Client(ALLSTOP, TARGET, SYMBOLS, LABEL)
ask, send, until, report, search = client.ask, client.send, client.until, client.report, client.search

ask("goto", position="99.8%")
before = ask("registers", group="general")["result"]
here = ask("position")["result"]["position"]
ask("break", at="inner", **{"if": "i == 123456789"})
wanted = search()
asked = {do: send(do, **more) for do, more in (("eval", {"expr": "counter"}), ("breakpoints", {}), ("summary", {}), ("stepi", {}))}
answers = {do: client.answer(one) for do, one in asked.items()}
report("meanwhile breakpoints and summary are told, and what needs the target is refused at once",
       answers["breakpoints"]["ok"] and answers["summary"]["ok"] and wanted not in client.seen and
       all(answers[do].get("error", {}).get("code") == "not-stopped" for do in ("eval", "stepi")), answers)
interrupted = send("interrupt")
answer = until(lambda a: a.get("id") == wanted)
report("an interrupted search is a stop", answer.get("result", {}).get("reason") == "interrupt", answer)
answer = client.answer(interrupted)
report("and that is the interrupt's answer, too", answer.get("result", {}).get("reason") == "interrupt" and "pc" in answer["result"],
       answer)
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
client.end()
