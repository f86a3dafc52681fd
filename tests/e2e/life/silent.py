# SPDX-License-Identifier: GPL-3.0-or-later
"""A stub that falls silent in the middle of a command: Ctrl-C at the prompt ends each of them before the stub's own time is up,
and what needs no stub works right behind it."""
from life import *

KERNEL = """
typedef unsigned long u64;
struct list { struct list *next, *prev; };
struct task_struct { u64 __state; struct list tasks; int pid, tgid; char comm[16]; struct list thread_node; struct signal_struct *signal; };
struct signal_struct { struct list thread_head; };
struct counter { u64 counter; };
struct lpos { u64 begin, next; };
struct prb_desc { struct counter state_var; struct lpos text_blk_lpos; };
struct printk_info { u64 seq, ts_nsec; unsigned short text_len; unsigned char level; };
struct printk_ringbuffer {
    struct { unsigned count_bits; struct prb_desc *descs; struct printk_info *infos; struct counter head_id, tail_id; } desc_ring;
    struct { unsigned size_bits; char *data; } text_data_ring;
};
__attribute__((section("__param"))) u64 param = 1;
const char linux_banner[] = "Linux version 6.1.0";
struct task_struct init_task = {1, {&init_task.tasks, &init_task.tasks}};
struct signal_struct signals = {{&init_task.thread_node, &init_task.thread_node}};
struct prb_desc desc = {{1}};
struct printk_info info = {1};
struct printk_ringbuffer buffer = {{1, &desc, &info}, {1, (char *)1}}, *prb = &buffer;
void _start(void) { for (;;) ; }
"""
SILENT = [{"on": "qSupported", "reply": "PacketSize=1000;qXfer:features:read+;QStartNoAckMode+;ReverseStep+;ReverseContinue+"}, {"on": "QStartNoAckMode", "reply": "OK"},
          {"on": "?", "reply": "T05thread:1;"}, {"on": "qXfer:features:read:target.xml", "xml": XML}, {"on": "g", "reply": "00100000000000000020000000000000"},
          {"on": "H", "reply": "OK"}, {"on": "Z", "reply": "OK"}, {"on": "z", "reply": "OK"}, {"on": "m", "reply": "13000000"}, {"on": "vCont?", "reply": "vCont;c;C;s;S"}]
ANSWER_NS = 5  # so long the debugger waits for an answer by itself


def kernel():
    path = os.path.join(work, "vmlinux")
    with open(path + ".c", "w") as f:
        f.write(KERNEL)
    subprocess.run(["gcc", "-g", "-ffreestanding", "-fno-pic", "-no-pie", "-nostdlib", "-static", "-Wl,--build-id=none,-Tdata=0x60000000", "-o", path, path + ".c"], check=True)
    return path


VMLINUX = kernel()


def silent(line, packet, *before, told="cancelled", rules=()):
    """`packet` is what the stub does not answer: its prefix."""
    path = os.path.join(work, "silent-%d.json" % len(started))
    with open(path, "w") as f:
        json.dump({"rules": [*rules, {"on": packet, "raw": ""}, *SILENT]}, f)
    wire = path + ".wire"
    p = Prompt("--wire-log", wire, "-t", "launch:%s %s {port}" % (STUB, path))
    for one in before:
        p.line(one)
    at = p.here()
    asks = lambda: open(wire).read().count('"dir": "out", "kind": "packet", "data": "%s' % packet)
    earlier = asks()
    p.type(line + "\n")
    name = "`%s`, silent to %s" % (line, packet)
    if not check(name + ": it is asked", until(lambda: asks() > earlier), p.text()[at:] or open(wire).read()[-600:]):
        return
    began = time.monotonic()
    p.type("\x03")
    back = p.sees(r"\^C[\s\S]*%s[\s\S]*\(allstop\) $" % told, at)
    check(name + ": Ctrl-C ends it", back and time.monotonic() - began < ANSWER_NS - 1, "%.1f s, %s" % (time.monotonic() - began, p.text()[at:]))
    said = p.line("print 41000 + 42")
    check(name + ": and the prompt works", "41042" in said, said)
    p.p.kill()
    p.p.wait()


NEVER = "does not stop"
POSITIONS = [{"on": "qRcmd", "reply": ""}]
silent("find 0x500000 0x100000 deadbeef", "m500000")
silent("find 0x500000 0x100000 deadbeef", "m504000", rules=[{"on": "m50%d" % i, "reply": "13" * 2048} for i in range(4)])
silent("x/4xw 0x500000", "m500000")
silent("monitor talk", "qRcmd")
silent("info threads", "qfThreadInfo")
silent("goto 5", "qRcmd")
silent("when", "qRcmd")
for line in ("reverse-stepi", "reverse-nexti", "reverse-step", "reverse-next"):
    silent(line, "bs", told=NEVER, rules=POSITIONS)
    silent(line, "qRcmd")
silent("reverse-continue", "bc", told=NEVER, rules=POSITIONS)
silent("reverse-continue 3", "bs", "break *0x1000", told=NEVER, rules=POSITIONS + [{"on": "bc", "reply": "T05thread:1;"}])
silent("verify", "m1010,4", "break *0x1010", rules=[{"on": "Z", "reply": ""}, {"on": "M", "reply": "OK"}, {"on": "m1010,4", "reply": "13000000", "times": 1}])
for line in ("dmesg", "ps"):
    silent(line, "m6000", "symbols " + VMLINUX)

# -- a stub that falls silent while it is attached to, and a client that asks in vain and goes ----------------------------
path = os.path.join(work, "silent-opening.json")
with open(path, "w") as f:
    json.dump({"rules": [{"on": "?", "raw": ""}, {"on": "vMustReplyEmpty", "raw": ""}, SILENT[0], {"on": "q", "raw": ""}, *SILENT]}, f)
words = [ALLSTOP, "--jsonl", "--no-config", "-t", "launch:%s %s {port}" % (STUB, path)]
p = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
began = time.monotonic()
out = p.communicate('{"id": 1, "do": "break", "at": "main", "timeout": 1}\n', timeout=PATIENCE)[0]
answer = [l for l in map(json.loads, out.splitlines()) if l.get("id") == 1]
check("--jsonl ends with its input when all that was asked is out of time", p.returncode == 3 and answer and code(answer[0]) == "timeout"
      and time.monotonic() - began < 2 * ANSWER_NS - 1, "status %s, %.1f s, %s" % (p.returncode, time.monotonic() - began, out[-500:]))
