#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a debugger knows of a Linux kernel: where it was loaded, its modules, tasks, log and stacks; by its kgdb and by
# QEMU's own stub, moved by KASLR and not, with one CPU and two.
. tests/e2e/kernel/lib.sh "$1"
vmlinux=$kernel/vmlinux
[ -e "$kernel/allstop_probe.ko" ] || echo "skip modules: no module beside $vmlinux (make kernel)"

# cost NAME FROM TO MOST: the bytes between two summaries that the last session saved, both directions
cost() {
    local spent
    spent=$(python3 - "$work/out" "$2" "$3" <<'P'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1]) if '"do":"summary"' in line]
sums = [row["result"]["bytes_out"] + row["result"]["bytes_in"] for row in rows]
print(sums[int(sys.argv[3])] - sums[int(sys.argv[2])])
P
    )
    if [ "$spent" -le "$4" ]; then echo "ok $1: $spent bytes"; else echo "FAIL $1: $spent bytes, more than $4"; fi
}
moved() { says "$1: it was moved, and found" '"event":"kernel".*"slide":"0x[1-9a-f][0-9a-f]*00000","checked_by":"build ID"'; }
unmoved() { says "$1: it was not moved, and that is checked" '"event":"kernel".*"slide":"0x0","checked_by":"build ID"'; }

# -- kgdb ----------------------------------------------------------------------------------------------------

slide=
boot pty pty kgdbwait loop autobrk probe
has_pty() { grep -qs 'redirected to /dev' "$work/pty.qemu"; }
wait_for 30 has_pty && wait_for 120 waits
holds "kgdb, KASLR" $here/sessions/known.json -t "$(sed -n 's/.*redirected to \([^ ]*\).*/\1/p' "$work/pty.qemu" | head -n 1)" \
    -s "$vmlinux" --wire-log "$work/pty.wire"
# one kernel in 512 is moved by nothing
says "kgdb, KASLR: its place is found" '"event":"kernel".*"slide":"0x[0-9a-f]*0","checked_by":"build ID"'
# a request that a busy machine answers late is sent once more: what counts is in how many places was looked
same "kgdb, KASLR: with one read" "$(sed -n '/"data": "[cs]"/q; s/.*"dir": "out".*"data": "\(m[0-9a-f]*,14\)".*/\1/p' "$work/pty.wire" |
    sort -u | wc -l)" 1
cost "modules, with their symbols" 0 1 1300
cost "ps, of processes and then of threads too" 1 2 26000
cost "dmesg, 100 lines" 2 3 30000
shut_down

slide=nokaslr
cpus=1
boot unix "socket,path=$work/line,server=on,wait=off" kgdbwait loop autobrk reprobe
wait_for 120 waits
holds "a module that comes and goes" $here/sessions/modules.json -t "unix:$work/line" -s "$vmlinux" \
    -D "PROBE=$kernel/allstop_probe.ko" -D "FOLDER=$kernel"
unmoved "kgdb, nokaslr"
shut_down

# -- QEMU's own stub -----------------------------------------------------------------------------------------

slide=
cpus=2
options=(-gdb "unix:$work/gdb,server=on,wait=off")
boot stub "socket,path=$work/line,server=on,wait=off" loop probe
loaded() { grep -q 'allstop_probe: loaded' "$console"; }
wait_for 120 loaded
holds "QEMU, KASLR" $here/sessions/stub.json -t "unix:$work/gdb" -s "$vmlinux"
says "QEMU, KASLR: its place is found" '"event":"kernel".*"slide":"0x[0-9a-f]*0","checked_by":"build ID"'

told='{"steps": [{"do": "symbols", "expect": {"files": [{"offset": "0x12345000"}]}}, {"do": "detach"}]}'
holds "an offset that was told stays" "$(inline "$told")" -t "unix:$work/gdb" -s "$vmlinux@+0x12345000"
same "an offset that was told is not looked for" "$(grep -c '"event":"kernel"' "$work/out")" 0

holds "modules of a file that is no kernel" "$(inline '{"steps": [{"do": "modules", "expect": {"error": {"code": "unsupported"}}}]}')" \
    -t "unix:$work/gdb" -s "$kernel/allstop_probe.ko"
if [ -e "$forms/kdb/vmlinux" ]; then
    session "another kernel's file" 0 "$(inline '{"steps": [{"do": "detach"}]}')" -t "unix:$work/gdb" -s "$forms/kdb/vmlinux"
    same "another kernel's file is not taken" "$(grep -c '"checked_by"' "$work/out")" 0
    says "another kernel's file is told" '"event":"kernel".*"banner":"Linux version.*"problem":"this file is not what runs there'
fi
holds "lists that are damaged" $here/sessions/damaged.json -t "unix:$work/gdb" -s "$vmlinux"
shut_down

# a CPU that was just switched on tells nothing
options=(-gdb "unix:$work/gdb2,server=on,wait=off" -S)
boot reset "socket,path=$work/line2,server=on,wait=off"
listens() { [ -e "$work/gdb2" ]; }
booted() { grep -q 'INIT: booted' "$console"; }
wait_for 30 listens
{
    echo '{"id": 1, "do": "continue", "background": true}'
    wait_for 120 booted
    echo '{"id": 2, "do": "interrupt"}'
    wait_for 60 grep -q '"id":2' "$work/out" # what comes before that is told that the target runs
    echo '{"id": 3, "do": "eval", "expr": "$current->pid"}'
    echo '{"id": 4, "do": "detach"}'
} | timeout 300 "$A" --jsonl -t "unix:$work/gdb2" -s "$vmlinux" >"$work/out" 2>"$work/err"
says "from the reset on: found once it runs" '"event":"kernel".*"checked_by":"build ID"'
says "from the reset on: and told in front of the stop" '"id":3,.*"ok":true'
shut_down
finish
