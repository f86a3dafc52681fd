# SPDX-License-Identifier: GPL-3.0-or-later
"""compare.py FOLDER: our answers (ours, questions.json) beside gdb's (theirs); a line for each kind of question."""
import json
import os
import sys


def read(folder, name):
    with open(os.path.join(folder, name)) as f:
        return f.read()


def our_layout(result):
    members = []
    for m in result.get("members", []):
        bits = m.get("bits")
        at = m["offset"] * 8 + (bits["offset"] if bits else 0)
        members.append([m["name"], at, bits["size"] if bits else m["size"] * 8])
    return {"size": result.get("size"), "members": members}


def place_differs(ours, theirs):
    # Several symbols may begin at one place: that it is the same place counts.
    if theirs["symbol"] and ours.get("offset") != theirs["offset"]:
        return "symbol"
    if (ours.get("line") or 0) != theirs["line"]:
        return "line"
    file = theirs["file"]
    if file and not os.path.normpath(ours.get("file") or "").endswith(os.path.normpath(file).lstrip("./")):
        return "file"
    return None


def report(name, asked, wrong):
    if wrong or not asked:
        print("FAIL vmlinux %s: %d of %d differ: %s" % (name, len(wrong), asked, "; ".join(wrong[:3])))
    else:
        print("ok vmlinux %s as gdb's, %d of them" % (name, asked))


def main():
    folder = sys.argv[1]
    asked, theirs = json.loads(read(folder, "questions.json")), json.loads(read(folder, "theirs"))
    ours = {}
    for line in read(folder, "ours").splitlines():
        event = json.loads(line)
        if "step" in event:
            ours[int(event["step"].rsplit("/", 1)[1])] = event.get("result") or {}
    n, wrong = len(asked["addresses"]), []
    for i, address in enumerate(asked["addresses"]):
        what = place_differs(ours.get(i, {}), theirs["addresses"][i])
        if what:
            wrong.append("%s of 0x%x: %s, gdb %s" % (what, address, ours.get(i), theirs["addresses"][i]))
    report("addresses", n, wrong)
    wrong = []
    for i, name in enumerate(asked["structs"]):
        mine, other = our_layout(ours.get(n + i, {})), theirs["structs"][i]
        if mine != other:
            first = [(a, b) for a, b in zip(mine["members"], other.get("members", [])) if a != b][:1]
            wrong.append("struct %s: size %s, gdb %s; %s" % (name, mine["size"], other.get("size", other), first))
    report("layouts", len(asked["structs"]), wrong)


main()
