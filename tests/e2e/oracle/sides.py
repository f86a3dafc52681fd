# SPDX-License-Identifier: GPL-3.0-or-later
"""The two that are asked: gdb with gdb_side.py in it, and allstop that serves requests. Both answer a line with a line."""
import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


class Gone(Exception):
    """A side that ended; what it was asked last."""


class Crashed(Gone):
    """gdb itself died, which says nothing about allstop."""


class Lines:
    """A process that answers lines with lines."""

    def __init__(self, process, out, answers):
        self.process, self.out, self.answers = process, out, answers

    def send(self, question):
        try:
            self.out.write(json.dumps(question) + "\n")
            self.out.flush()
        except BrokenPipeError:
            raise Gone("gone before %s" % json.dumps(question))

    def receive(self, question):
        line = self.answers.readline()
        if not line:
            raise Gone("ended at %s" % json.dumps(question)[:300])
        return json.loads(line)

    def close(self):
        self.out.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.answers.close()


class Gdb(Lines):
    def receive(self, question):
        try:
            return super().receive(question)
        except Gone as e:
            raise Crashed("gdb %s" % e)

    def send(self, question):
        try:
            super().send(question)
        except Gone as e:
            raise Crashed("gdb %s" % e)

    def __init__(self, options):
        to_r, to_w = os.pipe()
        from_r, from_w = os.pipe()
        environment = dict(os.environ, ORACLE_FDS="%d,%d" % (to_r, from_w), PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1",
                           LC_ALL="C.UTF-8")
        process = subprocess.Popen([options.gdb, "-q", "-nx", "-batch", "-x", os.path.join(HERE, "gdb_side.py")],
                                   pass_fds=(to_r, from_w), env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=None if options.verbose else subprocess.DEVNULL)
        os.close(to_r)
        os.close(from_w)
        super().__init__(process, os.fdopen(to_w, "w"), os.fdopen(from_r))

    def ask(self, do, **arguments):
        question = dict(arguments, do=do)
        self.send(question)
        answer = self.receive(question)
        if "ok" not in answer:
            raise Gone("gdb: %s: %s" % (json.dumps(question)[:200], answer["error"]))
        return answer["ok"]


class Allstop(Lines):
    def __init__(self, options, target):
        command = [options.allstop, "--no-config", "--jsonl", "--target", target, options.program]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=None if options.verbose else subprocess.DEVNULL, text=True)
        self.number = 0
        super().__init__(process, process.stdin, process.stdout)

    def ask(self, do, **arguments):
        """The result, or {"error": {...}}."""
        return self.ask_all([dict(arguments, do=do)])[0]

    def ask_all(self, questions):
        first = self.number + 1
        for q in questions:
            self.number += 1
            self.send(dict(q, id=self.number))
        found = {}
        while len(found) < len(questions):
            answer = self.receive(questions[0])
            if answer.get("id") is not None and answer["id"] >= first:
                found[answer["id"]] = answer
        return [found[first + i].get("result", {"error": found[first + i].get("error")}) for i in range(len(questions))]
