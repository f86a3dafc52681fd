#!/usr/bin/env bash
# The audit: each violation committed on purpose by the fake stub, the second look, and `--audit` on real stubs.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
set -u
B=${1:?the build folder}
A=$PWD/$B/allstop
S=$PWD/$B/tests/stub/stub
here=tests/e2e/audit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config

# session NAME EXPECTED_STATUS FILE [ARGUMENTS…]: runs a session file and compares the exit status
session() {
    local name=$1 expected=$2 file=$3
    shift 3
    timeout 300 "$A" -S "$file" "$@" >"$work/out" 2>"$work/err" </dev/null
    local status=$?
    if [ $status = "$expected" ]; then echo "ok $name"; else
        echo "FAIL $name: status $status, expected $expected: $(grep -m 2 '"ok":false' "$work/out" | cut -c1-700) $(tail -n 2 "$work/err")"
    fi
}

# says NAME PATTERN: the last session's output
says() {
    if grep -qE "$2" "$work/out" "$work/err"; then echo "ok $1"; else
        echo "FAIL $1: nothing matches $2 in: $(grep violation "$work/out" | head -c 600)"
    fi
}

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
