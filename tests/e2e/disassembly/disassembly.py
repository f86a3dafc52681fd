#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machine code of files alone: disassembly.py ALLSTOP WORK. What it should be is what binutils' objdump reads, by its own
decoder: where instructions begin, and for some what they are.
"""
import json, os, re, subprocess, sys

ALLSTOP, WORK = sys.argv[1:3]
HERE = os.path.dirname(os.path.abspath(__file__))


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, cwd=WORK, **more).stdout


def report(name, wrong):
    print("FAIL %s: %s" % (name, wrong) if wrong else "ok %s" % name)


def build(compiler, source, *flags):
    name = os.path.join(WORK, os.path.splitext(source)[0])
    run(compiler, *flags, "-o", name, os.path.join(HERE, source))
    return name


def listed(file, steps, **env):
    """The results of `disassemble` steps."""
    session = {"target": "none", "symbols": [file], "steps": [dict(s, do="disassemble") for s in steps]}
    out = subprocess.run([ALLSTOP, "-S", "-"], input=json.dumps(session), capture_output=True, text=True, timeout=120,
                         env=dict(os.environ, **env)).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    return [line.get("result", line.get("error")) for line in lines if line.get("do") == "disassemble"]


def objdump(tool, file, function):
    """What binutils reads of a function: [(address, bytes, text)]."""
    rows = []
    for line in run(tool, "-d", "--wide", "--disassemble=" + function, file).splitlines():
        m = re.match(r"\s*([0-9a-f]+):\t([0-9a-f ]+?)\s*\t(.*)", line)
        if m:
            rows.append((int(m[1], 16), len(m[2].replace(" ", "")) // 2, m[3]))
    return rows


def compare(name, tool, file, function):
    """Every instruction begins where binutils says, whatever pieces data are told in; returns ours."""
    code = lambda rows: [r for r in rows if not r[2].startswith(".")]
    theirs = code(objdump(tool, file, function))
    ours = code([(int(i["address"], 16), len(i["bytes"]) // 2, i["text"]) for i in listed(file, [{"at": function}])[0]["instructions"]])
    wrong = "" if theirs else "objdump lists nothing"
    for a, b in zip(theirs, ours):
        if a[:2] != b[:2]:
            wrong = wrong or "%s, and binutils has %s" % (b, a)
    if len(theirs) != len(ours):
        wrong = wrong or "%d instructions, and binutils has %d" % (len(ours), len(theirs))
    report(name, wrong)
    return [text for _, _, text in ours]


def begins(name, texts, wanted):
    wrong = [(t, w) for t, w in zip(texts, wanted) if not re.match(w, t)]
    report(name, str(wrong or "only %d" % len(texts)) if wrong or len(texts) < len(wanted) else "")


def x86():
    file = build("gcc", "evex.S", "-nostartfiles", "-Wl,-emain")
    begins("AVX-512 by name", compare("AVX-512 begins where it should", "objdump", file, "main"),
           ["vptestmb k2, ymm17, ymm17", "inc ecx", "vpternlogd zmm16, zmm0, zmm0, (0xff|255)",
            r"vpcmp(neq)?b k1, ymm17, ymmword ptr \[rsi \+ rdx \+ (0x40|64)\]", "vmovdqu64 zmm31,", "serialize", "vfmaddcph", r"vfnmadd213pd zmm2 \{k5\}, zmm1, zmm4, \{rz-sae\}", "ret"])


def riscv():
    flags = ("-march=rv64gc", "-mabi=lp64d", "-nostdlib", "-nostartfiles", "-static")
    file = build("riscv64-linux-gnu-gcc", "riscv.S", *flags)
    names = {r[2]: int(r[0], 16) for r in (line.split() for line in run("nm", file).splitlines())}
    texts = compare("RISC-V begins where it should", "riscv64-linux-gnu-objdump", file, "_start")
    begins("RISC-V by name", texts, ["addi sp, sp, -(0x20|32)", "sd ra, (0x18|24)", "lui a5,", "mul a0, a4, a0", "amoadd.w t1, a4, ", "fadd.d",
                                     r"bne a0, t0, 0x%x <_start\+32>" % names["middle"], "jal 0x%x <away>" % names["away"], "csrr t2, mhartid",
                                     "ld ra,", "j 0x%x <_start>" % names["_start"]])
    hides = os.path.join(WORK, "hides.so")
    run("gcc", "-shared", "-fPIC", "-o", hides, "-x", "c", "-", input="#include <stddef.h>\nvoid *dlopen(const char *n, int f) { (void)n; (void)f; return NULL; }\n")
    result = listed(file, [{"at": "_start"}], LD_PRELOAD=hides)[0]
    told = [len(i["bytes"]) // 2 for i in result["instructions"]]
    wanted = [size for _, size, _ in objdump("riscv64-linux-gnu-objdump", file, "_start")]
    report("without LLVM's library it says so, and the bytes are right", "" if told == wanted and "LLVM" in result.get("note", "") else str(result)[:300])


def thumb():
    for options in (("-mthumb", "-march=armv7-a"), ("-marm", "-march=armv7-a"), ("-mthumb", "-march=armv7-m", "-mfloat-abi=soft")):
        soft = "-mfloat-abi=soft" in options
        flags = ("-g", "-O1", "-nostdlib", "-nostartfiles", "-static", "-fno-tree-switch-conversion", "-Wl,-emain",
                 *options, *(() if soft else ("-mfpu=vfpv3-d16",)))
        file = build("arm-linux-gnueabihf-gcc", "switch.c", *flags)
        name = " ".join(options[:2])
        texts = compare("%s begins where it should, tables and all" % name, "arm-linux-gnueabihf-objdump", file, "choose")
        begins("%s by name" % name, texts, ["cmp r0, #6", "(bhi|ldrls|addls)"])
        compare("%s: a word between code is none" % name, "arm-linux-gnueabihf-objdump", file, "far_away")


def s390x():
    file = build("s390x-linux-gnu-gcc", "z.S", "-nostdlib", "-nostartfiles", "-static")
    result = listed(file, [{"at": "_start"}])[0]["instructions"]
    sizes = [len(i["bytes"]) // 2 for i in result]
    report("s390x: what is not known has the length that it says", "" if sizes == [2, 6, 6, 2, 4, 2] else str(result))
    begins("s390x by name", [i["text"] for i in result], ["lr ", "vpkz ", r"\.byte 0xe6, 0xff", "lr ", "kdsa ", "br "])


for part in (x86, riscv, thumb, s390x):
    part()
