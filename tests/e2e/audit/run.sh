#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The audit: each violation committed on purpose by the fake stub, the second look, and `--audit` on real stubs.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=tests/e2e/audit

# frame PAYLOAD: as on the wire; the payload is printable ASCII
frame() {
    local sum=0 i
    for ((i = 0; i < ${#1}; i++)); do sum=$((sum + $(printf %d "'${1:i:1}"))); done
    printf '$%s#%02x' "$1" $((sum & 255))
}

# commits SLUG VARIANT RULES STEPS [SUPPORTED]: a machine that breaks one rule once. The session must see exactly that
# kind of violation, and a breakpoint afterwards must work.
commits() {
    local slug=$1 name="$1${2:+, $2}"
    local ack='{"on":"qSupported","reply":"PacketSize=4000;qXfer:features:read+"},'
    printf '{"rules":[%s%s],"machine":{"memory":[{"start":"0x1000","size":4096},{"start":"0x8000","size":4096}],"loop":true,"end":"0x1800"}}' \
        "${5:+$ack}" "$3" >"$work/stub.json"
    printf '{"timeout":20,"steps":[%s,{"do":"break","at":"*0x1234"},{"do":"continue","expect":{"reason":"breakpoint","pc":"0x1234"}},{"do":"read","addr":"0x8010","length":4,"expect":{"hex":"90909090"}},{"do":"audit","expect":{"violations":{"%s":{"ge":1}}}},{"do":"summary","expect":{"by_kind":{"%s":{"ge":1}}}}]}' \
        "$4" "$slug" "$slug" >"$work/session.json"
    session "$name" 0 "$work/session.json" -t "launch:$S $work/stub.json {port}"
    says "$name: told" "\"event\":\"violation\",\"kind\":\"$slug\",\"thread\":\"p1\.[0-9]+\",\"epoch\":[0-9]+,\"ms\":[0-9.]+,\"evidence\":\".+\""
    sed 's/^{/{"audit":true,/' "$work/session.json" >"$work/audited.json"
    [ -n "${6-}" ] || session "$name: status 1 under audit" 1 "$work/audited.json" -t "launch:$S $work/stub.json {port}"
}

stop='T05thread:1;'
good=$(frame 90909090)
read='{"do":"read","addr":"0x8000","length":4,"expect":{"hex":"90909090"}}'
again='{"do":"read","addr":"0x8004","length":4,"expect":{"hex":"90909090"}}'
# what came late is told as a stop before anything runs again
late='{"do":"continue","expect":{"reason":"signal","thread":"p1.1","pc":"0x1000"}}'

commits stop-while-stopped "" "{\"on\":\"m8000,4\",\"times\":1,\"reply\":\"90909090\",\"stop\":\"$stop\"}" "$read,$again,$late"
commits stop-instead-of-reply "" "{\"on\":\"m8000,4\",\"times\":1,\"reply\":\"$stop\"}" \
    "{\"do\":\"read\",\"addr\":\"0x8000\",\"length\":4,\"expect\":{\"error\":{\"code\":\"violation\"}}},$read,$late"
storm=$good
for _ in 1 2 3 4 5 6 7 8; do storm+=$(frame "$stop"); done
commits retransmit-storm "" "{\"on\":\"m8000,4\",\"times\":1,\"raw\":\"$storm\"}" "$read,$again,$late"
commits torn-packet "a piece" "{\"on\":\"m8000,4\",\"times\":1,\"raw\":\"$(frame T05threa)$good\"}" "$read"
commits torn-packet "one in another" "{\"on\":\"m8000,4\",\"times\":1,\"raw\":\"\$p01.d35;T05$good\"}" "$read"
commits torn-packet "two melted" "{\"on\":\"m8000,4\",\"times\":1,\"raw\":\"$(frame 'p01.d35;T05thread:p01.d36;')$good\"}" "$read"
says "two melted: the thread is the one that is named" '"kind":"torn-packet","thread":"p1.3382"'
commits bad-checksum "no acks" '{"on":"m8000,4","times":1,"raw":"$90909090#00"}' \
    "{\"do\":\"read\",\"addr\":\"0x8000\",\"length\":4,\"expect\":{\"error\":{\"code\":\"violation\"}}},$read"
commits bad-checksum "twice, with acks" "{\"on\":\"m8000,4\",\"times\":2,\"raw\":\"\$90909090#00\"},{\"on\":\"m8000,4\",\"reply\":\"90909090\"}" \
    "$read" acks
commits reply-to-another-question "" "{\"on\":\"m8000,4\",\"times\":1,\"raw\":\"$(frame OK)$good\"}" "$read"
all=$(printf '00%.0s' {1..136})
commits reply-to-another-question "nothing, to what was answered before" \
    "{\"on\":\"g\",\"times\":1,\"reply\":\"$all\"},{\"on\":\"g\",\"times\":1,\"raw\":\"$(frame '')$(frame "$all")\"}" \
    '{"do":"registers"},{"do":"stepi"},{"do":"registers","expect":{"registers":{"rbx":"0x0000000000000000"}}}'
commits binary-in-hex "" '{"on":"m8000,4","times":1,"raw":"$90\u0001\u00ff9090#3b$90909090#a4"}' "$read"
says "binary-in-hex: bytes are told as hex" '"evidence":"90\\\\x01\\\\xff9090"'
commits stray-nak "no acks" "{\"on\":\"m8000,4\",\"times\":1,\"raw\":\"-$good\"}" "$read"
commits stray-nak "with acks" "{\"on\":\"m8000,4\",\"times\":1,\"raw\":\"-\"},{\"on\":\"m8000,4\",\"reply\":\"90909090\"}" "$read" acks
commits no-reply "" '{"on":"m8000,4","times":1,"mute":true}' \
    "{\"do\":\"read\",\"addr\":\"0x8000\",\"length\":4,\"expect\":{\"error\":{\"code\":\"timeout\"}}},$read" "" once
commits lost-without-exit "" '{"on":"s","raw":"","close":true}' \
    '{"do":"stepi","expect":{"error":{"code":"lost"}}},{"do":"reconnect","expect":{"reason":"attach"}}'

# -- the second look --------------------------------------------------------------------------------------
machine='"memory":[{"start":"0x1000","size":4096,"bytes":"BYTES"},{"start":"0x8000","size":4096}],"map":true,"loop":true,"end":"0x1800"'
# registers RAX RIP: the answer to g
registers() {
    local value i hex=
    for value in "$1" 0 0 0 0 0 0 0x8800 0 0 0 0 0 0 0 0 "$2"; do
        for ((i = 0; i < 8; i++)); do hex+=$(printf %02x $((value >> 8 * i & 255))); done
    done
    echo "$hex"
}
printf '{"rules":[{"on":"g","times":1,"reply":"%s"},{"on":"m8000,10","times":1,"reply":"90909000909090909090909090909090"},{"on":"g","times":1,"reply":"%s"}],"machine":{%s}}' \
    "$(registers 0 0x1000)" "$(registers 1 0x1000)" "${machine/BYTES/}" >"$work/stub.json"
session "the second look" 0 $here/sessions/second-look.json --wire-log "$work/wire" -t "launch:$S $work/stub.json {port}"
if grep -q '"data": "m9' "$work/wire"; then echo "FAIL what may be a device is not read"; else echo "ok what may be a device is not read"; fi

code=$(printf '90%.0s' {1..16})0f05
in_pause=$(registers 34 0x1012) disturbed=$(registers -4 0x1012) on=$(registers 0 0x1100)
printf '{"rules":[{"on":"qSupported","reply":"PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;qXfer:auxv:read+"},{"on":"qXfer:auxv","reply":"l"},{"on":"g","times":2,"reply":"%s"},{"on":"g","times":2,"reply":"%s"},{"on":"g","reply":"%s"}],"machine":{%s}}' \
    "$in_pause" "$disturbed" "$on" "${machine/BYTES/$code}" >"$work/stub.json"
session "a call that was disturbed" 0 $here/sessions/disturbed.json -t "launch:$S $work/stub.json {port}"

native=$B/targets/syscalls foreign=$B/targets/x86_64/syscalls
session "calls under gdbserver" 0 $here/sessions/calls.json "$native"
session "epoll_wait under gdbserver" 0 $here/sessions/calls-disturbed.json "$native" epoll
session "epoll_wait under gdbserver, audited" 1 $here/sessions/calls.json "$native" epoll
for way in port socket; do
    session "calls under qemu-x86_64, $way" 0 $here/sessions/calls-moved.json -t "launch:qemu-x86_64 -g {$way} $foreign" "$foreign"
done
session "calls under qemu-x86_64, audited" 1 $here/sessions/calls.json -t "launch:qemu-x86_64 -g {port} $foreign" "$foreign"

# -- what it costs ----------------------------------------------------------------------------------------
# turns FIRST THEN: of ten stops
turns() {
    timeout 100 "$A" -S $here/sessions/cost.json -D first="$1" -D then="$2" "$native" 2>/dev/null |
        python3 -c '
import json, sys
t = [json.loads(line)["result"]["turns"] for line in sys.stdin if "\"do\":\"summary\"" in line]
print(t[1] - t[0])'
}
off=$(turns false false) was_on=$(turns true false) is_on=$(turns true true)
if [ "$off" -gt 0 ] && [ "$off" = "$was_on" ] && [ "$is_on" -gt $((off + 30)) ]; then
    echo "ok switched off the second look costs nothing ($off turns, on $is_on)"
else
    echo "FAIL switched off the second look costs nothing: $off turns, after it was on $was_on, on $is_on"
fi

# -- the report -------------------------------------------------------------------------------------------
# report NAME EXPECTED_STATUS [ARGUMENTS…]: `--audit`, its table in $work/out and its JSON in $work/report
report() {
    local name=$1 expected=$2
    shift 2
    rm -f "$work/report"
    timeout 300 "$A" --audit --audit-json "$work/report" "$@" >"$work/out" 2>"$work/err" </dev/null
    local status=$?
    if [[ $status == $expected ]]; then echo "ok $name"; else
        echo "FAIL $name: status $status, expected $expected: $(grep -m 3 -A 3 VIOLATION "$work/out" | cut -c1-300) $(tail -n 3 "$work/out" "$work/err")"
    fi
}

# verdict NAME CHECK VERDICT: what the last report says of one check
verdict() {
    local found
    found=$(python3 -c '
import json, sys
report = json.load(open(sys.argv[1]))
print(",".join(line["verdict"] for line in report["lines"] if line["check"] == sys.argv[2]))' "$work/report" "$2" 2>&1)
    if [ "$found" = "$3" ]; then echo "ok $1: $2 is $3"; else echo "FAIL $1: $2 is '$found', not $3"; fi
}

report "gdbserver" 0 "$B/targets/stress"
for check in qSupported M Z0 step under-load interrupt second-look; do verdict "gdbserver" $check ok; done
verdict "gdbserver" overfull-read skipped
says "gdbserver: nothing found" '[0-9]+ ok, 0 violations, 0 differ'
report "gdbserver, all checks" 0 -D unsafe=true "$B/targets/stress"
verdict "gdbserver, all checks" longest-packet ok
verdict "gdbserver, all checks" G ok
report "gdbserver, a place by name" 0 -D at=hot "$B/targets/stress"
report "a short program" 0 "$B/targets/steps"
says "a short program: says that it ended" 'the program has ended|0 violations'

quiet='"machine":{"memory":[{"start":"0x1000","size":4096},{"start":"0x7000","size":8192}],"map":true,"loop":true,"end":"0x1800"}'
stack=$(registers 0 0x1000)
# lies NAME EXPECTED_STATUS CHECK RULES [MACHINE]: a machine that lies; its report must say which check found it out
lies() {
    printf '{"rules":[%s],%s}' "$4" "${5:-$quiet}" >"$work/stub.json"
    report "$1" "$2" -D at='*0x1234' -t "launch:$S $work/stub.json {port}"
    [ -z "$3" ] || verdict "$1" "$3" violation
}
lies "a stub that does not lie" 0 "" ""
supported='{"on":"qSupported","reply":"PacketSize=4000;qXfer:features:read+;QStartNoAckMode+'
lies "vCont promised and not known" 1 vCont "$supported;vContSupported+\"}"
lies "swbreak promised and not said" 1 hit "$supported;swbreak+\"}"
lies "an object promised and not there" 1 auxv "$supported;qXfer:auxv:read+\"},{\"on\":\"qXfer:auxv\",\"reply\":\"\"}"
lies "OK to anything" 1 unknown-query '{"on":"qAllstop","reply":"OK"}'
lies "a breakpoint that is taken and never hit" 1 hit "" "${quiet%?},\"Z0\":\"lie\"}"
lies "a breakpoint that cannot be removed" 1 Z0 '{"on":"z0","times":1,"reply":"E01"}'
lies "registers that change" 1 second-look "{\"on\":\"g\",\"times\":1,\"reply\":\"$(registers 1 0x1000)\"}"
lies "a thread that stopped and is not listed" 1 same-list '{"on":"qfThreadInfo","reply":"m7"}'
lies "a list without an end" 1 thread-list '{"on":"qsThreadInfo","reply":"m1"}'
lies "an answer in the middle of another" 1 unknown-query "{\"on\":\"qAllstop\",\"raw\":\"$(frame T05threa)$(frame '')\"}"
says "an answer in the middle of another: its evidence is in the report" '!! torn-packet p1.1: T05threa'
lies "a stub that dies in the middle" 3 "" '{"on":"Z1","raw":"","close":true}'
verdict "a stub that dies in the middle" Z0 ok
verdict "a stub that dies in the middle" Z1 violation
says "a stub that dies in the middle: says so" 'not all checks were run: the connection was lost'
lies "a stub that falls silent" 3 "" '{"on":"qRcmd","mute":true},{"on":"g","mute":true},{"on":"vMust","mute":true}'
says "a stub that falls silent: says so" 'not all checks were run: the stub has fallen silent'
report "nobody listens" 3 -t 127.0.0.1:1
report "no target" 2
report "an unknown variable" 2 -D att=main "$B/targets/steps"
report "a place that is none" 2 -D at=nowhere_at_all "$B/targets/steps"
"$A" --audit-json "$work/report" "$B/targets/steps" >"$work/out" 2>&1 </dev/null
[ $? = 2 ] && echo "ok --audit-json alone is status 2" || echo "FAIL --audit-json alone is status 2"
timeout 100 "$A" --audit --audit-json - "$B/targets/stress" 2>"$work/err" </dev/null | python3 -c 'import json, sys; assert json.load(sys.stdin)["status"] == 0' &&
    echo "ok JSON on standard output" || echo "FAIL JSON on standard output"

# a stub that serves two clients one after the other: left and come back to
waits='{"on":"c","raw":""},{"on":"\u0003","reply":"T02thread:1;"}'
printf '{"clients":2,"rules":[%s],%s}' "$waits" "$quiet" >"$work/stub.json"
"$S" "$work/stub.json" 0 >"$work/port" 2>/dev/null &
stub_pid=$!
until port=$(head -n 1 "$work/port") && [ -n "$port" ]; do sleep 0.02; done
report "detach and connect again" 0 -D unsafe=true -t "127.0.0.1:$port"
kill $stub_pid 2>/dev/null
verdict "detach and connect again" detach ok
printf '{"clients":1,"rules":[%s],%s}' "$waits" "$quiet" >"$work/stub.json"
"$S" "$work/stub.json" 0 >"$work/port" 2>/dev/null &
stub_pid=$!
until port=$(head -n 1 "$work/port") && [ -n "$port" ]; do sleep 0.02; done
report "detach, and nobody is there" 3 -D unsafe=true -t "127.0.0.1:$port"
kill $stub_pid 2>/dev/null

for way in port socket; do
    report "qemu-x86_64, $way, one thread" 0 -D at=leaf -t "launch:qemu-x86_64 -g {$way} $B/targets/x86_64/steps" "$B/targets/x86_64/steps"
    verdict "qemu-x86_64, $way, one thread" hit ok
done
report "qemu-x86_64, one thread that runs" 3 -t "launch:qemu-x86_64 -g {port} $B/targets/x86_64/race" "$B/targets/x86_64/race"
report "qemu-x86_64, eight threads" "[13]" -D at=hot -t "launch:qemu-x86_64 -g {port} $B/targets/x86_64/stress" "$B/targets/x86_64/stress"

# -- the race, a few times --------------------------------------------------------------------------------
part $here/soak.sh 4 200
finish
