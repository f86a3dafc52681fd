#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Races as files: how often an order is forced, and what that costs. Times are of this machine and this run.
set -u
B=${1:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config

# told EXPRESSION: of the last session, `r` the result of its last step, `s` its summary
told() {
    python3 - "$work/out" "$1" <<'P'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
r = [line for line in lines if "step" in line][-1].get("result", {})
s = lines[-1]["summary"]
print(eval(sys.argv[2]))
P
}

printf '\nraces, gdbserver\n'
"$B/allstop" -S scripts/examples/race-lost-update.json -D times=100 >"$work/out" 2>/dev/null
told '"the losing order forced in {} of {} runs, {} ms each with the start, {:.0f} turns".format(r["rounds"] - r["failed_rounds"], r["rounds"], r["ms"]["mean"], s["turns"] / r["rounds"])'
"$B/allstop" -S scripts/examples/race-explore.json -D found="$work/found" >"$work/out" 2>/dev/null
told '"explore: {} of {} orders in {} s, {} outcomes: ".format(r["tried"], r["orders"], s["seconds"], len(r["outcomes"])) + ", ".join(o["outcome"]["balance"]["value"] + " by " + " ".join(o["order"]) for o in r["outcomes"])'
