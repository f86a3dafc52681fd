#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Where a breakpoint on a line or a function stands: at each piece of code that was made of it, and where calls come by.
. tests/e2e/lib.sh "$1"

at() { grep -n "in $1 \*/" tests/e2e/places/copies.c | cut -d: -f1; }
hits() { # FLAGS PLACE LEAST MOST
    local program="$work/copies"
    read -ra words <<<"$1"
    gcc -g "${words[@]}" -o "$program" tests/e2e/places/copies.c
    steps "$2 with $1 is hit $3 to $4 times" "
        {\"do\": \"break\", \"at\": \"copies.c:$(at "$2")\", \"ignore\": 100000}, {\"do\": \"continue\", \"expect\": {\"reason\": \"exited\"}},
        {\"do\": \"breakpoints\", \"expect\": {\"breakpoints\": [{\"hits\": {\"ge\": $3, \"le\": $4}}]}}" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $program" "$program"
}
for flags in -O0 -O1 -O2 '-O3' '-O2 -flto'; do
    hits "$flags" split 11 11
    hits "$flags" unrolled 8 8
    hits "$flags" branches 18 54
done

cat >"$work/local.c" <<'C'
int counter = 5, hits;
__attribute__((noinline)) int leaf(int a) { hits++; return a + counter; }
__attribute__((noinline)) int outer(int a) { return leaf(a) * counter; }
int main(void) { for (int i = 0; i < 6; i++) counter = outer(i) & 7; return counter & 1; }
C
for flags in '-O0 -g' '-O1 -g' -O1; do
    read -ra words <<<"$flags"
    powerpc64le-linux-gnu-gcc -static "${words[@]}" -o "$work/local" "$work/local.c"
    steps "64-bit Power, $flags: functions are called behind what their symbols name" '
        {"do": "break", "at": "leaf"}, {"do": "continue", "expect": {"reason": "breakpoint"}},
        {"do": "backtrace", "expect": {"frames": [{"function": "leaf"}, {"function": "outer"}, {"function": "main"}]}},
        {"do": "continue", "times": 5, "expect": {"reason": "breakpoint"}}, {"do": "continue", "expect": {"reason": "exited"}}' \
        -t "launch:qemu-ppc64le -g {port} $work/local" -s "$work/local"
done

# -- inlined functions ---------------------------------------------------------------------------------------
at_inlined() { grep -n "$1 \*/" tests/e2e/places/inlined.c | cut -d: -f1; }
for compiler in 'gcc -O1' 'gcc -O2' 'clang -O1'; do
    read -ra words <<<"$compiler"
    "${words[@]}" -g -o "$work/inlined" tests/e2e/places/inlined.c
    steps "next goes over inlined functions ($compiler)" "
        {\"do\": \"break\", \"at\": \"inlined.c:$(at_inlined begins)\"}, {\"do\": \"continue\"},
        {\"do\": \"next\", \"times\": 1, \"expect\": {\"function\": \"outer\"}}" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/inlined" "$work/inlined"
    steps "finish leaves an inlined function, and not the one around it ($compiler)" "
        {\"do\": \"break\", \"at\": \"leaf\", \"once\": true}, {\"do\": \"continue\"},
        {\"do\": \"finish\", \"expect\": {\"function\": \"body\"}},
        {\"do\": \"finish\", \"expect\": {\"function\": \"outer\"}}, {\"do\": \"eval\", \"expr\": \"sink\", \"expect\": {\"value\": 2}},
        {\"do\": \"finish\", \"expect\": {\"function\": \"main\"}}" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/inlined" "$work/inlined"
done

finish places
