# SPDX-License-Identifier: GPL-3.0-or-later
"""A terminal that takes nothing any more, since Ctrl-S was pressed or nobody reads its master: SIGTERM and SIGHUP end the
prompt and the screen all the same, the target is left with nothing inserted, and the terminal has its modes back."""
from life import *
import fcntl, struct

TEXT = "".join("line %d of a long answer\n" % i for i in range(4000)).encode().hex()
RULES = [{"on": "qSupported", "reply": "PacketSize=20000;qXfer:features:read+;QStartNoAckMode+"}, {"on": "QStartNoAckMode", "reply": "OK"},
         {"on": "?", "reply": "T05thread:1;"}, {"on": "qXfer:features:read:target.xml", "xml": XML}, {"on": "g", "reply": "00100000000000000020000000000000"},
         {"on": "H", "reply": "OK"}, {"on": "Z1", "reply": "OK"}, {"on": "z1", "reply": "OK"}, {"on": "m", "reply": "13000000"}, {"on": "D", "reply": "OK"},
         {"on": "vCont?", "reply": "vCont;c;C;s;S"}, {"on": "qRcmd,", "reply": TEXT}]
FACES = {"the prompt": ["--cli"], "the screen": []}
REDRAW = b"\x0c"
WRITE = {"x86_64": "1"}.get(os.uname().machine, "64")  # its number, where newer ports have it in common


class Terminal:
    """The debugger in a terminal of 200 columns that is read until there is a target."""

    def __init__(self, face, wire):
        path = os.path.join(work, "unread.json")
        with open(path, "w") as f:
            json.dump({"rules": RULES}, f)
        self.fd, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        self.modes = termios.tcgetattr(self.slave)

        def own_terminal():
            defaults()
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

        self.p = subprocess.Popen([ALLSTOP, "--no-config", *FACES[face], "--wire-log", wire, "-t", "launch:%s %s {port}" % (STUB, path)], stdin=self.slave, stdout=self.slave,
                                  stderr=self.slave, preexec_fn=own_terminal, cwd=work, env=dict(os.environ, TERM="xterm"))
        started.append(self.p)
        self.wire = wire

    def sent(self, packet):
        """Reads what is shown until the log of the wire has a packet of ours that begins so."""
        end = time.monotonic() + PATIENCE
        while '"dir": "out", "kind": "packet", "data": "%s' % packet not in self.log():
            if time.monotonic() > end:
                return False
            if select.select([self.fd], [], [], 0.05)[0]:
                os.read(self.fd, 65536)
        return True

    def log(self):
        return open(self.wire).read() if os.path.exists(self.wire) else ""

    def writes(self):
        """Its main thread is in a write() of what the terminal does not take."""
        call = open("/proc/%d/syscall" % self.p.pid).read().split()
        return call[0] == WRITE and not select.select([], [self.slave], [], 0)[1]


def unread(face, how, number):
    name = "%s, %s, %s" % (face, how, number.name)
    t = Terminal(face, os.path.join(work, "unread-%d.wire" % len(started)))
    more = b"monitor talk\r" if face == "the prompt" else REDRAW
    os.write(t.fd, b"hbreak *0x1020\r")
    check(name + ": something is inserted", t.sent("Z1"))
    if how == "Ctrl-S":
        os.write(t.fd, b"\x13")

    def press():
        os.write(t.fd, more)
        return until(t.writes, 0.5)

    check(name + ": it is held", until(press))
    t.p.send_signal(number)
    status = ended(t.p)
    check(name + ": it ends", status == 128 + number, status)
    wire = t.log()
    check(name + ": and leaves nothing inserted", '"data": "z1,1020' in wire and '"data": "D' in wire, wire[-600:])
    check(name + ": the terminal's modes are back", termios.tcgetattr(t.slave)[:4] == t.modes[:4], termios.tcgetattr(t.slave)[:4])
    os.close(t.fd)
    os.close(t.slave)


for number in (signal.SIGTERM, signal.SIGHUP):
    unread("the prompt", "nobody reads", number)
    unread("the prompt", "Ctrl-S", number)
    unread("the screen", "nobody reads", number)  # it takes Ctrl-S as a key
