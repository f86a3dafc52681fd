#!/usr/bin/env bash
# Threads: held and let go, listed and grouped, on real stubs and on one that tells nonsense of them.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
set -u
B=${1:?the build folder}
A=$PWD/$B/allstop
S=$PWD/$B/tests/stub/stub
here=tests/e2e/threads
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config

# session NAME FILE [ARGUMENTS…]: runs a session file, whose expectations must hold
session() {
    local name=$1 file=$2
    shift 2
    timeout 300 "$A" -S "$file" "$@" >"$work/out" 2>"$work/err" </dev/null
    local status=$?
    if [ $status = 0 ]; then echo "ok $name"; else
        echo "FAIL $name: status $status: $(grep -m 2 '"ok":false' "$work/out" | cut -c1-900) $(tail -n 2 "$work/err")"
    fi
}

# says NAME PATTERN: what the last session wrote
says() {
    if grep -qE "$2" "$work/out" "$work/err"; then echo "ok $1"; else
        echo "FAIL $1: nothing matches $2 in: $(head -c 600 "$work/out")"
    fi
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
session "hold, gdbserver" $here/sessions/hold.json "$B/targets/spinners" 4
session "schedule one, gdbserver" "$(with '"HONOURED"' true '"VIOLATIONS"' 0 $here/sessions/schedule.json)" "$B/targets/spinners" 4
if qemu-x86_64 --version | grep -q 'version 7\.'; then
    session "hold, qemu-user: it lets them run" $here/sessions/not_held.json -t "$user" -s "$B/targets/x86_64/spinners"
    says "hold, qemu-user: the evidence" '"violation","kind":"not-held","thread":"p[0-9.]+","epoch":[0-9]+,"evidence":"[a-z0-9]+ 0x[0-9a-f]+ -> 0x'
    session "schedule one, qemu-user: it lets them run" \
        "$(with '"HONOURED"' false '"VIOLATIONS"' '{"ge":1}' $here/sessions/schedule.json)" -t "$user" -s "$B/targets/x86_64/spinners"
else
    echo "skip hold, qemu-user: the one here is not 7.x"
fi
session "hold, qemu-system" $here/sessions/cpus.json -s "$guest/guest64.elf" -t "launch:qemu-system-x86_64 -M pc -m 16 -smp 2 \
-nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb tcp:127.0.0.1:{port}"

# -- stubs that misbehave ----------------------------------------------------------------------------------
hello='{"on":"qSupported","reply":"PacketSize=1000;qXfer:features:read+;QStartNoAckMode+"},{"on":"QStartNoAckMode","reply":"OK"},{"on":"?","reply":"T05thread:1;"}'
regs='{"on":"qXfer:features:read:target.xml","xml":"<target><architecture>riscv:rv64</architecture><feature name=\"a\"><reg name=\"pc\" bitsize=\"64\"/><reg name=\"sp\" bitsize=\"64\"/></feature></target>"},{"on":"g","reply":"00100000000000000020000000000000"},{"on":"H","reply":"OK"}'
three='{"on":"qfThreadInfo","reply":"m1,2,3"},{"on":"qsThreadInfo","reply":"l"}'
vcont='{"on":"vCont?","reply":"vCont;c;C;s;S"}'
# misbehave NAME RULES STEPS: a session against the fake stub; it must end within its time and as expected
misbehave() {
    printf '%s' "{\"rules\":[$2]}" >"$work/stub.json"
    printf '%s' "{\"timeout\":5,\"steps\":[$3]}" >"$work/bad.json"
    session "$1" "$work/bad.json" --wire-log "$work/wire" -t "launch:$S $work/stub.json {port}"
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
