# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions over a bad line, each against the same session over a good one: doc/faults.md.

soak.py BUILD [--runs N] [--seed S] [--profile NAME,…] [--jobs N] [--keep FOLDER] [--checks]

Run i of a profile has the seed S + i, and everything of a run follows from its seed and its profile: the stub, the face, the
kind of line, and what the proxy draws. So `--runs 1 --seed S --profile P` is that run again. A verdict each:

    right         every answer is that of the undisturbed session
    wrong         an answer is another one, and no error
    error         an error with a code and words came within its time, and what was answered before it is right
    late          a step, or the whole, took longer than its limit
    crashed       the program died, or ended with the status of an internal error, or wrote what is no JSON
"""
import argparse, collections, concurrent.futures, json, os, re, shutil, signal, subprocess, sys, tempfile, time

import session
from session import CODES, FACES, FAKE, STEPS

VERDICTS = ["right", "wrong", "error", "late", "crashed"]
# What must hold: the verdicts that each profile may have.
ALLOWED = {"none": {"right"}, "mendable": {"right"}, "no-ack": {"right", "error"}, "twice": {"right"},
           "cut": {"right", "error"}, "stall": {"right", "error"}}
LINES = {"none": ["tcp", "unix", "pty"], "mendable": ["tcp", "unix", "pty"], "no-ack": ["tcp", "unix"], "twice": ["tcp", "unix"],
         "cut": ["tcp", "unix", "pty"], "stall": ["tcp", "unix", "pty"]}
# Where `ours` counts: to a line that has fallen silent more may be sent.
HELD_AGAINST = {"none", "mendable", "no-ack", "twice"}
INTERNAL = 5  # the exit status of an internal error


def is_as_it_must_be(run):
    return run.verdict in ALLOWED[run.profile] and not (run.ours and run.profile in HELD_AGAINST)


class Run:
    """What a run is, from its seed and profile."""

    def __init__(self, profile, seed):
        self.profile, self.seed = profile, seed
        self.stub = "fake" if seed % 4 == 3 else "gdbserver"
        self.face = "jsonl" if seed // 4 % 2 else "script"
        lines = LINES[profile]
        self.line = lines[seed // 8 % len(lines)]
        self.verdict = self.detail = None
        self.seconds = self.faults = self.ours = 0
        self.told = []

    def __str__(self):
        return f"{self.profile} {self.seed} ({self.stub}, {self.face}, {self.line})"


class Soak:
    def __init__(self, build, keep, after=8):
        self.build, self.keep, self.after = build, keep, after
        self.program = os.path.join(build, "allstop")
        machine = os.uname().machine
        self.target = os.path.join(build, "targets", machine, "steps")
        if not os.path.exists(self.target):
            self.target = os.path.join(build, "targets", "steps")
        self.wanted = {}

    # -- the two ends ---------------------------------------------------------------------------------

    def start_stub(self, run, work):
        """The process, and where it is: a port, or for `pty` nothing yet."""
        if run.stub == "fake":
            path = os.path.join(work, "stub.json")
            with open(path, "w") as f:
                json.dump(FAKE, f)
            stub = subprocess.Popen([os.path.join(self.build, "tests/stub/stub"), path, "0"],
                                    stdout=subprocess.PIPE, text=True)
            return stub, "127.0.0.1:" + stub.stdout.readline().strip()
        said = open(os.path.join(work, "gdbserver"), "w")
        stub = subprocess.Popen(["gdbserver", "--once", "127.0.0.1:0", self.target], stdin=subprocess.DEVNULL,
                                stdout=said, stderr=said, start_new_session=True)
        said.close()
        for _ in range(3000):
            with open(os.path.join(work, "gdbserver"), errors="replace") as f:
                port = re.search(r"Listening on port (\d+)", f.read())
            if port:
                return stub, "127.0.0.1:" + port.group(1)
            time.sleep(0.01)
        self.end(stub, True)
        raise RuntimeError("gdbserver does not listen")

    def start_proxy(self, run, work, stub):
        where = {"unix": "unix:" + os.path.join(work, "socket")}.get(run.line, run.line)
        proxy = subprocess.Popen([os.path.join(self.build, "tests/faults/proxy"), "--profile", run.profile, "--seed",
                                  str(run.seed), "--after", str(self.after), "--listen", where, "--log", os.path.join(work, "faults"), stub],
                                 stdout=subprocess.PIPE, text=True)
        while True:
            line = proxy.stdout.readline()
            if not line:
                raise RuntimeError("the proxy ended at its start")
            if line.startswith("at "):
                return proxy, line[3:].strip()

    @staticmethod
    def end(process, group=False):
        """What has a moment to end by itself is ended by its id (of a session of its own, all of it)."""
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if group:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    # -- a run ----------------------------------------------------------------------------------------

    def talk(self, run, work):
        stub, at = self.start_stub(run, work)
        proxy = None
        try:
            proxy, address = self.start_proxy(run, work, at)
            command = [self.program, "--no-config", "--wire-log", os.path.join(work, "wire"), "-t", address]
            command += [] if run.stub == "fake" else ["-s", self.target]
            began = time.monotonic()
            outcome = FACES[run.face](command, STEPS[run.stub], work)
            run.seconds = time.monotonic() - began
            return outcome
        finally:
            if proxy:
                self.end(proxy)
                proxy.stdout.close()
            self.end(stub, run.stub == "gdbserver")
            if stub.stdout:
                stub.stdout.close()

    def undisturbed(self, stub, face):
        """The answers of the good line; what differs between two of them is not compared."""
        answers = []
        for _ in range(2):
            with tempfile.TemporaryDirectory() as work:
                run = Run("none", 0)
                run.stub, run.face = stub, face
                outcome = self.talk(run, work)
                bad = [a for a in outcome.answers if not a["ok"]]
                if bad or len(outcome.answers) != len(STEPS[stub]) or outcome.status != 0:
                    raise RuntimeError(f"the undisturbed session with {stub} by {face}: status {outcome.status}, "
                                       f"{len(outcome.answers)} answers, {bad[:1]} {outcome.stderr[-300:]}")
                answers.append(outcome.answers)
        return [common(a["result"], b["result"]) for a, b in zip(*answers)]

    def one(self, run):
        work = tempfile.mkdtemp(prefix="allstop-faults-")
        try:
            outcome = self.talk(run, work)
            judge(run, outcome, self.wanted[run.stub, run.face], len(STEPS[run.stub]))
            self.count(run, work)
            if self.keep and not is_as_it_must_be(run):
                with open(os.path.join(work, "answers"), "w") as f:
                    f.write("\n".join(outcome.lines) + "\n" + outcome.stderr)
                to = os.path.join(self.keep, f"{run.profile}-{run.seed}")
                shutil.rmtree(to, ignore_errors=True)
                shutil.copytree(work, to, ignore=shutil.ignore_patterns("socket"))
        except (RuntimeError, OSError) as e:
            run.verdict, run.detail = "crashed", f"the run itself: {e}"
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return run

    @staticmethod
    def count(run, work):
        try:
            with open(os.path.join(work, "faults"), errors="replace") as f:
                for line in f:
                    words = line.split()
                    run.ours += words[3] == "ours"
                    run.faults += words[3] not in ("ours", "seed", "end", "byte", "undone:") and not words[3].isdigit()
        except OSError:
            pass


SKIPPED = object()


def common(a, b):
    """What two answers have in common; the rest is not compared."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return {k: common(a[k], b[k]) for k in a}
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [common(x, y) for x, y in zip(a, b)]
    return a if a == b else SKIPPED


def difference(got, wanted, at=""):
    """Where the two differ, or None."""
    if wanted is SKIPPED:
        return None
    if isinstance(wanted, dict) and isinstance(got, dict):
        for k in sorted(wanted.keys() | got.keys()):
            if k not in got or k not in wanted:
                return f"{at}/{k} {'is missing' if k not in got else 'is new: ' + str(got[k])}"
            found = difference(got[k], wanted[k], f"{at}/{k}")
            if found:
                return found
        return None
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        return next(filter(None, (difference(g, w, f"{at}/{i}") for i, (g, w) in enumerate(zip(got, wanted)))), None)
    return None if got == wanted else f"{at} is {json.dumps(got)[:200]}, not {json.dumps(wanted, default=str)[:200]}"


def told(result, wanted, ends):
    """What is compared: a stop was told, and then the link broke off while the value returned was read."""
    if ends and isinstance(result, dict) and "reason" in result and result.get("text") is None:
        unknown = ("value", "type", "text", "address", "truncated", "note")
        return [{k: v for k, v in r.items() if k not in unknown} for r in (result, wanted)]
    return result, wanted


def judge(run, outcome, wanted, steps):
    """The verdict, the worst first; an answer behind an error is not compared, for it may well be another."""
    run.told = outcome.violations
    run.verdict, run.detail = "right", ""
    error = None
    for number, answer in enumerate(outcome.answers):
        if answer["error"]:
            error = error or (number, answer)
            break
        ends = any(a["error"] for a in outcome.answers[number + 1:])
        found = difference(*told(answer["result"], wanted[number], ends))
        if found:
            run.verdict, run.detail = "wrong", f"step {number} {answer['do']}: {found}"
            return
    if outcome.error:
        run.verdict, run.detail = "crashed", outcome.error
    elif outcome.late:
        run.verdict, run.detail = "late", outcome.late
    elif outcome.status < 0 or outcome.status == INTERNAL or "Sanitizer" in outcome.stderr:
        run.verdict, run.detail = "crashed", f"status {outcome.status}: {outcome.stderr[-300:]}"
    elif error:
        number, answer = error
        code, words = answer["error"].get("code"), answer["error"].get("message")
        run.verdict = "error" if code in CODES and code != "internal" and words else "crashed"
        run.detail = f"step {number} {answer['do']}: {code}: {words}"
    elif len(outcome.answers) < steps:
        run.verdict, run.detail = "wrong", f"{len(outcome.answers)} of {steps} steps were answered, and no error"


# -- what is printed -------------------------------------------------------------------------------------

def table(runs):
    profiles = list(dict.fromkeys(r.profile for r in runs))
    rows = [["profile", "runs"] + VERDICTS + ["faults", "told", "ours", "mean s", "most s"]]
    for profile in profiles:
        mine = [r for r in runs if r.profile == profile]
        counts = collections.Counter(r.verdict for r in mine)
        rows.append([profile, len(mine)] + [counts[v] for v in VERDICTS] +
                    [sum(r.faults for r in mine), sum(len(r.told) for r in mine), sum(r.ours for r in mine),
                     f"{sum(r.seconds for r in mine) / len(mine):.2f}", f"{max(r.seconds for r in mine):.2f}"])
    print("| " + " | ".join(map(str, rows[0])) + " |")
    print("|" + "---|" * len(rows[0]))
    for row in rows[1:]:
        print("| " + " | ".join(map(str, row)) + " |")


def checks(runs):
    """A line for each promise, as the suites of tests/e2e print them."""
    for profile in dict.fromkeys(r.profile for r in runs):
        mine = [r for r in runs if r.profile == profile]
        bad = [r for r in mine if r.verdict not in ALLOWED[profile]]
        name = f"{profile}: {len(mine)} runs are {' or '.join(v for v in VERDICTS if v in ALLOWED[profile])}"
        why = "; ".join(f"{r} {r.verdict}: {r.detail}" for r in bad[:3])
        print(f"FAIL {name}: {len(bad)} are not: {why}" if bad else f"ok {name}")
        ours = [r for r in mine if r.ours]
        if profile in HELD_AGAINST:
            name = f"{profile}: nothing is sent that a debugger must not send"
            print(f"FAIL {name}: {'; '.join(map(str, ours[:5]))}" if ours else f"ok {name}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build")
    options.add_argument("--runs", type=int, default=100)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--profile", default="mendable,no-ack,cut,stall")
    options.add_argument("--after", type=int, default=8, help="packets before the first fault")
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--keep", help="a folder for the logs of what is not as it must be")
    options.add_argument("--checks", action="store_true", help="print ok and FAIL, for a suite")
    o = options.parse_args()
    seed = o.seed if o.seed is not None else int(time.time()) % 1000000
    profiles = o.profile.split(",")
    if o.keep:
        os.makedirs(o.keep, exist_ok=True)
    soak = Soak(os.path.abspath(o.build), o.keep and os.path.abspath(o.keep), o.after)
    print(f"{o.runs} runs, seed {seed}, profiles {' '.join(profiles)}", file=sys.stderr)
    for stub in STEPS:
        for face in FACES:
            soak.wanted[stub, face] = soak.undisturbed(stub, face)
    runs = [Run(profiles[i % len(profiles)], seed + i // len(profiles)) for i in range(o.runs)]
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        # those that have begun end what they started
        signal.signal(signal.SIGTERM, lambda *_: (pool.shutdown(wait=False, cancel_futures=True), sys.exit(1)))
        for run in pool.map(soak.one, runs):
            if not is_as_it_must_be(run) and not o.checks:
                print(f"{run}: {run.verdict}{', ours ' + str(run.ours) if run.ours else ''}: {run.detail}", flush=True)
    table(runs) if not o.checks else checks(runs)
    if o.checks:
        return 0
    return 0 if all(map(is_as_it_must_be, runs)) else 1


if __name__ == "__main__":
    sys.exit(main())
