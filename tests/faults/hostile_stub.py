# SPDX-License-Identifier: GPL-3.0-or-later
"""A hostile stub: well-framed nonsense from a grammar. Every answer is of the right family, and absurd.

What is said to the Nth packet of a kind depends on the seed, the kind and N only, and not on what was asked before: so a
script can be made smaller and meet the same answers. Some kinds are stubborn: what was said to the first is said to all, so that
lists and documents have no end. Three of four are polite: the first answers of those kinds by which the two meet are sane. `meekness` is how often (of 100) a sane answer is given instead: the
more, the deeper a session comes. Control characters that it sends are those of MARKS, which no terminal of ours is told.
"""
import random, select, socket, threading

MARKS = ["\x1b]2;hostile\x07", "\x1bPhostile\x1b\\", "\x1bc", "\x1b^hostile\x1b\\", "\x07", "\x05", "\x0e", "\x9b31m", "\x1b[8;33mhostile",
         "\r\n\x1b[2Jhostile", "\x7f", "\x08" * 8, "\xc2\x9b31m", "\xff\xfe"]
REGISTERS = 24
LARGE = 20000  # of an answer, before it is framed
CORE = "".join(f'<reg name="{n}" bitsize="64" type="int64"/>' for n in
               "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip".split())
DESCRIPTION = ('<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target><architecture>i386:x86-64</architecture>'
               f'<feature name="org.gnu.gdb.i386.core">{CORE}</feature></target>')
ERRORS = ["E", "E0", "E01", "E1", "Eff", "EZZ", "E.", "E.memory", "E01;746578", "E.\x1b]2;hostile\x07", "E-1", "E" + "9" * 400,
          "e01", "E 1", "ENN", "E01E02", "E.fatal", "E;;;;"]
NUMBERS = ["0", "1", "-1", "ffffffffffffffff", "f" * 17, "f" * 300, "7fffffffffffffff", "8000000000000000", "", "zz", "0x10", "1g", " 1",
           "+1", "deadbeef", "00000000000000000001", "99999999", "*", "fffffffe", "1000"]
STOP_KEYS = ["thread", "threads", "thread-pcs", "core", "watch", "rwatch", "awatch", "library", "swbreak", "hwbreak", "fork", "vfork",
             "vforkdone", "exec", "create", "syscall_entry", "syscall_return", "replaylog", "reason", "description", "name", "metype", "mecount",
             "medata", "memory", "00", "07", "10", "ff", "fff", "zz", "", "é", "\x1b]2;k\x07"]

# How often each is asked until the two have met.
MEETING = {"qSupported": 1, "vMustReplyEmpty": 2, "QStartNoAckMode": 1, "vCont?": 1, "qC": 3, "?": 1, "H": 2, "qXfer": 1, "qAttached": 1}


class Grammar:
    """One seed's answers."""

    def __init__(self, seed, meekness):
        self.seed, self.meekness, self.counts = seed, meekness, {}
        self.polite = random.Random(f"{seed}/polite").randrange(4) != 0

    def answer(self, packet):
        """The payloads to be sent for it, in order: none is silence."""
        kind = kind_of(packet)
        self.counts[kind] = self.counts.get(kind, 0) + 1
        stubborn = random.Random(f"{self.seed}/{kind}").randrange(4) == 0
        self.r = random.Random(f"{self.seed}/{kind}/{1 if stubborn else self.counts[kind]}")
        if self.r.randrange(100) < self.meekness or (self.polite and kind in MEETING and self.counts[kind] <= MEETING[kind]):
            return [sane(packet)]
        maker = FAMILIES.get(kind, Grammar.anything)
        if self.r.randrange(12) == 0:
            maker = self.r.choice(list(FAMILIES.values()))
        said = maker(self, packet)
        before = self.before() if self.r.randrange(6) == 0 else []
        return before + (said if isinstance(said, list) else [said])

    # -- words --------------------------------------------------------------------------------------
    def pick(self, *choices):
        return self.r.choice(choices)

    def number(self):
        return self.r.choice(NUMBERS)

    def many(self, piece, joint=","):
        return joint.join([piece] * self.pick(0, 1, 2, 300, self.large() // (len(piece) + 1)))

    def large(self):
        return self.pick(LARGE, LARGE, 50 * LARGE)

    def thread(self):
        return self.pick("p", "") + self.number() + self.pick("", ".", ".", ".") + self.number()

    def mark(self):
        return self.r.choice(MARKS)

    def hexed(self):
        text = self.mark() + self.pick("", "words", "x" * 3000)
        return "".join(f"{ord(c) & 255:02x}" for c in text) + self.pick("", "", "0", "zz", "x")

    def before(self):
        return [self.pick("O" + self.hexed(), "O", "OK", "F" + self.number(), self.call(), self.stop(""))]

    def call(self):
        name = self.pick("open", "write", "read", "gettimeofday", "system", "exit", "nosuch", "", self.mark())
        return "F" + name + "," + ",".join(self.pick(self.number(), self.number() + "/" + self.number()) for _ in range(self.r.randrange(6)))

    # -- families -----------------------------------------------------------------------------------
    def anything(self, _):
        return self.pick("", "OK", self.r.choice(ERRORS), self.number(), self.mark(), self.many("ab", ""), self.stop(""), self.hexed(), "l", "m")

    def stop(self, _):
        kind = self.pick("T", "T", "T", "S", "W", "X", "w", "N", "O", "F")
        code = self.pick("05", "05", "02", "00", "ff", "5", "", "zz", "0000005")
        pairs = "".join(f"{self.r.choice(STOP_KEYS)}{self.pick(':', ':', ':', '', '::')}{self.value()};" for _ in range(self.pick(0, 1, 2, 5, 200)))
        return kind + code + pairs + self.pick("", "", ";", ":", "thread:" + self.thread())

    def value(self):
        return self.pick(self.number(), self.thread(), self.many(self.thread()), self.hexed(), "", self.mark())

    def stops(self, _):
        # Some runs do not end: the step's own limit is for them.
        return self.pick([self.stop("")], [self.stop("")], ["T05thread:1;"], ["O" + self.hexed()] * 40 + [self.stop("")],
                         [self.call(), self.stop("")], [self.stop("")] * 20, [], ["O" + self.hexed()])

    def memory(self, packet):
        return self.pick("", "90", "9", "zz" * 8, "-1", "9" * self.large(), "90" * 7, self.r.choice(ERRORS), self.hexed(), "x" * 16, "OK", "b" + "\xff" * 40,
                         sane(packet) + self.pick("", "0", "00", "zz"), sane(packet)[:-2], "fffffffffffffff0" * 512)

    def registers(self, _):
        return self.pick("", "0", "x" * 400, "f" * self.large(), "0" * 16 * REGISTERS, "0" * 15, "zz" * 100, self.r.choice(ERRORS), "f" * 16 * 17,
                         "7fffffffffffffff" * 17, self.hexed())

    def supported(self, _):
        items = ["PacketSize=" + self.number(), "qXfer:features:read+", "qXfer:threads:read+", "qXfer:memory-map:read+", "qXfer:libraries-svr4:read+",
                 "qXfer:auxv:read+", "qXfer:exec-file:read+", "qXfer:osdata:read+", "multiprocess+", "vContSupported+", "swbreak+", "QStartNoAckMode+",
                 "QPassSignals+", "ConditionalBreakpoints+", "ReverseStep+", "ReverseContinue+", "QThreadEvents+", "no-resumed+", "=" + self.mark(),
                 "PacketSize", "+", "-", "?", self.mark() + "+", self.many("x") + "+"]
        return ";".join(self.r.sample(items, self.r.randrange(len(items)))) + self.pick("", ";", ";;;;")

    def threads(self, _):
        return self.pick("m", "l", "m" + self.thread(), "m" + self.many(self.thread()), "m" + ",".join(f"{self.r.getrandbits(64):x}" for _ in range(500)),
                         "m1", "m,,,,", "l1,2", self.mark(), "m0", "m-1", "mp-1.-1")

    def chunk(self, packet):
        text = self.document(packet)
        at = packet.rpartition(":")[2].split(",")
        try:
            offset, length = (int(n, 16) for n in at)
        except ValueError:
            return "E00"
        part = text[offset:offset + length]
        return self.pick(("m" if offset + length < len(text) else "l") + part, "l" + text, "m" + text[:1], "m", "m" + part[:-3], "l",
                         "m" + text * 3, "x" + part, "m" + self.mark() + part, "")

    def document(self, packet):
        deep = self.pick(10, 400, 4000)
        entities = "<!DOCTYPE t [<!ENTITY a \"aaaaaaaaaa\">" + "".join(
            f"<!ENTITY {chr(98 + i)} \"" + f"&{chr(97 + i)};" * 10 + "\">" for i in range(8)) + "]><target>&i;</target>"
        register = f'<reg name="{self.mark() if self.r.randrange(3) == 0 else "r"}" bitsize="{self.number()}" regnum="{self.number()}" type="{self.pick("int", "vec", "nosuch", "code_ptr")}"/>'
        feature = f'<feature name="{self.pick("org.gnu.gdb.i386.core", "x", "&lt;", "&#27;]2;k&#7;")}">'
        return self.pick(entities, "<target>" * deep, "<a>" * deep + "</a>" * deep, f"<target>{feature}{register * self.pick(1, 17, 700)}</feature></target>",
                         f'<target><architecture>{self.pick("i386:x86-64", "i386", "nosuch", "&#27;c", "x" * 5000)}</architecture></target>',
                         f'<target><xi:include href="{self.pick("target.xml", "../../../etc/passwd", "a.xml", "http://localhost/")}"/></target>',
                         f'<threads>{f"<thread id={chr(34)}{self.thread()}{chr(34)} name={chr(34)}&#27;]2;k&#7;{chr(34)}>x</thread>" * self.pick(1, 300)}</threads>',
                         f'<memory-map><memory type="{self.pick("ram", "flash", "x")}" start="{self.number()}" length="{self.number()}"/></memory-map>',
                         f'<library-list-svr4 version="1.0" main-lm="{self.number()}"><library name="{self.pick("/etc/passwd", "/dev/zero", "x" * 5000, "")}" lm="{self.number()}" l_addr="{self.number()}" l_ld="{self.number()}"/></library-list-svr4>',
                         "not a document", "", "<", "<?xml version='9'?><t/>", "<t>&nosuch;</t>", self.mark() * 300, "/proc/self/exe", "\x00" * 500,
                         DESCRIPTION, DESCRIPTION[:-30], '<target><feature name="f"><vector id="v" type="v" count="ffffffff"/><union id="u"><field name="a" type="u"/></union><flags id="g" size="99"><field name="b" start="9" end="-9"/></flags><reg name="q" bitsize="64" type="v"/></feature></target>')

    def breakpoint(self, _):
        return self.pick("OK", "", self.r.choice(ERRORS), "OK;", "ok", self.mark(), self.stop(""))

    def console(self, _):
        return ["O" + self.hexed() for _ in range(self.pick(0, 1, 30))] + [self.pick("OK", "", self.hexed(), self.r.choice(ERRORS))]


FAMILIES = {"qSupported": Grammar.supported, "?": Grammar.stop, "vCont": Grammar.stops, "c": Grammar.stops, "s": Grammar.stops, "\x03": Grammar.stops,
            "m": Grammar.memory, "x": Grammar.memory, "g": Grammar.registers, "p": Grammar.memory, "Z": Grammar.breakpoint, "z": Grammar.breakpoint,
            "M": Grammar.breakpoint, "X": Grammar.breakpoint, "G": Grammar.breakpoint, "P": Grammar.breakpoint, "H": Grammar.breakpoint,
            "qfThreadInfo": Grammar.threads, "qsThreadInfo": Grammar.threads, "qC": Grammar.threads, "qXfer": Grammar.chunk, "qRcmd": Grammar.console,
            "qThreadExtraInfo": lambda g, _: g.hexed(), "vCont?": lambda g, _: g.pick("vCont;c;C;s;S;t;r", "vCont", "vCont;" + g.many("c", ";"), g.mark())}


def kind_of(packet):
    if packet.startswith("vCont?"):
        return "vCont?"
    for end in ":,;":
        packet = packet.split(end)[0]
    return packet if packet[:1] in "qQv" and packet else packet[:1]


def sane(packet):
    """What a stub with one thread and a memory of no-operations says."""
    kind = kind_of(packet)
    if kind == "m":
        try:
            return "90" * min(int(packet.split(",")[1], 16), 2000)
        except (ValueError, IndexError):
            return "E01"
    if kind == "qXfer" and "features:read:target.xml" in packet:
        offset, length = (int(n, 16) for n in packet.rpartition(":")[2].split(","))
        return ("m" if offset + length < len(DESCRIPTION) else "l") + DESCRIPTION[offset:offset + length]
    return {"qSupported": "PacketSize=4000;qXfer:features:read+;vContSupported+", "?": "T05thread:1;", "vCont": "T05thread:1;", "c": "T05thread:1;",
            "s": "T05thread:1;", "\x03": "T02thread:1;", "g": "0" * 16 * 16 + "0010000000000000", "qfThreadInfo": "m1", "qsThreadInfo": "l", "qC": "QC1",
            "vCont?": "vCont;c;C;s;S", "Z": "OK", "z": "OK", "M": "OK", "X": "OK", "G": "OK", "P": "OK", "H": "OK", "D": "OK", "qAttached": "1",
            "QStartNoAckMode": "OK"}.get(kind, "")


def framed(payload):
    data = bytearray()
    for byte in payload.encode("latin-1", "replace"):
        if byte in b"$#}*":
            data += bytes([0x7d, byte ^ 0x20])
        else:
            data.append(byte)
    return b"$" + data + b"#%02x" % (sum(data) & 255)


class Stub(threading.Thread):
    """Serves one client on a free port of the loopback until it goes, or until stop()."""

    def __init__(self, seed, meekness):
        super().__init__(daemon=True)
        self.grammar, self.over = Grammar(seed, meekness), False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listening.getsockname()[1]

    def stop(self):
        self.over = True
        self.join()
        self.listening.close()

    def run(self):
        while not self.over:
            if select.select([self.listening], [], [], 0.05)[0]:
                client, _ = self.listening.accept()
                with client:
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    try:
                        self.serve(client)
                    except OSError:
                        pass  # it went in the middle of an answer

    def serve(self, client):
        pending, acks = b"", True
        while not self.over:
            if not select.select([client], [], [], 0.05)[0]:
                continue
            got = client.recv(65536)
            if not got:
                return
            pending += got
            while True:
                packet, pending = next_packet(pending)
                if packet is None:
                    break
                said = self.grammar.answer(packet)
                client.settimeout(5)
                client.sendall((b"+" if acks and packet != "\x03" else b"") + b"".join(map(framed, said)))
                if packet == "QStartNoAckMode" and said == ["OK"]:
                    acks = False


def next_packet(pending):
    """The first packet, or the interrupt, and what is behind it; None while none is whole."""
    while pending:
        if pending[0] == 3:
            return "\x03", pending[1:]
        if pending[0] == ord("$"):
            end = pending.find(b"#")
            if end < 0 or len(pending) < end + 3:
                return None, pending
            return pending[1:end].decode("latin-1"), pending[end + 3:]
        pending = pending[1:]
    return None, pending
