#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Orders of threads: forced, found, kept as files; and what is said where that cannot be.
. tests/e2e/lib.sh "$1"
races=$B/targets/races

# race PROGRAM THREADS POINTS REST: a session of one interleave
race() {
    inline "{\"timeout\":20,\"program\":\"$races/$1\",\"steps\":[{\"do\":\"interleave\",\"threads\":{$2},\"points\":{$3},$4}]}"
}
# search PROGRAM THREADS POINTS REST: a session of one explore
search() {
    inline "{\"timeout\":20,\"program\":\"$races/$1\",\"steps\":[{\"do\":\"explore\",\"threads\":{$2},\"points\":{$3},$4}]}"
}
two='"A":{"at":"deposit","created":1},"B":{"at":"deposit","created":2}'
points='"read":"lost_update.c:10","wrote":"lost_update.c:12"'
balance='"then":[{"do":"eval","expr":"balance"}]'

# -- an order is forced ------------------------------------------------------------------------------------
session "the losing order, 100 times of 100" 0 scripts/examples/race-lost-update.json -D times=100
same "the losing order: every round" "$(result 'r["rounds"], r["failed_rounds"], r["reasons"]["exited"]')" "(100, 0, 100)"
session "the other order" 0 "$(race lost_update "$two" "$points" '"order":["A@read","A@wrote","B@read","B@wrote"],
    "then":[{"do":"eval","expr":"balance","expect":{"value":2}}]')"
session "an expectation behind the order" 1 "$(race lost_update "$two" "$points" '"order":["A@read","A@wrote"],
    "then":[{"do":"eval","expr":"balance","expect":{"value":7}}]')"
says "an expectation behind the order: where" '"step":"/steps/0/then/0"'
session "only what was asked is held afterwards: nothing" 0 "$(race lost_update "$two" "$points" '"order":["B@wrote"],
    "then":[{"do":"breakpoints","expect":{"breakpoints":{"count":0}}},
            {"do":"schedule","expect":{"mode":"all"}},
            {"do":"continue","expect":{"reason":"exited"}}]')"
session "a thread stands at its first point already" 0 "$(race lost_update '"A":{"at":"lost_update.c:10"}' "$points" \
    '"order":["A@read","A@wrote"],"then":[{"do":"eval","expr":"balance","expect":{"value":1}}]')"
session "breakpoints of the user's are passed by" 0 "$(inline "{\"program\":\"$races/lost_update\",\"steps\":[
    {\"do\":\"break\",\"at\":\"lost_update.c:11\",\"save\":\"mine\"},
    {\"do\":\"interleave\",\"threads\":{$two},\"points\":{$points},\"order\":[\"A@read\",\"B@read\",\"A@wrote\",\"B@wrote\"],
     \"then\":[{\"do\":\"eval\",\"expr\":\"balance\",\"expect\":{\"value\":1}}]},
    {\"do\":\"breakpoints\",\"expect\":{\"breakpoints\":[{\"id\":\"\${mine.id}\",\"hits\":2}]}}]}")"
session "the nth time a thread is there" 0 "$(inline "{\"program\":\"$B/targets/race\",\"steps\":[
    {\"do\":\"interleave\",\"threads\":{\"A\":{\"at\":\"worker\"}},\"points\":{\"in\":{\"at\":\"deposit\",\"nth\":3}},
     \"order\":[\"A@in\",\"A@in\"],\"then\":[{\"do\":\"eval\",\"expr\":\"rounds\",\"expect\":{\"value\":3}}]}]}")"

# -- what cannot be, told apart from what could not be forced ------------------------------------------------
session "deadlock" 0 scripts/examples/race-deadlock.json
session "use after free" 0 scripts/examples/race-use-after-free.json
session "ABA" 0 scripts/examples/race-aba.json
session "two CPUs on bare metal" 0 scripts/examples/race-two-cpus.json
lockers='"A":{"at":"transfer","created":1},"B":{"at":"transfer","created":2}'
session "an order that a lock forbids" 1 "$(race deadlock "$lockers" '"first":"deadlock.c:14","second":"deadlock.c:16"' \
    '"order":["A@second","B@first"]')"
says "an order that a lock forbids: its verdict" '"verdict":"impossible".*"arrow":"B@first"'
says "an order that a lock forbids: who waits where" '"name":"B".*pthread_mutex_lock.*"file":"deadlock.c","line":13'
session "a thread that has ended" 1 "$(race lost_update "$two" '"wrote":"lost_update.c:12","again":"lost_update.c:9"' \
    '"order":["A@wrote","A@again"]')"
says "a thread that has ended: the stop" '"event":"stopped","reason":"thread-exited"'
says "a thread that has ended: its verdict" '"verdict":"impossible".*"arrow":"A@again"'
session "a thread that waits for threads of no name" 1 "$(inline "{\"program\":\"$B/targets/race\",\"steps\":[{\"do\":\"interleave\",\"patience\":0.2,
    \"threads\":{\"M\":{\"at\":\"main\"}},\"points\":{\"never\":\"race.c:53\"},\"order\":[\"M@never\"]}]}")"
says "a thread that waits for threads of no name: its verdict" '"verdict":"unforced".*"arrow":"M@never"'
session "a thread that sleeps" 1 "$(inline "{\"program\":\"$B/targets/race\",\"steps\":[{\"do\":\"interleave\",\"patience\":0.3,
    \"threads\":{\"A\":{\"at\":\"deposit\"}},\"points\":{\"p\":\"race.c:38\"},\"order\":[\"A@p\"]}]}")"
says "a thread that sleeps: its verdict" '"verdict":"unforced"'
session "nobody arrives" 1 "$(inline "{\"timeout\":2,\"program\":\"$B/targets/race\",\"steps\":[{\"do\":\"interleave\",
    \"threads\":{\"A\":{\"at\":\"worker\",\"nth\":9}},\"points\":{\"p\":\"deposit\"},\"order\":[\"A@p\"]}]}")"
says "nobody arrives: who" 'A: no thread came to worker as number 9'
session "the program ends first" 1 "$(race lost_update '"A":{"at":"deposit","nth":3}' "$points" '"order":["A@read"]')"
says "the program ends first: its verdict" '"verdict":"ended".*"reason":"exited"'

# Threads that are not stopped: how it ends differs from run to run, but it ends, and with evidence. evidence NAME SESSION
evidence() {
    timeout 120 "$A" -S "$2" >"$work/out" 2>"$work/err" </dev/null
    case $? in 1 | 3 | 4) echo "ok $1: a verdict" ;; *) echo "FAIL $1: $(tail -n 1 "$work/out" | cut -c1-300)" ;; esac
    says "$1: evidence" '"event":"violation","kind":"[a-z-]+".*"evidence":".+"'
}
evidence "the stop race of QEMU's user emulator" scripts/examples/stop-race.json
# The same lived with: on a machine that is busy with other things half of the runs must be right, and none wrong.
raced=$(timeout 280 python3 tests/race/measure.py "$A" "$B/targets" 10 x86_64 share=0.5 2>&1)
if [ $? = 0 ]; then echo "ok values in the stop race: ${raced##*$'\n'}"; else
    echo "FAIL values in the stop race: $(tr '\n' ' ' <<<"$raced" | cut -c1-400)"
fi
evidence "a stub that holds nobody" "$(inline "{\"timeout\":20,\"program\":\"$B/targets/x86_64/races/lost_update\",
    \"target\":\"launch:qemu-x86_64 -g {port} $B/targets/x86_64/races/lost_update\",\"steps\":[{\"do\":\"explore\",
    \"threads\":{$two},\"points\":{$points}}]}")"

# -- orders are searched ----------------------------------------------------------------------------------------
session "all orders of three points in two threads" 0 scripts/examples/race-explore.json -D found="$work/found"
same "all orders: the outcomes" "$(result 'sorted((o["outcome"]["balance"]["value"], o["count"]) for o in r["outcomes"])')" \
    "[('1', 12), ('2', 8)]"
for number in 1 2; do session "the session of outcome $number" 0 "$work/found/outcome-$number.json"; done
session "a search with locks" 0 "$(search deadlock "$lockers" '"locked":"deadlock.c:14","done":"deadlock.c:19"' \
    '"patience":0.5,"then":[{"do":"eval","expr":"accounts[0].balance"}]')"
same "a search with locks: verdicts" "$(result 'r["verdicts"], r["pruned"], r["tried"]')" \
    "({'forced': 2, 'deadlock': 4}, 0, 6)"
session "a search that crashes" 0 "$(search use_after_free \
    '"reader":{"at":"look","points":["looked","used"]},"writer":{"at":"writer","points":["freed"]}' \
    '"looked":"use_after_free.c:24","freed":"use_after_free.c:40","used":"use_after_free.c:27"' \
    "\"then\":[{\"do\":\"eval\",\"expr\":\"length\"}],\"sessions\":\"$work/crash\"")"
same "a search that crashes: outcomes" "$(result 'sorted(o["verdict"] for o in r["outcomes"])')" "['ended', 'forced', 'forced']"
for file in "$work"/crash/outcome-*.json; do session "the session of a crash: ${file##*/}" 0 "$file"; done
total=0
for share in 1/3 2/3 3/3; do
    session "share $share" 0 "$(search lost_update "$two" "$points" "$balance,\"shard\":\"$share\"")"
    total=$((total + $(result 'r["tried"]')))
done
same "the shares are the whole" $total 6
# Each share has a line in $work/shares; table prints their sum.
counted='{o["verdict"] + str(o["outcome"]): o["count"] for o in r["outcomes"]}, r["verdicts"]'
table() {
    python3 -c '
import collections, sys
sums = (collections.Counter(), collections.Counter())
for line in open(sys.argv[1]):
    for part, whole in zip(eval(line), sums):
        whole.update(part)
print([sorted(whole.items()) for whole in sums])' "$1"
}
droppers='"A":{"at":"drop","nth":1},"B":{"at":"drop","nth":2}' drops='"looked":"double_free.c:14","freed":"double_free.c:17"'
session "a search with crashes" 0 "$(search double_free "$droppers" "$drops" '"patience":1')"
result "$counted" >"$work/whole"
for share in 1/2 2/2; do
    session "a search with crashes, share $share" 0 "$(search double_free "$droppers" "$drops" "\"patience\":1,\"shard\":\"$share\"")"
    result "$counted" >>"$work/shares"
done
same "the shares have the table of the whole" "$(table "$work/shares")" "$(table "$work/whole")"
for i in 1 2; do
    session "a budget, draw $i" 0 "$(search lost_update "$two" '"entered":"lost_update.c:9",'"$points" "$balance,\"budget\":3")" --seed 11
    result 'r["tried"], r["seed"], r["outcomes"]' >"$work/draw$i"
done
same "the same seed, the same draw" "$(cat "$work/draw1")" "$(cat "$work/draw2")"
same "a budget: so many" "$(result 'r["tried"], r["orders"], r["seed"]')" "(3, 20, '11')"

# -- who is meant ------------------------------------------------------------------------------------------------
lost='"order":["A@read","B@read","B@wrote","A@wrote"],"then":[{"do":"eval","expr":"balance","expect":{"value":1}}]'
bank='"read":"bank.c:16","wrote":"bank.c:18"'
# who NAME THREADS: A adds 1 and B 10, and B's is lost
who() { session "known by $1" 0 "$(race bank "$2" "$bank" "$lost")"; }
who "their births" '"A":{"at":"deposit","created":1},"B":{"at":"deposit","created":2}'
who "who made them" '"A":{"at":"deposit","parent":"main","created":1},"B":{"at":"deposit","parent":"main","created":2}'
who "start and argument" '"A":{"at":"deposit","start":"worker","argument":"(long)arg == 1"},"B":{"at":"deposit","start":"worker","argument":"(long)arg == 10"}'
who "an expression" '"A":{"at":"deposit","if":"amount == 1"},"B":{"at":"deposit","if":"amount == 10"}'
session "known by their turn" 0 "$(race bank '"A":{"at":"deposit","nth":1},"B":{"at":"deposit","nth":2}' "$bank" '"order":["A@read"]')"
says "known by their turn: the warning" '"warnings":\["A is whoever arrives at deposit as number 1'
session "known by a name that nobody has" 1 "$(race bank '"A":{"at":"deposit","name":"nobody"}' "$bank" '"order":["A@read"]')"

# -- files that keep their promise under load, and one that fails until its bug is fixed -------------------------------
if replays=$(B=$B JOBS=2 timeout 250 bash tests/race/replay.sh 5 10 bank stale 2>&1); then
    echo "ok files of a search under load: ${replays##*$'\n'}"
else
    echo "FAIL files of a search under load: $(tr '\n' ' ' <<<"$replays" | cut -c1-500)"
fi
session "a search that knows who is right" 0 tests/race/searches/bank.json -D found="$work/bank"
guard=$(find "$work/bank" -name 'guard-*.json' | sort | head -n 1)
session "a guard, while the bug is there" 1 "$guard"
sed -i 's/"program"/"args": ["mended"], "program"/' "$guard"
session "a guard, when it is fixed" 0 "$guard"
same "a guard: the program from where the file lies" "$(cd / && "$A" -S "$guard" >/dev/null 2>&1; echo $?)" 0

# -- what is wrong is said before anything is run ------------------------------------------------------------------
wrong() { # NAME POINTER THREADS POINTS REST
    session "$1" 2 "$(race lost_update "$3" "$4" "$5")"
    says "$1: where" "$2"
}
wrong "an arrow of nobody" '/steps/0/order: C@read: there is no thread C' "$two" "$points" '"order":["C@read"]'
wrong "an arrow to nowhere" '/steps/0/order: A@x: there is no point x' "$two" "$points" '"order":["A@x"]'
wrong "no arrow" '/steps/0/order' "$two" "$points" '"order":["A"]'
wrong "no order" '/steps/0/order' "$two" "$points" '"order":[]'
wrong "no points" '/steps/0/points' "$two" '' '"order":["A@read"]'
wrong "two threads that are one" '/steps/0/threads' '"A":{"at":"deposit"},"B":{"at":"deposit"}' "$points" '"order":["A@read"]'
wrong "a thread known by nothing" '/steps/0/threads' '"A":{}' "$points" '"order":["A@read"]'
wrong "an unknown key of a thread" '/steps/0/threads: a thread has no `ad`' '"A":{"ad":"x"}' "$points" '"order":["A@read"]'
wrong "the 0th thread" '/steps/0/threads: `nth` of A' '"A":{"at":"deposit","nth":0}' "$points" '"order":["A@read"]'
wrong "a thread with a list for an id" '/steps/0/threads: `id` of A is a thread.s id' '"A":{"id":[2]}' "$points" '"order":["A@read"]'
wrong "an argument of no function" '/steps/0/threads: `argument` of A' '"A":{"at":"deposit","argument":"1"}' "$points" '"order":["A@read"]'
wrong "a parent without a number" '/steps/0/threads: A has a `parent`' '"A":{"at":"deposit","parent":"main"}' "$points" '"order":["A@read"]'
wrong "a turn beside a name" '/steps/0/threads: `nth` of A' '"A":{"at":"deposit","nth":2,"created":1}' "$points" '"order":["A@read"]'
wrong "a verdict that is none" '/steps/0/accept' "$two" "$points" '"accept":["fine"],"order":["A@read"]'
wrong "patience of nothing" '/steps/0/patience' "$two" "$points" '"patience":0,"order":["A@read"]'
wrong "a mistake behind the order" '/steps/0/then/0/do' "$two" "$points" '"order":["A@read"],"then":[{"do":"evil"}]'
session "an unknown place" 1 "$(race lost_update "$two" '"read":"nowhere.c:10"' '"order":["A@read"]')"
says "an unknown place: its error" '"code":"no-source"'
session "a share that is none" 2 "$(search lost_update "$two" "$points" '"shard":"3/2"')"
says "a share that is none: where" '/steps/0/shard: `shard` is K/N'
session "a folder that cannot be written" 1 "$(search lost_update "$two" "$points" "$balance,\"sessions\":\"/dev/null/x\"")"
says "a folder that cannot be written: said" 'write /dev/null/x/outcome-1.json'
session "a seed that is none" 2 "$(inline '{"steps":[]}')" --seed many
finish
