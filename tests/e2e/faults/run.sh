#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad lines and hostile stubs (tests/faults, doc/faults.md): sessions through the fault proxy, each held against the same
# session over a good line, and 20 against stubs that talk nonsense. The seeds are always the same here; FAULTS_SEED has others,
# and `make soak-faults` and `make soak-hostile` take them from the clock.
. tests/e2e/lib.sh "$1"
seed=${FAULTS_SEED:-1}
echo "faults: seed $seed"

# soak PROFILE RUNS JOBS: the jobs of those that wait for a time limit may be many
soak() { python3 -B tests/faults/soak.py "$B" --checks --profile "$1" --runs "$2" --jobs "$3" --seed "$seed"; }

# nameless NAME ANSWER STEPS: a stub that does not tell its processor, with no program either, that answers Z0 so
nameless() {
    local name=$1 answer=$2 stub
    printf '%s' "{\"rules\": [{\"on\": \"qSupported\", \"reply\": \"PacketSize=4000\"}, {\"on\": \"?\", \"reply\": \"T05thread:1;\"},
        {\"on\": \"qC\", \"reply\": \"QC1\"}, {\"on\": \"m1010,1\", \"reply\": \"90\"}, {\"on\": \"Z0\", \"reply\": \"$answer\"},
        {\"on\": \"m\", \"reply\": \"90909090909090909090909090909090\"}, {\"on\": \"z0\", \"reply\": \"OK\"},
        {\"on\": \"H\", \"reply\": \"OK\"}, {\"on\": \"D\", \"reply\": \"OK\"}]}" >"$work/nameless.json"
    exec {port}< <(exec "$S" "$work/nameless.json" 0)
    stub=$!
    pids+=("$stub")
    read -r address <&"$port"
    printf '{"steps": [%s, {"do": "echo", "text": "alive"}]}' "$3" >"$work/steps.json"
    timeout 60 "$A" --no-config -t "127.0.0.1:$address" -S "$work/steps.json" >"$work/out" 2>"$work/err" </dev/null
    says "$name" '"text":"alive"'
    exec {port}<&-
}

# What is only waited for goes beside what is worked on.
soak stall 10 5 >"$work/stall" 2>&1 &
stalled=$!
soak mendable 40 4 >"$work/mendable" 2>&1 &
mended=$!
pids+=("$stalled" "$mended")
runs "the proxy" python3 -B tests/faults/check.py "$B"
runs "a good line through the proxy" soak none 24 6
runs "a line without acks" soak no-ack 30 2
runs "a stub that says everything twice" soak twice 12 2
runs "a line that is cut" soak cut 20 2
nameless "a processor that nobody told: verify" OK '{"do": "break", "at": "*0x1010"}, {"do": "verify", "on_fail": "go_on"}'
nameless "a processor that nobody told: Z0 is refused" E01 '{"do": "break", "at": "*0x1010", "on_fail": "go_on"}'
runs "hostile stubs" python3 -B tests/faults/hostile.py "$B" --checks --seed "$seed" --runs 20 --jobs 3
wait "$mended"
runs "a line that is mended" cat "$work/mendable"
wait "$stalled"
runs "a line that falls silent" cat "$work/stall"
finish
