# SPDX-License-Identifier: GPL-3.0-or-later
"""The program's terminal, asked through requests and at a terminal. dialogues.py ALLSTOP TARGETS prints "ok NAME" or
"FAIL NAME: why" for each check."""
import os
import sys
import time
import traceback

from dialogue import Jsonl, PATIENCE, Terminal

ALLSTOP, TARGETS = sys.argv[1:3]
NATIVE = TARGETS + "/terminal"
# aarch64, and two processors that have their bytes the other way round
RUNNERS = {"gdbserver": (NATIVE,), "qemu-aarch64": (TARGETS + "/aarch64/terminal",),
           "qemu-s390x": (TARGETS + "/s390x/terminal",), "qemu-ppc64": (TARGETS + "/ppc64/terminal",)}
SPECS = {"launch:qemu-x86_64": "launch:qemu-x86_64 -g {socket} " + TARGETS + "/x86_64/terminal",
         "launch:valgrind": "launch:valgrind -q " + NATIVE}


def check(name, good, why=""):
    print(f"ok {name}" if good else f"FAIL {name}: {' '.join(str(why).split())[-600:]}", flush=True)


def start(where, what):
    if where in RUNNERS:
        return Jsonl(ALLSTOP, "--jsonl", *RUNNERS[where], what)
    return Jsonl(ALLSTOP, "--jsonl", "-t", SPECS[where] + " " + what, "-s", NATIVE)


def talk(where):
    j = start(where, "talk")
    j.say(id=1, do="continue")
    check(f"{where}: a question without a line's end is there while it runs", j.printed("name? "), j.lines[-3:])
    j.ask(2, do="input", text="Ada Lovelace\n")
    check(f"{where}: what is typed comes to it", j.printed("hello <Ada Lovelace>\n"), j.text("program"))
    check(f"{where}: its terminal echoes", j.printed("name? Ada Lovelace\n"), j.text("program"))
    j.ask(3, do="input", text="no end", end=True)
    check(f"{where}: a line without an end, and the end of input", j.printed("hello <no end>\nend after 2\ndone\n"),
          j.text("program"))
    result = j.answer(1).get("result", {})
    check(f"{where}: it ended by itself", result.get("reason") == "exited" and result.get("exit_code") == 0, result)
    order = [line.get("event") for line in j.lines if line.get("event") in ("program", "stopped")]
    check(f"{where}: its last words come before its end", order[-1:] == ["stopped"], order)
    stub = j.text("output")
    check(f"{where}: the stub's words are kept apart",
          "hello" not in stub and "created; pid" not in j.text("program") and "==" not in j.text("program"), stub)
    j.end()


def interrupted(where):
    j = start(where, "talk")
    j.say(id=1, do="continue")
    j.printed("name? ")
    j.say(id=2, do="interrupt")
    stop = j.answer(1).get("result", {})
    check(f"{where}: a program that reads can be interrupted", stop.get("reason") == "interrupt", (stop, j.lines[-1]))
    if "qemu" in where:  # its program's read() may come back with EINTR, which ends it
        j.end()
        return
    j.say(id=3, do="continue")
    j.ask(4, do="input", text="Ada\n")
    check(f"{where}: and goes on as if nothing had been", j.printed("hello <Ada>\n"), (j.text("program"), j.lines[-2:]))
    j.ask(5, do="input", end=True)
    check(f"{where}: and to its end", j.answer(3).get("result", {}).get("reason") == "exited", j.lines[-1])
    j.end()


def crash(where):
    j = start(where, "crash")
    j.say(id=1, do="continue")
    stop = j.answer(1).get("result", {})
    events = [line for line in j.lines if line.get("event") in ("program", "stopped")]
    check(f"{where}: last words before a crash", j.text("program") == "last words without an end" and
          events[-1].get("signal") == "SIGSEGV", (j.text("program"), stop))
    j.end()


def flood():
    j = Jsonl(ALLSTOP, "--jsonl", NATIVE, "flood")
    j.say(id=1, do="continue")
    check("flood: it comes", j.printed("flood 20000 "), j.text("program")[-80:])
    before = j.memory_kb()
    pid = next(line["thread"] for line in j.lines if line.get("event") == "stopped").split(".")[1]
    written, deadline = -1, time.monotonic() + PATIENCE
    while written != (now := wrote(pid)) and time.monotonic() < deadline:  # nothing is read: it must come to a halt
        written = now
        time.sleep(0.3)
    check("flood: a face that does not read holds the program up", written == wrote(pid), (written, wrote(pid)))
    check("flood: and no memory grows", j.memory_kb() - before < 8192, (before, j.memory_kb()))
    stop = j.ask(2, do="interrupt").get("result", {})
    check("flood: it can be interrupted", stop.get("reason") == "interrupt", stop)
    j.end()


def wrote(pid):
    with open(f"/proc/{pid}/io", encoding="ascii") as f:
        return next(line.split()[1] for line in f if line.startswith("wchar"))


def let_go():
    j = Jsonl(ALLSTOP, "--jsonl", NATIVE, "linger")
    pid = int(next(line["thread"] for line in [j.wait(lambda line: line.get("event") == "stopped")]).split(".")[1])
    j.ask(1, do="break", at="linger")
    j.ask(2, do="continue")
    detached = j.ask(3, do="detach")
    j.end()
    alive = os.path.exists(f"/proc/{pid}") and os.readlink(f"/proc/{pid}/exe") == os.path.realpath(NATIVE)
    check("detach: the program lives on without us", detached.get("ok") and alive, detached)
    terminal = os.readlink(f"/proc/{pid}/fd/1") if alive else ""
    check("detach: and its terminal is there", terminal.startswith("/dev/pts/") and os.path.exists(terminal), terminal)
    keepers = [p for p in os.listdir("/proc") if p.isdigit() and holds_master(p, terminal)]
    if alive:
        os.kill(pid, 9)
    deadline = time.monotonic() + PATIENCE
    while any(os.path.exists(f"/proc/{p}") for p in keepers) and time.monotonic() < deadline:
        time.sleep(0.05)
    check("detach: who keeps the terminal ends with the program",
          len(keepers) == 1 and not os.path.exists(f"/proc/{keepers[0]}"), keepers)


def holds_master(pid, terminal):
    """A child of nobody's with one descriptor, the master side of that terminal."""
    try:
        if os.readlink(f"/proc/{pid}/exe") != os.path.realpath(ALLSTOP):
            return False  # another root's terminals have the same numbers
        with open(f"/proc/{pid}/fdinfo/0", encoding="ascii") as f:
            return f"tty-index:\t{terminal.rsplit('/', 1)[-1]}\n" in f.read()
    except OSError:
        return False


def at_a_terminal():
    t = Terminal(ALLSTOP, "--cli", NATIVE, "talk")
    t.sees("(allstop) ")
    t.line("break here", "(allstop) ")
    since = len(t.text())
    t.type("continue\n")
    check("--cli: its question is there", t.sees("name? ", since), t.text()[since:])
    t.type("Grace\x7f\x7fy\n")
    check("--cli: what is typed goes to it, edited by its terminal", t.sees("hello <Gray>", since), t.text()[since:])
    check("--cli: and is shown once", t.text()[since:].count("Grac") == 1, t.text()[since:])
    t.resize(37, 91)
    t.type("size\n")
    check("--cli: the window's size follows", t.sees("size 37 x 91", since), t.text()[since:])
    mark = len(t.text())
    t.type("\x03")
    check("--cli: Ctrl-C is the debugger's", t.sees("interrupt, thread", mark) and t.sees("(allstop) ", mark),
          t.text()[mark:])
    answer = t.line("print 6*7", "(allstop) ")
    check("--cli: then the prompt has the keys again", answer and "42" in answer, answer)
    t.type("continue\n")
    t.type("\x04")  # the prompt would take it for the end, so it must reach the program
    check("--cli: Ctrl-D ends its input", t.sees("end after 2", mark), t.text()[mark:])
    check("--cli: and not the debugger", t.sees("Breakpoint 1", mark) and t.sees("(allstop) ", mark), t.text()[mark:])
    t.close()


def again_at_a_terminal():
    """After its end, and after it was killed, the next one has the keys as well."""
    t = Terminal(ALLSTOP, "--cli", NATIVE, "talk")
    t.sees("(allstop) ")
    t.type("continue\n")
    for number, how in enumerate(("at its end", "run again", "killed and run again")):
        mark = len(t.text())
        if number:
            t.type("run\n")
        asked = t.sees("name? ", mark)
        t.type("Ada\n")
        check(f"--cli, {how}: what is typed goes to the program", asked and t.sees("hello <Ada>", mark), t.text()[mark:])
        t.type("\x04")
        check(f"--cli, {how}: it ends, and the prompt is back", t.sees("exited with status 0", mark) and t.sees("(allstop) ", mark),
              t.text()[mark:])
        if number == 1:
            t.line("start", "(allstop) ")
            t.line("kill", "(allstop) ")
    t.close()


def no_escapes():
    t = Terminal(ALLSTOP, "--cli", NATIVE, "escape")
    t.sees("(allstop) ")
    t.line("continue", "exited with status 0")
    check("--cli: no escape sequence of the program's gets through",
          "red\ndone\n" in t.text() and "\x1b]0" not in t.text() and "\x1b[31m" not in t.text(), repr(t.text()[-200:]))
    t.close()


def another_terminal():
    master, slave = os.openpty()
    j = Jsonl(ALLSTOP, "--jsonl", "--tty", os.ttyname(slave), NATIVE, "talk")
    j.say(id=1, do="continue")
    got = b""
    while b"name? " not in got:
        got += os.read(master, 4096)
    refused = j.ask(2, do="input", text="x\n").get("error", {})
    check("--tty: `input` says where to type", os.ttyname(slave) in refused.get("message", ""), refused)
    os.write(master, b"Ada\n\x04")
    ended = j.answer(1).get("result", {})
    while b"done" not in got:
        got += os.read(master, 4096)
    check("--tty: the program is there", b"hello <Ada>" in got and ended.get("reason") == "exited", (got, ended))
    check("--tty: and not here", j.text("program") == "", j.text("program"))
    j.end()
    os.close(master)
    os.close(slave)


def again():
    j = Jsonl(ALLSTOP, "--jsonl", NATIVE, "arguments", "a b")
    j.ask(1, do="continue")
    j.ask(2, do="run")
    check("run without arguments takes the last ones", j.text("program").count("[612062]\n") == 2, j.text("program"))
    j.ask(4, do="run", line="arguments 'c d' \"\" e\\ f")
    check("run with a line", j.printed("[632064] [] [652066]\n"), j.text("program"))
    refused = j.ask(6, do="run", cwd="/no/such/folder").get("error", {})
    check("a folder that is not there is said before", refused.get("code") == "no-source", refused)
    refused = j.ask(7, do="run", stdin="/no/such/file").get("error", {})
    check("a file that is not there is said before", refused.get("code") == "no-source", refused)
    refused = j.ask(8, do="run", stdin="", tty="/dev/null").get("error", {})
    check("a terminal that is none is said before", refused.get("code") == "usage", refused)
    refused = j.ask(9, do="input", text="x").get("error", {})
    check("typing at a program that has ended", refused.get("code") in ("not-connected", "not-running"), refused)
    j.end()


def main():
    for where in [*RUNNERS, *SPECS]:
        talk(where)
        interrupted(where)
        crash(where)
    for one in (flood, let_go, at_a_terminal, again_at_a_terminal, no_escapes, another_terminal, again):
        one()


try:
    main()
except Exception:  # a check that could not be made is one that failed
    check("the dialogues came to an end", False, traceback.format_exc())
