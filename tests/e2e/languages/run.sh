#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Values and names of languages other than C and C++: each program says in its comments what is right (ask.py).
. tests/e2e/lib.sh "$1"
here=$PWD/tests/e2e/languages

# ask SOURCE NAME COMPILER FLAGS…: a program, built so
ask() {
    asks "$1" "$2" "${@:3}" -o "$work/$2" "$here/programs/$1"
}
# asks SOURCE NAME COMMAND…: the same by a whole command
asks() {
    local source=$here/programs/$1 name=$2
    shift 2
    if (cd "$work" && "$@") >"$work/built" 2>&1; then
        runs "$name" timeout 300 python3 -B "$here/ask.py" "$A" "$work/$name" "$source" "$name"
    else
        echo "FAIL $name: it cannot be built: $(tail -n 1 "$work/built")"
    fi
}
# names NAME PROGRAM STEPS: a session in it
names() {
    steps "$1" "$3" -t "launch:gdbserver --once 127.0.0.1:{port} $work/$2" "$work/$2"
}

ask rust.rs rust rustc -g --crate-name rust
ask rust.rs rust-v0 rustc -g --crate-name rust -C symbol-mangling-version=v0
for mangling in rust rust-v0; do
    names "$mangling: main is the user's, and functions have paths, generic arguments and closures" $mangling '
        {"do": "break", "at": "main", "once": true, "expect": {"locations": {"count": 1}}},
        {"do": "break", "at": "rust::shape::work", "expect": {"locations": {"count": 1}}},
        {"do": "break", "at": "rust::shape::Point::sum", "expect": {"locations": {"count": 1}}},
        {"do": "break", "at": "rust::id", "expect": {"locations": {"count": 2}}, "save": "both"},
        {"do": "delete", "id": "${both.id}"},
        {"do": "break", "at": "rust::id<i32>", "expect": {"locations": {"count": 1}}},
        {"do": "break", "at": "rust::id::<char>", "expect": {"locations": {"count": 1}}},
        {"do": "break", "at": "rust::main::{closure#0}", "expect": {"locations": {"count": 1}}},
        {"do": "continue", "expect": {"reason": "breakpoint", "function": {"match": "^rust::main"}}},
        {"do": "continue", "expect": {"function": {"match": "^rust::main::.*closure"}}},
        {"do": "continue", "expect": {"function": {"match": "shape::work$"}}},
        {"do": "continue", "expect": {"function": {"match": "Point.*::sum$"}}},
        {"do": "eval", "expr": "self.y", "expect": {"value": 4}},
        {"do": "finish", "expect": {"value": 7}},
        {"do": "continue", "expect": {"function": {"match": "^rust::id"}}},
        {"do": "eval", "expr": "t", "expect": {"value": 3}},
        {"do": "continue", "expect": {"function": {"match": "^rust::id"}}},
        {"do": "eval", "expr": "t", "expect": {"text": "99 '"'c'"'"}}'
done


# What functions return where that is as in C; what is not is never told wrong.
rustc -g --crate-name returned -o "$work/returned" "$here/programs/returned.rs"
known=
for answer in 'words|{a: 4, b: 5}' 'big|{a: [6, 1, 2, 3, 4]}' 'one|{a: 7}' 'text|"hello"' 'real|3'; do
    text=${answer#*|}
    known+="{\"do\": \"break\", \"at\": \"returned::${answer%%|*}\", \"once\": true}, {\"do\": \"continue\"},
        {\"do\": \"finish\", \"expect\": {\"text\": {\"contains\": \"${text//\"/\\\"}\"}}},"
done
for unknown in small three maybe tuple; do
    known+="{\"do\": \"break\", \"at\": \"returned::$unknown\", \"once\": true}, {\"do\": \"continue\"},
        {\"do\": \"finish\", \"expect\": {\"value\": null, \"note\": {\"match\": \"cannot be told\"}}},"
done
names "Rust: what a function returns, where that is certain" returned "${known%,}"

ask fortran.f90 fortran gfortran -g -O0
ask fortran.f90 fortran-dwarf4 gfortran -gdwarf-4 -O0
names "Fortran: procedures by module and name, in any case, inside of others, and the main program" fortran '
    {"do": "break", "at": "main", "once": true, "expect": {"locations": {"count": 1}}},
    {"do": "break", "at": "geo::work"},
    {"do": "break", "at": "OUTER", "once": true},
    {"do": "break", "at": "outer::inner"},
    {"do": "continue", "expect": {"reason": "breakpoint", "function": "languages"}},
    {"do": "continue", "expect": {"function": "geo::work"}},
    {"do": "eval", "expr": "N", "expect": {"value": 3}},
    {"do": "continue", "expect": {"function": "geo::outer"}},
    {"do": "continue", "expect": {"function": "geo::outer::inner"}},
    {"do": "eval", "expr": "q", "expect": {"value": 6}},
    {"do": "eval", "expr": "m + k", "expect": {"value": 9}},
    {"do": "break", "at": "geo::nowhere", "expect": {"error": {"code": "no-symbol"}}}'

asks ada/pkg.adb ada gnatmake -q -g -O0 -o "$work/ada" "$here/programs/ada/start.adb"
names "Ada: procedures by package and name, in any case" ada '
    {"do": "break", "at": "Pkg.Proc"},
    {"do": "break", "at": "pkg.proc.inner"},
    {"do": "continue", "expect": {"reason": "breakpoint", "function": "pkg.proc"}},
    {"do": "continue", "expect": {"function": "pkg.proc.inner"}},
    {"do": "eval", "expr": "q + n", "expect": {"value": 7}},
    {"do": "backtrace", "expect": {"frames": [{"function": "pkg.proc.inner"}, {"function": "pkg.proc"}, {"function": "start"}]}}'

ask d.d d gdc -g -O0
names "D: functions by module and class, and main is that of the user" d '
    {"do": "break", "at": "main", "expect": {"locations": {"count": 1}}},
    {"do": "break", "at": "mod.func"},
    {"do": "break", "at": "C.get"},
    {"do": "continue", "expect": {"reason": "breakpoint", "function": {"match": "main"}}},
    {"do": "continue", "expect": {"function": "mod.func"}},
    {"do": "continue", "expect": {"function": "mod.C.get"}},
    {"do": "eval", "expr": "v", "expect": {"value": 3}},
    {"do": "finish", "expect": {"value": 3}}'
export GOCACHE=$work/go-cache GO111MODULE=off
asks go.go go go build "-gcflags=all=-N -l" -o "$work/go" "$here/programs/go.go"
(cd "$work" && go build -gcflags=-l -o "$work/go-optimised" "$here/programs/go.go")
for form in go go-optimised; do
    names "$form: functions and methods by Go's names, quoted as well, and stacks of goroutines to their ends" $form '
        {"do": "break", "at": "main.main", "expect": {"locations": {"count": 1}}},
        {"do": "break", "at": "main.(*named).rename", "expect": {"locations": {"count": 1}}},
        {"do": "break", "at": "'"'main.inner'"'", "expect": {"locations": {"count": 1}}},
        {"do": "continue", "expect": {"reason": "breakpoint", "function": "main.main"}},
        {"do": "backtrace", "past_main": true, "expect": {"frames": [{"function": "main.main"}, {"function": "runtime.main"}, {"function": "runtime.goexit"}], "end": {"match": "pc is 0"}}},
        {"do": "continue", "expect": {"function": "main.(*named).rename"}},
        {"do": "eval", "expr": "to", "expect": {"value": "new"}},
        {"do": "finish", "expect": {"reason": "step", "function": "main.main"}},
        {"do": "continue", "expect": {"function": "main.inner"}},
        {"do": "backtrace", "past_main": true, "expect": {"frames": [{"function": "main.inner"}, {"function": "main.worker"}, {"function": "main.main.func1"}, {"function": "runtime.goexit"}], "end": {"match": "pc is 0"}}}'
done
finish
