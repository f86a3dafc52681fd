# SPDX-License-Identifier: GPL-3.0-or-later
"""Two ways to talk with the debugger and wait for what comes: requests, and a terminal.

Nothing waits for a fixed time; PATIENCE is how long what is expected may take on a slow machine.
"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

PATIENCE = float(os.environ.get("PATIENCE", "60"))


class Jsonl:
    def __init__(self, *command, env=None):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env=env)
        self.rest, self.lines = b"", []

    def say(self, **request):
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()

    def read(self, seconds):
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return True
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        *whole, self.rest = (self.rest + data).split(b"\n")
        self.lines += [json.loads(line) for line in whole]
        return bool(data)

    def wait(self, good):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for line in self.lines:
                if good(line):
                    return line
            if not self.read(0.5):
                break
        return next((line for line in self.lines if good(line)), None)

    def answer(self, ident):
        return self.wait(lambda line: line.get("id") == ident) or {}

    def ask(self, ident, **request):
        self.say(id=ident, **request)
        return self.answer(ident)

    def text(self, kind):
        """All that came in events of a kind: `program` or `output`."""
        return "".join(line.get("output" if kind == "program" else "text", "") for line in self.lines
                       if line.get("event") == kind)

    def printed(self, text, kind="program"):
        return self.wait(lambda _: text in self.text(kind)) is not None

    def memory_kb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))

    def end(self):
        try:
            self.process.stdin.close()
        except OSError:
            pass
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.1)
        if self.process.poll() is None:
            self.process.kill()
        return self.process.wait()


class Terminal:
    """The debugger on a terminal of its own, 100 columns by 30 rows."""

    def __init__(self, *command):
        self.out = b""
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.environ["TERM"] = "dumb"
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execv(command[0], list(command))
        self.resize(30, 100)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def text(self):
        return self.out.decode(errors="replace").replace("\r", "")

    def type(self, text):
        os.write(self.fd, text.encode())

    def sees(self, text, since=0):
        end = time.monotonic() + PATIENCE
        while text not in self.text()[since:] and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.5)[0]:
                try:
                    self.out += os.read(self.fd, 1 << 16)
                except OSError:
                    break
        return text in self.text()[since:]

    def line(self, text, until):
        """Types a line; what came up to `until`, or None."""
        since = len(self.text())
        self.type(text + "\n")
        return self.text()[since:] if self.sees(until, since + len(text)) else None

    def close(self):
        os.kill(self.pid, signal.SIGHUP)  # ends what it started
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    os.read(self.fd, 1 << 16)
                except OSError:
                    pass
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
