# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the fault proxy do what it says, and does the soak see what is wrong? check.py BUILD prints a line a check.

The two ends are played here, byte by byte, so nothing but the proxy is between them.
"""
import os, select, socket, subprocess, sys, tempfile, tty

import hostile, soak

PROXY = os.path.join(sys.argv[1], "tests/faults/proxy")
PATIENCE = 10  # for what must come
SILENCE = 0.3  # for what must not; a slow machine only makes this check weaker


def packet(text, leader=b"$"):
    return leader + text + b"#%02x" % (sum(text) & 255)


QUESTION, ANSWER, RESUME = packet(b"m1000,8"), packet(b"0102030405060708"), packet(b"vCont;c")


class Line:
    """A proxy with both of its ends in our hands."""

    def __init__(self, *options, where="tcp"):
        self.folder = tempfile.TemporaryDirectory()
        self.log = os.path.join(self.folder.name, "log")
        where = "unix:" + os.path.join(self.folder.name, "s") if where == "unix" else where
        listening = socket.create_server(("127.0.0.1", 0))
        self.process = subprocess.Popen([PROXY, "--listen", where, "--log", self.log, "--after", "0", "--seed", "5", *options,
                                         "127.0.0.1:%d" % listening.getsockname()[1]], stdout=subprocess.PIPE, text=True)
        stub = listening.accept()[0]
        listening.close()
        self.seed = self.process.stdout.readline().strip()
        at = self.process.stdout.readline().split()[1]
        self.ends = {"out": stub.detach(), "in": self.connect(at)}

    @staticmethod
    def connect(at):
        if at.startswith("/"):
            fd = os.open(at, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(fd)
            return fd
        s = socket.socket(socket.AF_UNIX) if at.startswith("unix:") else socket.socket()
        s.connect(at[5:] if at.startswith("unix:") else ("127.0.0.1", int(at.split(":")[1])))
        return s.detach()

    def say(self, way, data):
        os.write(self.ends["in" if way == "out" else "out"], data)

    def hear(self, way, until, seconds=PATIENCE):
        """What comes out at the end of this direction, up to where it ends so."""
        got = b""
        while not (until and got.endswith(until)) and select.select([self.ends[way]], [], [], seconds)[0]:
            more = os.read(self.ends[way], 65536)
            if not more:
                break
            got += more
        return got

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for fd in self.ends.values():
            os.close(fd)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def told(self):
        with open(self.log, errors="replace") as f:
            return [line.split(None, 1)[1].strip() for line in f]


def same(name, got, wanted):
    print(f"ok {name}" if got == wanted else f"FAIL {name}: {got!r}, not {wanted!r}")


def true(name, held, got=None):
    print(f"ok {name}" if held else f"FAIL {name}: {got!r}")


def passed(way, sent, *options, until=b"!", where="tcp"):
    """What comes of it. A stray `!` behind it tells the end, since stray bytes have no faults."""
    with Line(*options, where=where) as line:
        line.say(way, sent + b"!")
        return line.hear(way, until)[:-1]


def rate(fault, n=1000):
    return "--rate", f"{fault}={n}"


def differs(a, b):
    return sum(x != y for x, y in zip(a, b))


def did(line, fault):
    """Whether the proxy's log has it as something that was done, and not in the words of how it was begun."""
    return any(told.split()[2] == fault for told in line.told())


def check_logged():
    for fault in ("split", "merge", "delay"):
        with Line(*rate(fault)) as line:
            line.say("out", QUESTION)
            same(f"{fault}: it comes whole", line.hear("out", QUESTION), QUESTION)
            true(f"{fault}: it was done", did(line, fault), line.told())


def check_faults():
    for way, sent in (("out", QUESTION), ("in", ANSWER)):
        for where in ("tcp", "unix", "pty"):
            same(f"{where}: passed on, {way}", passed(way, b"+" + sent + b"-", where=where), b"+" + sent + b"-")
        same(f"drop-packet {way}", passed(way, b"+" + sent, *rate("drop-packet")), b"+")
        same(f"drop-ack {way}", passed(way, sent + b"+-", *rate("drop-ack")), sent)
        got = passed(way, sent, *rate("drop-byte"))
        same(f"drop-byte {way}", len(got), len(sent) - 1)
        got = passed(way, sent, *rate("corrupt"))
        same(f"corrupt {way}", (len(got), differs(got, sent)), (len(sent), 1))
        same(f"double {way}", passed(way, sent, *rate("double")), sent * 2)
        same(f"split {way}", passed(way, sent, *rate("split")), sent)
        same(f"merge and delay {way}", passed(way, sent, *rate("merge"), *rate("delay")), sent)
        got = passed(way, sent, *rate("junk"))
        true(f"junk {way}", len(got) > len(sent) and got.endswith(sent) and not set(got[:-len(sent)]) & set(b"$#%+-\x03"), got)
        got = passed(way, sent, *rate("notify"))
        true(f"notify {way}", got.startswith(b"%fault:") and got.endswith(sent), got)
        same(f"stray-ack {way}", passed(way, sent, *rate("stray-ack")), b"+" + sent)
        same(f"stray-nak {way}", passed(way, sent, *rate("stray-nak")), b"-" + sent)
        other = "in" if way == "out" else "out"
        same(f"only {other}: {way} is as it was", passed(way, sent, *rate(other + "-drop-packet")), sent)
    same("nothing before the first packets", passed("out", QUESTION * 3, *rate("drop-packet"), "--after", "2"), QUESTION * 2)
    same("an interrupt is passed on", passed("out", b"\x03", *rate("drop-packet"), *rate("drop-ack")), b"\x03")
    same("repeats are passed on as they came", passed("in", packet(b"0* 7"), *rate("split")), packet(b"0* 7"))


def check_resumes():
    same("what lets the target run is not doubled", passed("out", RESUME, *rate("double")), RESUME)
    with Line(*rate("in-drop-packet"), *rate("in-stray-ack")) as line:
        line.say("out", RESUME)
        line.hear("out", RESUME)
        line.say("in", packet(b"T05thread:1;"))
        same("nor is its answer lost", line.hear("in", b"#c5", 2), packet(b"T05thread:1;"))


def check_ends():
    with Line("--cut-at", "2") as line:
        line.say("out", QUESTION)
        line.hear("out", QUESTION)
        line.say("in", ANSWER)
        got = line.hear("in", None)
        true("cut: the answer is cut, and both ends are closed", ANSWER.startswith(got) and line.hear("out", None) == b"", got)
    for profile in ("cut", "stall"):
        with Line("--profile", profile, "--span", "1") as line:
            line.say("out", QUESTION)
            line.hear("out", QUESTION, SILENCE)
            line.say("in", ANSWER)
            line.hear("in", ANSWER, SILENCE)
            true(f"{profile} is in the log", did(line, profile), line.told())
    with Line("--stall", "--cut-at", "1", "--stall-for", "300", "--seed", "1") as line:
        line.say("out", QUESTION)
        line.say("in", ANSWER)
        same("stall for a while", (line.hear("out", QUESTION), line.hear("in", ANSWER)), (QUESTION, ANSWER))
        true("it was silent before", did(line, "stall"), line.told())


def check_talk():
    said = packet(b"PacketSize=47ff;QStartNoAckMode+;swbreak+")
    same("no-ack mode is withheld", passed("in", said, "--acks"), packet(b"PacketSize=47ff;QStartNoAckMode-;swbreak+"))
    same("and else offered", passed("in", said), said)
    logs = []
    for _ in range(2):
        with Line("--profile", "mendable", *rate("corrupt", 300)) as line:
            for _ in range(20):
                line.say("out", QUESTION)
            line.say("out", b"!")
            line.hear("out", b"!")
            logs.append(line.told())
    true("a seed is the same run again", line.seed == "seed 5" and len(logs[0]) > 5 and logs[0] == logs[1], logs)
    for name, sent in (("bad-checksum", b"$g#00"), ("torn", b"$m10"), ("stray-bytes", b"zz"), ("packet-while-running", b"")):
        with Line() as line:
            if name == "packet-while-running":
                line.say("out", RESUME)
                line.hear("out", RESUME)
                line.say("in", b"+")
                line.hear("in", b"+")
            line.say("out", sent + QUESTION)
            line.hear("out", QUESTION)
            true(f"{name} is held against the debugger", any("ours " + name in told for told in line.told()), line.told())


def check_judge():
    """The soak must see what is wrong: answers that are known to be."""
    good = [{"do": "read", "result": {"hex": "00"}, "error": None, "ok": True, "ms": 1}] * 2
    wanted = [a["result"] for a in good]
    named = {"do": "read", "result": None, "error": {"code": "lost", "message": "gone"}, "ok": False, "ms": 1}

    def verdict(answers, status=0, **how):
        outcome, run = soak.session.Outcome(), soak.Run("none", 0)
        outcome.answers, outcome.status = answers, status
        for name, value in how.items():
            setattr(outcome, name, value)
        soak.judge(run, outcome, wanted, 2)
        return run.verdict

    same("judged right", verdict(good), "right")
    same("judged wrong: a value", verdict([dict(good[0], result={"hex": "01"}), good[1]]), "wrong")
    same("judged wrong: a member is missing", verdict([dict(good[0], result={}), good[1]]), "wrong")
    untold = dict(good[0], result={"hex": "00", "reason": "step", "value": None, "note": "it cannot be told: lost"})
    wanted[0] = {"hex": "00", "reason": "step", "value": 1, "type": "int", "text": "1"}
    same("judged an error: the link broke off behind a stop", verdict([untold, named], 3), "error")
    same("judged wrong: a value that could be told", verdict([untold, good[1]]), "wrong")
    wanted[0] = good[0]["result"]
    same("judged wrong: no answer and no error", verdict(good[:1]), "wrong")
    same("judged an error", verdict([good[0], named], 3), "error")
    same("judged wrong in front of an error", verdict([dict(good[0], result={"hex": "01"}), named], 3), "wrong")
    same("judged a crash: a signal", verdict(good, -11), "crashed")
    same("judged a crash: an internal error", verdict([dict(named, error={"code": "internal", "message": "x"})], 5), "crashed")
    same("judged a crash: a code that nobody knows", verdict([dict(named, error={"code": "x", "message": "x"})], 3), "crashed")
    same("judged late", verdict(good, 0, late="11 s"), "late")


def check_oracles():
    """The oracles of the hostile runs must see what they are for."""

    def finds(check, *what):
        try:
            check(*what)
            return None
        except hostile.Failed as e:
            return str(e).split(":")[0]

    same("a control character is seen", finds(hostile.check_text, b"a\x1b[31m", "text"), "control")
    same("one of C1 too", finds(hostile.check_text, "a\x9b31m".encode(), "text"), "control")
    same("bytes that are no text", finds(hostile.check_text, b"a\xff", "text"), "bytes")
    same("newline and tab are ours", finds(hostile.check_text, b"a\n\tb", "text"), None)
    same("what is no JSON", finds(hostile.check_json, b"{}\n{\n"), "json")
    same("a step that took too long", finds(hostile.check_json, b'{"id":1,"do":"read","ms":9000}'), "late")
    same("an internal error", finds(hostile.check_json, b'{"id":1,"error":{"code":"internal"}}'), "internal")
    for mark in hostile.MARKS:
        if mark[0] in "\x1b\x05\x0e\x7f" and mark[1:2] != "[":
            same(f"on the screen: {mark!r}", finds(hostile.check_screen, b"\x1b[H\x1b[2J" + mark.encode("latin-1")), "control")
    same("a control character of two bytes", finds(hostile.check_screen, b"\xc2\x9b31m"), "control")
    same("what ncurses sends is ours", finds(hostile.check_screen, b"\x1b[?1049h\x1b[22;0;0t\x1b[1;24r\x1b(B\x1b[m\x1b[4l\x1b[?7h\x1b[H\x1b[2J"), None)
    same("and not a colour with words behind it", finds(hostile.check_screen, b"\x1b[31mhostile"), "control")


check_logged()
check_faults()
check_resumes()
check_ends()
check_talk()
check_judge()
check_oracles()
