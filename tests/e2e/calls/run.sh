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

finish
