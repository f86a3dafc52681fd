# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of the soak: what is asked, and one run of it through a face. No faults are known here."""
import json, os, re, select, subprocess, time

STEP_SECONDS = 8  # each step's `timeout`
GRACE = 3  # what a step may take beyond that: the interrupt, and a busy machine
CODES = set("""usage no-symbol ambiguous no-type no-member syntax type-mismatch no-memory unsupported refused no-slot
not-stopped not-running not-connected no-thread timeout lost violation optimised-out history-end no-snapshot cancelled
divide-by-zero no-source internal""".split())

GDBSERVER_STEPS = [
    {"do": "break", "at": "leaf"},
    {"do": "continue"},
    {"do": "registers", "group": "general"},
    {"do": "read", "addr": "&sink", "length": 16},
    {"do": "locals"},
    {"do": "backtrace"},
    {"do": "step"},
    {"do": "next"},
    {"do": "set", "expr": "sink", "value": 1234567},
    {"do": "eval", "expr": "sink"},
    {"do": "write", "addr": "&sink", "hex": "2a00000000000000"},
    {"do": "read", "addr": "&sink", "length": 8},
    {"do": "read", "addr": "main", "length": 48},
    {"do": "delete", "id": 1},
    {"do": "finish"},
    {"do": "break", "at": "fact", "if": "n == 3"},
    {"do": "continue"},
    {"do": "eval", "expr": "n"},
    {"do": "stepi"},
    {"do": "registers", "names": ["rip", "rsp"]},
    {"do": "delete", "all": True},
    {"do": "detach"},
]
FAKE_STEPS = [
    {"do": "registers"},
    {"do": "read", "addr": "0x1000", "length": 32},
    {"do": "read", "addr": "0x2000", "length": 200},
    {"do": "break", "at": "*0x1010"},
    {"do": "continue"},
    {"do": "stepi"},
    {"do": "write", "addr": "0x2010", "hex": "0102030405060708"},
    {"do": "read", "addr": "0x2010", "length": 16},
    {"do": "stepi"},
    {"do": "break", "at": "*0x1020"},
    {"do": "continue"},
    {"do": "registers"},
    {"do": "delete", "all": True},
    {"do": "read", "addr": "0x1010", "length": 32},
    {"do": "detach"},
]
FAKE = {"mends": True,
        "machine": {"memory": [{"start": "0x1000", "size": 4096},
                               {"start": "0x2000", "size": 4096, "bytes": bytes(range(256)).hex() * 2}],
                    "pc": "0x1000", "end": "0x1f00"}}
STEPS = {"gdbserver": GDBSERVER_STEPS, "fake": FAKE_STEPS}


def without_ids(value):
    """Process ids are another each time; threads are told by them. Who evaluates a condition depends on what the stub was seen to take."""
    if isinstance(value, str):
        return re.sub(r"\bp\d+\.\d+\b", "pN.N", value)
    if isinstance(value, list):
        return [without_ids(v) for v in value]
    if isinstance(value, dict):
        return {k: without_ids(v) for k, v in value.items() if k not in ("ms", "epoch", "created", "evaluated")}
    return value


class Outcome:
    """One run: an answer for each step that was answered, in order, and how the program ended."""

    def __init__(self):
        self.answers, self.violations, self.status, self.late, self.stderr, self.error = [], [], None, None, "", None
        self.lines = []

    def take(self, line):
        self.lines.append(line)
        try:
            said = json.loads(line)
        except ValueError:
            self.error = "no JSON: " + line[:200]
            return None
        if said.get("event") == "violation":
            self.violations.append(said.get("kind"))
        if "step" in said or ("id" in said and "ok" in said):
            self.answers.append({"result": without_ids(said.get("result")), "error": said.get("error"),
                                 "ok": said["ok"], "do": said.get("do"), "ms": said["ms"]})
            if said["ms"] > (STEP_SECONDS + GRACE) * 1000:
                self.late = f"a step took {said['ms'] / 1000:.1f} s"
            return said.get("id")
        if set(said) == {"error"}:
            self.answers.append({"result": None, "error": said["error"], "ok": False, "do": "connect", "ms": 0})
        return None


# A session whose target is gone ends at once; one that waits in vain waits a few times.
SESSION_SECONDS = 4 * (STEP_SECONDS + GRACE)


def run_script(command, steps, work):
    outcome = Outcome()
    path = os.path.join(work, "session.json")
    with open(path, "w") as f:
        json.dump({"timeout": STEP_SECONDS, "steps": steps}, f)
    process = subprocess.Popen(command + ["-S", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, errors="replace")
    try:
        out, outcome.stderr = process.communicate(timeout=SESSION_SECONDS)
    except subprocess.TimeoutExpired:
        outcome.late = f"the session was not over after {SESSION_SECONDS} s"
        process.kill()
        out, outcome.stderr = process.communicate()
    for line in out.splitlines():
        outcome.take(line)
    outcome.status = process.returncode
    return outcome


def await_answer(process, outcome, wanted, pending, seconds):
    """Lines until the answer to this request; False when it does not come in time, or the output ends."""
    until = time.monotonic() + seconds
    while True:
        while b"\n" in pending:
            line, _, rest = bytes(pending).partition(b"\n")
            pending[:] = rest
            if outcome.take(line.decode(errors="replace")) == wanted:
                return True
        left = until - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            outcome.late = f"request {wanted} was not answered within {seconds} s"
            return False
        got = os.read(process.stdout.fileno(), 65536)
        if not got:
            return False
        pending += got


def request(step, number):
    arguments = {k: v for k, v in step.items() if k != "do"}
    return json.dumps({"id": number, "do": step["do"], "args": arguments, "timeout": STEP_SECONDS}) + "\n"


def run_requests(command, steps, work):
    outcome, pending = Outcome(), bytearray()
    with open(os.path.join(work, "stderr"), "w+", errors="replace") as said:
        process = subprocess.Popen(command + ["--jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
        for number, step in enumerate(steps):
            try:
                process.stdin.write(request(step, number).encode())
                process.stdin.flush()
            except BrokenPipeError:
                break
            answered = await_answer(process, outcome, number, pending, STEP_SECONDS + GRACE)
            if not answered or not outcome.answers[-1]["ok"]:
                break  # what comes behind an error is not compared
        if outcome.late:
            process.kill()
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        if not ends_by_itself(process):
            outcome.late = outcome.late or "the program did not end with its input"
            process.kill()
        rest = process.stdout.read()
        process.stdout.close()
        process.wait()
        for line in (bytes(pending) + rest).decode(errors="replace").splitlines():
            outcome.take(line)
        said.seek(0)
        outcome.stderr = said.read()
    outcome.status = process.returncode
    return outcome


def ends_by_itself(process):
    """What it still has to say fits into the pipe."""
    try:
        process.wait(STEP_SECONDS + GRACE)
        return True
    except subprocess.TimeoutExpired:
        return False


FACES = {"script": run_script, "jsonl": run_requests}
