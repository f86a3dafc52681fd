# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request gets its answer, exactly one, and none of them is about a target that runs."""
from life import *

# -- the input ends ----------------------------------------------------------------------------------------------------
p = run(ALLSTOP, "--no-config", "--jsonl", ENDS, "exit", "7", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
out, _ = p.communicate("".join(json.dumps(r) + "\n" for r in [
    {"id": 1, "do": "break", "at": "round_once"}, {"id": 2, "do": "continue"}, {"id": 3, "do": "echo", "text": "x"}, {"id": 4, "do": "sleep", "seconds": 0.2}, {"do": "summary"}, {"id": 6, "do": "brake"}]), PATIENCE)
lines = [json.loads(l) for l in out.splitlines()]
for id in (1, 2, 3, 4, 6):
    check("the input ends: request %d is answered once" % id, len([l for l in lines if l.get("id") == id]) == 1, lines[-4:])
check("the input ends: one without an id too", len([l for l in lines if "ok" in l and "id" not in l]) == 1, lines[-4:])
s = Server(ENDS, "exit", "7")
s.say(1, "continue", timeout=50)
status = s.end()
check("the end of a program is waited for", status == 0 and [result(l).get("exit_code") for l in s.answers(1)] == [7], s.lines.seen[-2:])
s = Server(ENDS, "spin")
s.say(1, "continue", timeout=1)
status = s.end()
check("one that does not end has its time", status == 0 and [code(l) for l in s.answers(1)] == ["timeout"], s.lines.seen[-2:])
s = Server(ENDS, "spin")
s.ask(1, "continue", background=True)
s.say(2, "wait", timeout=1)
status = s.end()
check("`wait` has its time", status == 0 and [code(l) for l in s.answers(2)] == ["timeout"], s.lines.seen[-2:])
s = Server(ENDS, "spin")
s.ask(1, "continue", background=True)
a = s.ask(2, "wait", timeout=0.2)
check("`wait` out of time does not interrupt", code(a) == "timeout" and code(s.ask(3, "registers")) == "not-stopped", a)
a = s.ask(4, "interrupt", timeout=30)
check("and `interrupt` then stops it", result(a).get("reason") == "interrupt", a)
s.end()

path = os.path.join(work, "mute.json")
with open(path, "w") as f:
    json.dump({"rules": [{"on": "m", "mute": True}, {"on": "qRcmd", "mute": True}]}, f)
s = Server("-t", "launch:%s %s {port}" % (STUB, path))
for id, (do, args) in enumerate([("read", {"addr": "0x1000", "length": 4}), ("monitor", {"command": "help"})]):
    a = s.ask(id, do, timeout=1, **args)
    check("a `%s` that is not answered in its time: timeout, and not cancelled" % do, code(a) == "timeout", a)
s.end()

# -- while it runs -------------------------------------------------------------------------------------------------------
ASKED = [("eval", {"expr": "rounds"}), ("eval", {"expr": "$pc"}), ("eval", {"expr": "*(long *)0x1000"}), ("registers", {}), ("locals", {}), ("backtrace", {}), ("read", {"addr": "&rounds", "length": 8}), ("set", {"expr": "rounds", "value": 1}),
         ("write", {"addr": "&rounds", "hex": "00"}), ("disassemble", {"at": "main"}), ("threads", {}), ("watch", {"expr": "rounds"}), ("break", {"at": "main"}), ("find", {"from": "&rounds", "length": 8, "hex": "00"}), ("stepi", {})]
rc, steps = script([{"do": "continue", "background": True}] + [dict(a, do=do, expect={"error": {"code": "not-stopped"}}, on_fail="go_on") for do, a in ASKED] +
                   [{"do": "eval", "expr": "6 * 7", "expect": {"value": 42}}, {"do": "interrupt"}, {"do": "eval", "expr": "rounds", "expect": {"value": {"exists": True}}}], ENDS, "spin")
check("while it runs, a session", rc == 0 and len(steps) == len(ASKED) + 4, [s for s in steps if not s["ok"]])
s = Server(ENDS, "spin")
s.ask("run", "continue", background=True)
for i, (do, args) in enumerate(ASKED):
    a = s.ask(i, do, **args)
    check("while it runs, --jsonl: %s %s" % (do, " ".join(map(str, args.values()))), code(a) == "not-stopped", a)
s.end()
