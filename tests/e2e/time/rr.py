# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the rules of a fake rr for the stub, as its source says it answers: rr.py > rules.json"""
import json


def text(words):
    return (words + "\n").encode().hex()


def command(name, *arguments):
    return ":".join(["qRRCmd", name, "-1", *(a.encode().hex() for a in arguments)])


def registers(pc):
    return (pc.to_bytes(8, "little") + (0x2000).to_bytes(8, "little")).hex()


XML = ('<target><architecture>riscv:rv64</architecture><feature name="a"><reg name="pc" bitsize="64"/>'
       '<reg name="sp" bitsize="64"/></feature></target>')
rules = [
    {"on": "qSupported", "reply": "PacketSize=4000;qXfer:features:read+;QStartNoAckMode+;ReverseContinue+;ReverseStep+"},
    {"on": "QStartNoAckMode", "reply": "OK"},
    {"on": "?", "reply": "T05thread:1;"},
    {"on": "qXfer:features:read:target.xml", "xml": XML},
    {"on": "vMustReplyEmpty", "reply": ""},
    {"on": "info replay", "reply": ""},
    # where it stands: asked once at the start, then after each way
    {"on": command("when-ticks"), "times": 1, "reply": text("Current tick: 500")},
    {"on": command("when-ticks"), "times": 1, "reply": text("Current tick: 500")},
    {"on": command("checkpoint", "allstop-b1-500"), "reply": text("Checkpoint 7 at 500")},
    {"on": command("info checkpoints"), "times": 1, "reply": text("ID\tWhen\tWhere\n3\t12\tmine")},
    {"on": command("info checkpoints"), "reply": text("ID\tWhen\tWhere\n3\t12\tmine\n7\t90\tallstop-b1-500")},
    {"on": command("delete checkpoint", "7"), "reply": text("Deleted checkpoint 7.")},
    {"on": "vRun;;" + b"c7".hex(), "reply": "T05thread:1;"},
    {"on": "vRun;;" + b"t42".hex(), "reply": "T05thread:1;"},
    {"on": "vRun;;", "reply": "E01"},
    {"on": "bs", "times": 1, "reply": "T05thread:1;"},
    {"on": "bc", "times": 1, "reply": "T05thread:1;"},
    {"on": "bs", "reply": "T05replaylog:begin;thread:1;"},
    {"on": "bc", "reply": "T05replaylog:begin;thread:1;"},
    {"on": command("when-ticks"), "reply": text("Current tick: 499")},
    {"on": "g", "times": 3, "reply": registers(0x1000)},
    {"on": "g", "reply": registers(0x1004)},
    {"on": "Z0", "reply": "OK"},
    {"on": "z0", "reply": "OK"},
    {"on": "m", "reply": "13000000"},
    {"on": "D", "reply": "OK"},
]
print(json.dumps({"rules": rules}))
