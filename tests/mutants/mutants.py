# SPDX-License-Identifier: GPL-3.0-or-later
"""Are the tests sharp? The program is changed in one place at a time, and the nearest tests are run: one that fails kills the
mutant, and a mutant that lives shows what nobody looks at.

    mutants.py [GROUP|FILE…]        all groups of table.txt without any

    MUTANTS=N       so many of each file, drawn at random (40); 0: all of them
    MUTANT_SEED=N   what is drawn; printed
    MUTANT_JOBS=N   so many at a time (one for each processor)
    MUTANT_TABLE=F  where the table of results goes, in Markdown
    MUTANT_FOLDER=F where the copy of the tree is built (/var/tmp)

table.txt says which unit programs and suites are nearest to a file; excused.txt has mutants that change nothing anybody could see, each
with its reason. The work tree is never changed: it is copied, and built with the address sanitizer, so that a byte too far and memory
that is not freed are failures. A mutant with the same machine code as the original is none, and neither is one that does
not compile. A hang is a kill.
"""
import concurrent.futures
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict

from sites import changed, mutants

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def read_table():
    """{file: (group, [unit programs and suites])}"""
    table = {}
    for line in open(f"{HERE}/table.txt"):
        words = line.split("#")[0].split()
        if words:
            table[words[1]] = (words[0], words[2:])
    return table


def read_excuses():
    """{(file, before, after): reason}"""
    excuses, entry = {}, []
    for line in open(f"{HERE}/excused.txt"):
        if line.startswith("#") or not line.strip():
            continue
        entry.append(line.strip())
        if len(entry) == 4:
            excuses[entry[0], entry[1].removeprefix("- "), entry[2].removeprefix("+ ")] = entry[3]
            entry = []
    if entry:
        sys.exit(f"mutants: {HERE}/excused.txt ends within an entry: {entry[0]}")
    return excuses


class Build:
    """A copy of the tree, built once, and the commands that make one object and one test of it."""

    def __init__(self, folder, programs):
        self.tree = f"{folder}/tree"
        os.makedirs(self.tree)
        names = subprocess.run(["git", "ls-files", "-z", "-c", "-o", "--exclude-standard"], cwd=ROOT, check=True,
                               capture_output=True).stdout.decode().split("\0")
        for name in filter(None, names):
            if os.path.isfile(f"{ROOT}/{name}"):
                os.makedirs(os.path.dirname(f"{self.tree}/{name}"), exist_ok=True)
                shutil.copy2(f"{ROOT}/{name}", f"{self.tree}/{name}")
        units = [p for p in programs if not p.endswith(".sh")]
        self.make(f"-j{os.cpu_count()}", "build/allstop", "build/liballstop.a", "build/tests/stub/stub",
                  *(f"build/tests/unit/{p}" for p in units))
        words = self.command("build/allstop", "main.c")
        self.program_libraries = [w for w in words if w.startswith("-l")]
        for program in units:
            words = self.command(f"build/tests/unit/{program}", f"tests/unit/{program}.c")
            self.libraries = words[words.index("build/liballstop.a") + 1:]
            self.run([*self.compiler(words), "-c", "-o", f"{folder}/{program}.o", f"tests/unit/{program}.c"], check=True)

    def make(self, *arguments):
        return self.run(["make", "--no-print-directory", "B=build", "CFLAGS=-O1 -g0 -w -fsanitize=address", *arguments], check=True)

    def run(self, words, **more):
        return subprocess.run(words, cwd=self.tree, stdin=subprocess.DEVNULL, text=True, capture_output=True, **more)

    def command(self, made, source):
        """What make would call, in words."""
        lines = self.make("-n", "V=1", "-W", source, made).stdout.splitlines()
        return next(shlex.split(line) for line in lines if f"-o {made}" in line)

    @staticmethod
    def compiler(words):
        return [w for w in words[:words.index("-o")] if w not in ("-MMD", "-MP", "-c", "-Werror")]

    def compile_words(self, file):
        words = self.command(f"build/{file[:-2]}.o", file)
        return self.compiler(words) + ["-c", "-o"]


class Mutation:
    def __init__(self, folder, build):
        self.folder, self.build = folder, build
        self.linker = ["-fuse-ld=lld"] if shutil.which("ld.lld") else []
        # Processes and /tmp of a mutant are its own where the system lets us: what it leaves behind goes with it.
        self.apart = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                      "sh", "-c", 'mount -t tmpfs tmp /tmp; exec "$@"', "apart"]
        if subprocess.run([*self.apart, "true"], capture_output=True).returncode:
            self.apart = []

    def compile(self, words, file, text, place):
        os.makedirs(place, exist_ok=True)
        source, made = f"{place}/{os.path.basename(file)}", f"{place}/mutant.o"
        with open(source, "w") as f:
            f.write(text)
        done = self.build.run([*words, made, source])
        return open(made, "rb").read() if done.returncode == 0 else None

    def link(self, made, first, place, libraries):
        done = self.build.run(["cc", "-fsanitize=address", *self.linker, "-o", made, first, f"{place}/mutant.o",
                               "build/liballstop.a", *libraries])
        return done.returncode == 0

    def suite(self, file, place, seconds):
        """The same of a suite: its build folder is the mutant's."""
        if not os.path.exists(f"{place}/allstop"):
            if not self.link(f"{place}/allstop", "build/main.o", place, self.build.program_libraries):
                return "does not link"
            os.makedirs(f"{place}/tests/stub")
            os.symlink(f"{self.build.tree}/build/tests/stub/stub", f"{place}/tests/stub/stub")
        said = self.call(["bash", file, place], place, seconds)
        if said is None:
            return "hung"
        name = re.sub(r"(/run)?\.sh$", "", file.split("e2e/", 1)[1])
        return said[1] if said[0] or "\nFAIL " in "\n" + said[1] or f"\ndone {name}\n" not in said[1] else None

    def call(self, words, place, seconds):
        """(status, output), or None when it hung"""
        environment = dict(os.environ, ALLSTOP_SEED="1", CMOCKA_MESSAGE_OUTPUT="TAP", HOME=place, XDG_CACHE_HOME=place,
                           XDG_STATE_HOME=place, PATIENCE=str(seconds))
        process = subprocess.Popen([*self.apart, *words], cwd=self.build.tree, stdin=subprocess.DEVNULL, env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        # a suite's first failure is enough
        said, hung = [], []
        timer = threading.Timer(seconds, lambda: (hung.append(True), os.killpg(process.pid, signal.SIGKILL)))
        timer.start()
        with process:
            for line in process.stdout:
                said.append(line.decode(errors="replace"))
                if said[-1].startswith("FAIL "):
                    os.killpg(process.pid, signal.SIGKILL)
        timer.cancel()
        return None if hung else (process.returncode, "".join(said))

    def test(self, program, place, seconds):
        """None when it passed, else how it ended."""
        if program.endswith(".sh"):
            return self.suite(program, place, seconds)
        made = f"{place}/{program}"
        if not self.link(made, f"{self.folder}/{program}.o", place, self.build.libraries):
            return "does not link"
        said = self.call([made], place, seconds)
        os.unlink(made)
        if said is None:
            return "hung"
        return said[1] if said[0] or "\nnot ok" in said[1] else None


def seconds_of(mutation, words, file, programs):
    """What the tests take with the file as it is. They must pass."""
    place, took = f"{mutation.folder}/as-it-is", {}
    text = open(f"{mutation.build.tree}/{file}").read()
    code = mutation.compile(words, file, text, place)
    if code is None:
        sys.exit(f"mutants: {file} does not compile as it is")
    for program in programs:
        began = time.monotonic()
        why = mutation.test(program, place, 600)
        if why:
            sys.exit(f"mutants: {program} fails with {file} as it is:\n{why[-2000:]}")
        took[program] = time.monotonic() - began
    return text, code, took


def judge(mutation, words, text, code, took, number, mutant):
    """killed, lives, same (machine code), invalid; and by what"""
    place = f"{mutation.folder}/{number}"
    try:
        made = mutation.compile(words, mutant.file, changed(text, mutant), place)
        if made is None:
            return "invalid", ""
        if made == code:
            return "same", ""
        for program in sorted(took, key=took.get):
            if mutation.test(program, place, 5 + 4 * took[program]):
                return "killed", program
        return "lives", ""
    finally:
        shutil.rmtree(place, ignore_errors=True)


def run_file(mutation, pool, file, programs, draw, most, excuses):
    words = mutation.build.compile_words(file)
    text, code, took = seconds_of(mutation, words, file, programs)
    chosen = mutants(file, text)
    if most and len(chosen) > most:
        chosen = sorted(draw.sample(chosen, most), key=lambda m: m.offset)
    jobs = [pool.submit(judge, mutation, words, text, code, took, f"{os.path.basename(file)}-{i}", m)
            for i, m in enumerate(chosen)]
    counts = defaultdict(int)
    for mutant, job in zip(chosen, jobs):
        verdict, _ = job.result()
        if verdict == "lives" and (mutant.file, mutant.before, mutant.after) in excuses:
            verdict = "excused"
        counts[verdict] += 1
        if verdict == "lives":
            print(f"lives {mutant.file}:{mutant.line}: {mutant.kind}\n    - {mutant.before}\n    + {mutant.after}", flush=True)
    return counts


def percent(counts):
    tried = counts["killed"] + counts["lives"]
    return f"{100 * counts['killed'] / tried:.1f} %" if tried else "–"


def row(name, counts):
    return (f"| {name} | {counts['killed'] + counts['lives']} | {counts['killed']} | {counts['lives']} | "
            f"{counts['excused']} | {percent(counts)} |")


def main():
    table, excuses = read_table(), read_excuses()
    wanted = sys.argv[1:]
    chosen = [f for f, (group, _) in table.items() if not wanted or group in wanted or f in wanted]
    unknown = [w for w in wanted if w not in table and w not in {g for g, _ in table.values()}]
    if unknown:
        sys.exit(f"mutants: neither a group nor a file of table.txt: {' '.join(unknown)}")
    most, seed = int(os.environ.get("MUTANTS", 40)), int(os.environ.get("MUTANT_SEED", random.randrange(10000)))
    jobs = int(os.environ.get("MUTANT_JOBS", os.cpu_count()))
    print(f"mutants: {most or 'all'} of each of {len(chosen)} files, MUTANT_SEED={seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="allstop-mutants-", dir=os.environ.get("MUTANT_FOLDER", "/var/tmp"))
    try:
        mutation = Mutation(folder, Build(folder, sorted({p for f in chosen for p in table[f][1]})))
        rows, groups = [], defaultdict(lambda: defaultdict(int))
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for file in chosen:
                group, programs = table[file]
                counts = run_file(mutation, pool, file, programs, random.Random(f"{seed} {file}"), most, excuses)
                print(f"{file}: {counts['killed']} killed, {counts['lives']} live, {counts['excused']} excused, "
                      f"{counts['same']} the same, {counts['invalid']} invalid: {percent(counts)}", flush=True)
                rows.append(row(f"`{file}`", counts))
                for verdict, n in counts.items():
                    groups[group][verdict] += n
    except subprocess.CalledProcessError as e:
        sys.exit(f"mutants: {' '.join(e.cmd[:12])}: {e.stderr[-2000:]}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    head = ["| | tried | killed | live | excused | killed of those tried |", "|---|---|---|---|---|---|"]
    lines = head + [row(g, c) for g, c in groups.items()] + ["", *head, *rows]
    print("\n".join(lines))
    if os.environ.get("MUTANT_TABLE"):
        with open(os.environ["MUTANT_TABLE"], "w") as f:
            f.write("\n".join(lines) + "\n")


main()
