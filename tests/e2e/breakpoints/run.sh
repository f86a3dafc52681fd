#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Breakpoints that tell the truth: on real stubs, and on a machine that refuses, runs out of slots and lies.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=tests/e2e/breakpoints

part $here/machine.sh

# -- real stubs ---------------------------------------------------------------------------------------------
holds "gdbserver" $here/sessions/gdbserver.json "$B/targets/x86_64/steps"
holds "gdbserver: four slots" $here/sessions/real_slots.json "$B/targets/x86_64/steps"
holds "qemu-x86_64" $here/sessions/qemu_user.json -t "launch:qemu-x86_64 -g {socket} $B/targets/x86_64/steps" "$B/targets/x86_64/steps"
holds "commands of a breakpoint" $here/sessions/commands.json "$B/targets/x86_64/steps"
for mode in parent child both; do
    holds "follow the $mode" $here/sessions/follow_$mode.json "$B/targets/forks"
done
runs "conditions in the stub" python3 $here/conditions.py "$A" "$B/targets/conditions"


# balanced NAME: whatever was inserted was taken out again
balanced() {
    local left
    left=$(python3 - "$work/wire" <<'P'
import json, re, sys
inserted, ever = set(), 0
for line in map(json.loads, open(sys.argv[1])):
    m = re.match(r"([Zz])([0-4],[0-9a-f]+,[0-9a-f]+)", line.get("data", "")) if line.get("dir") == "out" else None
    if m:
        (inserted.add if m[1] == "Z" else inserted.discard)(m[2])
        ever += 1
print(len(inserted) if ever else "none was inserted, and 0")
P
)
    if [ "$left" = 0 ]; then echo "ok $1"; else echo "FAIL $1: $left were left"; fi
}

# a function that is inlined everywhere
python3 - >"$work/many.c" <<'P'
print("volatile long sink;\nstatic inline __attribute__((always_inline)) void many(long n)\n{\n    sink += n;\n"
      "    sink ^= n;\n}\nint main(void)\n{")
print("\n".join(f"    many({i});" for i in range(320)) + "\n    return 0;\n}")
P
gcc -g -O1 -o "$work/many" "$work/many.c"
holds "320 places of one name" $here/sessions/many.json --wire-log "$work/wire" "$work/many"
balanced "all of them are taken out"

# each thread's hits are counted against the program's own counter
for kind in software hardware memory; do
    for mode in all step; do
        sed "s/KIND/$kind/; s/MODE/$mode/" $here/sessions/hits.json >"$work/hits.json"
        holds "no hit is missed: $kind, schedule $mode" "$work/hits.json" "$B/targets/shared_hits" 4 250
    done
done
holds "schedule one: continue runs one thread" $here/sessions/one_thread.json "$B/targets/shared_hits" 4 250

# -- a bare machine ----------------------------------------------------------------------------------------
guest=$B/targets/guest
machine_options="-M pc -m 16 -nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb tcp:127.0.0.1:{port}"
inner=$(nm "$guest/guest64.elf" | awk '$3 == "inner" { print $1 }')
holds "qemu-system: before and after the loader" $here/sessions/qemu_system.json -D inner="$inner" --wire-log "$work/wire" \
    -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -accel tcg -smp 2 $machine_options"
balanced "qemu-system: detach leaves nothing inserted"
if [ ! -w /dev/kvm ]; then
    echo "skip KVM: /dev/kvm is not there, or not for us"
else
    timeout 300 "$A" -S $here/sessions/kvm.json -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -accel kvm $machine_options" \
        >"$work/out" 2>"$work/err" </dev/null
    case $? in
    0) echo "ok KVM: four slots" ;;
    3) echo "skip KVM: $(grep -m 1 allstop: "$work/err" | cut -c1-300)" ;;
    *) echo "FAIL KVM: $(grep -m 2 '"ok":false' "$work/out" | cut -c1-700)" ;;
    esac
fi

# -- valgrind ----------------------------------------------------------------------------------------------
valgrind -q --vgdb=yes --vgdb-error=0 --vgdb-prefix="$work/vgdb" "$B/targets/steps" >/dev/null 2>&1 </dev/null &
valgrind_pid=$!
pids+=("$valgrind_pid")
for _ in $(seq 600); do ls "$work"/vgdb-* >/dev/null 2>&1 && break; sleep 0.05; done
holds "valgrind: Z0 to Z4" $here/sessions/valgrind.json \
    -t "exec:vgdb --wait=60 --vgdb-prefix=$work/vgdb --pid=$valgrind_pid" -s "$B/targets/steps"

# -- the trap of each processor ----------------------------------------------------------------------------
arm-linux-gnueabihf-gcc -g -O0 -static -marm -o "$work/arm" tests/targets/steps.c
arm-linux-gnueabihf-gcc -g -O0 -static -mthumb -o "$work/thumb" tests/targets/steps.c
traps() { # NAME PROGRAM KIND [ADDRESS]: the only `kind`s that its Z packets may carry, a pattern; not of those at ADDRESS
    holds "traps of $1" $here/sessions/traps.json --wire-log "$work/wire" "$2"
    sent "traps of $1: none of another kind" "^[Zz][01],(?!${4-none},)[0-9a-f]+,(?!($3)\$)" 0
}
# libgcc is Thumb code, and exceptions are waited for in it.
traps arm "$work/arm" 4 "$(arm-linux-gnueabihf-nm "$work/arm" | sed -n 's/^0*\([0-9a-f]*\) t _Unwind_DebugHook$/\1/p')"
traps thumb "$work/thumb" 2
for pair in aarch64:4 'riscv64:2|4' ppc64:4 s390x:2 mips:4; do
    traps "${pair%%:*}" "$B/targets/${pair%%:*}/steps" "${pair##*:}"
done
finish
