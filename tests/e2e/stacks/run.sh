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

# An Arm C library has no call frame information, but the tables that C++ unwinds by.
for kind in arm thumb; do
    arm-linux-gnueabihf-gcc -g -O0 -static -m$kind -o "$work/sorts" tests/e2e/stacks/sorts.c
    steps "a library's way to call back ($kind)" '{"do": "break", "at": "compare"}, {"do": "continue"}, {"do": "backtrace", "expect": {"end": "main reached"}}' \
        -t "launch:qemu-arm -g {port} $work/sorts" "$work/sorts"
    same "through it by the tables of exceptions ($kind)" \
        "$(result '[f["function"] for f in r["frames"] if f["function"] in ("compare", "qsort", "main")], r["frames"][-1]["rule"]')" \
        "(['compare', 'qsort', 'main'], 'exidx')"
done

finish stacks
