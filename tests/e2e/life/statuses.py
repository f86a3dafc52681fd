# SPDX-License-Identifier: GPL-3.0-or-later
"""A step that needs a target where there is none: its error says that, whatever it was to read, and the exit status is 1
where the program ended or the target was left, 3 where it was lost or could not be reached."""
from life import *

RUNS = [{"do": do} for do in ("continue", "step", "next", "stepi", "finish", "until", "reverse-continue", "reverse-step")]
ASKS = [{"do": do} for do in ("registers", "backtrace", "locals", "threads", "stacks", "features", "disassemble")]
ASKS += [{"do": "eval", "expr": expr} for expr in ("$pc", "*(int *)0x10", "*(char **)0x10", "*(char *)0x10@4")]
ASKS += [{"do": "disassemble", "at": at} for at in ("0x10", "$pc")] + [{"do": "disassemble", "from": "0x10", "count": 2}]
ASKS += [{"do": "examine", "addr": "0x10", "format": form} for form in ("i", "4x", "s")] + [{"do": "list", "at": "*$pc"}, {"do": "lookup", "at": "$pc"}]
ASKS += [{"do": "read", "addr": "0x10", "length": 4}, {"do": "write", "addr": "0x10", "hex": "00"}, {"do": "find", "from": "0x10", "length": 16, "hex": "00"},
         {"do": "set", "expr": "*(int *)0x10", "value": 1}]
LEAVES = [{"do": "kill"}, {"do": "detach"}]
WAITS = [{"do": "wait"}, {"do": "interrupt"}, {"do": "wait", "console": "login:"}]

RULES = [{"on": "qSupported", "reply": "PacketSize=1000;qXfer:features:read+;QStartNoAckMode+"}, {"on": "QStartNoAckMode", "reply": "OK"},
         {"on": "?", "reply": "T05thread:1;"}, {"on": "qXfer:features:read:target.xml", "xml": XML}, {"on": "g", "reply": "00100000000000000020000000000000"},
         {"on": "vCont", "reply": ""}, {"on": "c", "reply": "W03"}, {"on": "D", "reply": "OK"}, {"on": "k", "raw": "", "close": True}, {"on": "qHangUp", "raw": "", "close": True}]
rules = os.path.join(work, "statuses.json")
with open(rules, "w") as f:
    json.dump({"rules": RULES}, f)
FAKE = ["-t", "launch:%s %s {port}" % (STUB, rules)]
LOST = [{"do": "wire", "packet": "qHangUp", "expect": {"error": {"code": "lost"}}}]
NOBODY = [{"do": "connect", "target": "127.0.0.1:1", "expect": {"error": {"code": "not-connected"}}}]

# name: how the target went, what a run command, a question and a wait are answered then, and the status
ENDINGS = {
    "the program ended": (FAKE, [{"do": "continue", "expect": {"reason": "exited"}}], "not-running", "not-connected", "not-running", 1),
    "it was killed": (FAKE, [{"do": "kill"}], "not-connected", "not-connected", "not-connected", 1),
    "it was left": (FAKE, [{"do": "detach"}], "not-connected", "not-connected", "not-connected", 1),
    "there was none": (["-t", "none"], [], "not-connected", "not-connected", "not-connected", 1),
    "there was none, but a file": (["-t", "none", "-s", ENDS], [], "not-connected", "not-connected", "not-connected", 1),
    "the link was lost": (FAKE, LOST, "not-connected", "not-connected", "not-connected", 3),
    "it was lost and reached again, and killed": (FAKE, LOST + [{"do": "reconnect"}, {"do": "kill"}], "not-connected", "not-connected", "not-connected", 1),
    "none could be reached": (["-t", "none"], NOBODY, "not-connected", "not-connected", "not-connected", 3),
    "it ended, and another could not be reached": (FAKE, [{"do": "continue", "expect": {"reason": "exited"}}] + NOBODY, "not-connected", "not-connected", "not-connected", 3),
}
for name, (target, before, runs_say, asks_say, waits_say, status) in ENDINGS.items():
    for kind, list_of, wanted in ("run", RUNS, runs_say), ("question", ASKS + LEAVES, asks_say), ("wait", WAITS, waits_say):
        wrong = []
        for step in list_of:
            rc, steps = script(before + [step], *target)
            got = code(steps[-1]) if steps else None
            if (rc, got) != (status, wanted):
                wrong.append((step, rc, got, steps[-1:]))
        check("%s: each %s is a step that failed with %s, status %d" % (name, kind, wanted, status), not wrong, wrong)

# The same of a program under a stub that is real.
for way, end in {"exits": [{"do": "continue", "expect": {"reason": "exited"}}], "is killed": [{"do": "kill"}]}.items():
    rc, steps = script(end + [dict(step, on_fail="go_on") for step in RUNS + ASKS], ENDS, "exit", "0")
    failed = [s for s in steps if not s["ok"] and code(s) in ("not-running", "not-connected")]
    check("a program that %s: whatever is asked of it failed, and nothing was lost" % way, rc == 1 and len(failed) == len(RUNS + ASKS), "status %s, %s" % (rc, steps))
