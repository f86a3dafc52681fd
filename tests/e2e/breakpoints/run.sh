#!/usr/bin/env bash
# Breakpoints that tell the truth: on real stubs, and on a machine that refuses, runs out of slots and lies.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=tests/e2e/breakpoints

# machine NAME DESCRIPTION SESSION: a session against the fake machine
machine() {
    printf '{"machine":%s}' "$2" >"$work/machine.json"
    holds "$1" "$3" --wire-log "$work/wire" -t "launch:$S $work/machine.json {port}"
}

# sent NAME PATTERN COUNT: how many packets of ours look like this in the last wire log
sent() {
    local n
    n=$(python3 - "$work/wire" "$2" <<'P'
import json, re, sys
lines = [json.loads(l) for l in open(sys.argv[1])]
print(sum(1 for l in lines if l.get("dir") == "out" and re.search(sys.argv[2], l.get("data", ""))))
P
)
    if [ "$n" = "$3" ]; then echo "ok $1"; else echo "FAIL $1: $n packets like $2, not $3"; fi
}

memory='"memory":[{"start":"0x1000","size":4096},{"start":"0x8000","size":4096}]'
rom='"memory":[{"start":"0x1000","size":4096,"rom":true},{"start":"0x8000","size":4096}]'

machine "Z0 taken" "{$memory,\"loop\":true,\"end\":\"0x1800\"}" $here/sessions/software.json
sent "nothing is lifted between stops" '^z' 2
machine "Z0 unknown: a trap in memory" "{$memory,\"Z0\":\"none\",\"loop\":true,\"end\":\"0x1800\"}" $here/sessions/memory.json
sent "Z0 is asked once" '^Z0' 1
machine "Z0 refused: a trap in memory" "{$memory,\"Z0\":\"refuse\",\"loop\":true,\"end\":\"0x1800\"}" $here/sessions/memory.json
machine "ROM: hardware only" "{$rom,\"map\":true,\"slots\":4}" $here/sessions/rom.json
sent "no software breakpoint is sent into ROM" '^Z0' 0
machine "everything refused" "{$rom,\"Z0\":\"none\",\"Z1\":\"none\",\"Z2\":\"none\"}" $here/sessions/nothing.json
sent "what a stub does not know is asked once" '^Z1' 1
for slots in 0 1 2 4; do
    sed "s/SLOTS/$slots/g" $here/sessions/slots.json >"$work/slots.json"
    machine "$slots slots" "{$rom,\"map\":true,\"slots\":$slots,\"loop\":true,\"end\":\"0x1800\"}" "$work/slots.json"
done
machine "a stub that lies" "{$memory,\"Z1\":\"lie\",\"loop\":true,\"end\":\"0x1800\"}" $here/sessions/lies.json
machine "a trap that is overwritten" "{$memory,\"Z0\":\"none\",\"loop\":true,\"end\":\"0x1800\",\"writes\":[{\"pc\":\"0x1100\",\"address\":\"0x1200\",\"value\":144}]}" \
    $here/sessions/overwritten.json
machine "a watch by stepping" "{$memory,\"Z2\":\"none\",\"Z3\":\"none\",\"end\":\"0x1100\",\"writes\":[{\"pc\":\"0x1010\",\"address\":\"0x8000\",\"value\":7},{\"pc\":\"0x1020\",\"address\":\"0x8001\",\"value\":8}]}" \
    $here/sessions/stepped.json
machine "an answer that is late" "{$memory,\"late\":{\"Z0\":300},\"loop\":true,\"end\":\"0x1800\"}" $here/sessions/software.json

# -- a debugger that is killed ------------------------------------------------------------------------------
printf '{"clients":2,"machine":{%s,"Z0":"none","loop":true,"end":"0x1800"}}' "$memory" >"$work/machine.json"
coproc STUB { exec "$S" "$work/machine.json" 0; }
pids+=("$STUB_PID")
read -r port <&"${STUB[0]}"
mkfifo "$work/in"
"$A" --jsonl -t "127.0.0.1:$port" <"$work/in" >"$work/out" 2>"$work/err" &
debugger=$!
pids+=("$debugger")
exec 7>"$work/in"
echo '{"id":1,"do":"break","at":"*0x1200"}' >&7
for _ in $(seq 1200); do grep -q '"id":1' "$work/out" && break; sleep 0.05; done
grep -q '"id":1,"ok":true' "$work/out" || echo "FAIL the debugger that is to be killed has planted: $(cut -c1-400 "$work/out" "$work/err")"
kill -9 "$debugger" 2>/dev/null
wait "$debugger" 2>/dev/null
exec 7>&-
holds "what a killed debugger left behind is found and taken out" $here/sessions/recover.json -t "127.0.0.1:$port"
if grep -q 'left 1 trap' "$work/out" "$work/err"; then echo "ok what was left behind is told"; else echo "FAIL what was left behind is told: $(cat "$work/err")"; fi
if [ -z "$(ls "$work/state/allstop/journal" 2>/dev/null)" ]; then echo "ok the journal is gone"; else
    echo "FAIL the journal is gone: $(ls "$work/state/allstop/journal")"; fi

printf '{"machine":{%s,"Z0":"none"}}' "$memory" >"$work/machine.json"
mkdir -p "$work/broken"; : >"$work/broken/allstop"
XDG_STATE_HOME=$work/broken holds "no journal, no trap" $here/sessions/no_journal.json -t "launch:$S $work/machine.json {port}"

# -- real stubs ---------------------------------------------------------------------------------------------
holds "gdbserver" $here/sessions/gdbserver.json "$B/targets/x86_64/steps"
holds "gdbserver: four slots" $here/sessions/real_slots.json "$B/targets/x86_64/steps"
holds "qemu-x86_64" $here/sessions/qemu_user.json -t "launch:qemu-x86_64 -g {socket} $B/targets/x86_64/steps" "$B/targets/x86_64/steps"
holds "commands of a breakpoint" $here/sessions/commands.json "$B/targets/x86_64/steps"
for mode in parent child both; do
    holds "follow the $mode" $here/sessions/follow_$mode.json "$B/targets/forks"
done
runs "conditions in the stub" python3 $here/conditions.py "$A" "$B/targets/conditions"

# -- watches, conditions and places that go wrong ----------------------------------------------------------
holds "watches that overlap or do not fit" $here/sessions/watches.json "$B/targets/x86_64/steps"
holds "conditions and places that cannot be meant" $here/sessions/places.json "$B/targets/x86_64/steps"

# balanced NAME: whatever was planted was taken out again
balanced() {
    local left
    left=$(python3 - "$work/wire" <<'P'
import json, re, sys
planted, ever = set(), 0
for line in map(json.loads, open(sys.argv[1])):
    m = re.match(r"([Zz])([0-4],[0-9a-f]+,[0-9a-f]+)", line.get("data", "")) if line.get("dir") == "out" else None
    if m:
        (planted.add if m[1] == "Z" else planted.discard)(m[2])
        ever += 1
print(len(planted) if ever else "none was planted, and 0")
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
balanced "qemu-system: detach leaves nothing planted"
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
traps() { # NAME PROGRAM KIND: the only `kind`s that its Z packets may carry, a pattern
    holds "traps of $1" $here/sessions/traps.json --wire-log "$work/wire" "$2"
    sent "traps of $1: none of another kind" "^[Zz][01],[0-9a-f]+,(?!($3)\$)" 0
}
traps arm "$work/arm" 4
traps thumb "$work/thumb" 2
for pair in aarch64:4 'riscv64:2|4' ppc64:4 s390x:2 mips:4; do
    traps "${pair%%:*}" "$B/targets/${pair%%:*}/steps" "${pair##*:}"
done

# -- stubs that say what they should not -------------------------------------------------------------------
mapped() { # NAME DOCUMENT
    python3 - "$2" >"$work/machine.json" <<'P'
import json, sys
print(json.dumps({"rules": [{"on": "qSupported", "reply": "PacketSize=1000;qXfer:memory-map:read+;qXfer:features:read+"},
                            {"on": "qXfer:memory-map", "xml": sys.argv[1]}],
                  "machine": {"memory": [{"start": "0x1000", "size": 4096}], "loop": True, "end": "0x1800"}}))
P
    holds "$1" $here/sessions/bad_map.json -t "launch:$S $work/machine.json {port}"
}
mapped "a memory map that is cut short" '<memory-map><memory type="rom" start="0x1000" length="0x1000"/><mem'
mapped "a memory map of entities" '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><memory-map>&c;<memory type="rom" start="0" length="0x10000"/></memory-map>'
mapped "a memory map with numbers that are none" '<memory-map><memory type="rom" start="-" length="0x1000"/><memory type="rom" start="0x1000" length=""/><memory start="0" length="9"/></memory-map>'
printf '{"clients":3,"rules":[{"on":"M1100","times":1,"close":true}],"machine":{%s,"loop":true,"end":"0x1800"}}' "$memory" >"$work/machine.json"
holds "hung up between journal and trap" $here/sessions/hung_up.json -t "launch:$S $work/machine.json {port}"
printf '{"rules":[{"on":"Z0,1100","reply":"T05thread:1;"},{"on":"Z0,1200","reply":"E01","delay":300}],"machine":{%s}}' "$memory" >"$work/machine.json"
holds "another packet's answer to Z0" $here/sessions/wrong_reply.json -t "launch:$S $work/machine.json {port}"
finish
