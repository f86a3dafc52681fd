#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Containers as people read them: each program says in its comments what is in them (programs/all.cc, ask.py).
. tests/e2e/lib.sh "$1"
here=$PWD/tests/e2e/containers

# built NAME SOURCE COMPILER…: the program $work/NAME
built() {
    local name=$1 source=$2
    shift 2
    "$@" -o "$work/$name" "$source" 2>"$work/built" && return
    echo "FAIL containers $name: it cannot be built: $(tail -n 1 "$work/built")"
    return 1
}

# ask NAME SOURCE COMPILER…
ask() {
    built "$@" && runs "containers $1" timeout 300 python3 -B "$here/ask.py" "$A" "$work/$1" "$2" "containers $1"
}
ask g++ "$here/programs/all.cc" g++ -g -O0 -w -std=c++20
ask g++-old-strings "$here/programs/all.cc" g++ -g -O0 -w -std=c++20 -D_GLIBCXX_USE_CXX11_ABI=0
ask g++-debug "$here/programs/all.cc" g++ -g -O0 -w -std=c++20 -D_GLIBCXX_DEBUG
ask clang++ "$here/programs/all.cc" clang++ -g -O0 -w -std=c++20
ask clang++-simple "$here/programs/all.cc" clang++ -g -O0 -w -std=c++20 -gsimple-template-names
ask libc++ "$here/programs/all.cc" clang++ -stdlib=libc++ -g -O0 -w -std=c++20
ask rust "$here/programs/all.rs" rustc -g -A warnings

for library in libstdc++ libc++; do
    built million-$library "$here/programs/million.cc" clang++ -stdlib=$library -g -O0 -w -fstandalone-debug &&
        runs "a million $library" timeout 600 python3 -B "$here/turns.py" "$A" "$work/million-$library" "a million $library"
done

# What a function returns, and what is described by a file of the user's
cat >"$work/own.cc" <<'EOF'
#include <string>
#include <vector>
namespace own { template <class T> struct pile { T *begin; int count; }; }
std::vector<std::string> __attribute__((noinline)) made() { return {"made", "here"}; }
own::pile<int> pile;
int numbers[3] = {4, 5, 6};
int main() { pile = {numbers, 3}; return made().size() + pile.count == 5 ? 0 : 1; }
EOF
built own "$work/own.cc" g++ -g -O0
mkdir -p "$XDG_CONFIG_HOME/allstop"
echo 'own::pile array data=begin size=count' >"$work/more"
steps "returned, located and raw" '
    {"do": "break", "at": "made"},
    {"do": "continue"},
    {"do": "eval", "expr": "pile", "expect": {"text": {"match": "count = 3"}}},
    {"do": "printers", "file": "'"$work/more"'", "expect": {"added": 1}},
    {"do": "printers", "expect": {"printers": {"contains": {"type": "own::pile", "kind": "array", "from": "'"$work/more"'"}}}},
    {"do": "eval", "expr": "pile", "expect": {"value": [4, 5, 6], "text": "{4, 5, 6}"}},
    {"do": "eval", "expr": "pile[1]", "expect": {"value": 5}},
    {"do": "eval", "expr": "pile", "raw": true, "expect": {"text": {"match": "count = 3"}}},
    {"do": "eval", "expr": "pile", "format": "r", "expect": {"text": {"match": "count = 3"}}},
    {"do": "eval", "expr": "pile", "format": "rx", "expect": {"text": {"match": "count = 0x3"}}},
    {"do": "finish", "expect": {"value": ["made", "here"], "text": "{\"made\", \"here\"}"}}' "$work/own"

# say NAME WANTED LINE…: what these lines at the prompt print has WANTED in it
say() {
    local name=$1 wanted=$2
    shift 2
    printf '%s\n' "$@" | timeout 60 "$A" --cli -t none "$work/own" >"$work/out" 2>&1
    if grep -qF -- "$wanted" "$work/out"; then echo "ok $name"; else echo "FAIL $name: $(head -c 600 "$work/out")"; fi
}
say "printers lists" 'own::pile' "printers $work/more" printers
say "those that are built in" 'std::basic_string ' printers
printf '# mine\nown::pile array data=begin\n' >"$XDG_CONFIG_HOME/allstop/printers"
say "a wrong file of the user's" "$XDG_CONFIG_HOME/allstop/printers:2: \`size\` is missing" printers
say "and what is expected" 'the kind array needs: data size' printers
say "a wrong file by name" 'printers:2: `size` is missing' "printers $XDG_CONFIG_HOME/allstop/printers"
cp "$work/more" "$XDG_CONFIG_HOME/allstop/printers"
say "a file of the user's" "array, $XDG_CONFIG_HOME/allstop/printers" printers
finish
