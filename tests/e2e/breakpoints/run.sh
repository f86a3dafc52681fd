#!/usr/bin/env bash
# Breakpoints that tell the truth: on real stubs, and on a machine that refuses, runs out of slots and lies.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
set -u
B=${1:?the build folder}
A=$PWD/$B/allstop
S=$PWD/$B/tests/stub/stub
here=tests/e2e/breakpoints
work=$(mktemp -d)
pids=()
end_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap end_all EXIT
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config

# session NAME FILE [ARGUMENTS…]: runs a session file, whose expectations must hold
session() {
    local name=$1 file=$2
    shift 2
    timeout 300 "$A" -S "$file" "$@" >"$work/out" 2>"$work/err" </dev/null
    local status=$?
    if [ $status = 0 ]; then echo "ok $name"; else
        echo "FAIL $name: status $status: $(grep -m 2 '"ok":false' "$work/out" | cut -c1-700) $(tail -n 2 "$work/err")"
    fi
}

# machine NAME DESCRIPTION SESSION: a session against the fake machine
machine() {
    printf '{"machine":%s}' "$2" >"$work/machine.json"
    session "$1" "$3" --wire-log "$work/wire" -t "launch:$S $work/machine.json {port}"
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
for _ in $(seq 600); do grep -q '"id":1' "$work/out" && break; sleep 0.05; done
kill -9 "$debugger" 2>/dev/null
wait "$debugger" 2>/dev/null
exec 7>&-
session "what a killed debugger left behind is found and taken out" $here/sessions/recover.json -t "127.0.0.1:$port"
if grep -q 'left 1 trap' "$work/out" "$work/err"; then echo "ok what was left behind is told"; else echo "FAIL what was left behind is told: $(cat "$work/err")"; fi
if [ -z "$(ls "$work/state/allstop/journal" 2>/dev/null)" ]; then echo "ok the journal is gone"; else
    echo "FAIL the journal is gone: $(ls "$work/state/allstop/journal")"; fi

printf '{"machine":{%s,"Z0":"none"}}' "$memory" >"$work/machine.json"
mkdir -p "$work/broken"; : >"$work/broken/allstop"
XDG_STATE_HOME=$work/broken session "no journal, no trap" $here/sessions/no_journal.json -t "launch:$S $work/machine.json {port}"

# -- real stubs ---------------------------------------------------------------------------------------------
session "gdbserver" $here/sessions/gdbserver.json "$B/targets/x86_64/steps"
session "gdbserver: four slots" $here/sessions/real_slots.json "$B/targets/x86_64/steps"
session "qemu-x86_64" $here/sessions/qemu_user.json -t "launch:qemu-x86_64 -g {socket} $B/targets/x86_64/steps" "$B/targets/x86_64/steps"
session "commands of a breakpoint" $here/sessions/commands.json "$B/targets/x86_64/steps"
for mode in parent child both; do
    session "follow the $mode" $here/sessions/follow_$mode.json "$B/targets/forks"
done
python3 $here/conditions.py "$A" "$B/targets/conditions"
