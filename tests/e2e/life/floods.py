# SPDX-License-Identifier: GPL-3.0-or-later
"""A target that says plain text without end, from whenever on: at a terminal the prompt takes keys and signals first all
the same, shows what it can, and says how much it left out. The stub reads nothing any more once it has begun."""
from life import *

ENDLESS = {"raw": "".join("line %d of what never ends\r\n" % i for i in range(4000)), "repeat": 1 << 30}
TARGET = [{"on": "qSupported", "reply": "PacketSize=1000;qXfer:features:read+"}, {"on": "?", "reply": "T05thread:1;"}, {"on": "H", "reply": "OK"},
          {"on": "qXfer:features:read:target.xml", "xml": XML}, {"on": "g", "reply": "00100000000000000020000000000000"}, {"on": "vCont?", "reply": "vCont;c;C;s;S"},
          {"on": "m", "reply": "13000000"}]
WINDOW = 8192  # of what came: as much as anything that is looked for is long


def stub(*rules):
    path = os.path.join(work, "flood-%d.json" % len(started))
    with open(path, "w") as f:
        json.dump({"rules": [*rules, *TARGET]}, f)
    return "launch:%s %s {port}" % (STUB, path)


class Flooded(Prompt):
    """Keeps no more than the end of what came; each pattern is looked for behind the one before."""

    def prompt(self, since):
        return True  # none is awaited before there is a target

    def comes(self, pattern, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text())):
            if time.monotonic() > end or (select.select([self.fd], [], [], 0.1)[0] and not self.more()):
                return False
        self.out = self.text()[found.end():].encode()
        return True

    def more(self):
        try:
            some = os.read(self.fd, 65536)
        except OSError:
            return False
        self.out = self.out[-WINDOW:] + some
        return bool(some)

    def ended(self):
        """Its status, while somebody still reads what it says."""
        end = time.monotonic() + PATIENCE
        while self.p.poll() is None and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                self.more()
        return ended(self.p, 0.1)

    def end(self, name):
        self.p.send_signal(signal.SIGTERM)
        status = self.ended()
        check(name + ": SIGTERM ends it", status == 143, status)


FLOWS = "line [0-9]+ of what never ends"
OPENINGS = {"a child": "exec:yes", "a child's NULs": "exec:cat /dev/zero", "a stub": stub({"on": "", **ENDLESS})}
for name, target in OPENINGS.items():
    t = Flooded("-t", target)
    flows = {"a child": "(y\\s+){100}", "a child's NULs": "[^(]{1000}"}.get(name, FLOWS)
    check("%s floods the opening: it is shown" % name, t.comes(flows), t.text())
    t.type("\x03")
    check("%s floods the opening: Ctrl-C gives the prompt" % name, t.comes(r"cancelled[\s\S]*\(allstop\) "), t.text())
    t.type("print 41000 + 42\n")
    check("%s floods the opening: and the prompt works" % name, t.comes("41042"), t.text())
    t.end("%s floods the opening, prompt" % name)
    t = Flooded("-t", target)
    t.comes(flows)
    t.end("%s floods the opening" % name)

LATER = {"an answer": ("m500000", "x/4xb 0x500000"), "a run": ("vCont;c", "continue"), "a step": ("vCont;s", "stepi")}
for name, (packet, line) in LATER.items():
    t = Flooded("-t", stub({"on": packet, **ENDLESS}))
    check("%s: the target is there" % name, t.comes(r"\(allstop\) "), t.text())
    t.type(line + "\n")
    check("a flood instead of %s is shown" % name, t.comes(FLOWS), t.text())
    t.type("\x03")
    check("a flood instead of %s: Ctrl-C gives the prompt" % name, t.comes(r"\(allstop\) "), t.text())
    t.type("print 41000 + 42\n")
    check("a flood instead of %s: the prompt works" % name, t.comes("41042"), t.text())
    t.end("a flood instead of %s" % name)

# What it says from a stop on, while nobody asks anything.
t = Flooded("-t", stub({"on": "vCont;s", "reply": "T05thread:1;", **ENDLESS}))
t.comes(r"\(allstop\) ")
t.type("stepi\n")
check("a flood behind a stop is shown", t.comes(FLOWS), t.text())
t.type("print 41000 + 42\n")
check("a flood behind a stop: the prompt works", t.comes("41042"), t.text())
t.end("a flood behind a stop")

# Requests, their time and signals are heeded in between: what it says in its packets is as many events.
O_PACKET = "O6162"
SAYS = {"raw": ("$%s#%02x" % (O_PACKET, sum(O_PACKET.encode()) & 255)) * 1000, "repeat": 1 << 30}
SOON = 6  # seconds; leaving has 3
s = Server("-t", stub({"on": "vCont;c", **SAYS}))
s.say(1, "continue")
check("a flood of packets, --jsonl: it is shown", s.event("console"))
began = time.monotonic()
a = s.ask(2, "stepi")
check("a flood of packets, --jsonl: a request is answered soon", code(a) == "not-stopped" and time.monotonic() - began < SOON, (a, time.monotonic() - began))
began = time.monotonic()
s.p.send_signal(signal.SIGTERM)
status = ended(s.p)
check("a flood of packets, --jsonl: SIGTERM ends it in the time of leaving", status == 143 and time.monotonic() - began < SOON, (status, time.monotonic() - began))

# A terminal that is slower than the target: what is left out there is said.
t = Flooded("-t", "exec:yes")
t.comes("y")
read = lambda: int(re.search(r"rchar: (\d+)", open("/proc/%d/io" % t.p.pid).read())[1])
before = read()
check("a slow terminal: the target goes on", until(lambda: read() - before > 1 << 20), read())
t.type("\x03")
check("a slow terminal: what is not shown is told", t.comes(r"dropped: count \d+\n"), t.text())
check("a slow terminal: Ctrl-C gives the prompt", t.comes(r"\(allstop\) "), t.text())
t.end("a slow terminal")
