#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whole sessions on real stubs. One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=tests/e2e

for name in x86_64 aarch64 riscv64 arm ppc64 ppc64le s390x i386 mips mipsel; do
    session "steps on $name" 0 $here/sessions/arch.json "$B/targets/$name/steps"
done
session "steps under qemu-x86_64 over a socket" 0 $here/sessions/arch.json \
    -t "launch:qemu-x86_64 -g {socket} $B/targets/x86_64/steps" "$B/targets/x86_64/steps"
session "steps under qemu-x86_64 over tcp" 0 $here/sessions/arch.json \
    -t "launch:qemu-x86_64 -g {port} $B/targets/x86_64/steps" "$B/targets/x86_64/steps"
session "steps, position independent" 0 $here/sessions/arch.json "$B/targets/steps"
session "steps under gdbserver on a pipe" 0 $here/sessions/arch.json \
    -t "exec:gdbserver --once - $B/targets/steps" "$B/targets/steps"
session "threads and values" 0 $here/sessions/gdbserver.json "$B/targets/race"
session "signals under qemu-x86_64" 0 $here/sessions/signals.json \
    -t "launch:qemu-x86_64 -g {socket} $B/targets/x86_64/signals" "$B/targets/x86_64/signals"
session "fork and vfork" 0 $here/sessions/forks.json "$B/targets/forks"
session "file alone" 0 $here/sessions/files.json -s "$B/targets/race"
guest=$B/targets/guest
session "two CPUs" 0 $here/sessions/guest.json -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -M pc -m 16 -smp 2 \
-nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb tcp:127.0.0.1:{port}"
session "two CPUs over a socket" 0 $here/sessions/guest.json -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -M pc \
-m 16 -smp 2 -nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb unix:{socket},server=on,wait=off"

# valgrind waits for us before its first instruction; vgdb is the stub on a pipe
valgrind -q --vgdb=yes --vgdb-error=0 --vgdb-prefix="$work/vgdb" "$B/targets/steps" >/dev/null 2>&1 </dev/null &
valgrind_pid=$!
pids+=($valgrind_pid)
for _ in $(seq 600); do ls "$work"/vgdb-* >/dev/null 2>&1 && break; sleep 0.05; done
session "valgrind" 0 $here/sessions/valgrind.json \
    -t "exec:vgdb --wait=60 --vgdb-prefix=$work/vgdb --pid=$valgrind_pid" -s "$B/targets/steps"

# -- exit statuses and bad input ------------------------------------------------------------------------
steps='{"do":"stepi"}'
session "nobody listens" 3 "$(inline "{\"target\":\"127.0.0.1:1\",\"timeout\":2,\"steps\":[$steps]}")"
says "nobody listens: says so" 'refused'
session "no such socket" 3 "$(inline "{\"target\":\"unix:$work/none\",\"timeout\":2,\"steps\":[$steps]}")"
session "no such program to launch" 3 "$(inline "{\"target\":\"launch:$work/nothing {port}\",\"steps\":[$steps]}")"
session "a program that ends before it listens" 3 "$(inline "{\"target\":\"launch:/bin/false {port}\",\"timeout\":5,\"steps\":[$steps]}")"
session "a spec that is none" 2 "$(inline '{"target":"nonsense","steps":[]}')"
session "unknown key" 2 "$(inline '{"stesp":[]}')"
says "unknown key: names it" '/stesp'
session "unknown command" 2 "$(inline '{"steps":[{"do":"brake","at":"main"}]}')"
says "unknown command: points at it" '/steps/0/do'
session "unknown argument" 2 "$(inline '{"steps":[{"do":"break","att":"main"}]}')"
says "unknown argument: points at it" '/steps/0/att'
session "wrong type" 2 "$(inline '{"steps":[{"do":"stepi","times":"many"}]}')"
session "undefined name" 2 "$(inline '{"steps":[{"do":"echo","text":"${nobody.id}"}]}')"
session "bad regular expression" 2 "$(inline '{"steps":[{"do":"echo","text":"x","expect":{"text":{"match":"("}}}]}')"
session "no JSON" 2 "$(inline '{"steps":[')"
session "missing file" 2 "$work/nothing.json"
session "expectation fails" 1 "$(inline '{"steps":[{"do":"echo","text":"x","expect":{"text":"y"}}]}')"
session "expectation fails, go on" 1 "$(inline '{"steps":[{"do":"echo","text":"x","expect":{"text":"y"},"on_fail":"go_on"},{"do":"echo","text":"z"}]}')"
says "expectation fails, go on: it went on" '"step":"/steps/1"'
session "a step out of time" 4 "$(inline '{"timeout":0.3,"steps":[{"do":"continue"}]}')" "$B/targets/race"
session "the target is lost" 3 "$(inline '{"steps":[{"do":"monitor","command":"exit","on_fail":"go_on"},{"do":"stepi"}]}')" "$B/targets/steps"
session "the target was killed" 1 "$(inline '{"steps":[{"do":"kill"},{"do":"stepi"}]}')" "$B/targets/steps"
head -c 3000 "$B/targets/steps" >"$work/truncated"
session "a truncated program" 2 "$(inline '{"steps":[]}')" "$work/truncated"
session "not an ELF file" 2 "$(inline '{"steps":[]}')" README.md
session "a program that is not there" 2 "$(inline '{"steps":[]}')" "$work/nothing"
session "a program of another machine" 2 "$(inline '{"steps":[]}')" \
    -t "launch:gdbserver --once 127.0.0.1:{port} $B/targets/steps" "$B/targets/aarch64/steps"
says "a program of another machine: says which" 'aarch64'
cp "$B/targets/steps" "$work/stripped" && strip "$work/stripped"
session "a stripped program" 0 "$(inline '{"steps":[{"do":"stepi","times":10,"expect":{"reason":"step"}},{"do":"disassemble","count":3},{"do":"break","at":"main","expect":{"error":{"code":"no-symbol"}}}]}')" "$work/stripped"

# -- stubs that misbehave ---------------------------------------------------------------------------------
hello='{"on":"qSupported","reply":"PacketSize=1000;qXfer:features:read+;QStartNoAckMode+"},{"on":"QStartNoAckMode","reply":"OK"},{"on":"?","reply":"T05thread:1;"}'
regs='{"on":"qXfer:features:read:target.xml","xml":"<target><architecture>riscv:rv64</architecture><feature name=\"a\"><reg name=\"pc\" bitsize=\"64\"/><reg name=\"sp\" bitsize=\"64\"/></feature></target>"},{"on":"g","reply":"00100000000000000020000000000000"}'
# misbehave NAME STATUS RULES [STEPS]: a session against the fake stub; it must end within its time and not crash
misbehave() {
    local name=$1 expected=$2 began=$SECONDS
    printf '%s' "$3" >"$work/stub.json"
    session "$name" "$expected" "$(inline "{\"timeout\":3,\"steps\":[${4-}]}")" -t "launch:$S $work/stub.json {port}"
    [ $((SECONDS - began)) -lt 60 ] || echo "FAIL $name: took $((SECONDS - began)) s"
}
misbehave "a stub that says nothing" 3 '{"silent":true}'
says "a stub that says nothing: says so" 'no answer'
misbehave "a stub that closes in mid-packet" 3 '{"rules":[{"on":"qSupported","raw":"$Packet","close":true}]}'
misbehave "a stub that sends garbage" 3 '{"rules":[{"on":"","raw":"\u0000\u00ff\u001b[2J garbage $$$ ##"}]}'
misbehave "bad checksums for ever" 3 '{"rules":[{"on":"","raw":"$OK#00"}]}'
misbehave "one bad checksum" 0 "{\"rules\":[{\"on\":\"qSupported\",\"raw\":\"\$PacketSize=1000#00\",\"times\":1},{\"on\":\"qSupported\",\"reply\":\"PacketSize=1000;qXfer:features:read+\"},{\"on\":\"?\",\"reply\":\"T05thread:1;\"},$regs]}" || true
misbehave "a packet of 100 MB" 3 '{"rules":[{"on":"qSupported","flood":100}]}'
misbehave "an entity bomb" 0 "{\"rules\":[$hello,{\"on\":\"qXfer:features\",\"xml\":\"<!DOCTYPE t [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><target>&b;</target>\"}]}"
says "an entity bomb: told, and done without" 'it is done without'
misbehave "a missing include" 0 "{\"rules\":[$hello,{\"on\":\"qXfer:features:read:target.xml\",\"xml\":\"<target><xi:include href='none.xml'/></target>\"},{\"on\":\"qXfer\",\"reply\":\"E01\"}]}"
says "a missing include: told, and done without" 'it is done without'
misbehave "10,000 registers" 0 "{\"rules\":[$hello,{\"on\":\"qXfer:features\",\"registers\":10000}]}"
says "10,000 registers: told, and done without" 'it is done without'
misbehave "no description, no architecture" 0 '{"rules":[{"on":"qSupported","reply":"PacketSize=400"},{"on":"?","reply":"S05"},{"on":"qC","reply":"QC1"}]}' \
    '{"do":"registers","expect":{"error":{"code":"unsupported"}}},{"do":"disassemble","at":"0x10","expect":{"error":{"code":"unsupported"}}}'
misbehave "a stop in place of memory" 0 "{\"rules\":[$hello,$regs,{\"on\":\"m\",\"reply\":\"T05thread:1;\"}]}" \
    '{"do":"read","addr":"0x1000","length":4,"timeout":2,"expect":{"error":{"code":{"in":["timeout","violation","no-memory"]}}}},{"do":"summary","expect":{"violations":{"ge":1}}}'
says "a stop in place of memory: named" 'stop-instead-of-reply'
misbehave "a stop while stopped" 0 "{\"rules\":[$hello,$regs,{\"on\":\"m\",\"reply\":\"00000000\",\"stop\":\"T05thread:1;\"}]}" \
    '{"do":"read","addr":"0x1000","length":4,"expect":{"hex":"00000000"}},{"do":"sleep","seconds":0.1},{"do":"read","addr":"0x2000","length":4},{"do":"summary","expect":{"violations":{"ge":1}}}'
misbehave "Z0 refused, Z1 taken" 0 "{\"rules\":[$hello,$regs,{\"on\":\"Z1\",\"reply\":\"OK\"},{\"on\":\"z1\",\"reply\":\"OK\"}]}" \
    '{"do":"break","at":"*0x1234","expect":{"kind":"hardware","state":"armed"}},{"do":"break","at":"*0x1238","kind":"software","expect":{"error":{"code":"unsupported"}}},{"do":"breakpoints","expect":{"breakpoints":{"count":1}}}'
misbehave "an exit while stopped" 1 "{\"rules\":[$hello,$regs,{\"on\":\"vCont\",\"reply\":\"\"},{\"on\":\"s\",\"reply\":\"W07\"}]}" \
    '{"do":"stepi","expect":{"reason":"exited","exit_code":7}},{"do":"stepi"}'
misbehave "a connection that goes away in a run" 3 "{\"rules\":[$hello,$regs,{\"on\":\"c\",\"raw\":\"\",\"close\":true}]}" '{"do":"continue"}'
misbehave "a stub that never stops" 4 "{\"rules\":[$hello,$regs,{\"on\":\"c\",\"raw\":\"\"},{\"on\":\"\\u0003\",\"mute\":true}]}" '{"do":"continue","timeout":0.3}'
misbehave "escapes in a thread's name" 0 "{\"rules\":[$hello,$regs,{\"on\":\"qfThreadInfo\",\"reply\":\"m1\"},{\"on\":\"qsThreadInfo\",\"reply\":\"l\"},{\"on\":\"qThreadExtraInfo\",\"reply\":\"1b5b324a61\"}]}" \
    '{"do":"threads","expect":{"threads":[{"name":{"match":"a$"}}]}}'
if grep -q $'\033' "$work/out" "$work/err"; then echo "FAIL escapes in a thread's name: an escape got out"; else echo "ok no escape gets out"; fi

# -- the wire log: what was recorded answers the same --------------------------------------------------------
log_session='{"steps":[{"do":"break","at":"leaf"},{"do":"continue","expect":{"function":"leaf"}},{"do":"backtrace","expect":{"frames":{"count":3}}},{"do":"stepi"},{"do":"kill"}]}'
session "record a wire log" 0 "$(inline "$log_session")" --wire-log "$work/wire" "$B/targets/x86_64/steps"
session "answer from a wire log" 0 "$(inline "$log_session")" -s "$B/targets/x86_64/steps" \
    -t "launch:$A --serve-wire-log $work/wire --listen 127.0.0.1:{port}"

# -- stops that come close together ------------------------------------------------------------------------
session "breakpoints beside and over each other, qemu" 0 $here/sessions/breakpoints.json \
    -t "launch:qemu-x86_64 -g {port} $B/targets/x86_64/steps" -s "$B/targets/x86_64/steps"
session "every hit of 8 threads" 0 $here/sessions/hits.json "$B/targets/race" 8

# the stub dies while its target runs
cat >"$work/mortal" <<'EOF'
gdbserver --once - "$1" <&0 &
stub=$!
{ sleep 1; kill -9 $stub; } >/dev/null 2>&1 </dev/null &
wait $stub
EOF
session "the stub is killed" 3 "$(inline '{"steps":[{"do":"continue"}]}')" -s "$B/targets/race" \
    -t "exec:sh $work/mortal $B/targets/race"
says "the stub is killed: says so" 'lost'

# -- the command line --------------------------------------------------------------------------------------
"$A" --version >"$work/out" 2>&1 && grep -q '^allstop ' "$work/out" && echo "ok --version" || echo "FAIL --version"
"$A" --help >"$work/out" 2>&1 && grep -q -- '--serve-wire-log' "$work/out" && echo "ok --help" || echo "FAIL --help"
"$A" --nonsense >"$work/out" 2>&1
[ $? = 2 ] && echo "ok an unknown option is status 2" || echo "FAIL an unknown option is status 2"
printf '%s\n' '{"id":1,"do":"break","at":"leaf"}' '{"id":2,"do":"continue"}' '{"id":3,"do":"nonsense"}' 'no json' |
    timeout 60 "$A" --jsonl "$B/targets/steps" >"$work/out" 2>"$work/err"
for want in '"id":1,"ok":true' '"id":2,"ok":true.*"function":"leaf"' '"id":3,"ok":false' '"code":"syntax"'; do
    grep -qE "$want" "$work/out" && echo "ok jsonl $want" || echo "FAIL jsonl $want: $(head -c 600 "$work/out")"
done
printf 'b leaf\nc\nbt\np a\ninfo threads\nx/2i $pc\nnonsense\nfin\nk\nq\n' | timeout 60 "$A" --cli "$B/targets/steps" >"$work/out" 2>&1
for want in 'Breakpoint 1' 'main reached' '^\$1 = 3$' 'there is no command nonsense' 'middle'; do
    grep -qE "$want" "$work/out" && echo "ok cli $want" || echo "FAIL cli $want: $(head -c 900 "$work/out")"
done
finish
