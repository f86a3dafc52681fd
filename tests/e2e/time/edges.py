# SPDX-License-Identifier: GPL-3.0-or-later
"""The edges of a recording and what is kept of it.

edges.py ALLSTOP TARGET SYMBOLS FOLDER LABEL: of the recording in FOLDER (rr.bin, rr.qcow2). Prints one line a check.
"""
import subprocess
import sys

from client import Client

ALLSTOP, TARGET, SYMBOLS, FOLDER, LABEL = sys.argv[1:6]
LOG = FOLDER + "/rr.bin"


def kept(prefix):
    """What the image itself has: name and size in bytes."""
    rows = subprocess.run(["qemu-img", "snapshot", "-l", "-U", FOLDER + "/rr.qcow2"], capture_output=True, text=True, check=True).stdout
    units = {"B": 1, "KiB": 1024, "MiB": 1 << 20}
    return {w[1]: float(w[2]) * units[w[3]] for w in (line.split() for line in rows.splitlines()) if len(w) > 4 and w[1].startswith(prefix)}


def positions():
    return sorted(int(name.rsplit("-", 1)[1]) for name in kept("allstop-auto-"))


def ladder(client, total):
    """Over the whole recording, within both budgets, from wherever it is asked for."""
    for where in "start", "end":
        client.ask("goto", position=where)
        told = client.result("autobookmark", every=10000, index=True, budget={"count": 5})
        there = positions()
        client.report(f"a ladder of 5 from the {where} lies over the whole recording",
                      0 < len(there) <= 5 and there[0] <= total / 2 <= there[-1] and told.get("kept") == len(there), [told, there, total])
    client.report("and the target is where it was", client.result("position").get("position") == total, client.result("position"))
    one = max(kept("allstop-auto-").values())
    told = client.result("autobookmark", every=10000, index=True, budget={"count": 64, "bytes": int(one * 3.5)})
    there = positions()
    client.report("a ladder by bytes keeps to them, and lies over the whole recording",
                  told.get("bytes", 1e99) <= one * 3.5 and sum(kept("allstop-auto-").values()) <= one * 3.6 and there and there[-1] >= total / 2,
                  [told, there, total])
    told = client.result("autobookmark", budget={"count": 1})
    client.report("a budget that is lowered is kept at once", len(positions()) == told.get("kept") == 1, [told, positions()])
    told = client.result("autobookmark", index=True, budget={"bytes": 1000})
    client.report("a budget that nothing fits into leaves nothing, and says so",
                  positions() == [] and "warning" in told, [told, positions()])


def helpers(client, total):
    """What only serves going back goes when the user says so, now or at the end; bookmarks keep theirs."""
    client.ask("autobookmark", index=True, budget={"count": 3, "bytes": 1 << 30})
    client.ask("goto", position=total // 2)
    client.ask("bookmark", name="kept")
    before = kept("allstop-")
    removed = client.result("autobookmark", remove=True).get("removed")
    left = kept("allstop-")
    client.report("`remove` leaves the bookmarks' snapshots", removed == len(before) - 1 and len(left) == 1, [removed, before, left])
    client.ask("unbookmark", name="kept")


def temporary():
    before = kept("allstop-")
    client = Client(ALLSTOP, TARGET, SYMBOLS, LABEL)
    client.ask("autobookmark", temporary=True, budget={"count": 3}, index=True)
    during = kept("allstop-")
    client.end()
    after = kept("allstop-")
    client.report("what is temporary is gone at the end", during.keys() > after.keys() and after.keys() == during.keys() & before.keys(), [before, during, after])


def while_running(client, total):
    client.ask("goto", position="start")
    wanted = client.send("continue")
    told = client.ask("position")
    client.answer(wanted)
    good = told.get("result", {}) in ({"running": True, "total": total, "unit": "instructions"},
                                      {"position": total, "total": total, "percent": 100, "unit": "instructions"})
    client.report("position while the target runs", good, told)


def user_break(client, total):
    """QEMU has one break in time: the user's is not lost to ours."""
    client.ask("goto", position=total // 2)
    client.ask("monitor", command=f"replay_break {total // 2 + 1234}")
    client.ask("stepi")
    client.ask("reverse-stepi")
    stop = client.result("continue")
    here = client.result("position").get("position")
    client.report("the user's own replay_break stops a run", here == total // 2 + 1234 and stop.get("reason") == "signal", [stop, here])
    stop = client.result("continue")
    client.report("and then it is gone", stop.get("reason") == "history-end", stop)
    client.ask("goto", position=total // 2)
    client.ask("monitor", command=f"replay_break {total // 2 + 1234}")
    client.ask("monitor", command="replay_delete_break")
    client.report("deleted by the user it stops nothing", client.result("continue").get("reason") == "history-end", None)


def snapshots(client, total):
    """What the user deletes is not told any more; a trap in memory is in none."""
    client.ask("goto", position=total // 3)
    snapshot = client.result("bookmark", name="one").get("snapshot")
    client.ask("monitor", command=f"delvm {snapshot}")
    told = [b for b in client.result("bookmarks").get("bookmarks", []) if b["name"] == "one"]
    client.report("a snapshot that was deleted is not told", snapshot and told and "snapshot" not in told[0], told)
    client.ask("unbookmark", name="one")
    before = client.result("read", addr="inner", length=16).get("hex")
    client.ask("break", at="inner", kind="memory")
    client.ask("bookmark", name="two")
    client.ask("delete", all=True)
    client.ask("goto", position=1000)
    client.ask("goto", name="two")
    after = client.result("read", addr="inner", length=16).get("hex")
    client.report("no trap of ours is in a snapshot", before and before == after, [before, after])
    client.ask("unbookmark", name="two")


def other_code(client, total):
    """The image is another where a bookmark's code is not what it was."""
    client.ask("goto", position=total // 4)
    here = client.result("bookmark", name="three", snapshot=False)
    client.ask("write", addr=here["pc"], hex="00" * 16)
    client.ask("bookmark", name="four", snapshot=False)
    client.ask("goto", position=1000)
    client.ask("goto", name="four")
    states = {b["name"]: b["state"] for b in client.result("bookmarks").get("bookmarks", [])}
    client.report("a bookmark of other code is stale", states.get("three") == "good" and states.get("four") == "stale", states)
    client.ask("unbookmark", name="three")
    client.ask("unbookmark", name="four")


def behind_an_instruction(client):
    """From so many instructions behind a breakpoint back to it; on x86 its first instruction has one byte (push)."""
    client.ask("goto", position="start")
    client.ask("break", at="*inner", ignore=20)
    client.ask("continue")
    at = client.result("position").get("position")
    client.ask("delete", all=True)
    client.ask("break", at="*inner")
    wrong = []
    for more in range(1, 6):
        client.ask("goto", position=at + more)
        stop = client.result("reverse-continue")
        if stop.get("position") != at or stop.get("reason") != "breakpoint":
            wrong.append([more, stop, at])
    client.report("back to a breakpoint from just behind it", at and not wrong, wrong)
    client.ask("delete", all=True)


def cut_short(client):
    """A goto that ran out of time shows where the target is."""
    client.ask("goto", position="start")
    answer = client.ask("goto", position="end", timeout=0.0001)
    client.ask("interrupt")  # a busy machine may not have stopped within the second that is waited for
    position = client.result("position").get("position")
    pc = client.result("eval", expr="$pc").get("value")
    client.ask("goto", position="start")
    client.ask("goto", position=position)
    again = client.result("eval", expr="$pc").get("value")
    client.report("a goto that was cut short shows the pc of where it came to", pc == again, [answer, position, pc, again])


def shut_down():
    """Instructions recorded behind a shutdown (by QMP or a signal) are replayed by nobody."""
    with open(LOG, "rb") as f:
        whole = f.read()
    end = whole.rindex(b"\x27")
    with open(LOG, "wb") as f:
        f.write(whole[:end] + b"\0\0\0\4\0" + whole[end:])
    client = Client(ALLSTOP, TARGET, SYMBOLS, LABEL)
    total = client.result("position").get("total")
    stop = client.result("goto", position="end")
    client.report("what lies behind a shutdown is not of the recording", total and stop.get("position") == total == TOTAL, [total, stop, TOTAL])
    client.end()
    with open(LOG, "wb") as f:
        f.write(whole)


c = Client(ALLSTOP, TARGET, SYMBOLS, LABEL)
TOTAL = c.result("position").get("total")
ladder(c, TOTAL)
helpers(c, TOTAL)
while_running(c, TOTAL)
user_break(c, TOTAL)
snapshots(c, TOTAL)
other_code(c, TOTAL)
behind_an_instruction(c)
cut_short(c)
c.end()
temporary()
shut_down()
