# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaving: what was there before us lives on and meets no trap of ours, what we started ends with us, in every face and
by every signal that ends a program."""
from life import *

SIGNALS = {"SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM, "SIGHUP": signal.SIGHUP}
ATTACH = "launch:gdbserver --once 127.0.0.1:{port} --attach %d"
AT = "&round_once"


def code_at(pid):
    """The bytes of a function in a process, as a second debugger finds them."""
    rc, steps = script([{"do": "read", "addr": AT, "length": 24}], "-t", ATTACH % pid, ENDS)
    return result(steps[0]).get("hex") if steps else None


def untouched(name, p, before):
    """The process runs as it did, and a second debugger meets nothing of ours: not in its code, and not as a stop."""
    check(name + ": the process runs on", until(lambda: runs(p.pid)), state_of(p.pid))
    rc, steps = script([{"do": "read", "addr": AT, "length": 24, "expect": {"hex": before}}, {"do": "break", "at": "end_here"},
                        {"do": "continue", "background": True}, {"do": "interrupt", "expect": {"reason": "interrupt"}}], "-t", ATTACH % p.pid, ENDS)
    check(name + ": a second debugger meets nothing of ours", rc == 0, "status %s, %s" % (rc, steps[-2:]))
    check(name + ": and leaves it running", until(lambda: runs(p.pid)), state_of(p.pid))


# -- a process that was there before, its stub started by us -------------------------------------------------------------
p = spinner()
before = code_at(p.pid)
check("the code is what the file has", before and not before.startswith("cc"), before)
rc, out = batch_prompt(["break round_once", "continue", "quit"], "-t", ATTACH % p.pid, ENDS)
check("quit, attached by a stub of ours", rc == 0 and "Breakpoint 1" in out, out[-300:])
untouched("quit, attached by a stub of ours", p, before)
rc, steps = script([{"do": "break", "at": "round_once", "kind": "memory"}, {"do": "continue"}], "-t", ATTACH % p.pid, ENDS)
check("a session ends, attached by a stub of ours", rc == 0, steps[-1:])
untouched("a session ends, attached by a stub of ours", p, before)
s = Server("-t", ATTACH % p.pid, ENDS)
s.ask(1, "break", at="round_once")
a = s.ask(2, "restart")
check("it cannot be started again", code(a) == "unsupported", a)
check("the input ends, attached by a stub of ours", s.end() == 0)
untouched("the input ends, attached by a stub of ours", p, before)

# -- signals ---------------------------------------------------------------------------------------------------------------
# from trap to trap, with conditions, so that a signal finds it in the middle of anything
BREAKS = [{"do": "break", "at": "round_once", "kind": "memory", "if": "rounds == 0"}, {"do": "break", "at": "end_here", "kind": "memory"}, {"do": "break", "at": "outer"}]
ROUNDS = [{"do": "break", "at": "round_once", "kind": "memory"}, {"do": "break", "at": "outer"}, {"do": "repeat", "times": 1000000, "steps": [{"do": "continue"}]}]
for name, number in SIGNALS.items():
    for how, steps in {"in a run": BREAKS + [{"do": "continue"}], "from trap to trap": ROUNDS, "in a sleep": BREAKS + [{"do": "sleep", "seconds": 600}]}.items():
        s = Script(steps, "-t", ATTACH % p.pid, ENDS, timeout=600)
        s.lines.find(lambda l: l.get("do") == "break" and result(l).get("at") == "outer")
        s.p.send_signal(number)
        status = ended(s.p)
        check("%s to a session, %s: its status says so" % (name, how), status == 128 + number, status)
        check("%s to a session, %s: the summary has it" % (name, how), any(l.get("summary", {}).get("status") == 128 + number for l in s.lines.rest()), s.lines.seen[-1:])
        untouched("%s to a session, %s" % (name, how), p, before)
    s = Server("-t", ATTACH % p.pid, ENDS)
    s.ask(1, "break", at="round_once", kind="memory", **{"if": "rounds == 0"})
    s.say(2, "continue")
    s.ask(3, "echo", text="under way")
    s.p.send_signal(number)
    status = ended(s.p)
    check("%s to --jsonl: its status says so" % name, status == 128 + number, status)
    check("%s to --jsonl: what was under way is answered once" % name, len(s.answers(2)) == 1, s.lines.seen[-3:])
    untouched("%s to --jsonl" % name, p, before)
    if name == "SIGINT":
        continue # there it stops the target
    t = Prompt("-t", ATTACH % p.pid, ENDS)
    t.line("break round_once if rounds == 0")
    t.type("continue\n")
    t.sees("continue", t.here() - 1)
    t.p.send_signal(number)
    status = t.ended()
    check("%s at the prompt: its status says so" % name, status == 128 + number, status)
    untouched("%s at the prompt" % name, p, before)
p.kill()

# -- one that leads no group: gdbserver's SIGINT does not reach it, ours does -----------------------------------------------
p = spinner(leads=False)
check("one that leads no group: its code", code_at(p.pid) == before)
for name, number in SIGNALS.items():
    s = Script(BREAKS + [{"do": "continue"}], "-t", ATTACH % p.pid, ENDS, timeout=600)
    s.lines.find(lambda l: l.get("do") == "break" and result(l).get("at") == "outer")
    s.p.send_signal(number)
    status = ended(s.p)
    check("one that leads no group, %s: the status" % name, status == 128 + number, status)
    untouched("one that leads no group, %s" % name, p, before)
t = Prompt("-t", ATTACH % p.pid, ENDS)
t.line("break round_once if rounds == 0")
at = t.here()
t.type("continue\n")
t.sees("thread-created|continue", at)
check("one that leads no group, Ctrl-C: it runs", until(lambda: runs(p.pid)))
t.type("\x03")
check("one that leads no group, Ctrl-C stops it", t.sees(r"interrupt,[\s\S]*\(allstop\) $", at), t.text()[at:])
said = t.line("break-in")
check("and how is said", "leads no group" in said, said)
t.type("quit\n")
t.sees("c\\)ancel", at)
t.type("d\n")
check("one that leads no group, quit", t.ended() == 0, t.text()[at:])
untouched("one that leads no group, quit", p, before)
p.kill()
p.wait()

# -- what was started for us ends with us -----------------------------------------------------------------------------------
for name, number in SIGNALS.items():
    s = Server(ENDS, "spin")
    a = result(s.ask(1, "threads"))
    pid = int(re.match(r"p(\d+)", a["current"])[1])
    s.say(2, "continue")
    s.ask(3, "echo", text="under way")
    s.p.send_signal(number)
    check("%s to --jsonl ends what it started" % name, ended(s.p) == 128 + number and until(lambda: gone(pid)), state_of(pid))
p = run(ALLSTOP, "--jsonl", ENDS, "spin", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
p.stdin.write(b'{"id": 1, "do": "threads"}\n{"id": 2, "do": "continue"}\n')
p.stdin.flush()
line = next((line for line in p.stdout if b'"id":1' in line), b"")
pid = int((re.search(rb'"current":"p(\d+)', line) or [0, b"0"])[1])
p.stdout.close() # nobody reads any more, and what is asked next would be answered to nobody
check("--jsonl whose reader has gone ends at once, not when its input does", ended(p, 20) == 6 and pid and until(lambda: gone(pid)), line[:300])
rc, out = batch_prompt(["info threads", "quit"], ENDS, "spin")
pid = int(re.search(r"p(\d+)\.", out)[1])
check("quit ends what was started for it", until(lambda: gone(pid)), out[-300:])

# -- an attempt that failed ---------------------------------------------------------------------------------------------------
rc, out = batch_prompt(["kill", "connect 127.0.0.1:1", "break end_here", "run", "print 41000 + 42"], ENDS, "exit", "3")
check("`run` behind a failed `connect`", "Breakpoint 1" in out and "end_here at" in out and "41042" in out, out[-500:])
rc, out = batch_prompt(["break end_here", "run"], "-t", "127.0.0.1:1", ENDS)
check("`run` where nothing could be reached", "end_here at" in out, out[-500:])
rc, out = batch_prompt(["kill", "connect launch:/bin/false {port}", "reconnect", "break end_here", "continue"], ENDS, "exit", "3")
check("`reconnect` behind a failed `connect`", "end_here at" in out, out[-500:])
