# SPDX-License-Identifier: GPL-3.0-or-later
"""The program against stubs that talk nonsense (hostile_stub.py), by each of its faces: doc/faults.md.

hostile.py BUILD [--runs N] [--seed S] [--face NAME] [--jobs N] [--checks]

Everything of run i follows from the seed S + i. What a run must not do: crash, hang beyond the limit of a step or of its end,
take more than 100 MB, print a control character that is none of ours (or, as JSON, what is no JSON). A run that does is made
smaller, one command at a time, and the smallest list of commands that still does it is printed.
"""
import argparse, collections, concurrent.futures, fcntl, json, os, pty, re, select, signal, struct, subprocess, sys, tempfile, termios, time
import unicodedata

from hostile_stub import MARKS, Stub

STEP_SECONDS = 2  # the `timeout` of each step
GRACE = 3  # the interrupt behind it, and a busy machine
SESSION_SECONDS = 60
END_SECONDS = 12  # what a face may take to end once it is told to
MEMORY_KIB = 100 * 1024
SHRINK_SECONDS = 90
INTERNAL = 5
QUIET_SECONDS = 0.25

# Each is said in JSON, and typed.
COMMANDS = [
    ({"do": "registers"}, "info registers"), ({"do": "threads"}, "info threads"), ({"do": "read", "addr": "0x1000", "length": 300}, "read 0x1000 300"),
    ({"do": "break", "at": "*0x1010"}, "break *0x1010"), ({"do": "continue"}, "continue"), ({"do": "backtrace"}, "backtrace"),
    ({"do": "stepi"}, "stepi"), ({"do": "watch", "addr": "0x2000", "length": 8}, "watch *(long *)0x2000"), ({"do": "continue"}, "continue"),
    ({"do": "disassemble", "from": "0x1000", "count": 8}, "disassemble 0x1000"), ({"do": "maps"}, "maps"), ({"do": "monitor", "command": "help"}, "monitor help"),
    ({"do": "stacks"}, "stacks"), ({"do": "thread", "id": 1}, "thread 1"), ({"do": "locals"}, "info locals"), ({"do": "symbols"}, "symbols"),
    ({"do": "write", "addr": "0x2000", "hex": "0102"}, "write 0x2000 0102"), ({"do": "features"}, "features"),
    ({"do": "wire", "packet": "qC"}, "wire qC"), ({"do": "find", "from": "0x1000", "length": 64, "hex": "cc"}, "find 0x1000 64 cc"),
    ({"do": "finish"}, "finish"), ({"do": "next"}, "next"), ({"do": "slots"}, "slots"), ({"do": "verify"}, "verify"),
    ({"do": "delete", "all": True}, "delete"), ({"do": "detach"}, "detach"),
]
FACES = ["cli", "script", "jsonl", "screen"]


class Failed(Exception):
    """What an oracle found: its first word is the kind."""


class Run:
    def __init__(self, seed, face=None):
        self.seed = seed
        self.face = face or FACES[seed % len(FACES)]
        self.meekness = [20, 50, 80, 95][seed // 4 % 4]
        self.symbols = seed // 16 % 2 == 1
        # In another order each time: what is asked first meets another state.
        self.commands = COMMANDS if seed % 3 else COMMANDS[5:] + COMMANDS[:5]
        self.failure, self.smallest, self.seconds, self.memory = None, None, 0, 0

    def __str__(self):
        return f"seed {self.seed} ({self.face}, {self.meekness} of 100 sane{', symbols' if self.symbols else ''})"


class Program:
    """One process, and the most memory that it was seen to take, KiB. ru_maxrss would count ours until the exec as its own."""

    def __init__(self, command, **how):
        self.process = subprocess.Popen(command, **how)
        self.memory = 0

    def look(self):
        try:
            with open(f"/proc/{self.process.pid}/status") as f:
                peak = re.search(r"VmHWM:\s*(\d+)", f.read())
        except OSError:
            return
        self.memory = max(self.memory, int(peak.group(1)) if peak else 0)

    def ended(self, seconds):
        until = time.monotonic() + seconds
        while self.process.poll() is None:
            self.look()
            if time.monotonic() >= until:
                return False
            time.sleep(0.01)
        return True

    def end(self):
        if self.process.returncode is None:
            self.process.kill()
            self.ended(END_SECONDS)


def control_in(text, allowed):
    """The first control character that is not one of `allowed`, with what is around it."""
    for i, c in enumerate(text):
        if unicodedata.category(c) == "Cc" and c not in allowed:
            return repr(text[max(0, i - 20):i + 20])
    return None


def check_text(data, what):
    try:
        text = data.decode()
    except UnicodeDecodeError as e:
        raise Failed(f"bytes: {what}: {data[max(0, e.start - 20):e.start + 20]!r}")
    found = control_in(text, "\n\t")
    if found:
        raise Failed(f"control: {what}: {found}")


def check_json(data):
    for line in data.split(b"\n"):
        if not line:
            continue
        try:
            said = json.loads(line)
        except ValueError:
            raise Failed(f"json: {line[:200]!r}")
        check_text(line, "JSON")
        if isinstance(said, dict) and said.get("ms", 0) > (STEP_SECONDS + GRACE) * 1000 and ("step" in said or "id" in said):
            raise Failed(f"late: {said.get('do')} took {said['ms'] / 1000:.1f} s")
        if isinstance(said, dict) and isinstance(said.get("error"), dict) and said["error"].get("code") == "internal":
            raise Failed(f"internal: {said['error']}")


def check_end(program, said):
    status = program.process.returncode
    if b"Sanitizer" in said or status is None or status < 0 or status == INTERNAL:
        raise Failed(f"crash: status {status}: {said[-400:]!r}")
    if program.memory > MEMORY_KIB and b"Sanitizer" not in said and not os.environ.get("HOSTILE_NO_MEMORY"):
        raise Failed(f"memory: {program.memory // 1024} MB")


# -- the faces -------------------------------------------------------------------------------------------

def run_cli(run, commands, command, work, program_of):
    """All lines at once. A target that runs on is interrupted, as a person would."""
    path = os.path.join(work, "lines")
    with open(path, "w") as f:
        f.write("".join(typed + "\n" for _, typed in commands))
    out_path = os.path.join(work, "out")
    with open(path) as lines, open(out_path, "wb") as out:
        program = program_of(command + ["--cli"], stdin=lines, stdout=out, stderr=out)
    until = time.monotonic() + SESSION_SECONDS
    while not program.ended(STEP_SECONDS):
        if time.monotonic() > until:
            program.process.send_signal(signal.SIGTERM)
            if not program.ended(END_SECONDS):
                raise Failed("hang: the prompt does not end, neither with its input nor by SIGTERM")
            break
        program.process.send_signal(signal.SIGINT)
    with open(out_path, "rb") as out:
        said = out.read()
    check_text(said, "the prompt")
    # Each Ctrl-C has 5 seconds; a SIGTERM was needed only by what heeds none of them.
    if program.process.returncode == 128 + signal.SIGTERM:
        raise Failed(f"hang: the prompt was not through after {SESSION_SECONDS} s: {said[-200:]!r}")
    if program.process.returncode != -signal.SIGINT:
        check_end(program, said)


def run_script(run, commands, command, work, program_of):
    path, out_path = os.path.join(work, "session.json"), os.path.join(work, "out")
    with open(path, "w") as f:
        json.dump({"timeout": STEP_SECONDS, "steps": [dict(step, on_fail="go_on") for step, _ in commands]}, f)
    with open(out_path, "wb") as out, open(os.path.join(work, "err"), "wb") as err:
        program = program_of(command + ["-S", path], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    limit = len(commands) * (STEP_SECONDS + GRACE) + END_SECONDS
    if not program.ended(limit):
        raise Failed(f"hang: the session was not over after {limit} s")
    with open(out_path, "rb") as out, open(os.path.join(work, "err"), "rb") as err:
        said, errors = out.read(), err.read()
    check_json(said)
    check_text(errors, "standard error")
    check_end(program, errors)


def run_jsonl(run, commands, command, work, program_of):
    with open(os.path.join(work, "err"), "wb") as err:
        program = program_of(command + ["--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err)
    process, said = program.process, bytearray()
    with process.stdin, process.stdout:
        for number, (step, _) in enumerate(commands):
            arguments = {k: v for k, v in step.items() if k != "do"}
            line = json.dumps({"id": number, "do": step["do"], "args": arguments, "timeout": STEP_SECONDS}) + "\n"
            try:
                os.write(process.stdin.fileno(), line.encode())
            except BrokenPipeError:
                break
            if not answered(process, said, number):
                break
            program.look()
        program.look()
        process.stdin.close()
        rest(process, said, END_SECONDS)
    if not program.ended(END_SECONDS):
        raise Failed("hang: the request server does not end with its input")
    with open(os.path.join(work, "err"), "rb") as err:
        errors = err.read()
    check_json(bytes(said))
    check_text(errors, "standard error")
    check_end(program, errors)


def answered(process, said, number):
    """Reads up to the answer; False at the end of the output."""
    until, mark = time.monotonic() + 2 * (STEP_SECONDS + GRACE), b'"id":%d,' % number
    if number == 0:
        until += END_SECONDS  # connecting has its own limit
    while not any(line.startswith(b"{" + mark) for line in bytes(said).split(b"\n")[:-1]):
        left = until - time.monotonic()
        if left <= 0:
            raise Failed(f"hang: request {number} was not answered")
        if select.select([process.stdout], [], [], left)[0]:
            got = os.read(process.stdout.fileno(), 65536)
            if not got:
                return False
            said += got
    return True


def rest(process, said, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if select.select([process.stdout], [], [], 0.1)[0]:
            got = os.read(process.stdout.fileno(), 65536)
            if not got:
                return
            said += got


# What ncurses sends to an xterm: cursor, modes and colours (CSI), character sets, keypad. Everything else is not ours; nor is
# a sequence of the stub's, told by the word that each of them has behind it where ncurses could have sent it.
OURS = re.compile(rb"\x1b\[[0-9;?>]*[@-~]|\x1b[()][0B]|\x1b[=>78M]")
NOT_OURS = re.compile(rb"hostile\x07|\x1b|[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]|\xc2[\x80-\x9f]")
THEIRS = re.compile(rb"\x1b\[(31m|2J)hostile")


def check_screen(said):
    found, left = THEIRS.search(said), said
    if not found:
        left = OURS.sub(b"", said)
        found = NOT_OURS.search(left)
    if found:
        raise Failed(f"control: the screen: {left[max(0, found.start() - 30):found.end() + 30]!r}")


def run_screen(run, commands, command, work, program_of):
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8")
    program = program_of(command, stdin=side, stdout=side, stderr=side, env=environment, start_new_session=True)
    os.close(side)
    said = bytearray()
    try:
        settle(main, said, 3)
        for typed in [t for _, t in commands] + ["quit", "y"]:
            write(main, typed.encode() + b"\r")
            settle(main, said, STEP_SECONDS)
            program.look()
            if typed in ("continue", "finish", "next", "stepi"):
                write(main, b"\x03")
        ended = program.ended(0.5)
        if not ended:
            program.process.send_signal(signal.SIGTERM)
            until = time.monotonic() + END_SECONDS
            while not ended and time.monotonic() < until:
                settle(main, said, 0.3)
                ended = program.ended(0.1)
        if not ended:
            raise Failed("hang: the screen does not end by SIGTERM")
        settle(main, said, 0.3)
    finally:
        os.close(main)
    check_screen(bytes(said))
    check_end(program, bytes(said))


def write(fd, data):
    try:
        os.write(fd, data)
    except OSError:
        pass  # it has ended


def settle(fd, said, seconds):
    """Reads until nothing more comes for a moment."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and select.select([fd], [], [], QUIET_SECONDS)[0]:
        try:
            got = os.read(fd, 65536)
        except OSError:
            return
        if not got:
            return
        said += got


RUNNERS = {"cli": run_cli, "script": run_script, "jsonl": run_jsonl, "screen": run_screen}


# -- a run -----------------------------------------------------------------------------------------------

class Hostile:
    def __init__(self, build):
        self.program = os.path.join(build, "allstop")
        self.target = os.path.join(build, "targets/steps")

    def attempt(self, run, commands):
        """Why it failed, or None."""
        stub = Stub(run.seed, run.meekness)
        stub.start()
        programs = []

        def program_of(command, **how):
            programs.append(Program(command, **how))
            return programs[-1]

        command = [self.program, "--no-config", "-t", stub.address] + (["-s", self.target] if run.symbols else [])
        try:
            with tempfile.TemporaryDirectory(prefix="allstop-hostile-") as work:
                RUNNERS[run.face](run, commands, command, work, program_of)
            return None
        except Failed as e:
            return str(e)
        finally:
            for program in programs:
                program.end()
                run.memory = max(run.memory, program.memory)
            stub.stop()

    def shrink(self, run):
        """Commands are left out as long as it fails in the same way."""
        kind, commands, until = run.failure.split(":")[0], list(run.commands), time.monotonic() + SHRINK_SECONDS
        i = len(commands) - 1
        while i >= 0 and time.monotonic() < until:
            fewer = commands[:i] + commands[i + 1:]
            failure = self.attempt(run, fewer)
            if failure and failure.split(":")[0] == kind:
                commands, run.failure = fewer, failure
            i -= 1
        return commands

    def one(self, run, shrink):
        began = time.monotonic()
        run.failure = self.attempt(run, run.commands)
        run.seconds = time.monotonic() - began
        if run.failure and shrink:
            run.smallest = self.shrink(run)
        return run


def table(runs):
    print("| face | runs | held | crash | hang | late | memory | control | other | most s | most MB |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for face in FACES:
        mine = [r for r in runs if r.face == face]
        if not mine:
            continue
        kinds = collections.Counter(r.failure.split(":")[0] if r.failure else "held" for r in mine)
        known = ["held", "crash", "hang", "late", "memory", "control"]
        other = sum(n for kind, n in kinds.items() if kind not in known)
        print("| " + " | ".join(map(str, [face, len(mine)] + [kinds[k] for k in known] +
                                    [other, f"{max(r.seconds for r in mine):.1f}", max(r.memory for r in mine) // 1024])) + " |")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build")
    options.add_argument("--runs", type=int, default=20)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--face", choices=FACES)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--checks", action="store_true", help="print ok and FAIL, for a suite")
    o = options.parse_args()
    seed = o.seed if o.seed is not None else int(time.time()) % 1000000
    print(f"{o.runs} runs, seed {seed}", file=sys.stderr)
    hostile = Hostile(os.path.abspath(o.build))
    runs = [Run(seed + i, o.face) for i in range(o.runs)]
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for run in pool.map(lambda r: hostile.one(r, not o.checks), runs):
            if run.failure and not o.checks:
                print(f"{run}: {run.failure}\n    smallest: {json.dumps([c[0] if run.face in ('script', 'jsonl') else c[1] for c in run.smallest])}", flush=True)
    if not o.checks:
        table(runs)
        return 1 if any(r.failure for r in runs) else 0
    for face in dict.fromkeys(r.face for r in runs):
        mine = [r for r in runs if r.face == face]
        bad = [r for r in mine if r.failure]
        name = f"hostile stubs, {face}: {len(mine)} runs end in order"
        print(f"FAIL {name}: " + "; ".join(f"{r}: {r.failure}" for r in bad) if bad else f"ok {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
