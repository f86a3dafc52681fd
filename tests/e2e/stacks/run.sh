#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Callers that are on no stack: functions that jumped to the next one, by what compilers say of calls. Callers where there
# is no call frame information.
. tests/e2e/lib.sh "$1"

stack() { # FUNCTION…: the next stop, and the one after it in the same call
    local frames='' name
    for name in "$@"; do frames+="${frames:+, }{\"function\": \"$name\"}"; done
    echo "{\"do\": \"continue\"}, {\"do\": \"backtrace\", \"expect\": {\"frames\": [$frames]}}, {\"do\": \"continue\"}"
}
# Two ways, which end alike; one that is not known; and one that goes round.
jumps="{\"do\": \"break\", \"at\": \"stop\"}, $(stack stop last once main), $(stack stop last once first main),
    $(stack stop last once main), $(stack stop last main), $(stack stop last main), $(stack stop last main)"
for compiler in 'gcc -O2' 'gcc -O2 -gdwarf-4' 'gcc -O2 -flto' 'gcc -Os'; do
    read -ra words <<<"$compiler"
    "${words[@]}" -g -o "$work/jumps" tests/e2e/stacks/jumps.c
    steps "functions that jumped ($compiler)" "$jumps" -t "launch:gdbserver --once 127.0.0.1:{port} $work/jumps" "$work/jumps"
done
gcc -g -O2 -o "$work/jumps" tests/e2e/stacks/jumps.c
steps 'one that jumped is told as that, has its line, and nobody returns to it' '
    {"do": "break", "at": "stop"}, {"do": "continue"}, {"do": "continue"}, {"do": "continue"},
    {"do": "backtrace", "expect": {"frames": [{"rule": "top"}, {"rule": "cfi"}, {"rule": "tail-call", "line": 22}, {"rule": "tail-call", "line": 29}, {"rule": "cfi"}]}},
    {"do": "delete", "id": 1}, {"do": "frame", "level": 1}, {"do": "finish", "expect": {"function": "main"}}' \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/jumps" "$work/jumps"
steps 'as many frames as were asked for' '
    {"do": "break", "at": "stop"}, {"do": "continue"}, {"do": "continue"}, {"do": "continue"},
    {"do": "backtrace", "depth": 3, "expect": {"frames": {"count": 3}, "end": "the depth asked for"}}' \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/jumps" "$work/jumps"

# The other end of a stack, however deep it is: and nothing of what lies between is kept.
gcc -g -O0 -o "$work/deep" tests/e2e/stacks/deep.c
steps 'main, below a recursion of 100,000' '
    {"do": "break", "at": "deep.c:8"}, {"do": "continue"},
    {"do": "backtrace", "outermost": 3, "expect": {"frames": [{"level": 100000, "function": "down"}, {"level": 100001, "function": "begin"}, {"level": 100002, "function": "main"}], "end": "main reached"}},
    {"do": "backtrace", "outermost": 200000, "expect": {"frames": {"count": 10000}, "end": "main reached"}},
    {"do": "backtrace", "depth": 2, "expect": {"frames": [{"level": 0}, {"level": 1}], "end": "the depth asked for"}}' \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/deep" "$work/deep"
printf 'break deep.c:8\ncontinue\nbt -2\nbt -2 -3\nquit\n' | timeout 60 "$A" --cli --no-config -t "launch:gdbserver --once 127.0.0.1:{port} $work/deep" "$work/deep" >"$work/out" 2>"$work/err"
says 'bt -2' '^#100002 .* in main at .*deep.c:21'

# The return address of a call that does not return may be the next function's first instruction.
at='"function": "before", "line": 13'
for how in '' '-fno-asynchronous-unwind-tables'; do
    gcc -g -O1 -fno-reorder-functions $how -o "$work/last" tests/e2e/stacks/last.c
    same "the call is the last of its function ${how:-with tables}" "$(objdump -d "$work/last" | grep -A 1 'call.*<die>' | grep -c '^$')" 1
    steps "a caller that nobody returns to is told by its call ${how:-with tables}" "
        {\"do\": \"break\", \"at\": \"die\"}, {\"do\": \"continue\"},
        {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"die\"}, {$at}, {\"function\": \"main\"}]}},
        {\"do\": \"stacks\", \"expect\": {\"groups\": [{\"frames\": [{\"function\": \"die\"}, {$at}, {\"function\": \"main\"}]}]}},
        {\"do\": \"frame\", \"up\": 1, \"expect\": {$at}},
        {\"do\": \"locals\", \"expect\": {\"variables\": [{\"name\": \"a\"}, {\"name\": \"kept\"}]}},
        {\"do\": \"list\", \"expect\": {\"first\": 8}}" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/last" "$work/last"
done

# An Arm C library has no call frame information, but the tables that C++ unwinds by.
for kind in arm thumb; do
    arm-linux-gnueabihf-gcc -g -O0 -static -m$kind -o "$work/sorts" tests/e2e/stacks/sorts.c
    steps "a library's way to call back ($kind)" '{"do": "break", "at": "compare"}, {"do": "continue"}, {"do": "backtrace", "expect": {"end": "main reached"}}' \
        -t "launch:qemu-arm -g {port} $work/sorts" "$work/sorts"
    same "through it by the tables of exceptions ($kind)" \
        "$(result '[f["function"] for f in r["frames"] if f["function"] in ("compare", "qsort", "main")], r["frames"][-1]["rule"]')" \
        "(['compare', 'qsort', 'main'], 'exidx')"
done

# Where there is no table at all, each instruction of functions of all shapes.
bare() { python3 tests/e2e/stacks/bare.py "$A" "$work" "$@"; }
for flags in -O2 -O0 -O1\ -fno-omit-frame-pointer; do
    read -ra words <<<"$flags"
    runs "no tables ($flags)" bare x86_64 qemu-x86_64 gcc "${words[@]}"
done
runs 'no tables (i386)' bare i386 qemu-i386 i686-linux-gnu-gcc -O2
runs 'no tables (Arm)' bare arm qemu-arm arm-linux-gnueabihf-gcc -O2 -marm
runs 'no tables (Thumb)' bare arm qemu-arm arm-linux-gnueabihf-gcc -Os -mthumb
runs 'no tables (signed return addresses)' bare aarch64 qemu-aarch64 aarch64-linux-gnu-gcc -O2 -mbranch-protection=standard -march=armv8.3-a
for pair in aarch64:aarch64 riscv64:riscv64 ppc64:powerpc64 ppc64le:powerpc64le s390x:s390x mips:mips mipsel:mipsel; do
    runs "no tables ($pair)" bare "${pair%:*}" "qemu-${pair%:*}" "${pair#*:}-linux-gnu-gcc" -O2
done

finish stacks
