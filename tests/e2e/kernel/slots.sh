#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debug registers shared inside the kernel: others take them (tests/kernel/slots.c), a kernel accepts them and they
# never fire, and one puts them back behind its debugger's back.
. tests/e2e/kernel/lib.sh "$1"

# by_unix NAME FORM CPUS SESSION [WORDS…] [-- ARGUMENTS…]: boots and runs the session; false where there is no such
# kernel, or none with the program
by_unix() {
    local name=$1 session=$4 words=()
    kernel=$forms/$2
    cpus=$3
    shift 4
    if [ ! -e "$kernel/complete" ] || [ ! -e "$kernel/packed" ]; then
        echo "skip $name: no kernel with this user space in $kernel (make kernel)"
        return 1
    fi
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    boot "$name" "socket,path=$work/$name.line,server=on,wait=off" kgdbwait loop autobrk "${words[@]}"
    if wait_for 120 waits; then
        holds "$name" "$here/sessions/$session.json" -t "unix:$work/$name.line" -s "${symbols:-$kernel/vmlinux}" "${@:2}"
    else
        echo "FAIL $name: the kernel did not come to kgdbwait: $(tail -n 2 "$console") $(tail -n 2 "$work/$name.qemu")"
    fi
    return 0
}

# runs_on NAME: everything that is left keeps running, on each processor
runs_on() {
    local now
    now=$(lines)
    if wait_for 60 more_than $((now + 20)); then echo "ok $1: it runs on"; else
        echo "FAIL $1: it does not run on: $(tail -n 3 "$console")"
    fi
    if grep -qE 'Oops|BUG:|kernel panic|rcu: INFO' "$console"; then
        echo "FAIL $1: no oops: $(grep -m 1 -E 'Oops|BUG:|kernel panic|rcu: INFO' "$console")"
    else
        echo "ok $1: no oops"
    fi
}

by_unix perf-holds perf 2 slots_shared slots=perf:2 letgo && shut_down
for how in task ptrace; do
    by_unix "$how-holds" perf 1 slots_held "slots=$how:3" && shut_down
done

by_unix silent shipped 2 slots_silent && shut_down
by_unix verify-shipped shipped 1 slots_verify -- -D verdict=does-not-fire && shut_down
by_unix verify-perf perf 1 slots_verify -- -D verdict=fires && shut_down

for setting in perf:1 perf:2 kdb:2; do
    by_unix "reused-${setting/:/-}" "${setting%:*}" "${setting#*:}" slots_reused chatter && runs_on "reused, $setting" && shut_down
done

# as on a bare machine
options=(-cpu "qemu64,-hypervisor")
for n in 1 2; do
    by_unix "bare-$n" perf $n slots_reused chatter && runs_on "bare, $n" && shut_down
done
by_unix bare-others perf 2 slots_others chatter && runs_on "bare, others" && shut_down
options=()

# without the symbol that would let it be mended (engine/control/kernel/sealed_text.h)
if [ -e "$forms/perf/complete" ]; then
    objcopy -N kgdb_break "$forms/perf/vmlinux" "$work/vmlinux"
    symbols=$work/vmlinux
    by_unix printk perf 1 slots_printk && shut_down
    symbols=
fi

# The kernel's own check of its kgdb, without a line: are the kernels what we take them for? The watchpoint for reads
# fails in the repaired ones too: it takes the register of the one for writes before it, and has that one's kind
# (engine/control/breakpoints/dr7.h).
ends() { grep -qE 'Unregistered I/O driver kgdbts|INIT: booted' "$console"; }
gdb_line=
for form in shipped perf kdb; do
    kernel=$forms/$form
    [ -e "$kernel/complete" ] || continue
    boot "kgdbts-$form" "null" kgdbts=V1
    if ! wait_for 120 ends; then
        echo "FAIL kgdbts, $form: it does not end: $(tail -n 2 "$console")"
    else
        fails='hw_access_break_test '
        [ "$form" = shipped ] && fails='hw_access_break_test hw_breakpoint_test hw_write_break_test '
        same "kgdbts, $form" "$(sed -nE 's/.*kgdbts: ERROR ([a-z_]*) test failed.*/\1/p' "$console" | sort | tr '\n' ' ')" "$fails"
    fi
    shut_down
done
finish
