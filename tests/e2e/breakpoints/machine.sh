#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Breakpoints on a machine that refuses, runs out of slots, lies, and says what it should not.
. tests/e2e/lib.sh "$1"
here=tests/e2e/breakpoints

# machine NAME DESCRIPTION SESSION: a session against the fake machine
machine() {
    printf '{"machine":%s}' "$2" >"$work/machine.json"
    holds "$1" "$3" --wire-log "$work/wire" -t "launch:$S $work/machine.json {port}"
}

memory='"memory":[{"start":"0x1000","size":4096},{"start":"0x8000","size":4096}]'
rom='"memory":[{"start":"0x1000","size":4096,"rom":true},{"start":"0x8000","size":4096}]'

machine "Z0 taken" "{$memory,\"loop\":true,\"end\":\"0x1800\"}" $here/sessions/software.json
sent "nothing is removed between stops" '^z' 2
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
# what was written over a trap stays when the trap is taken out, and what was not is put back; more than go into one packet
places=$(for ((i = 0; i < 70; i++)); do printf '{"do":"break","at":"*0x%x"},' $((0x1200 + 2 * i)); done)
printf '{"steps":[%s{"do":"break","at":"*0x1180"},{"do":"continue","expect":{"pc":"0x1180"}},{"do":"delete","all":true},{"do":"wire","packet":"m1200,4","expect":{"reply":"f8909090"}},{"do":"wire","packet":"m1280,4","expect":{"reply":"90909090"}},{"do":"wire","packet":"m1288,4","expect":{"reply":"f8909090"}},{"do":"wire","packet":"m1180,1","expect":{"reply":"90"}},{"do":"breakpoints","expect":{"breakpoints":{"count":0}}}]}' "$places" >"$work/deleted.json"
machine "traps that are overwritten are not put back" "{$memory,\"Z0\":\"none\",\"Z1\":\"none\",\"loop\":true,\"end\":\"0x1800\",\"writes\":[{\"pc\":\"0x1100\",\"address\":\"0x1200\",\"value\":248},{\"pc\":\"0x1101\",\"address\":\"0x1288\",\"value\":248}]}" "$work/deleted.json"
if [ -z "$(ls "$work/state/allstop/journal" 2>/dev/null)" ]; then echo "ok and their journal is gone"; else echo "FAIL and their journal is gone: $(ls "$work/state/allstop/journal")"; fi
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
grep -q '"id":1,"ok":true' "$work/out" || echo "FAIL the debugger that is to be killed has inserted: $(cut -c1-400 "$work/out" "$work/err")"
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
