#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Values of C++ beside gdb's: each program says in its comments what is asked where (ask.py).
. tests/e2e/lib.sh "$1"
here=$PWD/tests/e2e/cplusplus

# ask NAME COMPILER FLAGS…: all programs, built so
ask() {
    local name=$1 source program
    shift
    for source in "$here"/programs/*.cc; do
        program=$(basename "$source" .cc)
        if "$@" -w -std=c++20 -o "$work/$name-$program" "$source" 2>"$work/built"; then
            runs "C++ $program $name" timeout 300 python3 -B "$here/ask.py" "$A" "$work/$name-$program" "$source" "C++ $program $name"
        else
            echo "FAIL C++ $program $name: it cannot be built: $(tail -n 1 "$work/built")"
        fi
    done
}
ask g++ g++ -g -O0
ask g++-dwarf4 g++ -gdwarf-4 -O0
ask g++-types g++ -g -O0 -fdebug-types-section
ask g++-split g++ -g -O0 -gsplit-dwarf
ask clang++ clang++ -g -O0
ask clang++-simple clang++ -g -O0 -gsimple-template-names

# Names of C++ in conditions: as in an expression, when the breakpoint is set and when it is hit
steps "conditions over members, a named base and C++'s constants" '
    {"do": "break", "at": "Diamond::own", "if": "Left::l == 1 && b == 7 && true != false"},
    {"do": "continue", "expect": {"reason": "breakpoint"}},
    {"do": "eval", "expr": "d", "expect": {"value": 33}},
    {"do": "eval", "expr": "this == nullptr", "expect": {"value": false, "type": "bool"}}' \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/g++-bases" "$work/g++-bases"
finish
