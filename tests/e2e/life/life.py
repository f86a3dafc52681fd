# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks of this suite share: the debugger's faces, real targets, a fake stub. Everything waits for what it
expects to come, PATIENCE seconds at most; what was started is ended by its process id, also when a check fails."""
import atexit, json, os, pty, queue, re, select, shutil, signal, subprocess, sys, tempfile, termios, threading, time

ALLSTOP, STUB, ENDS = (os.path.realpath(p) for p in sys.argv[1:4])
PATIENCE = int(os.environ.get("PATIENCE", 60))
work = tempfile.mkdtemp(prefix="allstop-life-")
started = []


def end_all():
    for p in started:
        if p.poll() is None:
            p.kill()
            p.wait()
    shutil.rmtree(work, ignore_errors=True)


atexit.register(end_all)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, lambda *_: sys.exit(1))


def defaults():
    """A shell in the background has its children ignore SIGINT."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def run(*command, **how):
    p = subprocess.Popen(command, preexec_fn=defaults, cwd=work, **how)
    started.append(p)
    return p


def check(name, holds, why=""):
    print("ok " + name if holds else "FAIL %s: %s" % (name, " ".join(str(why).split())[:700]), flush=True)
    return holds


def until(what, seconds=PATIENCE):
    """Polls until it holds; what it gave last."""
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.02)


def state_of(pid):
    """The letter of /proc/PID/stat, None when there is no such process any more."""
    try:
        return open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return None


def runs(pid):
    return state_of(pid) not in (None, "t", "T", "Z", "X")


def gone(pid):
    return state_of(pid) in (None, "Z", "X")


def children(pid):
    """Of all its threads."""
    found = []
    for task in os.listdir("/proc/%d/task" % pid):
        found += [int(p) for p in open("/proc/%d/task/%s/children" % (pid, task)).read().split()]
    return found


def ended(p, seconds=PATIENCE):
    """The exit status, as a shell tells it; None when it is still there."""
    try:
        status = p.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    return 128 - status if status < 0 else status


def gdbserver(*words):
    """A stub of one's own: its process and its port."""
    p = run("gdbserver", "--once", *words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in p.stderr:
        found = re.search(r"Listening on port (\d+)", line)
        if found:
            threading.Thread(target=p.stderr.read, daemon=True).start()
            return p, int(found[1])
    raise SystemExit("gdbserver %s does not listen" % (words,))


def spinner(leads=True):
    """A process that runs, and was there before anybody debugs it. gdbserver's way to interrupt is a SIGINT to the group that it leads."""
    p = run(ENDS, "spin", **({"process_group": 0} if leads else {}))
    until(lambda: len(os.listdir("/proc/%d/task" % p.pid)) > 1)
    return p


XML = '<target><architecture>riscv:rv64</architecture><feature name="a"><reg name="pc" bitsize="64"/><reg name="sp" bitsize="64"/></feature></target>'


def deaf_stub():
    """A target spec: runs and steps never end there, and no interrupt is heeded."""
    rules = [{"on": "qSupported", "reply": "PacketSize=1000;qXfer:features:read+;QStartNoAckMode+"}, {"on": "QStartNoAckMode", "reply": "OK"},
             {"on": "?", "reply": "T05thread:1;"}, {"on": "qXfer:features:read:target.xml", "xml": XML}, {"on": "g", "reply": "00100000000000000020000000000000"},
             {"on": "H", "reply": "OK"}, {"on": "Z1", "reply": "OK"}, {"on": "z1", "reply": "OK"}, {"on": "m", "reply": "13000000"},
             {"on": "vCont?", "reply": "vCont;c;C;s;S"}, {"on": "vCont;", "raw": ""}, {"on": "\x03", "mute": True}]
    path = os.path.join(work, "deaf.json")
    with open(path, "w") as f:
        json.dump({"rules": rules}, f)
    return "launch:%s %s {port}" % (STUB, path)


class Lines:
    """Lines of a pipe, as they come."""

    def __init__(self, stream):
        self.queue, self.seen, self.over = queue.Queue(), [], False
        threading.Thread(target=self.read, args=(stream,), daemon=True).start()

    def read(self, stream):
        for line in stream:
            self.queue.put(line)
        self.queue.put(None)

    def find(self, good, seconds=PATIENCE):
        """The first line, of those that came or will come, that is good; None when none does."""
        for line in self.seen:
            if good(line):
                return line
        end = time.monotonic() + seconds
        while not self.over:
            try:
                line = self.queue.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                return None
            if line is None:
                self.over = True
                break
            self.seen.append(line)
            if good(line):
                return line
        return None

    def rest(self):
        self.find(lambda line: False)
        return self.seen


class Server:
    """allstop --jsonl."""

    def __init__(self, *words):
        self.p = run(ALLSTOP, "--no-config", "--jsonl", *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.lines = Lines(map(json.loads, self.p.stdout))

    def say(self, id, do, **args):
        self.p.stdin.write(json.dumps({"id": id, "do": do, **args}) + "\n")
        self.p.stdin.flush()

    def answer(self, id):
        return self.lines.find(lambda l: l.get("id") == id) or {}

    def event(self, name, **members):
        return self.lines.find(lambda l: l.get("event") == name and all(l.get(k) == v for k, v in members.items()))

    def ask(self, id, do, **args):
        self.say(id, do, **args)
        return self.answer(id)

    def end(self):
        self.p.stdin.close()
        return ended(self.p)

    def answers(self, id):
        return [l for l in self.lines.rest() if l.get("id") == id]


def code(answer):
    return (answer.get("error") or {}).get("code")


def result(answer):
    return answer.get("result") or {}


class Script:
    """allstop --script, under way: its lines."""

    def __init__(self, steps, *words, **document):
        path = os.path.join(work, "session-%d.json" % len(started))
        with open(path, "w") as f:
            json.dump({"timeout": 60, "steps": steps, **document}, f)
        self.p = run(ALLSTOP, "-S", path, *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.lines = Lines(map(json.loads, self.p.stdout))

    def steps(self, do=None):
        return [l for l in self.lines.rest() if "step" in l and do in (None, l["do"])]


def script(steps, *words, **document):
    s = Script(steps, *words, **document)
    found = s.steps()
    return ended(s.p), found


def batch_prompt(lines, *words):
    """Lines typed at --cli through a pipe: the status and what it printed."""
    p = run(ALLSTOP, "--no-config", "--cli", *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    try:
        out, _ = p.communicate("\n".join(lines) + "\n", PATIENCE)
    except subprocess.TimeoutExpired:
        p.kill()
        out, _ = p.communicate()
        return None, out
    return p.returncode, out


class Prompt:
    """allstop --cli at a terminal."""

    def __init__(self, *words):
        master, slave = pty.openpty()

        def own_terminal():
            defaults()
            os.setsid()
            import fcntl
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.fd, self.out = master, b""
        env = dict(os.environ, TERM="dumb")
        self.p = subprocess.Popen([ALLSTOP, "--no-config", "--cli", *words], stdin=slave, stdout=slave, stderr=slave, preexec_fn=own_terminal, cwd=work, env=env)
        started.append(self.p)
        os.close(slave)
        self.prompt(0)

    def text(self):
        return self.out.decode(errors="replace").replace("\r", "")

    def here(self):
        return len(self.text())

    def sees(self, pattern, since, seconds=PATIENCE):
        """Reads until this stands behind the place `since`."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text()[since:]):
            if time.monotonic() > end:
                return False
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    some = os.read(self.fd, 65536)
                except OSError:
                    some = b""
                if not some:
                    return bool(re.search(pattern, self.text()[since:]))
                self.out += some
        return True

    def prompt(self, since):
        return self.sees(r"\(allstop\) $", since)

    def type(self, text):
        os.write(self.fd, text.encode())

    def line(self, text):
        """Types a line and waits for the next prompt: what came."""
        at = self.here()
        self.type(text + "\n")
        self.sees(re.escape(text) + r"[\s\S]*\n[\s\S]*\(allstop\) $", at)
        return self.text()[at:]

    def ended(self):
        while self.p.poll() is None and self.sees(r"(?!)", 0, 0.2) is False:
            if time.monotonic() > getattr(self, "end", time.monotonic() + PATIENCE):
                return None
            self.end = getattr(self, "end", time.monotonic() + PATIENCE)
        return ended(self.p, 1)
