# SPDX-License-Identifier: GPL-3.0-or-later
"""The debugger as a server of JSON lines, as the checks of the past talk to it."""
import json
import subprocess


class Client:
    def __init__(self, allstop, target, symbols, label):
        self.label = label
        self.serial = 0
        self.seen = []  # the ids of the answers, as they came
        self.child = subprocess.Popen([allstop, "--jsonl", "-s", symbols, "-t", target], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def send(self, do, **arguments):
        self.serial += 1
        self.child.stdin.write(json.dumps({"id": self.serial, "do": do, "timeout": 120, **arguments}) + "\n")
        self.child.stdin.flush()
        return self.serial

    def until(self, found):
        for line in self.child.stdout:
            answer = json.loads(line)
            if "id" in answer:
                self.seen.append(answer["id"])
            if found(answer):
                return answer
        return {}

    def answer(self, wanted):
        return self.until(lambda a: a.get("id") == wanted)

    def ask(self, do, **arguments):
        return self.answer(self.send(do, **arguments))

    def result(self, do, **arguments):
        return self.ask(do, **arguments).get("result", {})

    def report(self, name, good, what):
        print(f"ok {self.label}: {name}" if good else f"FAIL {self.label}: {name}: {json.dumps(what)[:500]}", flush=True)

    def search(self):
        """Starts a search with many hits; comes back when it is under way."""
        wanted = self.send("reverse-continue")
        self.until(lambda a: a.get("event") == "progress" or a.get("id") == wanted)
        return wanted

    def end(self):
        self.child.stdin.close()
        self.child.stdout.read()
        return self.child.wait()
