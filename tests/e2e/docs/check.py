# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the program, the JSON Schema, the manual and the examples say the same?

check.py ALLSTOP BUILD_DIR, run in the top folder. Prints "ok NAME" or "FAIL NAME: why" for each check.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

from schema import Schema

ALLSTOP, BUILD = sys.argv[1:3]
HERE = os.path.dirname(os.path.abspath(__file__))
FOUND = os.environ["WORK"] + "/found"
WRONG = 2  # the exit status of a command line or a script that is wrong


def report(name, trouble):
    """`trouble`: a list of lines, or a text; empty when all is well."""
    lines = [trouble] if isinstance(trouble, str) and trouble else list(trouble)
    print(f"FAIL {name}: {'; '.join(lines)[:900]}" if lines else f"ok {name}", flush=True)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def run(arguments, text=""):
    done = subprocess.run([ALLSTOP, *arguments], input=text, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def end_detached(out):
    """A session that detaches leaves its program running: by the process ids it told, it is ended."""
    for pid in {int(number) for number in re.findall(r'"thread":"p(\d+)\.', out)}:
        try:
            if os.readlink(f"/proc/{pid}/exe").startswith(os.path.realpath(BUILD)):
                os.kill(pid, 9)
        except OSError:
            pass  # it has ended by itself


def run_session(session, *arguments):
    return run(["-S", "-", *arguments], json.dumps(session))


def differences(what, got, wanted, where):
    """Names that one side has and the other lacks."""
    lines = [f"{what} {name} is not in {where}" for name in sorted(wanted - got)]
    return lines + [f"{where} has {what} {name}, the program does not" for name in sorted(got - wanted)]


# -- what the program says of itself ----------------------------------------------------------------------

def ask_commands():
    """{name: group} from `help`."""
    _, out, _ = run(["--cli", "-t", "none"], "help\n")
    commands, group = {}, None
    for line in out.splitlines():
        if re.fullmatch(r"[a-z]+", line):
            group = line
        elif match := re.match(r"  ([a-z-]+) ", line):
            commands[match[1]] = group
    return commands


def spelling(alias):
    return re.sub(r"[ _]", "-", alias)


def ask_help(name):
    """({argument: (needed, choices)}, aliases) from `help NAME`, or None."""
    _, out, _ = run(["--cli", "-t", "none"], f"help {name}\n")
    lines = out.splitlines()
    if not lines or not re.match(rf"{name}( |$)", lines[0]):
        return None
    arguments, aliases = {}, set()
    for line in lines[2:]:
        if line.startswith("  also:"):
            aliases = {spelling(a or b) for a, b in re.findall(r'"([^"]+)"|(\S+)', line[7:])}
        elif match := re.match(r"  (\S+) +(.*)", line):
            choices = re.search(r" \[([a-z_ ]+)\]$", match[2])
            arguments[match[1]] = ("(needed)" in match[2], tuple(choices[1].split()) if choices else ())
    return arguments, aliases


# -- what the schema says ---------------------------------------------------------------------------------

def schema_commands(root):
    names = root["$defs"]["step"]["properties"]["do"]["enum"]
    alternatives = [one["$ref"] for one in root["$defs"]["step"]["oneOf"]]
    assert alternatives == [f"#/$defs/do.{name}" for name in names], "`do` and `oneOf` differ"
    return names


def schema_arguments(root, command):
    rule = root["$defs"]["do." + command]
    arguments = {}
    for name, value in rule["properties"].items():
        choices = next((tuple(one["enum"]) for one in value.get("anyOf", []) if "enum" in one), ())
        arguments[name] = (name in rule.get("required", []), choices)
    assert rule["properties"]["do"] == {"const": command}
    del arguments["do"]
    return arguments


def check_schema_against_program(root, commands, helps):
    scripted = {name for name, group in commands.items() if group != "prompt"}
    report("schema: the commands", differences("command", set(schema_commands(root)), scripted, "the schema"))
    for name in sorted(scripted & set(schema_commands(root))):
        if helps[name] is None:
            report(f"schema: {name}", f"`help {name}` does not describe it")
            continue
        told, written = helps[name][0], schema_arguments(root, name)
        trouble = differences("argument", set(written), set(told), "the schema")
        trouble += [f"{a}: the program says {told[a]}, the schema {written[a]}"
                    for a in sorted(set(told) & set(written)) if told[a] != written[a]]
        report(f"schema: {name}", trouble)


# -- types: what the schema refuses the program refuses, and the other way round ------------------------------

SAMPLES = ["text", "0x10", 1, -1, 0.25, True, [], ["a"], [1], [{"do": "echo", "text": 1}], {"a": 1}, {"A": "x"},
           {"A": {"at": "x"}}, ["A@A"], None, "auto", "write",
           "all", "ids", "general", "code", "report", "parent", "cwd", "entry", "name", "function", "delete", "impossible", ["impossible"], "2/8", "x"]


def valid_step(validator, root, command):
    """A step with every argument, each of the right type."""
    rules = root["$defs"]["do." + command]["properties"]
    step = {name: next(s for s in SAMPLES if validator.fits(rules[name], s)) for name in rules if name != "do"}
    if command == "include":
        step["file"] = "tests/e2e/docs/empty.json"
    if command == "console":
        step["log"] = ""  # a name would be that of a file
    if command == "repeat":
        step["times"] = 0
    return {**step, "do": command, "on_fail": "go_on"}


def check_types(validator, root):
    """Each sample for each argument: schema and program must agree whether it is one."""
    for command in schema_commands(root):
        step, accepted, trouble = valid_step(validator, root, command), [], []
        for name in schema_arguments(root, command):
            for sample in SAMPLES:
                if command == "include" and isinstance(sample, str):
                    continue  # the file is opened before anything is run
                if (command, name) == ("console", "log") and isinstance(sample, str):
                    continue  # it would be made
                changed = {**step, name: sample}
                if validator.fits(root["$defs"]["do." + command]["properties"][name], sample):
                    accepted.append(changed)
                    continue
                status, _, _ = run_session({"steps": [changed]})
                if status != WRONG:
                    trouble.append(f"{name}: the program takes {json.dumps(sample)}")
        status, _, err = run_session({"steps": [step, *accepted], "timeout": 0.01})
        if status == WRONG:
            trouble.append(f"the program does not take what the schema does: {err.strip()}")
        report(f"types: {command}", trouble)


BAD = {
    "an unknown key at the top": {"stesp": []},
    "no steps": {"title": "x"},
    "a step without do": {"steps": [{"at": "main"}]},
    "an unknown command": {"steps": [{"do": "brake"}]},
    "a word of the prompt": {"steps": [{"do": "quit"}]},
    "an unknown argument": {"steps": [{"do": "break", "att": "main"}]},
    "a needed argument is missing": {"steps": [{"do": "eval"}]},
    "on_fail": {"steps": [{"do": "stepi", "on_fail": "ignore"}]},
    "a timeout of nothing": {"steps": [{"do": "stepi", "timeout": 0}]},
    "an empty name to save": {"steps": [{"do": "stepi", "save": ""}]},
    "a matcher `in` without a list": {"steps": [{"do": "stepi", "expect": {"reason": {"in": "step"}}}]},
    "a matcher `exists` with a number": {"steps": [{"do": "stepi", "expect": {"pc": {"exists": 1}}}]},
    "a mistake inside repeat": {"steps": [{"do": "repeat", "times": 1, "steps": [{"do": "brake"}]}]},
    "repeat without an end": {"steps": [{"do": "repeat", "steps": []}]},
    "audit with a word": {"audit": "yes", "steps": []},
    "arguments that are no strings": {"args": [1], "steps": []},
}
GOOD = {
    "nothing to do": {"steps": []},
    "every key at the top": {"$schema": "x", "title": "x", "note": "x", "target": "none", "symbols": [], "args": [],
                             "env": {"A": "b", "C": None}, "cwd": ".", "stdin": "x",
                             "define": {"a": 1}, "timeout": 1.5, "audit": False, "steps": []},
    "a reference in place of a number": {"define": {"n": 2}, "steps": [{"do": "repeat", "times": "${n}", "steps": []}]},
    "an expectation that looks like a matcher": {"steps": [
        {"do": "echo", "text": {"a": {"count": 1}}, "expect": {"text": {"a": {"eq": {"count": 1}}}}}]},
    "every matcher": {"steps": [{"do": "echo", "text": ["ab", 3], "expect": {"text": {
        "exists": True, "count": {"ge": 2, "lt": 3}, "contains": {"match": "^a", "ne": "x", "in": ["ab", {"eq": 1}]}}}}]},
}


def check_documents(validator):
    for name, session in BAD.items():
        status, _, err = run_session(session)
        trouble = [] if validator.errors(session) else ["the schema accepts it"]
        if status != WRONG or "Traceback" in err:
            trouble.append(f"the program's status is {status}, not {WRONG}")
        report(f"refused: {name}", trouble)
    for name, session in GOOD.items():
        status, _, err = run_session(session)
        report(f"accepted: {name}", validator.errors(session) + ([err or f"status {status}"] if status else []))
    for path in sorted(glob.glob("tests/e2e/sessions/*.json") + glob.glob("scripts/examples/*.json")):
        report(f"schema accepts {path}", validator.errors(json.loads(read(path))))


# -- the manual ---------------------------------------------------------------------------------------------

def manual_commands(manual):
    """{name: (arguments, aliases)} of the section COMMANDS."""
    section = manual.split(".Sh COMMANDS", 1)[1].split("\n.Sh ", 1)[0]
    commands, at = {}, None
    for line in section.splitlines():
        if match := re.match(r"\.It Ic ([a-z-]+)", line):
            at = commands[match[1]] = (set(), set())
        elif line == ".El":
            at = None
        elif at and line.startswith("."):
            at[0].update(re.findall(r"\bCm ([a-z_]+)", line))
            at[1].update(spelling(a or b) for a, b in re.findall(r'\bSy (?:"([^"]+)"|(\S+))', line))
    return commands


def check_manual(commands, helps):
    manual = read("doc/allstop.1")
    described = manual_commands(manual)
    report("manual: the commands", differences("command", set(described), set(commands), "the manual"))
    for name in sorted(set(described) & set(commands)):
        if helps[name] is None:
            continue
        arguments, aliases = helps[name]
        report(f"manual: {name}", differences("argument", described[name][0], set(arguments), "the manual") +
               differences("alias", described[name][1], aliases, "the manual"))
    _, usage, _ = run(["--help"])
    options = set(re.findall(r"--([a-z-]+)", usage))
    report("manual: the options", differences(
        "option", set(re.findall(r"Fl Fl ([a-z-]+)", manual)), options, "the manual"))
    codes = set(re.findall(r'\[ERR_\w+\] = "([a-z-]+)"', read("base/error.c")))
    told = manual.split(".Ss Errors", 1)[1].split("\n.S", 1)[0]
    report("manual: the error codes", differences("code", set(re.findall(r"\bLi ([a-z-]+)", told)), codes, "the manual"))
    processors = set(re.findall(r'\.name = "([^"]+)"', "".join(read(f) for f in glob.glob("engine/target/arch/*.c"))))
    told = manual.split(".Sh ARCHITECTURES", 1)[1].split("\n.El", 1)[0]
    report("manual: the architectures", differences(
        "architecture", set(re.findall(r"^\.It (?!Sy)(\S+)", told, re.M)), processors, "the manual"))


# -- texts -------------------------------------------------------------------------------------------------

def check_texts(validator):
    makefile = read("Makefile")
    for path in ["README.md", "CONTRIBUTING.md", *sorted(glob.glob("doc/*.md"))]:
        text, folder = read(path), os.path.dirname(path)
        trouble = [f"the link {link} leads nowhere" for link in re.findall(r"\]\(([^)#:]+)\)", text)
                   if not os.path.exists(os.path.join(folder, link))]
        trouble += [f"there is no `make {goal}`" for goal in sorted(set(re.findall(r"\bmake ([a-z]+)\b[`\n]", text)))
                    if not re.search(rf"^{goal}:", makefile, re.M)]
        for block in re.findall(r"```json\n(.*?)```", text, re.S):
            if '"steps"' in block:
                trouble += validator.errors(json.loads(block))
        report(f"links, goals and sessions in {path}", trouble)


# -- examples, and what results hold -------------------------------------------------------------------------

def check_examples():
    race, steps = f"{BUILD}/targets/race", f"{BUILD}/targets/steps"
    runs = {
        "critical-section": [["-D", "rounds=3", race]],
        "file-alone": [[race]],
        "interrupt": [[race, "6"]],
        "recursion": [[steps], *([f"{BUILD}/targets/{a}/steps"] for a in ("aarch64", "riscv64", "s390x"))],
        "who-writes": [[race]],
        "breakpoint-means": [[steps]],
        "race-lost-update": [[]],
        "race-explore": [["-D", f"found={FOUND}"]],
        "race-deadlock": [[]],
        "race-use-after-free": [[]],
        "race-aba": [[]],
        "race-two-cpus": [[]],
        "stop-race": [["-t", f"launch:gdbserver --once 127.0.0.1:{{port}} {BUILD}/targets/x86_64/stress 8 0"]],
    }
    there = {os.path.basename(p).removesuffix(".json") for p in glob.glob("scripts/examples/*.json")}
    report("each example is run", differences("example", set(runs), there, "this test"))
    for name in sorted(there & set(runs)):
        for arguments in runs[name]:
            status, out, err = run(["-S", f"scripts/examples/{name}.json", *arguments])
            failed = [line[:300] for line in out.splitlines() if '"ok":false' in line]
            of = arguments[-1].removeprefix(BUILD + "/") if arguments else "alone"
            report(f"example {name} {of}",
                   [f"status {status}", *failed, err[-300:]] if status else [])


def table_rows(text, heading):
    """{first cell's words: words of the last cell} of the table below a heading, both in backquotes."""
    section = text.split(heading, 1)[1].split("\n## ", 1)[0]
    rows = {}
    for line in section.splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if line.startswith("| `"):
            words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", cells[1]))))
            for name in re.findall(r"`([a-z-]+)`", cells[0]):
                rows[name] = words
    return rows


def run_back():
    """The output of a session in a recording."""
    with tempfile.TemporaryDirectory() as folder:
        machine = ["bash", "tests/e2e/time/machine.sh"]
        what = [BUILD, "aarch64", "2000", folder]
        subprocess.run([*machine, "record", *what], check=True, timeout=300)
        status, out, err = run(["-S", f"{HERE}/everything_back.json", "-s", f"{BUILD}/targets/replay/aarch64.elf",
                                "-t", "launch:" + " ".join([*machine, "replay", *what, "{port}"])])
    report("a session of everything back in time", f"status {status}: {out[-600:]} {err[-300:]}" if status else "")
    return out


def check_results():
    text = read("doc/jsonl.md")
    results, events = table_rows(text, "## Results"), table_rows(text, "## Events")
    status, out, err = run(["-S", f"{HERE}/everything.json", f"{BUILD}/targets/race"])
    end_detached(out)
    failed = [line[:300] for line in out.splitlines() if '"ok":false' in line]
    report("a session of everything", [f"status {status}", *failed, err[-300:]] if status else [])
    out += run_back()
    done, trouble = set(), []
    for line in map(json.loads, out.splitlines()):
        name = line.get("do") or line.get("event")
        if name is None or "error" in line:
            continue
        rows, keys = (results, set(line.get("result", {}))) if "do" in line else (events, set(line) - {"event"})
        done.add(name)
        trouble += [f"{name} gives {key}" for key in sorted(keys - rows.get(name, set()))]
    report("doc/jsonl.md: what results and events hold", sorted(set(trouble)))
    kernel = {"modules", "ps", "dmesg", "kdb"}  # asked of a real one in tests/e2e/kernel
    missing = set(results) - done - kernel - {"sstep", "include", "launch", "connect"}
    report("doc/jsonl.md: every command was asked", [f"{name} was not" for name in sorted(missing)])


def main():
    root = json.loads(read("doc/session.schema.json"))
    validator = Schema(root)
    commands = ask_commands()
    helps = {name: ask_help(name) for name in commands}
    check_schema_against_program(root, commands, helps)
    check_types(validator, root)
    check_documents(validator)
    check_manual(commands, helps)
    check_texts(validator)
    check_examples()
    check_results()


main()
