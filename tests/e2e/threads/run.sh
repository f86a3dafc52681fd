#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Threads: held and let go, listed and grouped, on real stubs and on one that tells nonsense of them.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=tests/e2e/threads

# frail NAME FILE [ARGUMENTS…]: the same on qemu-user 7.2, which now and then loses itself while its threads run on
# behind a stop (silence, EOF, SIGSEGV, answers to nothing): that is not what is asked here, so it gets five tries, and
# each that was needed is told
frail() {
    local try
    for try in 1 2 3 4; do
        if timeout 300 "$A" -S "$2" "${@:3}" >"$work/out" 2>"$work/err" </dev/null; then
            echo "ok $1"
            return
        fi
        echo "again $1: try $try: $(grep -m 1 '"ok":false' "$work/out" | cut -c1-300) $(tail -n 1 "$work/err" | cut -c1-300)"
    done
    holds "$@"
}

# with PATTERN REPLACEMENT … FILE: a session made of a template
with() {
    local edits=()
    while [ $# -gt 1 ]; do edits+=(-e "s/$1/$2/g"); shift 2; done
    sed "${edits[@]}" "$1" >"$work/session.json"
    echo "$work/session.json"
}

# -- hold and release ------------------------------------------------------------------------------------
user="launch:qemu-x86_64 -g {port} $B/targets/x86_64/spinners 4"
guest=$B/targets/guest
holds "hold, gdbserver" $here/sessions/hold.json "$B/targets/spinners" 4
holds "schedule one, gdbserver" "$(with '"HONOURED"' true '"VIOLATIONS"' 0 CONTINUES breakpoint $here/sessions/schedule.json)" "$B/targets/spinners" 4
if qemu-x86_64 --version | grep -q 'version 7\.'; then
    frail "hold, qemu-user: it lets them run" $here/sessions/not_held.json -t "$user" -s "$B/targets/x86_64/spinners"
    says "hold, qemu-user: the evidence" '"violation","kind":"not-held","thread":"p[0-9.]+".*"evidence":"[a-z0-9]+ 0x[0-9a-f]+ -> 0x'
    frail "schedule one, qemu-user: it lets them run" \
        "$(with '"HONOURED"' false '"VIOLATIONS"' '{"ge":1}' '"CONTINUES"' '{"in":["breakpoint","signal"]}' $here/sessions/schedule.json)" -t "$user" -s "$B/targets/x86_64/spinners"
else
    echo "skip hold, qemu-user: the one here is not 7.x"
fi
holds "hold, qemu-system" $here/sessions/cpus.json -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -M pc -m 16 -smp 2 \
-nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb tcp:127.0.0.1:{port}"

# -- views -----------------------------------------------------------------------------------------------
# turns NAME MOST LABEL: what was spent between the summary before and the one with this label
turns() {
    local spent
    spent=$(python3 - "$work/out" "$3" <<'P'
import json, sys
before = None
for line in open(sys.argv[1]):
    o = json.loads(line)
    if o.get("do") == "summary":
        if o.get("label") == sys.argv[2]:
            print(o["result"]["turns"] - before)
        before = o["result"]["turns"]
P
)
    if [ "${spent:-99999}" -le "$2" ]; then echo "ok $1 ($spent)"; else echo "FAIL $1: $spent turns, more than $2"; fi
}
holds "17 threads, gdbserver" $here/sessions/views.json "$B/targets/cost" 16
turns "17 threads with functions in 4 turns, gdbserver" 4 first
turns "and in none the second time, gdbserver" 0 again
holds "17 threads, qemu-user" $here/sessions/views.json -t "launch:qemu-x86_64 -g {port} $B/targets/x86_64/cost 16" -s "$B/targets/x86_64/cost"
turns "17 threads with functions in 10 turns, qemu-user" 10 first
turns "and in none the second time, qemu-user" 0 again
holds "threads that are born" $here/sessions/births.json "$B/targets/spinners" 2
says "threads that are born: announced" '"event":"thread-created","thread":"p[0-9.]+","number":2'
holds "two processes" $here/sessions/processes.json "$B/targets/forks"

# -- stacks ----------------------------------------------------------------------------------------------
# many THREADS GROUPS LARGEST: a session for so many threads of tests/targets/many.c beside main
many() { with GROUPS "$2" LARGEST "$3" LAST "$(($3 - 1))" $here/sessions/stacks.json; }
holds "stacks of 3 threads" "$(many 2 3 1)" "$B/targets/many" 2
holds "stacks of 17 threads" "$(many 16 4 13)" "$B/targets/many" 16
holds "stacks of 501 threads" "$(many 500 4 440)" "$B/targets/many" 500
turns "stacks of 501 threads in 60 turns" 60 first
turns "and in none the second time" 0 again
says "stacks of 501 threads: progress" '"progress","what":"stacks","done":501,"total":501'
holds "stacks of 17 threads, qemu-user" "$(many 16 4 13)" -t "launch:qemu-x86_64 -g {port} $B/targets/x86_64/many 16" -s "$B/targets/x86_64/many"
turns "stacks of 17 threads in 20 turns, qemu-user" 20 first
holds "stacks of two CPUs" $here/sessions/cpu_stacks.json -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -M pc -m 16 -smp 2 \
-nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb tcp:127.0.0.1:{port}"

# -- steps of a full system ------------------------------------------------------------------------------
holds "1000 steps, qemu-system" $here/sessions/steps.json -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -M pc -m 16 -smp 2 \
-nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb tcp:127.0.0.1:{port}"
turns "a step that is checked costs no turn more than its pc" 2 one
holds "steps that another CPU cuts off, qemu-system" $here/sessions/cut_steps.json -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -M pc -m 16 -smp 2 \
-nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb tcp:127.0.0.1:{port}"
printf '%s' '{"steps":[{"do":"sstep","expect":{"supported":false,"irqs":{"exists":false}}},{"do":"sstep","irqs":true,"expect":{"error":{"code":"unsupported"}}}]}' >"$work/sstep.json"
holds "sstep, gdbserver has none" "$work/sstep.json" "$B/targets/spinners"

# -- stubs that misbehave ----------------------------------------------------------------------------------
hello='{"on":"qSupported","reply":"PacketSize=1000;qXfer:features:read+;QStartNoAckMode+"},{"on":"QStartNoAckMode","reply":"OK"},{"on":"?","reply":"T05thread:1;"}'
regs='{"on":"qXfer:features:read:target.xml","xml":"<target><architecture>riscv:rv64</architecture><feature name=\"a\"><reg name=\"pc\" bitsize=\"64\"/><reg name=\"sp\" bitsize=\"64\"/></feature></target>"},{"on":"g","reply":"00100000000000000020000000000000"},{"on":"H","reply":"OK"}'
three='{"on":"qfThreadInfo","reply":"m1,2,3"},{"on":"qsThreadInfo","reply":"l"}'
vcont='{"on":"vCont?","reply":"vCont;c;C;s;S"}'
# misbehave NAME RULES STEPS: a session against the fake stub; it must end within its time and as expected
misbehave() {
    printf '%s' "{\"rules\":[$2]}" >"$work/stub.json"
    printf '%s' "{\"timeout\":5,\"steps\":[$3]}" >"$work/bad.json"
    holds "$1" "$work/bad.json" --wire-log "$work/wire" -t "launch:$S $work/stub.json {port}"
}
# sent NAME PACKET: a packet of ours in the last wire log, exactly
sent() {
    if grep -qF "\"data\": \"$2\"" "$work/wire"; then echo "ok $1"; else echo "FAIL $1: $2 was not sent"; fi
}
misbehave "hold without vCont" "$hello,$regs,$three,{\"on\":\"c\",\"reply\":\"T05thread:1;\"}" \
    '{"do":"hold","threads":["p1.2"]},{"do":"continue","expect":{"error":{"code":"unsupported","hint":{"match":"only one thread"}}}},
     {"do":"hold","threads":[2,3],"expect":{"held":["p1.2","p1.3"]}},{"do":"continue","expect":{"reason":"signal","thread":"p1.1"}}'
sent "hold without vCont: the one that is left runs" 'c'
misbehave "a stop for a held thread" "$hello,$regs,$three,$vcont,{\"on\":\"vCont\",\"reply\":\"T05thread:2;\"}" \
    '{"do":"hold","threads":["p1.2"]},{"do":"continue","expect":{"thread":"p1.2"}},{"do":"hold","expect":{"held":["p1.2"],"honoured":false}},{"do":"summary","expect":{"violations":1}}'
sent "those that run are named" 'vCont;c:1;c:3'
says "a stop for a held thread: named" '"kind":"not-held","thread":"p1.2".*a stop with signal 5 was told for p1.2, which was held'
misbehave "a held thread that ends" "$hello,$regs,{\"on\":\"qfThreadInfo\",\"reply\":\"m1,2,3\",\"times\":1},{\"on\":\"qfThreadInfo\",\"reply\":\"m1,2\"},{\"on\":\"qsThreadInfo\",\"reply\":\"l\"},$vcont,{\"on\":\"vCont\",\"reply\":\"T05thread:1;\"}" \
    '{"do":"hold","threads":["p1.2","p1.3"],"expect":{"held":{"count":2}}},{"do":"continue"},{"do":"continue"},
     {"do":"hold","expect":{"held":["p1.2"],"gone":["p1.3"]}},{"do":"hold","expect":{"held":["p1.2"],"gone":{"exists":false}}},{"do":"hold","threads":["p1.3"],"expect":{"error":{"code":"no-thread"}}}'
says "a held thread that ends: announced" '"event":"thread-exited","thread":"p1.3"'
misbehave "more threads than a packet can name" "{\"on\":\"qSupported\",\"reply\":\"PacketSize=40;QStartNoAckMode+\"},{\"on\":\"QStartNoAckMode\",\"reply\":\"OK\"},{\"on\":\"?\",\"reply\":\"T05thread:1;\"},{\"on\":\"qfThreadInfo\",\"reply\":\"m1,2,3,4,5,6,7,8,9,a,b,c,d,e,f,10,11\"},{\"on\":\"qsThreadInfo\",\"reply\":\"l\"},$vcont" \
    '{"do":"hold","threads":["p1.2"]},{"do":"continue","expect":{"error":{"code":"unsupported","hint":{"match":"hold more"}}}},{"do":"hold","expect":{"held":["p1.2"]}}'
kgdb='{"on":"qSupported","reply":""},{"on":"?","reply":"S05"},{"on":"qC","reply":"QCfffffffe"},{"on":"qfThreadInfo","reply":"mfffffffe,fffffffd,1,2"},{"on":"qsThreadInfo","reply":""}'
misbehave "CPUs and tasks of a kernel" "$kgdb,{\"on\":\"H\",\"reply\":\"OK\"},{\"on\":\"qThreadExtraInfo,fffffffd\",\"reply\":\"736861646f7743505531\"},{\"on\":\"s\",\"reply\":\"T05thread:fffffffd;\"}" \
    '{"do":"threads","detail":"names","expect":{"current":"cpu0","threads":[{"id":"cpu0","kind":"cpu"},{"id":"cpu1","kind":"cpu","name":"shadowCPU1"},{"id":"p1.1","kind":"task"},{"id":"p1.2","kind":"task"}]}},
     {"do":"thread","id":"cpu1","expect":{"id":"cpu1"}},{"do":"thread","id":"p1.2"},{"do":"thread","id":"cpu2","expect":{"error":{"code":"no-thread"}}},{"do":"thread","id":"cpu99999999999999999999","expect":{"error":{"code":"no-thread"}}},
     {"do":"thread","id":"cpu0"},{"do":"hold","threads":["cpu1","p1.1"],"expect":{"held":["cpu1","p1.1"]}}'
misbehave "ids of 0, -1, huge and doubled ones" "$hello,$regs,{\"on\":\"qfThreadInfo\",\"reply\":\"m0,-1,1,1,7fffffffffffffff,ffffffffffffffffffff,2\"},{\"on\":\"qsThreadInfo\",\"reply\":\"l\"},$vcont" \
    '{"do":"threads","expect":{"error":{"code":"violation"}}},{"do":"hold","threads":["p1.0"],"expect":{"error":{"code":"violation"}}},{"do":"thread","expect":{"id":"p1.1"}}'
misbehave "ids of 0, -1 and doubled ones" "$hello,$regs,{\"on\":\"qfThreadInfo\",\"reply\":\"m0,-1,1,1,7fffffffffffffff,2,1,2\"},{\"on\":\"qsThreadInfo\",\"reply\":\"l\"},$vcont" \
    '{"do":"threads","expect":{"threads":{"count":3}}},{"do":"thread","id":"p1.0","expect":{"error":{"code":"no-thread"}}},{"do":"thread","id":-1,"expect":{"error":{"code":"no-thread"}}},
     {"do":"thread","id":"p1.9223372036854775807","expect":{"error":{"code":"no-thread"}}},{"do":"thread","id":2,"expect":{"id":"p1.9223372036854775807"}},{"do":"thread","id":"p1.99999999999999999999999","expect":{"error":{"code":"no-thread"}}}'
misbehave "an empty list" "$hello,$regs,{\"on\":\"qfThreadInfo\",\"reply\":\"l\"},$vcont,{\"on\":\"vCont\",\"reply\":\"T05thread:1;\"}" \
    '{"do":"threads","expect":{"threads":[{"id":"p1.1","state":"stopped"}]}},{"do":"hold","threads":["p1.1"]},{"do":"continue","expect":{"error":{"code":"usage"}}},{"do":"release","all":true},{"do":"continue","expect":{"thread":"p1.1"}}'
misbehave "a list of nothing" "$hello,$regs,{\"on\":\"qfThreadInfo\",\"reply\":\"m\"},{\"on\":\"qsThreadInfo\",\"reply\":\"m\"}" '{"do":"threads","expect":{"threads":[{"id":"p1.1"}]}}'
misbehave "a list that repeats itself for ever" "$hello,$regs,{\"on\":\"qfThreadInfo\",\"reply\":\"m1,2\"},{\"on\":\"qsThreadInfo\",\"reply\":\"m1,2\"}" '{"do":"threads","detail":"ids","expect":{"threads":{"count":2}}}'
misbehave "a list that never ends" "$hello,$regs,{\"on\":\"qfThreadInfo\",\"ids\":500},{\"on\":\"qsThreadInfo\",\"ids\":500}" \
    '{"do":"threads","detail":"ids","timeout":60,"expect":{"threads":{"count":65536}}},{"do":"thread","id":"p1.65536","expect":{"number":65536}},{"do":"thread","id":"p1.65537","expect":{"error":{"code":"no-thread"}}}'
misbehave "names with control characters" "{\"on\":\"qSupported\",\"reply\":\"PacketSize=1000;qXfer:features:read+;qXfer:threads:read+;QStartNoAckMode+\"},$hello,$regs,{\"on\":\"qXfer:threads\",\"xml\":\"<threads><thread id='1' name='&#x9;b&#x7f;&#x9b;31m'>x&#xd;y</thread><thread id='2' name=''/></threads>\"}" \
    '{"do":"threads","expect":{"threads":{"count":2}}},{"do":"hold","threads":[2]}'
if LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$work/out"; then echo "FAIL names with control characters: one got out"; else echo "ok no control character gets out"; fi
misbehave "a stop for a thread that nobody listed" "$hello,$regs,$three,$vcont,{\"on\":\"vCont\",\"reply\":\"T05thread:63;\"}" \
    '{"do":"threads"},{"do":"continue","expect":{"thread":"p1.99"}},{"do":"thread","expect":{"id":"p1.99","pc":"0x1000"}},{"do":"threads","expect":{"threads":{"count":4}}},{"do":"thread","id":2},{"do":"continue","expect":{"thread":"p1.99"}}'
says "a stop for a thread that nobody listed: announced" '"event":"thread-created","thread":"p1.99"'
misbehave "a selected thread that ends" "$hello,$regs,{\"on\":\"qfThreadInfo\",\"reply\":\"m1,2\",\"times\":1},{\"on\":\"qfThreadInfo\",\"reply\":\"m2\"},{\"on\":\"qsThreadInfo\",\"reply\":\"l\"},$vcont,{\"on\":\"vCont\",\"reply\":\"T05thread:2;\"}" \
    '{"do":"threads"},{"do":"continue"},{"do":"thread","id":"p1.1"},{"do":"threads","expect":{"threads":[{"id":"p1.2"}]}},{"do":"backtrace","expect":{"error":{"code":"no-thread"}}},{"do":"thread","id":"p1.2"},{"do":"registers"}'
misbehave "all threads gone" "$hello,$regs,{\"on\":\"qfThreadInfo\",\"reply\":\"m1,2\",\"times\":1},{\"on\":\"qfThreadInfo\",\"reply\":\"l\"},{\"on\":\"qsThreadInfo\",\"reply\":\"l\"},$vcont,{\"on\":\"vCont\",\"reply\":\"T05thread:1;\"}" \
    '{"do":"threads"},{"do":"hold","threads":[2]},{"do":"continue"},{"do":"threads","expect":{"threads":[{"id":"p1.1","state":"unknown"},{"id":"p1.2","state":"held"}]}},{"do":"continue","expect":{"thread":"p1.1"}}'
misbehave "no thread is left to run" "$hello,$regs,$three,$vcont,{\"on\":\"vCont\",\"reply\":\"N\"}" '{"do":"threads"},{"do":"continue","timeout":1},{"do":"threads"}'
process='{"on":"qSupported","reply":"PacketSize=4000;qXfer:features:read+;qXfer:auxv:read+;QStartNoAckMode+"},{"on":"QStartNoAckMode","reply":"OK"},{"on":"?","reply":"T05thread:1;"}'
misbehave "stacks of 2000 threads without memory" "$process,$regs,{\"on\":\"qfThreadInfo\",\"ids\":1000},{\"on\":\"qsThreadInfo\",\"ids\":1000,\"times\":1},{\"on\":\"qsThreadInfo\",\"reply\":\"l\"},{\"on\":\"m\",\"reply\":\"E14\"}" \
    '{"do":"stacks","timeout":60,"expect":{"groups":[{"count":2000,"frames":[{"pc":"0x1000"}]}]}}'
refuses=${regs/'{"on":"H","reply":"OK"}'/'{"on":"H","reply":"E01"}'}
misbehave "stacks where no thread can be selected" "$process,$refuses,$three,{\"on\":\"m\",\"reply\":\"E14\"}" \
    '{"do":"stacks","expect":{"groups":[{"count":2,"frames":{"count":0}},{"count":1,"frames":{"count":1}}]}},{"do":"stacks","depth":0}'
misbehave "stacks of CPUs without memory" "$hello,$regs,$three,{\"on\":\"m\",\"reply\":\"E14\"}" '{"do":"stacks","expect":{"groups":[{"count":3}]}}'

# What KVM on Power did in 2018: stepping two CPUs at once left MSR.SE in the guest's MSR, and the guest took the
# trace interrupt. ppc64 PC MSR PC MSR: the registers before and after each step.
little() { echo "${1:14:2}${1:12:2}${1:10:2}${1:8:2}${1:6:2}${1:4:2}${1:2:2}${1:0:2}"; }
ppc64() {
    printf '%s' '{"on":"qSupported","reply":"PacketSize=1000;qXfer:features:read+;QStartNoAckMode+"},{"on":"QStartNoAckMode","reply":"OK"},{"on":"?","reply":"T05thread:1;"},{"on":"H","reply":"OK"},{"on":"vCont?","reply":"vCont;c;C;s;S"},{"on":"vCont","reply":"T05thread:1;"},{"on":"qXfer:features:read:target.xml","xml":"<target><architecture>powerpc:common64</architecture><feature name=\"a\"><reg name=\"r1\" bitsize=\"64\"/><reg name=\"pc\" bitsize=\"64\"/><reg name=\"msr\" bitsize=\"64\"/></feature></target>"}'
    while [ $# -gt 2 ]; do printf ',{"on":"g","times":1,"reply":"0020000000000000%s%s"}' "$(little "$1")" "$(little "$2")"; shift 2; done
    printf ',{"on":"g","reply":"0020000000000000%s%s"}' "$(little "$1")" "$(little "$2")"
}
plain=9000000000009032 traced=9000000000009432
misbehave "ppc64: a step that leaves no trace" "$(ppc64 0000000000010000 $plain 0000000000010004 $plain)" \
    '{"do":"stepi","expect":{"pc":"0x10004","note":{"exists":false}}},{"do":"summary","expect":{"violations":0}}'
misbehave "ppc64: MSR.SE is visible after a step" "$(ppc64 0000000000010000 $plain 0000000000010004 $traced)" \
    '{"do":"stepi","expect":{"reason":"step"}},{"do":"summary","expect":{"violations":1}},{"do":"stepi"},{"do":"summary","expect":{"violations":2}}'
says "ppc64: MSR.SE is visible after a step: named" '"kind":"trap-flag-visible","thread":"p1.1".*msr 0x9000000000009432, so SE or BE is visible'
misbehave "ppc64: the guest takes the trace interrupt" "$(ppc64 0000000000010000 $plain 0000000000000d00 1000000000001000)" \
    '{"do":"stepi","expect":{"reason":"step","pc":"0xd00","note":{"match":"vector 0xd00"}}},{"do":"summary","expect":{"violations":1}}'
says "ppc64: the guest takes the trace interrupt: named" '"kind":"trap-flag-visible".*took the trace interrupt'
misbehave "ppc64: both at once, with translation" "$(ppc64 c000000000010000 $plain c000000000004d00 $traced)" \
    '{"do":"stepi","expect":{"note":{"match":"vector 0xd00"}}},{"do":"summary","expect":{"violations":1}}'
misbehave "ppc64: a page fault is no violation, and is told" "$(ppc64 0000000000010000 $plain c000000000000300 1000000000001000)" \
    '{"do":"stepi","expect":{"note":{"match":"vector 0x300"}}},{"do":"summary","expect":{"violations":0}}'
misbehave "ppc64: from one vector into the code behind it" "$(ppc64 000000000000011c $plain 0000000000000120 $plain)" \
    '{"do":"stepi","expect":{"note":{"exists":false}}}'
misbehave "ppc64: a guest that traces itself" "$(ppc64 0000000000010000 $traced 0000000000010004 $traced)" \
    '{"do":"stepi"},{"do":"summary","expect":{"violations":0}}'
finish
