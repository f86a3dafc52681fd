#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Functions of the program in expressions: what is passed and returned by each calling convention, that all is put back, what
# becomes of a stop on the way, and where nothing is called.
. tests/e2e/lib.sh "$1"

# EXPRESSION|VALUE, as gdb prints it; in the order in which they are asked: some change `counter`.
answers=('add(3, 4)|7' 'nothing_taken()|7' 'nothing_returned(5)|void' 'counter|12' 'narrow(-100, 7, 1)|-92 '"'"'\244'"'" 'whole(1)|2147483649'
    'wide(5000000000, 3, 1)|14999999999' 'twice(2.25)|4.5' 'half(3)|1.5' 'long_twice(1.5)|3' 'mix(1, 2, 3, 4, 5)|54321'
    'many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)|385' 'many_doubles(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)|385'
    'many_mixed(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)|819' 'next_colour(GREEN)|BLUE' 'length("hello")|5' 'length(text)|14'
    'letter("hello", 4)|111' '*address(&counter - 1)|12' 'sum_of(3, 1, 2, 3)|6' 'sum_of_doubles(3, 1.5, 2.5f, 3.0)|7'
    'take_small(small)|42' 'take_pair(pair, 3)|11' 'take_mixed(3, mixed)|8.5' 'take_floats(floats)|321' 'take_doubles(doubles, 3)|326.25'
    'take_odd(odd, 1)|199' 'take_nine(1, nine)|202' 'take_big(2, big, 3)|14' 'take_one(one)|6.5' 'take_either(either)|77'
    'take_late(1, 2, 3, 4, 5, 6, pair, 7)|17' 'give_small(1)|{a = 2}' 'give_pair(5)|{a = 5, b = -5}' 'give_mixed(5)|{d = 2.5, i = 5}'
    'give_floats(5)|{x = 5, y = 6, z = 7}' 'give_doubles(5)|{x = 5, y = 10}' 'give_big(5, 3)|{a = {5, 3, 8, 2, 15}}'
    'give_odd(120)|{c = "xyz"}' 'pointer(3, 4)|7' '(*pointer)(3, 4)|7' 'apply(add, 3, 4)|7' 'add(add(1, 2), add(3, 4))|10'
    'give_big(5, 3).a[4]|15' 'deep(20)|210' '((int (*)(int, int))add)(1, 2)|3')

# calls TARGET-NAME ARGUMENTS…: every answer, with all registers before and behind
calls() {
    local name=$1
    shift
    {
        printf 'break leaf\ncontinue\ninfo all-registers\n'
        for answer in "${answers[@]}"; do printf 'output %s\n' "${answer%%|*}"; done
        printf 'info all-registers\nkill\n'
    } >"$work/lines"
    timeout 300 "$A" --cli "$@" <"$work/lines" >"$work/$name.out" 2>&1
    printf '%s\n' "${answers[@]#*|}" >"$work/wanted"
    grep -vE '^[a-zA-Z_0-9]+ +(0x[0-9a-f]+|<unavailable>)$' "$work/$name.out" |
        sed '1,/^[0-9]*\t.*kept = /d' | head -n "${#answers[@]}" >"$work/$name.answers"
    if cmp -s "$work/wanted" "$work/$name.answers"; then
        echo "ok $name: arguments and results"
    else
        echo "FAIL $name: arguments and results: $(diff "$work/wanted" "$work/$name.answers" | head -n 4 | tr '\n' ' ')"
    fi
    # twice the same registers, and more than a handful
    if grep -E '^[a-zA-Z_0-9]+ +(0x[0-9a-f]+|<unavailable>)$' "$work/$name.out" |
        awk '{ line[NR] = $0 } END { h = NR / 2; if (NR < 20 || NR % 2) exit 1; for (i = 1; i <= h; i++) if (line[i] != line[h + i]) { print line[i], line[h + i]; exit 1 } }' \
            >"$work/differs"; then
        echo "ok $name: registers are put back"
    else
        echo "FAIL $name: registers are put back: $(cat "$work/differs")"
    fi
}

for pair in i386:i686 aarch64:aarch64 arm:arm ppc64:powerpc64 ppc64le:powerpc64le riscv64:riscv64 s390x:s390x mips:mips mipsel:mipsel \
    x86_64:x86_64; do
    name=${pair%%:*} gnu=${pair##*:}-linux-gnu flags=(-Wno-psabi)
    case $name in
    arm) gnu=arm-linux-gnueabihf ;;
    mips*) flags+=(-mfp32) ;;
    esac
    "$gnu-gcc" -g -O0 -static "${flags[@]}" -o "$work/program-$name" tests/e2e/calls/program.c
    calls "$name" -t "launch:qemu-$name -g {port} $work/program-$name" -s "$work/program-$name"
done
library=/usr/lib/picolibc/riscv64-unknown-elf # Debian has no Linux library for it
riscv64-unknown-elf-gcc -march=rv32gc -mabi=ilp32d -isystem $library/include -nostdlib -g -O0 -static \
    -o "$work/program-riscv32" tests/e2e/calls/riscv32.S tests/e2e/calls/program.c -L$library/lib/rv32imafdc/ilp32d -lc -lgcc -lc
calls riscv32 -t "launch:qemu-riscv32 -g {port} $work/program-riscv32" -s "$work/program-riscv32"
arm-linux-gnueabihf-gcc -g -O0 -static -marm -o "$work/program-wide" tests/e2e/calls/program.c # none of it Thumb but the libraries
calls arm-without-thumb -t "launch:qemu-arm -g {port} $work/program-wide" -s "$work/program-wide"

gcc -g -O0 -o "$work/program" tests/e2e/calls/program.c
native="launch:gdbserver --once 127.0.0.1:{port} $work/program"
calls gdbserver -t "$native" "$work/program"
calls gdbserver-i386 -t "launch:gdbserver --once 127.0.0.1:{port} $work/program-i386" "$work/program-i386"

# What one call costs: stack read and written, registers written, the run, registers read and written, the stack put back.
packets() { printf 'break leaf\ncontinue\n%skill\n' "$1" | timeout 60 "$A" --cli --wire-log "$work/wire" -t "$native" "$work/program" >/dev/null 2>&1
    grep '"kind": "packet"' "$work/wire" | grep -c '"dir": "out"'; }
once=$(packets $'print add(1, 2)\n') twice=$(packets $'print add(1, 2)\nprint add(3, 4)\n')
if [ $((twice - once)) -ge 5 ] && [ $((twice - once)) -le 7 ]; then echo 'ok a call costs seven packets at most'; else
    echo "FAIL a call costs seven packets at most: $once, $twice"; fi

# gdb on the same expressions
{
    printf 'set confirm off\nset print address off\nbreak leaf\nrun\n'
    for answer in "${answers[@]}"; do printf 'output %s\necho \\n\n' "${answer%%|*}"; done
} >"$work/gdb"
gdb -nx -batch -x "$work/gdb" "$work/program" 2>/dev/null | sed '1,/^[0-9]*\t.*kept = /d' >"$work/gdb.out"
cmp -s "$work/wanted" "$work/gdb.out" && echo 'ok gdb says the same' ||
    echo "FAIL gdb says the same: $(diff "$work/wanted" "$work/gdb.out" | head -n 4 | tr '\n' ' ')"

# -- stops on the way --------------------------------------------------------------------------------------
call() { echo "{\"do\": \"eval\", \"expr\": \"$1\", \"calls\": true, \"expect\": $2}"; }
stopped='{"error": {"code": "call-stopped"}}'
at_leaf='{"do": "break", "at": "leaf"}, {"do": "continue"}, {"do": "registers", "group": "all", "save": "before"}'
same='{"do": "eval", "expr": "i", "expect": {"value": 3}}'
steps 'a breakpoint in the function: the stack, and the way back by finish' "$at_leaf, {\"do\": \"break\", \"at\": \"breaks\", \"save\": \"b\"},
    $(call 'breaks(21)' "$stopped"),
    {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"breaks\"}, {\"function\": \"<function called from the debugger>\", \"rule\": \"called\"},
        {\"function\": \"leaf\"}, {\"function\": \"caller\"}, {\"function\": \"main\"}]}},
    {\"do\": \"eval\", \"expr\": \"n\", \"expect\": {\"value\": 21}},
    $(call 'add(1, 2)' '{"value": 3}'), {\"do\": \"eval\", \"expr\": \"n\", \"expect\": {\"value\": 21}},
    {\"do\": \"finish\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"leaf\"}}, $same,
    {\"do\": \"finish\", \"expect\": {\"function\": \"caller\", \"value\": 30}}" -t "$native" "$work/program"
steps 'a call within a call, each put back by itself' "$at_leaf, {\"do\": \"break\", \"at\": \"breaks\"},
    $(call 'breaks(21)' "$stopped"), $(call 'breaks(22)' "$stopped"), {\"do\": \"eval\", \"expr\": \"n\", \"expect\": {\"value\": 22}},
    {\"do\": \"continue\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"breaks\"}}, {\"do\": \"eval\", \"expr\": \"n\", \"expect\": {\"value\": 21}},
    {\"do\": \"continue\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"leaf\"}}, $same" -t "$native" "$work/program"
steps 'a crash in the function' "$at_leaf, $(call 'crash(3)' '{"error": {"code": "call-stopped", "message": {"match": "SIGSEGV"}}}'),
    {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"crash\"}, {\"rule\": \"called\"}, {\"function\": \"leaf\"}]}},
    $(call 'add(1, 2)' '{"value": 3}')" -t "$native" "$work/program"
steps 'the program ends in the function' "$at_leaf, $(call 'exit(3)' '{"error": {"code": "call-stopped", "message": {"match": "status 3"}}}')" \
    -t "$native" "$work/program"
steps 'time runs out in the function: it is stopped there' "$at_leaf,
    {\"do\": \"eval\", \"expr\": \"spin()\", \"calls\": true, \"timeout\": 1, \"expect\": {\"error\": {\"code\": \"timeout\"}}},
    {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"spin\"}, {\"rule\": \"called\"}, {\"function\": \"leaf\"}]}}" -t "$native" "$work/program"
steps 'one emulator: a breakpoint in the function' "$at_leaf, {\"do\": \"break\", \"at\": \"breaks\"}, $(call 'breaks(21)' "$stopped"),
    {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"breaks\"}, {\"rule\": \"called\"}, {\"function\": \"leaf\"}, {\"function\": \"caller\"}]}},
    {\"do\": \"continue\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"leaf\"}}, $same" \
    -t "launch:qemu-aarch64 -g {port} $work/program-aarch64" -s "$work/program-aarch64"
steps 'one emulator of a big-endian processor: the same' "$at_leaf, {\"do\": \"break\", \"at\": \"breaks\"}, $(call 'breaks(21)' "$stopped"),
    {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"breaks\"}, {\"rule\": \"called\"}, {\"function\": \"leaf\"}, {\"function\": \"caller\"}]}},
    {\"do\": \"continue\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"leaf\"}}, $same" \
    -t "launch:qemu-s390x -g {port} $work/program-s390x" -s "$work/program-s390x"

# -- what is refused ---------------------------------------------------------------------------------------
refused() { echo "{\"do\": \"eval\", \"expr\": \"$1\", \"calls\": true, \"expect\": {\"error\": {\"code\": \"$2\"}}}"; }
steps 'no call without being asked for, and none in a condition' "$at_leaf,
    {\"do\": \"eval\", \"expr\": \"add(1, 2)\", \"expect\": {\"error\": {\"code\": \"unsupported\"}}},
    {\"do\": \"set\", \"expr\": \"counter\", \"value\": \"add(1, 2)\", \"expect\": {\"error\": {\"code\": \"unsupported\"}}},
    {\"do\": \"set\", \"expr\": \"counter\", \"value\": \"add(40, 2)\", \"calls\": true, \"expect\": {\"value\": 42}},
    {\"do\": \"watch\", \"expr\": \"*address(&counter)\", \"expect\": {\"error\": {\"code\": \"unsupported\"}}},
    {\"do\": \"eval\", \"expr\": \"sizeof(give_big(1, 2))\", \"expect\": {\"value\": \"40\"}},
    {\"do\": \"eval\", \"expr\": \"sizeof(add(1, 2) + 0L)\", \"expect\": {\"value\": \"8\"}}" -t "$native" "$work/program"
steps 'what is no call that could be made' "$at_leaf, $(refused 'add(1)' usage), $(refused 'add(1, 2, 3)' usage), $(refused 'counter(1)' type-mismatch),
    $(refused 'add(pair, 1)' type-mismatch), $(refused 'take_pair(1, 2)' type-mismatch), $(refused 'nosuch(1)' no-symbol), $(refused 'add(1,' syntax),
    {\"do\": \"set\", \"expr\": \"\$rsp\", \"value\": 0}, $(refused 'add(1, 2)' unsupported),
    {\"do\": \"set\", \"expr\": \"\$rsp\", \"value\": \"0x100000\"}, $(refused 'add(1, 2)' no-memory)" -t "$native" "$work/program"

# -- C++ -----------------------------------------------------------------------------------------------------
g++ -g -O0 -o "$work/classes" tests/e2e/calls/classes.cc
steps 'methods, virtual ones, references, functions of one name' "{\"do\": \"break\", \"at\": \"classes.cc:$(grep -n 'in method' tests/e2e/calls/classes.cc | cut -d: -f1)\"},
    {\"do\": \"continue\"}, {\"do\": \"delete\", \"all\": true},
    $(call 'ns::scale(2)' '{"value": 6}'), $(call 'ns::scale(2.0)' '{"value": 10}'), $(call 'ns::scale(\"a\")' '{"value": 97}'),
    $(call 'ns::scale(int)(2)' '{"value": 6}'), $(call 'by_reference(one)' '{"value": 4}'), $(refused 'by_value(one)' unsupported),
    $(call 'of_number(4)' '{"value": 5}'), $(call 'bump(number)' '{"text": "void"}'), {\"do\": \"eval\", \"expr\": \"number\", \"expect\": {\"value\": 7}},
    $(call 'as_base->kind(1)' '{"value": 18001}'), $(call 'object.kind(1)' '{"value": 18001}'), $(call 'object.base::kind(1)' '{"value": 1001}'),
    $(call 'as_side->other()' '{"value": 16}'), $(call 'object.plain(2)' '{"value": 3}'), $(call 'object.plain(2.5)' '{"value": 52}'),
    $(call 'object.shared(4)' '{"value": 8}'), $(call 'base::shared(4)' '{"value": 8}'), $(call 'inner(3)' '{"value": 12}'),
    $(call 'this->inner(3)' '{"value": 12}'), $(refused 'object.nosuch(1)' no-member), $(refused 'ns::scale(one)' type-mismatch)" \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/classes" "$work/classes"

in_method="{\"do\": \"break\", \"at\": \"classes.cc:$(grep -n 'in method' tests/e2e/calls/classes.cc | cut -d: -f1)\"}, {\"do\": \"continue\"}"
pointed="$in_method, $(call '(object.*virtual_method)(1)' '{"value": 18001}'), $(call '(pointer->*virtual_method)(1)' '{"value": 18001}'),
    $(call '(pointer->*of_second_base)()' '{"value": 16}'), $(call '(object.*own_method)(2)' '{"value": 3}'),
    $(call '(pointer->*through_derived)()' '{"value": 16}'), $(call 'times(3)' '{"value": 15}'), $(call 'times(1.5, 3.0)' '{"value": 9.5}'),
    $(call 'times(times(2))' '{"value": 50}'), $(refused '(object.*no_method)(1)' type-mismatch), $(refused '(object.*data)(1)' type-mismatch),
    $(refused '(object.*virtual_method)(1, 2)' usage), $(refused 'object(3)' type-mismatch), $(refused 'times(one)' type-mismatch)"
steps 'pointers to methods, and objects that are called' "$pointed" -t "launch:gdbserver --once 127.0.0.1:{port} $work/classes" "$work/classes"
for pair in aarch64:aarch64-linux-gnu arm:arm-linux-gnueabihf ppc64le:powerpc64le-linux-gnu s390x:s390x-linux-gnu; do
    "${pair#*:}-g++" -g -O0 -static -o "$work/classes-${pair%%:*}" tests/e2e/calls/classes.cc
    steps "pointers to methods, and objects that are called: ${pair%%:*}" "$pointed" \
        -t "launch:qemu-${pair%%:*} -g {port} $work/classes-${pair%%:*}" -s "$work/classes-${pair%%:*}"
done

# -- what finish tells of a function that was called -----------------------------------------------------------
steps 'finish out of a called function tells the value' "$at_leaf, {\"do\": \"break\", \"at\": \"breaks\"}, $(call 'breaks(21)' "$stopped"),
    $(call 'breaks(22)' "$stopped"), {\"do\": \"finish\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"breaks\", \"value\": 44, \"type\": \"int\"}},
    {\"do\": \"continue\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"leaf\", \"value\": 42}}, {\"do\": \"break\", \"at\": \"give_big\"},
    $(call 'give_big(5, 3)' "$stopped"), {\"do\": \"finish\", \"expect\": {\"reason\": \"call-returned\", \"text\": \"{a = {5, 3, 8, 2, 15}}\"}},
    {\"do\": \"break\", \"at\": \"nothing_returned\"}, $(call 'nothing_returned(1)' "$stopped"),
    {\"do\": \"finish\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"leaf\"}}, $same" -t "$native" "$work/program"

# -- the target is left with a function pending ----------------------------------------------------------------
gcc -g -O0 -o "$work/left" tests/e2e/calls/left.c
aarch64-linux-gnu-gcc -g -O0 -static -o "$work/left-aarch64" tests/e2e/calls/left.c
powerpc64-linux-gnu-gcc -g -O0 -static -o "$work/left-ppc64" tests/e2e/calls/left.c
pending="break left.c:$(grep -n 'in main' tests/e2e/calls/left.c | cut -d: -f1)
continue
break breaks
print breaks(1)
print outer(2)
"
said='outer, which was called for an expression, has not returned: it is given up'
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# left NAME PROGRAM COMMAND…: two calls are pending when the debugger leaves, and the program goes on where it was
left() {
    local name=$1 program=$2 pid port
    shift 2
    port=$(free_port)
    timeout 120 "${@//\{port\}/$port}" >"$work/left.out" 2>"$work/left.err" &
    pid=$!
    pids+=("$pid")
    until grep -qs "0100007F:$(printf %04X "$port") .* 0A\|00000000:$(printf %04X "$port") .* 0A" /proc/net/tcp; do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.02
    done
    printf '%s%s\n' "$pending" detach | timeout 60 "$A" --cli -t "127.0.0.1:$port" -s "$program" >"$work/out" 2>"$work/err"
    says "$name: says so" "$said"
    wait "$pid" 2>/dev/null
    same "$name: the program goes on where it was" "$(grep -E '^(begins|ends)' "$work/left.out" | tr '\n' ' ')" 'begins 2 ends 9 '
}
left 'detach in called functions, gdbserver' "$work/left" gdbserver --once '127.0.0.1:{port}' "$work/left"
left 'detach in called functions, qemu-aarch64' "$work/left-aarch64" qemu-aarch64 -g '{port}' "$work/left-aarch64"
left 'detach in called functions, qemu-ppc64' "$work/left-ppc64" qemu-ppc64 -g '{port}' "$work/left-ppc64"
# The registers before and behind: what `kill` and `quit` write last is what the stop in main had.
for way in kill quit; do
    printf '%sprint $sp\n%s\n' "${pending/break breaks/print \$sp
break breaks}" "$way" | timeout 60 "$A" --cli --wire-log "$work/wire" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/left" "$work/left" >"$work/out" 2>"$work/err"
    says "$way in called functions: says so" "$said"
    same "$way in called functions: registers are put back first" "$(python3 - "$work/wire" <<'P'
import json, sys
packets = [l for l in map(json.loads, open(sys.argv[1])) if l.get("kind") == "packet"]
sent = [l["data"] for l in packets if l["dir"] == "out"]
writes = [d for d in sent if d[0] == "G"]
# two calls and two puttings back, and the last one has what the first `g` behind the run had
runs = next(i for i, l in enumerate(packets) if l["dir"] == "out" and l["data"].startswith("vCont;c"))
read = next(packets[i + 1]["data"] for i in range(runs, len(packets)) if packets[i]["dir"] == "out" and packets[i]["data"] == "g")
print(len(writes), writes and writes[-1][1:] == read, sent.index(writes[-1]) < sent.index(next(d for d in sent if d.startswith("vKill"))))
P
    )" '4 True True'
done

# -- programs of which no entry point is known -----------------------------------------------------------------
# no_entry NAME RUN FILE: the file that the debugger is given says nothing of it
no_entry() {
    python3 - "$3" "$3-no-entry" <<'P'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[24:32 if data[4] == 2 else 28] = bytes(8 if data[4] == 2 else 4)
open(sys.argv[2], "wb").write(data)
P
    steps "$1: no entry point is known" "{\"do\": \"break\", \"at\": \"leaf\"}, {\"do\": \"continue\"}, $(call 'add(3, 4)' '{"value": 7}'),
        $(call 'deep(20)' '{"value": 210}'), {\"do\": \"break\", \"at\": \"breaks\"}, $(call 'breaks(21)' "$stopped"), $(call 'leaf(2.0, 3)' "$stopped"),
        {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"leaf\"}, {\"rule\": \"called\"}, {\"function\": \"breaks\"}, {\"rule\": \"called\"},
            {\"function\": \"leaf\"}, {\"function\": \"caller\"}, {\"function\": \"main\"}]}},
        {\"do\": \"finish\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"breaks\", \"value\": 8}},
        {\"do\": \"finish\", \"expect\": {\"reason\": \"call-returned\", \"function\": \"leaf\", \"value\": 42}}, $same,
        {\"do\": \"finish\", \"expect\": {\"function\": \"caller\", \"value\": 30}}" -t "$2" -s "$3-no-entry"
}
for name in aarch64 arm ppc64; do
    no_entry "qemu-$name" "launch:qemu-$name -g {port} $work/program-$name" "$work/program-$name"
done
gcc -g -O0 -no-pie -o "$work/program-fixed" tests/e2e/calls/program.c
no_entry gdbserver "launch:gdbserver --once 127.0.0.1:{port} $work/program-fixed" "$work/program-fixed"

finish
