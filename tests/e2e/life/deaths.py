# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a program, in every spelling, and what can be done then."""
from life import *

ALL = {"do": "repeat", "times": 5, "until": {"reason": {"in": ["exited", "killed"]}}, "steps": [{"do": "continue"}]}
NAMES = {6: "SIGABRT", 9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 15: "SIGTERM"}
STUBS = {"tcp": "launch:gdbserver --once --no-startup-with-shell 127.0.0.1:{port} %s %s", "pipe": "exec:gdbserver --once --no-startup-with-shell - %s %s"}

for stub, spec in STUBS.items():
    for way, number in [("exit", 0), ("exit", 7), ("signal", 6), ("signal", 9), ("signal", 11), ("signal", 15), ("thread", 9), ("thread", 11)]:
        rc, steps = script([ALL], "-t", spec % (ENDS, "%s %d" % (way, number)), ENDS)
        r = result(steps[-2]) if len(steps) > 1 else {}
        good = r.get("reason") == "exited" and r.get("exit_code") == number if way == "exit" else r.get("reason") == "killed" and r.get("signal") == NAMES[number]
        check("%s %d, gdbserver by %s" % (way, number, stub), good and rc == 0, "status %s, %s" % (rc, steps[-2:]))

user = os.path.join(os.path.dirname(ENDS), "x86_64", "ends")
for way, number in [("exit", 7), ("signal", 11)]:
    rc, steps = script([ALL], "-t", "launch:qemu-x86_64 -g {port} %s %s %d" % (user, way, number), user)
    r = result(steps[-2]) if len(steps) > 1 else {}
    good = r.get("exit_code") == number if way == "exit" else r.get("signal") == NAMES[number]
    check("%s %d, qemu-user" % (way, number), good and rc == 0, "status %s, %s" % (rc, steps[-2:]))

# -- in the middle of something ---------------------------------------------------------------------------------------
for name, step in {"finish": {"do": "finish"}, "next": {"do": "next", "times": 20}, "until": {"do": "until", "at": "main"}, "stepi": {"do": "stepi", "times": 100000}}.items():
    rc, steps = script([{"do": "break", "at": "end_here", "once": True}, {"do": "continue"}, step], ENDS, "signal", "9")
    check("death during `%s`" % name, rc == 0 and result(steps[-1]).get("signal") == "SIGKILL", "status %s, %s" % (rc, steps[-1:]))
rc, steps = script([{"do": "break", "at": "end_here", "once": True}, {"do": "continue"}, {"do": "continue", "background": True}, {"do": "wait"}, {"do": "breakpoints"}], ENDS, "signal", "9")
check("death of a run in the background", rc == 0 and result(steps[3]).get("signal") == "SIGKILL", "status %s, %s" % (rc, steps))


def program_of(server):
    """The pid of what the stub of this session debugs."""
    return int(re.match(r"p(\d+)", result(server.ask("pid", "threads"))["current"])[1])


for name, before in {"standing": [], "in a run": [("continue", {})], "in steps": [("stepi", {"times": 100000000})], "at a condition": [("break", {"at": "round_once", "if": "rounds == 0"}), ("continue", {})]}.items():
    s = Server(ENDS, "spin")
    pid = program_of(s)
    for i, (do, args) in enumerate(before):
        s.say(i + 1, do, **args)
    os.kill(pid, signal.SIGKILL)
    if not before:
        s.say(1, "continue")
    a = s.answer(max(1, len(before)))
    check("kill -9 from outside, %s" % name, result(a).get("reason") == "killed" and result(a).get("signal") == "SIGKILL", a)
    a = s.ask(50, "continue")
    check("kill -9 from outside, %s: nothing runs any more" % name, code(a) == "not-running", a)
    s.end()

# -- afterwards ----------------------------------------------------------------------------------------------------------
rc, steps = script([
    {"do": "break", "at": "round_once"}, {"do": "delete", "id": 1}, {"do": "break", "at": "outer"}, ALL, {"do": "delete", "id": 2},
    {"do": "break", "at": "round_once", "if": "rounds == 2", "expect": {"id": 3, "state": "planned"}},
    {"do": "break", "at": "end_here", "kind": "hardware", "expect": {"id": 4, "state": "planned"}},
    {"do": "break", "at": "no_such_function", "expect": {"error": {"code": "no-symbol"}}},
    {"do": "break", "at": "outer"}, {"do": "disable", "id": 5}, {"do": "watch", "expr": "number", "expect": {"state": "planned"}}, {"do": "delete", "id": 6},
    {"do": "breakpoints", "expect": {"breakpoints": [{"id": 3, "state": "planned"}, {"id": 4, "state": "planned"}, {"id": 5, "state": "disabled"}]}},
    {"do": "continue", "expect": {"error": {"code": "not-running", "hint": {"match": "run"}}}}, {"do": "stepi", "expect": {"error": {"code": "not-running"}}},
    {"do": "finish", "expect": {"error": {"code": "not-running"}}}, {"do": "until", "expect": {"error": {"code": "not-running"}}},
    {"do": "registers", "expect": {"error": {"code": "not-connected"}}}, {"do": "eval", "expr": "6 * 7", "expect": {"value": 42}},
    {"do": "lookup", "at": "main", "expect": {"function": "main"}},
    {"do": "restart", "expect": {"reason": "attach"}},
    {"do": "breakpoints", "expect": {"breakpoints": [{"id": 3, "state": "armed", "kind": "software"}, {"id": 4, "state": "armed", "kind": "hardware"}, {"id": 5, "state": "disabled"}]}},
    {"do": "continue", "expect": {"breakpoint": 3}}, {"do": "eval", "expr": "rounds", "expect": {"value": "2"}}, {"do": "continue", "expect": {"breakpoint": 4}},
    {"do": "continue", "expect": {"reason": "exited", "exit_code": 3}},
], ENDS, "exit", "3")
check("breakpoints after the end, and the next start", rc == 0, "status %s, %s" % (rc, [s for s in steps if not s["ok"]]))

p = Prompt(ENDS, "signal", "9")
said = p.line("continue")
check("death at the prompt", "Killed by SIGKILL" in said, said)
said = p.line("continue")
check("`continue` after it says what to do", "has ended" in said and "`run`" in said, said)
said = p.line("run") + p.line("info breakpoints") + p.line("c")
check("`run` starts it again", "Killed by SIGKILL" in said, said)
p.type("quit\n")
check("`quit` after the end asks nothing", p.ended() == 0, p.text()[-300:])

# -- a stub that dies while its target stands --------------------------------------------------------------------------
s, (stub, port) = None, gdbserver("127.0.0.1:0", ENDS, "spin")
s = Server("-t", "127.0.0.1:%d" % port, ENDS)
s.ask(1, "break", at="end_here")
for pid in [stub.pid] + children(stub.pid):
    os.kill(pid, signal.SIGKILL)
check("a stub dies while its target stands, --jsonl", s.event("lost"), s.lines.seen[-2:])
a = s.ask(2, "breakpoints")
check("and its breakpoints are planned", result(a).get("breakpoints", [{}])[0].get("state") == "planned", a)
a = s.ask(3, "continue")
check("and nothing runs", code(a) == "not-connected", a)
a = s.ask(4, "eval", expr="number")
check("and a variable is not what its file begins it with", code(a) == "not-connected", a)
s.end()

stub, port = gdbserver("127.0.0.1:0", ENDS, "spin")
p = Prompt("-t", "127.0.0.1:%d" % port, ENDS)
at = p.here()
for pid in [stub.pid] + children(stub.pid):
    os.kill(pid, signal.SIGKILL)
check("a stub dies while its target stands, the prompt", p.sees(r"was lost[\s\S]*\(allstop\) $", at), p.text()[at:])
p.type("quit\n")
p.ended()

s = Server("-t", "launch:gdbserver --once --no-startup-with-shell {pty} %s spin" % ENDS, ENDS)
a = s.ask(1, "threads")
for child in children(s.p.pid):
    os.kill(child, signal.SIGKILL)
check("the stub behind a pty dies", s.event("lost"), (a, s.lines.seen[-2:]))
s.end()

# -- and while a script sleeps: one that stands, one that runs -----------------------------------------------------------
for name, runs_on in {"stands": [], "runs": [{"do": "continue", "background": True}]}.items():
    stub, port = gdbserver("127.0.0.1:0", ENDS, "spin")
    s = Script(runs_on + [{"do": "sleep", "seconds": 3600}], "-t", "127.0.0.1:%d" % port, ENDS)
    s.lines.find(lambda l: l.get("event") == "connected" if not runs_on else l.get("do") == "continue")
    for pid in [stub.pid] + children(stub.pid):
        os.kill(pid, signal.SIGKILL)
    check("a script sleeps, and its target, which %s, is lost: that is told" % name, s.lines.find(lambda l: l.get("event") == "lost"), s.lines.seen[-2:])
    s.p.send_signal(signal.SIGTERM)
    check("and the sleep can be ended: it %s" % name, ended(s.p) == 143)
