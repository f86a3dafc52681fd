#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What a stop is and what comes of it: steps of lines, hits that are counted and passed by, stops of other threads in the
# middle of ours, signals that cross an interrupt. On gdbserver, and on a fake machine where no real stub does it.
. tests/e2e/lib.sh "$1"
here=$PWD/tests/e2e/running

gcc -g -O0 -fPIC -shared -o "$work/library.so" "$here/library.c"
# -no-pie and -fcf-protection=none: one form of the linker's stubs wherever the compiler comes from
gcc -g -O0 -no-pie -fcf-protection=none -Wl,-z,now -o "$work/bound" "$here/main.c" "$work/library.so"
gcc -g -O0 -no-pie -fcf-protection=none -Wl,-z,lazy -o "$work/lazy" "$here/main.c" "$work/library.so"

# line STEP FUNCTION LINE: a step that ends there
line() { printf '{"do":"%s","expect":{"reason":"step","function":"%s","line":%s}}' "$1" "$2" "$3"; }
# native NAME PROGRAM STEPS: on gdbserver, from main on
native() {
    steps "$1" "{\"do\":\"break\",\"at\":\"main\",\"once\":true},{\"do\":\"continue\",\"expect\":{\"function\":\"main\",\"line\":29}},$3" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/$2" "$work/$2"
}

native "into a library, bound at the start" bound "$(line step from_afar 4),$(line step from_afar 5),$(line next from_afar 6),$(line next main 30)"
native "into a library, bound at the first call" lazy "{\"do\":\"next\",\"expect\":{\"line\":30}},$(line step from_afar 4),{\"do\":\"finish\",\"expect\":{\"function\":\"main\",\"line\":30}},{\"do\":\"next\"},{\"do\":\"eval\",\"expr\":\"b\",\"expect\":{\"value\":7}}"
native "over calls" bound "$(line next main 30),$(line next main 31),$(line next main 32),$(line next main 33),$(line next main 34)"
native "in, through and out" bound "{\"do\":\"next\",\"times\":2,\"expect\":{\"line\":31}},$(line step near 8),$(line step near 9),$(line step near 10),$(line step main 32)"
native "several at once" bound "{\"do\":\"next\",\"times\":3,\"expect\":{\"reason\":\"step\",\"line\":32}},{\"do\":\"step\",\"times\":4,\"expect\":{\"reason\":\"step\",\"function\":\"down\",\"line\":16}},{\"do\":\"eval\",\"expr\":\"n\",\"expect\":{\"value\":2}}"
native "over a call of itself, at its own depth" bound "{\"do\":\"break\",\"at\":\"main.c:16\",\"once\":true},{\"do\":\"continue\",\"expect\":{\"line\":16}},{\"do\":\"eval\",\"expr\":\"n\",\"expect\":{\"value\":3}},$(line next down 17),{\"do\":\"eval\",\"expr\":\"n\",\"expect\":{\"value\":3}},{\"do\":\"eval\",\"expr\":\"below\",\"expect\":{\"value\":2}}"
native "a breakpoint inside what is stepped over" bound "{\"do\":\"break\",\"at\":\"near\",\"save\":\"b\"},{\"do\":\"next\",\"times\":2},{\"do\":\"next\",\"expect\":{\"reason\":\"breakpoint\",\"breakpoint\":\"\${b.id}\",\"function\":\"near\"}},{\"do\":\"finish\",\"expect\":{\"function\":\"main\"}}"
native "out of a loop" bound "{\"do\":\"break\",\"at\":\"turn\",\"once\":true},{\"do\":\"continue\",\"expect\":{\"line\":22}},$(line next turn 23),$(line next turn 22),{\"do\":\"until\",\"expect\":{\"reason\":\"step\",\"line\":24}},{\"do\":\"eval\",\"expr\":\"sink\",\"expect\":{\"value\":17}}"
native "hits that are passed by and counted" bound "{\"do\":\"break\",\"at\":\"main.c:23\",\"ignore\":2,\"save\":\"b\"},{\"do\":\"break\",\"at\":\"main.c:23\",\"if\":\"i == 3\",\"save\":\"c\"},{\"do\":\"continue\",\"expect\":{\"reason\":\"breakpoint\",\"breakpoint\":\"\${b.id}\"}},{\"do\":\"eval\",\"expr\":\"i\",\"expect\":{\"value\":2}},{\"do\":\"breakpoints\",\"expect\":{\"breakpoints\":[{\"hits\":3,\"ignore\":{\"exists\":false}},{\"hits\":0}]}},{\"do\":\"continue\"},{\"do\":\"breakpoints\",\"expect\":{\"breakpoints\":[{\"hits\":4},{\"hits\":1}]}},{\"do\":\"delete\",\"id\":\"\${b.id}\"},{\"do\":\"continue\",\"expect\":{\"reason\":\"exited\"}}"
native "a run in the background goes on while the script sleeps" bound "{\"do\":\"break\",\"at\":\"main.c:23\",\"if\":\"i == 99\"},{\"do\":\"continue\",\"background\":true},{\"do\":\"sleep\",\"seconds\":4},{\"do\":\"echo\",\"text\":\"awake\"},{\"do\":\"wait\",\"expect\":{\"reason\":\"exited\",\"exit_code\":23}}"
before() { awk -v a="$2" -v b="$3" '!x && $0 ~ a {x = NR} !y && $0 ~ b {y = NR} END {exit !(x && y && x < y)}' "$work/out" && echo "ok $1" || echo "FAIL $1: $2 does not come before $3: $(cut -c1-200 "$work/out")"; }
before "a run in the background goes on while the script sleeps: its end comes in the sleep" '"event":"stopped"' '"text":"awake"'
native "one that goes with its stop" bound "{\"do\":\"break\",\"at\":\"main.c:23\",\"once\":true,\"ignore\":1},{\"do\":\"continue\",\"expect\":{\"reason\":\"breakpoint\"}},{\"do\":\"eval\",\"expr\":\"i\",\"expect\":{\"value\":1}},{\"do\":\"breakpoints\",\"expect\":{\"breakpoints\":{\"count\":0}}},{\"do\":\"continue\",\"expect\":{\"reason\":\"exited\",\"exit_code\":23}}"
native "continue, several times" bound "{\"do\":\"break\",\"at\":\"main.c:23\"},{\"do\":\"continue\",\"times\":4,\"expect\":{\"reason\":\"breakpoint\"}},{\"do\":\"eval\",\"expr\":\"i\",\"expect\":{\"value\":3}},{\"do\":\"breakpoints\",\"expect\":{\"breakpoints\":[{\"hits\":4}]}}"
native "a condition that cannot be decided stops" bound "{\"do\":\"break\",\"at\":\"main.c:23\",\"if\":\"*(int *)(long)(i - i) == 1\"},{\"do\":\"continue\",\"expect\":{\"reason\":\"breakpoint\",\"line\":23}}"
says "a condition that cannot be decided stops: and is told" '"event":"output".*the condition of breakpoint 2'
native "a watch and a breakpoint behind its store" bound "{\"do\":\"watch\",\"expr\":\"sink\",\"if\":\"sink == 10\",\"save\":\"w\"},{\"do\":\"continue\",\"expect\":{\"reason\":\"watchpoint\",\"watchpoint\":\"\${w.id}\",\"old\":{\"in\":[8,\"8\"]},\"new\":{\"in\":[10,\"10\"]}}},{\"do\":\"breakpoints\",\"expect\":{\"breakpoints\":[{\"hits\":1}]}},{\"do\":\"delete\",\"id\":\"\${w.id}\"},{\"do\":\"continue\",\"expect\":{\"reason\":\"exited\"}}"

# places in frames, as gdb 13 comes to them
gcc -g -O0 -o "$work/frames" "$here/frames.c"
frames() { steps "$1" "{\"do\":\"break\",\"at\":\"$2\",\"once\":true},{\"do\":\"continue\"},$3" -t "launch:gdbserver --once 127.0.0.1:{port} $work/frames" "$work/frames"; }
# place COMMAND LINE FUNCTION LINE: where it ends
place() { printf '{"do":"%s","at":"%s","expect":{"reason":"step","function":"%s","line":%s}}' "$@"; }
frames "until goes past a recursion, and ends where the frame does" down "$(place until 9 down 9),{\"do\":\"eval\",\"expr\":\"n\",\"expect\":{\"value\":3}},$(place until 9 main 22)"
frames "advance goes into it, and ends where the frame does" down "$(place advance 9 down 9),{\"do\":\"eval\",\"expr\":\"n\",\"expect\":{\"value\":0}},$(place advance 26 down 8)"
frames "until in an inlined function" in "$(place until 16 in 16),$(place advance 23 main 23),$(line until main 24)"
frames "a place in another frame is no place for until" main "$(place advance down down 6),$(place until main main 22)"
frames "out of an outer frame" down "{\"do\":\"next\"},{\"do\":\"step\"},{\"do\":\"step\"},{\"do\":\"frame\",\"level\":1},$(place until 9 down 9),{\"do\":\"eval\",\"expr\":\"n\",\"expect\":{\"value\":3}}"

# functions and files that a step does not go into, as gdb 13 takes them; at the prompt, and as JSON
for level in 0 1; do g++ -g -O$level -o "$work/skipped$level" "$here/skipped.cc"; done
# skipped NAME LEVEL LINES FUNCTIONS: what is typed behind the stop in main, and where the steps among it end
skipped() {
    local got
    printf 'break skipped.cc:32\ncontinue\n%b' "$3" | timeout 60 "$A" --cli --no-config -t "launch:gdbserver --once 127.0.0.1:{port} $work/skipped$2" -s "$work/skipped$2" >"$work/out" 2>&1
    got=$(sed -n 's/^step, thread [^,]*, \([a-z:_]*\).* at .*:\([0-9]*\)$/\1:\2/p' "$work/out" | tr '\n' ' ')
    same "skip: $1 (-O$2)" "$got" "$4"
}
for level in 0 1; do
    skipped "a function, and one of a class" $level 'skip twice\nskip function shop::box::get\nstep\nstep\n' 'main:33 from_header:7 '
    skipped "a file" $level 'skip file skipped.h\nnext\nstep\n' 'main:33 through:26 '
    skipped "patterns" $level 'skip -gfi *.h\nskip -rfu ^tw\nnext\nstep\nfinish\n' 'main:33 through:26 main:33 '
    skipped "one of one file" $level 'skip -fi skipped.cc -fu from_header\nnext\nstep\n' 'main:33 from_header:7 '
done
skipped "inlined" 0 'skip always_inlined\nnext\nnext\nstep\n' 'main:33 main:34 shop::box::get:13 '
skipped "the function of the frame" 0 'step\nskip\nfinish\nskip delete 9\nskip -x y\nskip -fu\nskip disable 1\ninfo skip\n' 'shop::box::get:13 main:32 '
says "skip: the function of the frame: what it is called" '^1: function shop::box::get(.. const)?, disabled$'
says "skip: a number that nobody has" 'there is no skip 9'
says "skip: an option that nobody knows" 'what does -x mean'
steps "skip: as JSON" '{"do":"break","at":"skipped.cc:32"},{"do":"continue"},{"do":"skip","function":"(","function_is":"regex","expect":{"error":{"code":"syntax"}}},{"do":"skip","function":"get$|get\\(","function_is":"regex","expect":{"id":1,"skips":[{"function_is":"regex","enabled":true}]}},{"do":"step","expect":{"function":{"match":"^twice"}}},{"do":"skip","change":"disable","ids":[1],"expect":{"skips":[{"enabled":false}]}},{"do":"skip","change":"delete","ids":["x"],"expect":{"error":{"code":"usage"}}},{"do":"skip","here":"file","expect":{"id":2}},{"do":"skip","change":"delete","expect":{"skips":{"count":0}}}' \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/skipped0" -s "$work/skipped0"

# calls that never return
part tests/e2e/running/jumps.sh

# sessions of some length
for name in alarms steps signals; do gcc -g -O0 -o "$work/$name" "tests/targets/$name.c"; done
holds "stepping under signals" tests/e2e/sessions/alarms.json "$work/alarms"
holds "breakpoints beside and over each other" tests/e2e/sessions/breakpoints.json "$work/steps"
gcc -g -O0 -static -pthread -o "$work/static" tests/targets/steps.c
holds "watches that overlap or do not fit" tests/e2e/breakpoints/sessions/watches.json "$work/static"
holds "conditions and places that cannot be meant" tests/e2e/breakpoints/sessions/places.json "$work/static"
holds "signals" tests/e2e/sessions/signals.json "$work/signals"

# -- a fake machine of two threads -------------------------------------------------------------------------
memory='"memory":[{"start":"0x1000","size":4096},{"start":"0x8000","size":4096}]'
two='{"on":"qfThreadInfo","reply":"m1,2"},{"on":"T","reply":"OK"}'
# at THREAD ADDRESS [MORE]: a stop with SIGTRAP
at() { printf 'T05%s10:%02x%02x000000000000;thread:%s;' "${3-}" $(($2 & 255)) $(($2 >> 8)) "$1"; }
# fake NAME RULES STEPS [MACHINE]: a session with the machine (of $memory), behind rules that are asked first
fake() {
    printf '{"rules":[%s],"machine":{%s}}' "$2" "${4:-$memory}" >"$work/stub.json"
    steps "$1" "$3" -t "launch:$S $work/stub.json {port}"
}
stop() { printf '{"do":"%s","expect":{"reason":"%s","pc":"%s"%s}}' "$1" "$2" "$3" "${4-}"; }

fake "a step is over when its own thread has stopped" "$two" "$(stop stepi step 0x1001 ',"signal":{"exists":false},"thread":{"match":"1$"}')"
fake "the trap of another thread is not our step" "$two,{\"on\":\"s\",\"times\":1,\"reply\":\"$(at 2 0x1300)\"}" \
    "$(stop stepi signal 0x1300 ',"signal":"SIGTRAP"')"
fake "the breakpoint of another thread ends the step" "$two,{\"on\":\"s\",\"times\":1,\"reply\":\"$(at 2 0x1300)\"}" \
    "{\"do\":\"break\",\"at\":\"*0x1300\",\"save\":\"b\"},$(stop stepi breakpoint 0x1300 ',"breakpoint":"${b.id}"')"
fake "another thread's stop while one is stepped off its breakpoint" "$two,{\"on\":\"s\",\"times\":1,\"reply\":\"$(at 2 0x1300)\"}" \
    "{\"do\":\"break\",\"at\":\"*0x1000\"},{\"do\":\"break\",\"at\":\"*0x1300\",\"save\":\"b\"},$(stop continue breakpoint 0x1300 ',"breakpoint":"${b.id}"'),{\"do\":\"breakpoints\",\"expect\":{\"breakpoints\":[{\"hits\":0},{\"hits\":1}]}}"
fake "another thread's own trap meanwhile" "$two,{\"on\":\"s\",\"times\":1,\"reply\":\"$(at 2 0x1400)\"}" \
    "{\"do\":\"break\",\"at\":\"*0x1000\"},$(stop continue signal 0x1400 ',"signal":"SIGTRAP"')"
fake "a step onto a trap of the program's own, where ours was lately" "$two" \
    "{\"do\":\"break\",\"at\":\"*0x1001\",\"save\":\"b\"},{\"do\":\"delete\",\"id\":\"\${b.id}\"},$(stop stepi step 0x1001),{\"do\":\"eval\",\"expr\":\"\$pc\",\"expect\":{\"value\":{\"eq\":4097}}}" \
    '"memory":[{"start":"0x1000","size":4096,"bytes":"90cc90"},{"start":"0x8000","size":4096}]'
fake "a breakpoint of one thread is passed by in another" \
    "$two,{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 2 0x1300)\"},{\"on\":\"s\",\"times\":1,\"reply\":\"$(at 2 0x1301)\"},{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 1 0x1300)\"}" \
    "{\"do\":\"break\",\"at\":\"*0x1300\",\"thread\":\"1\",\"save\":\"b\"},$(stop continue breakpoint 0x1300 ',"breakpoint":"${b.id}"'),{\"do\":\"breakpoints\",\"expect\":{\"breakpoints\":[{\"hits\":1}]}}"

# An interrupt that crosses a breakpoint on the wire: the stub still owes its SIGINT, which comes with the next run and is nobody's.
crossing="{\"on\":\"c\",\"times\":1,\"raw\":\"\"},{\"on\":\"\\u0003\",\"times\":1,\"reply\":\"$(at 1 0x1100)\"},{\"on\":\"s\",\"times\":1,\"reply\":\"$(at 1 0x1101)\"},{\"on\":\"c\",\"times\":1,\"reply\":\"T0210:0511000000000000;thread:1;\"}"
points='{"do":"break","at":"*0x1100","save":"a"},{"do":"break","at":"*0x1200","save":"b"},{"do":"continue","background":true}'
fake "an owed SIGINT is swallowed" "$crossing,{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 1 0x1200)\"}" \
    "$points,$(stop interrupt breakpoint 0x1100 ',"breakpoint":"${a.id}"'),$(stop continue breakpoint 0x1200 ',"breakpoint":"${b.id}"')"
fake "and only that one" "$crossing,{\"on\":\"c\",\"times\":1,\"reply\":\"T0210:0611000000000000;thread:1;\"}" \
    "$points,$(stop interrupt breakpoint 0x1100),$(stop continue signal 0x1106 ',"signal":"SIGINT"')"
fake "an interrupt that crosses a false condition" "$crossing,{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 1 0x1200)\"}" \
    "{\"do\":\"break\",\"at\":\"*0x1100\",\"if\":\"0\"},{\"do\":\"break\",\"at\":\"*0x1200\"},{\"do\":\"continue\",\"background\":true},$(stop interrupt interrupt 0x1100 ',"signal":{"exists":false},"breakpoint":{"exists":false}'),$(stop continue breakpoint 0x1200)"
fake "an interrupt while a watch is stepped" "" \
    '{"do":"watch","addr":"0x8000","length":2,"kind":"software"},{"do":"continue","background":true},{"do":"interrupt","expect":{"reason":"interrupt","signal":{"exists":false}}}' \
    "$memory,\"loop\":true,\"end\":\"0x1800\""
fake "a SIGINT that nobody owes is told" "{\"on\":\"c\",\"times\":1,\"reply\":\"T0210:0611000000000000;thread:1;\"}" "$(stop continue signal 0x1106 ',"signal":"SIGINT"')"
fake "an interrupt is one, and the next signal a signal" \
    "{\"on\":\"c\",\"times\":1,\"raw\":\"\"},{\"on\":\"\\u0003\",\"times\":1,\"reply\":\"T0210:0511000000000000;thread:1;\"},{\"on\":\"c\",\"times\":1,\"reply\":\"T0210:0611000000000000;thread:1;\"}" \
    "{\"do\":\"continue\",\"background\":true},$(stop interrupt interrupt 0x1105),$(stop continue signal 0x1106 ',"signal":"SIGINT"')"

# -- code that is not there yet ------------------------------------------------------------------------------
# A program that its loader will bring to 0x1100: until then hardware is asked for, which no load overwrites.
cat >"$work/later.s" <<'A'
.globl _start, second
.type _start, @function
_start: .fill 64, 1, 0x90
.size _start, 64
.type second, @function
second: .fill 64, 1, 0x90
.size second, 64
.section .note.GNU-stack,"",@progbits
A
gcc -nostdlib -static -no-pie -Wl,-Ttext=0x1100,--build-id=none -o "$work/later" "$work/later.s"
nothing=$(printf '00%.0s' {1..512})
later="\"loop\":true,\"end\":\"0x1800\",\"memory\":[{\"start\":\"0x1000\",\"size\":4096,\"bytes\":\"$nothing\"},{\"start\":\"0x8000\",\"size\":4096}]"
loads='{"do":"write","addr":"0x1100","hex":"'$(printf '90%.0s' {1..64})'"}'
planned() { printf '{"do":"breakpoints","expect":{"breakpoints":[{"kind":"%s","warning":%s},{"kind":"%s","warning":%s}]}}' "$@"; }
none='{"exists":false}' no_code='{"match":"there is no code at"}'
later() { printf '{"rules":[%s],"machine":{%s}}' "$2" "$later" >"$work/stub.json" && steps "$1" "$3" -t "launch:$S $work/stub.json {port}" -s "$work/later"; }
later "code that comes later" "" "{\"do\":\"break\",\"at\":\"_start\",\"expect\":{\"kind\":\"hardware\",\"state\":\"armed\",\"warning\":$no_code}},{\"do\":\"break\",\"at\":\"second\"},$(stop stepi step 0x1001),$(planned hardware "$no_code" hardware "$no_code"),$loads,$(stop stepi step 0x1002),$(planned software "$none" hardware "$no_code"),{\"do\":\"write\",\"addr\":\"0x1140\",\"hex\":\"$(printf '90%.0s' {1..64})\"},$(stop continue breakpoint 0x1100),$(planned software "$none" software "$none"),$(stop continue breakpoint 0x1140)"
later "a kind that was asked for stays" "" "{\"do\":\"break\",\"at\":\"_start\",\"kind\":\"hardware\"},{\"do\":\"break\",\"at\":\"second\",\"kind\":\"software\",\"expect\":{\"kind\":\"software\"}},$loads,$(stop stepi step 0x1001),$(planned hardware "$none" software "$none")"
later "no hardware for it" '{"on":"Z1","reply":""}' "{\"do\":\"break\",\"at\":\"_start\",\"expect\":{\"kind\":\"software\",\"tried\":[{\"kind\":\"hardware\"},{\"kind\":\"software\",\"outcome\":\"OK\"}]}}"

# -- reasons ------------------------------------------------------------------------------------------------
# reason NAME REPLY EXPECTED [STEPS BEFORE]: what `continue` makes of a reply
reason() { fake "reason: $1" "$two,{\"on\":\"c\",\"times\":1,\"reply\":\"$2\"}" "${4:+$4,}{\"do\":\"continue\",\"expect\":{$3}}"; }
reason "a signal" "T0b10:0011000000000000;thread:2;" '"reason":"signal","signal":"SIGSEGV","thread":{"match":"2$"},"pc":"0x1100"'
reason "signal 0" "T0010:0011000000000000;thread:1;" '"reason":"signal"'
reason "no thread told: the one that stood" "T0510:0011000000000000;" '"reason":"signal","thread":{"match":"1$"}'
reason "exit" "W07" '"reason":"exited","exit_code":7'
reason "death" "X09" '"reason":"killed","signal":"SIGKILL"'
reason "nothing is left" "N" '"reason":"thread-exited"'
reason "a watchpoint of nobody" "$(at 1 0x1100 'watch:8000;')" '"reason":"watchpoint","watchpoint":{"exists":false}'
watch='{"do":"watch","addr":"0x8000","length":8,"save":"w"}' hit="\"reply\":\"$(at 1 0x1100 'watch:8004;')\""
changed='{"on":"m8000,8","times":1,"reply":"0000000000000000"},{"on":"m8000,8","reply":"0000000001000000"}'
fake "reason: a watchpoint" "$two,$changed,{\"on\":\"c\",\"times\":1,$hit}" "$watch"',{"do":"continue","expect":{"reason":"watchpoint","watchpoint":"${w.id}"}}'
fake "reason: a write of the same is none" "$two,{\"on\":\"c\",\"times\":1,$hit},{\"on\":\"c\",\"times\":1,\"reply\":\"W07\"}" "$watch"',{"do":"continue","expect":{"reason":"exited"}}'
reason "one of an access, not of a write" "$(at 1 0x1100 'awatch:8004;')" '"reason":"watchpoint","watchpoint":"${r.id}"' \
    '{"do":"watch","addr":"0x8000","length":8,"save":"w"},{"do":"watch","addr":"0x8000","length":8,"access":"any","save":"r"}'
reason "a breakpoint with swbreak" "$(at 1 0x1100 'swbreak:;')" '"reason":"breakpoint","breakpoint":"${b.id}"' '{"do":"break","at":"*0x1100","save":"b"}'
reason "a pc behind the trap" "$(at 1 0x1101)" '"reason":"breakpoint","breakpoint":"${b.id}","pc":"0x1100"' '{"do":"break","at":"*0x1100","save":"b"}'
reason "a trap of the program's own" "$(at 1 0x1101)" '"reason":"signal","signal":"SIGTRAP","pc":"0x1101"' '{"do":"break","at":"*0x1200"}'
reason "a system call" "$(at 1 0x1100 'syscall_entry:1;')" '"reason":"syscall"'
reason "the end of a recording" "$(at 1 0x1100 'replaylog:end;')" '"reason":"history-end"'
reason "one of a read" "$(at 1 0x1100 'rwatch:8004;')" '"reason":"watchpoint","watchpoint":"${r.id}"' \
    '{"do":"watch","addr":"0x8000","length":8,"access":"any"},{"do":"watch","addr":"0x8000","length":8,"access":"read","save":"r"},{"do":"watch","addr":"0x8000","length":8}'
reason "a trap of the program's own, and a stub that set the pc back" "$(at 1 0x1100 'swbreak:;')" '"reason":"signal","signal":"SIGTRAP","pc":"0x1101"' \
    '{"do":"write","addr":"0x1100","hex":"cc"}'
fake "a hit that comes late, of what is gone" "{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 1 0x1100 'swbreak:;')\"},{\"on\":\"c\",\"times\":1,\"reply\":\"W00\"}" \
    '{"do":"break","at":"*0x1100","save":"b"},{"do":"delete","id":"${b.id}"},{"do":"continue","expect":{"reason":"exited"}}'
fake "the same without a word of the reason" "{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 1 0x1100)\"},{\"on\":\"c\",\"times\":1,\"reply\":\"W00\"}" \
    '{"do":"break","at":"*0x1100","save":"b"},{"do":"delete","id":"${b.id}"},{"do":"continue","expect":{"reason":"exited"}}'
fake "all threads stand when one has stopped" "$two,{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 2 0x1100)\"}" \
    '{"do":"threads"},{"do":"continue"},{"do":"threads","expect":{"threads":{"count":2}}},{"do":"registers","thread":"1","expect":{"registers":{"rip":{"exists":true}}}}'

# Who was hit by one store: each watch over those bytes, when they changed, and is told once.
hits() { printf '{"do":"breakpoints","expect":{"breakpoints":['; printf '{"hits":%s},' "${@:1:$#-1}"; printf '{"hits":%s}]}}' "${@: -1}"; }
stores='"end":"0x1100","memory":[{"start":"0x1000","size":4096},{"start":"0x8000","size":4096,"bytes":"0000000000000000000000000000000000"}],"writes":[{"pc":"0x1010","address":"0x8000","value":7},{"pc":"0x1020","address":"0x8004","value":8},{"pc":"0x1030","address":"0x8004","value":8}]'
watch() { printf '{"do":"watch","addr":"%s","length":%s%s},' "$@"; }
fake "watches over the same bytes" "" \
    "$(watch 0x8000 8 ',"save":"a"')$(watch 0x8000 8 '')$(watch 0x8000 4 '')$(watch 0x8004 4 '')$(watch 0x8008 8 '')$(watch 0x8000 8 ',"access":"any"')$(watch 0x8000 8 ',"save":"off"'){\"do\":\"disable\",\"id\":\"\${off.id}\"},$(stop continue watchpoint 0x1011 ',"watchpoint":"${a.id}"'),$(hits 1 1 1 0 0 0 0),$(stop continue watchpoint 0x1021 ',"watchpoint":"${a.id}"'),$(hits 2 2 1 1 0 0 0)" "$stores"
fake "two watches of any access at one place" "{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 1 0x1011 'awatch:8000;')\"}" \
    "$(watch 0x8000 8 ',"access":"any"')$(watch 0x8000 8 ',"access":"any"')$(watch 0x8000 4 ',"access":"any"')$(stop continue watchpoint 0x1011),$(hits 1 1 0)" "$stores"
fake "a watch whose condition is false, beside one that stops" "" \
    "$(watch 0x8000 8 ',"if":"*(char *)0x8000 == 9"')$(watch 0x8000 8 ',"ignore":1')$(watch 0x8000 4 ',"save":"c"')$(stop continue watchpoint 0x1011 ',"watchpoint":"${c.id}"'),$(hits 0 1 1)" "$stores"
fake "a store that is watched ends at a breakpoint" "" \
    "$(watch 0x8000 8 ',"save":"w"'){\"do\":\"break\",\"at\":\"*0x1011\",\"save\":\"b\"},$(stop continue watchpoint 0x1011 ',"watchpoint":"${w.id}","breakpoint":"${b.id}"'),$(hits 1 1)" "$stores"
fake "and where the watch does not stop, the breakpoint does" "" \
    "$(watch 0x8000 8 ',"ignore":1'){\"do\":\"break\",\"at\":\"*0x1011\",\"save\":\"b\"},$(stop continue breakpoint 0x1011 ',"breakpoint":"${b.id}"'),$(hits 1 1)" "$stores"
fake "several breakpoints at one place" "" \
    "{\"do\":\"break\",\"at\":\"*0x1100\",\"if\":\"0\"},{\"do\":\"break\",\"at\":\"*0x1100\",\"ignore\":1},{\"do\":\"break\",\"at\":\"*0x1100\",\"save\":\"c\"},{\"do\":\"break\",\"at\":\"*0x1100\"},$(stop continue breakpoint 0x1100 ',"breakpoint":"${c.id}"'),$(hits 0 1 1 1)" \
    "$memory,\"end\":\"0x1800\""
fake "a library that comes is no stop" "{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 1 0x1100 'library:;')\"},{\"on\":\"c\",\"times\":1,\"reply\":\"W00\"}" '{"do":"continue","expect":{"reason":"exited"}}'
fake "nor is a thread that comes" "{\"on\":\"c\",\"times\":1,\"reply\":\"$(at 1 0x1100 'create:;')\"},{\"on\":\"c\",\"times\":1,\"reply\":\"W00\"}" '{"do":"continue","expect":{"reason":"exited"}}'
# -- traps of the program's own, with a breakpoint kept ------------------------------------------------------------------
cat >"$work/own.c" <<'C'
volatile int n;
int main(int argc, char **argv)
{
    (void)argv;
    n = argc;
#if defined __x86_64__
    __asm__ volatile("int3"); n = 2; __asm__ volatile(".byte 0xcd, 3");
#elif defined __aarch64__
    __asm__ volatile("brk #0xf000"); n = 2; __asm__ volatile("brk #1");
#else
    __asm__ volatile("ebreak"); n = 2; __asm__ volatile(".4byte 0x00100073");
#endif
    n = 4;
    return n;
}
C
trapped='"reason":"signal","signal":"SIGTRAP"'
own() { # NAME COMPILER TARGET STEPS
    "$2" -g -O0 -static -o "$work/own-$1" "$work/own.c" || { echo "FAIL own traps, $1: it cannot be built" && return; }
    session "own traps, $1" 0 "$(inline "{\"timeout\":20,\"steps\":[{\"do\":\"break\",\"at\":\"main\"},{\"do\":\"continue\",\"expect\":{\"reason\":\"breakpoint\"}},$4]}")" \
        -s "$work/own-$1" -t "launch:$3 $work/own-$1"
}
value() { echo "{\"do\":\"eval\",\"expr\":\"n\",\"expect\":{\"value\":\"$1\"}}"; }
all="{\"do\":\"continue\",\"expect\":{$trapped}},$(value 1),{\"do\":\"continue\",\"expect\":{$trapped}},$(value 2),{\"do\":\"continue\",\"expect\":{\"reason\":\"exited\",\"exit_code\":4}}"
for one in "x86-64 gcc gdbserver --once 127.0.0.1:{port}" "aarch64 aarch64-linux-gnu-gcc qemu-aarch64 -g {port}" "riscv64 riscv64-linux-gnu-gcc qemu-riscv64 -g {port}"; do
    set -- $one
    arch=$1 compiler=$2
    shift 2
    own "$arch" "$compiler" "$*" "$all"
done
# by line: a stub that stays at the trap has it told, gdbserver, which goes past by itself, is not let step the range
next="{\"do\":\"continue\",\"expect\":{$trapped}},{\"do\":\"next\",\"expect\":{$trapped}},$(value 2),{\"do\":\"next\",\"expect\":{\"reason\":\"step\"}},$(value 2)"
own aarch64 aarch64-linux-gnu-gcc "qemu-aarch64 -g {port}" "$next"
own riscv64 riscv64-linux-gnu-gcc "qemu-riscv64 -g {port}" "$next"
own x86-64 gcc "gdbserver --once 127.0.0.1:{port}" \
    "{\"do\":\"continue\",\"expect\":{$trapped}},{\"do\":\"next\",\"expect\":{\"reason\":\"step\",\"line\":{\"gt\":6}}},$(value 2),{\"do\":\"next\"},$(value 4)"

finish
