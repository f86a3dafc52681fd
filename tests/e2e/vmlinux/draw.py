# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws questions about a kernel: draw.py KERNEL FOLDER ADDRESSES STRUCTS writes questions.json and session.json.

Addresses are drawn from .text, struct names from the kernel's own list of types (.BTF; kernel documentation,
bpf/btf.rst): those that only one struct has.
"""
import json
import os
import random
import struct
import subprocess
import sys
import time

# What follows struct btf_type, by kind: bytes, and bytes for each of vlen entries.
FOLLOWS = {1: (4, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 13: (0, 8), 14: (4, 0), 15: (0, 12), 17: (4, 0), 19: (0, 12)}
STRUCT = 4


def sections(kernel):
    out = subprocess.run(["readelf", "-SW", kernel], check=True, capture_output=True, text=True).stdout
    ret = {}
    for line in out.splitlines():
        words = line.split("]", 1)[-1].split()
        if len(words) > 5 and words[0].startswith("."):
            ret[words[0]] = [int(w, 16) for w in words[2:5]]
    return ret


def struct_names(data):
    magic, _, _, header, type_at, type_size, string_at, string_size = struct.unpack_from("<HBBIIIII", data)
    if magic != 0xEB9F:
        raise SystemExit("the .BTF section is not little-endian BTF")
    strings = data[header + string_at : header + string_at + string_size]
    at, end, seen = header + type_at, header + type_at + type_size, {}
    while at < end:
        name, info, _ = struct.unpack_from("<III", data, at)
        kind, count = info >> 24 & 0x1F, info & 0xFFFF
        fixed, each = FOLLOWS.get(kind, (0, 0))
        if kind == STRUCT and name:
            text = strings[name : strings.index(b"\0", name)].decode()
            seen[text] = seen.get(text, 0) + 1
        at += 12 + fixed + each * count
    return sorted(name for name, count in seen.items() if count == 1)


def main():
    kernel, folder, addresses, structs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    seed = int(os.environ.get("ALLSTOP_SEED") or time.time())
    print("seed: ALLSTOP_SEED=%d" % seed, flush=True)
    rng = random.Random(seed)
    there = sections(kernel)
    text, btf = there[".text"], there[".BTF"]
    with open(kernel, "rb") as f:
        f.seek(btf[1])
        names = struct_names(f.read(btf[2]))
    questions = {
        "addresses": [text[0] + rng.randrange(text[2]) for _ in range(addresses)],
        "structs": rng.sample(names, structs),
    }
    steps = [{"do": "lookup", "at": hex(a)} for a in questions["addresses"]]
    steps += [{"do": "type", "name": "struct " + s} for s in questions["structs"]]
    with open(os.path.join(folder, "questions.json"), "w") as f:
        json.dump(questions, f)
    with open(os.path.join(folder, "session.json"), "w") as f:
        json.dump({"target": "none", "timeout": 60, "steps": steps}, f)


main()
