# SPDX-License-Identifier: GPL-3.0-or-later
"""A target whose runs and steps never end, and that heeds no interrupt: nobody waits for it for ever."""
from life import *

# -- requests with a time limit -------------------------------------------------------------------------------------------
s = Server("-t", deaf_stub())
s.say(1, "continue")
a = s.ask(2, "interrupt", timeout=1)
check("`interrupt` with a limit is answered in time", code(a) == "timeout" and a["ms"] < 20000, a)
a = s.ask(3, "wait", timeout=1)
check("`wait` with a limit is answered in time", code(a) == "timeout" and a["ms"] < 20000, a)
a = s.ask(4, "eval", expr="1 + 1")
check("numbers can be reckoned with meanwhile", result(a).get("value") == 2, a)
s.p.send_signal(signal.SIGTERM)
check("SIGTERM ends --jsonl", ended(s.p) == 143)
for id in range(1, 5):
    check("request %d is answered once" % id, len(s.answers(id)) == 1, s.answers(id))
s = Server("-t", deaf_stub())
a = s.ask(1, "continue", timeout=1)
check("`continue` with a limit is answered in time", code(a) == "timeout" and a["ms"] < 20000, a)
a = s.ask(2, "stepi")
check("and counts as running", code(a) == "not-stopped", a)
s.p.stdin.close()
check("the input's end ends --jsonl", ended(s.p) == 0)

s = Server("-t", deaf_stub())
for id, address in ((1, "0x1020"), (2, "0x1040")):
    s.ask(id, "break", at="*" + address, kind="hardware")
s.say(3, "continue")
s.ask(4, "wait", timeout=0.2)
s.p.send_signal(signal.SIGTERM)
status = ended(s.p)
def names_what_stays(face, status, said):
    check("what stays in a target that cannot be stopped is named, %s" % face, all(x in said for x in ("0x1020", "0x1040", "recover")), (status, said))


names_what_stays("--jsonl", status, " ".join(l.get("text", "") for l in s.lines.rest() if l.get("event") == "output"))
wire = os.path.join(work, "stays.wire")
p = Prompt("--wire-log", wire, "-t", deaf_stub())
for line in ("hbreak *0x1020", "hbreak *0x1040"):
    p.line(line)
at = p.here()
p.type("continue\n")
until(lambda: '"data": "vCont;c"' in open(wire).read())
p.p.send_signal(signal.SIGTERM)
p.sees("recover", at)
names_what_stays("the prompt", ended(p.p), p.text()[at:])

s = Server("-t", deaf_stub())
s.ask(1, "break", at="*0x1020", kind="hardware")
a = s.ask(2, "verify", timeout=3)
check("`verify` with a limit is answered in time", code(a) == "timeout", a)
s.say(3, "continue")
status = s.end()
check("what cannot be waited for is answered at the input's end", status == 0 and [code(l) for l in s.answers(3)] == ["not-stopped"], (status, s.answers(3)))

# A target of the command line whose stub never says a word: requests are read, and their time counts, before it is there.
path = os.path.join(work, "mute.json")
with open(path, "w") as f:
    json.dump({"silent": True}, f)
s = Server("-t", "launch:%s %s {port}" % (STUB, path))
began = time.monotonic()
a = s.ask(1, "threads", timeout=0.5)
check("a limit counts while the target is being opened", code(a) == "timeout" and time.monotonic() - began < 4, a)
s.say(2, "threads")
status = s.end()
check("what waits for a target that does not come is answered once", status == 3 and [len(s.answers(i)) for i in (1, 2)] == [1, 1], (status, s.lines.rest()[-3:]))

rc, steps = script([{"do": "continue", "timeout": 1}], "-t", deaf_stub())
check("a step of a session runs out of time", rc == 4 and code(steps[0]) == "timeout", steps)
rc, steps = script([{"do": "continue", "background": True}, {"do": "interrupt", "timeout": 1}], "-t", deaf_stub())
check("and `interrupt` in one", rc == 4 and code(steps[1]) == "timeout", steps)


def sent(wire, packet):
    """Waits until the log of the wire has a packet of ours that begins so; whether it came."""
    return until(lambda: '"dir": "out", "kind": "packet", "data": "%s' % packet in open(wire).read())


# -- the prompt -----------------------------------------------------------------------------------------------------------
wire = os.path.join(work, "deaf.wire")
p = Prompt("--wire-log", wire, "-t", deaf_stub())
p.type("continue\n")
check("Ctrl-C: the target runs", sent(wire, "vCont;c"), p.text())  # before that, Ctrl-C only ends the command
at = p.here()
p.type("\x03")
check("Ctrl-C: that it does not stop is said, and the prompt is back", p.sees(r"does not stop[\s\S]*\(allstop\) $", at), p.text()[at:])
said = p.line("print 41000 + 42")
check("Ctrl-C: the prompt works", "41042" in said, said)
said = p.line("info registers")
check("Ctrl-C: it counts as running", "is running" in said, said)
at = p.here()
p.type("\x03")
check("a second Ctrl-C offers to give it up", p.sees(r"g\)ive it up", at), p.text()[at:])
p.type("w\n")
p.prompt(at)
said = p.line("info registers")
check("to wait is taken for an answer", "is running" in said, said)
at = p.here()
p.type("\x03")
p.sees(r"g\)ive it up", at)
p.type("g\n")
check("it is given up", p.sees(r"was dropped[\s\S]*\(allstop\) $", at), p.text()[at:])
said = p.line("info registers")
check("there is no target then", "no target" in said, said)
p.type("quit\n")
check("and quitting is quick", p.ended() == 0, p.text()[-200:])

rc, out = batch_prompt(["hbreak *0x1020", "verify", "print 41000 + 42"], "-t", deaf_stub())
check("`verify` gives up and says so", "does not stop" in out and "41042" in out, out[-400:])

for command in ["verify", "continue", "stepi"]:
    p = Prompt("-t", deaf_stub())
    p.line("hbreak *0x1020")
    at = p.here()
    p.type(command + "\n")
    p.sees(command, at)
    p.p.send_signal(signal.SIGTERM)
    status = p.ended()
    check("SIGTERM ends the prompt in `%s`" % command, status == 143, status)
for number in (signal.SIGINT, signal.SIGTERM):
    s = Script([{"do": "break", "at": "*0x1020", "kind": "hardware"}, {"do": "continue"}], "-t", deaf_stub(), timeout=600)
    s.lines.find(lambda l: l.get("do") == "break")
    s.p.send_signal(number)
    status = ended(s.p)
    check("%s ends a session" % number.name, status == 128 + number, status)
