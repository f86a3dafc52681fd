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

# -- names in quotes, as gdb 13 takes them --------------------------------------------------------------------
mkdir -p "$work/a folder"
printf 'static int s;\nstatic int f(int n)\n{\n    s += n;\n    return s;\n}\nint main(void)\n{\n    s = f(2);\n    s = f(3);\n    return s;\n}\n' >"$work/a folder/a file.c"
gcc -g -O0 -o "$work/quoted" "$work/a folder/a file.c"
# typed NAME LINE PATTERN: a line at the prompt, behind a stop in main
typed() {
    printf 'tbreak main\ncontinue\n%s\n' "$2" | timeout 60 "$A" --cli --no-config -t "launch:gdbserver --once 127.0.0.1:{port} $work/quoted" -s "$work/quoted" >"$work/out" 2>"$work/err"
    says "places in quotes: $1" "$3"
}
typed "a line" "break 'a file.c':4" '^Breakpoint 2.*: f, a file.c:4$'
typed "of a folder" "break \"a folder/a file.c\":5 if s == 2" '^Breakpoint 2.*: f, a file.c:5$'
typed "a function of a file" "break 'a file.c'::f" '^Breakpoint 2.*: f, a file.c:4$'
typed "with one colon" "break \"a file.c\":f" '^Breakpoint 2.*: f, a file.c:4$'
typed "a function" "break 'f'" '^Breakpoint 2.*: f, a file.c:4$'
typed "info line" "info line 'a file.c':4" 'f at .*a file.c:4$'
typed "list" "list 'a file.c':2,3" '^2	static int f'
typed "until" "until 'a file.c':11" '^step, .*main at a file.c:11$'
typed "advance" "advance \"a file.c\":4" '^step, .*f at a file.c:4$'
typed "a quote that does not end" "break 'a file.c:4" 'no source file "'"'a file.c"'" in the symbols'
typed "nothing in them" "until '':4" 'no source file'
typed "a file that has no such function" "advance 'a file.c'::g" 'there is no function or symbol'

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

at_way() { grep -n "/\* $1 \*/" tests/e2e/places/ways.c | cut -d: -f1; }
way() { # NAME COMPILER STEPS
    local words
    read -ra words <<<"$2"
    "${words[@]}" -g -w -o "$work/ways" tests/e2e/places/ways.c
    steps "$1 ($2)" "$3" -t "launch:gdbserver --once 127.0.0.1:{port} $work/ways" "$work/ways"
}
for compiler in 'gcc -O1' 'clang -O1'; do
    read -ra words <<<"$compiler"
    "${words[@]}" -g -o "$work/inlined" tests/e2e/places/inlined.c
    steps "a call that is inlined is a line first, and its body for who steps into it ($compiler)" "
        {\"do\": \"break\", \"at\": \"inlined.c:$(at_inlined begins)\"}, {\"do\": \"continue\"},
        {\"do\": \"next\", \"expect\": {\"function\": \"outer\", \"line\": $(($(at_inlined begins) + 1))}, \"save\": \"there\"},
        {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"outer\", \"line\": $(($(at_inlined begins) + 1))}, {\"function\": \"main\"}]}},
        {\"do\": \"locals\", \"expect\": {\"variables\": [{\"name\": \"n\", \"value\": 3}, {\"name\": \"a\"}]}},
        {\"do\": \"threads\", \"expect\": {\"threads\": [{\"function\": \"outer\"}]}},
        {\"do\": \"step\", \"expect\": {\"function\": \"body\", \"pc\": \"\${there.pc}\"}},
        {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"body\", \"inlined\": true}, {\"function\": \"outer\"}, {\"function\": \"main\"}]}},
        {\"do\": \"finish\", \"expect\": {\"function\": \"outer\", \"line\": $(at_inlined behind)}}" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/inlined" "$work/inlined"
done

# -- steps out of a function and into one --------------------------------------------------------------------
to_signal='{"do": "continue", "expect": {"reason": "signal", "signal": "SIGUSR1"}}'
for step in next step until; do
    way "$step delivers the signal that stopped, and goes into its handler" 'gcc -O1' "
        $to_signal, {\"do\": \"$step\", \"expect\": {\"reason\": \"step\", \"function\": \"on_signal\"}},
        {\"do\": \"finish\"}, {\"do\": \"continue\", \"expect\": {\"reason\": \"exited\"}}"
done
for compiler in 'gcc -O2' 'clang -O2'; do
    for step in next step; do
        way "$step goes where a function jumps to" "$compiler" "
            {\"do\": \"break\", \"at\": \"jumps\"}, $to_signal, {\"do\": \"continue\", \"expect\": {\"function\": \"jumps\"}},
            {\"do\": \"repeat\", \"times\": 4, \"steps\": [{\"do\": \"$step\"}], \"until\": {\"function\": \"jumped_to\"}},
            {\"do\": \"backtrace\", \"expect\": {\"frames\": [{\"function\": \"jumped_to\"}]}}"
    done
done
cat >"$work/lines.S" <<'S'
    .text
    .globl by_hand
    .type by_hand, @function
by_hand:
    mov $1, %eax
    add $2, %eax
    ret
    .size by_hand, . - by_hand
    .section .note.GNU-stack, "", @progbits
S
echo 'int by_hand(void); int main(void) { return by_hand() - 3; }' >"$work/calls.c"
gcc -g -O0 -o "$work/lines" "$work/calls.c" "$work/lines.S"
steps 'assembler has no prologue: a step into it and a breakpoint on it are at its first instruction' '
    {"do": "break", "at": "main"}, {"do": "continue"}, {"do": "step", "expect": {"function": "by_hand", "line": 5}},
    {"do": "break", "at": "by_hand", "expect": {"locations": [{"line": 5}]}}' \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/lines" "$work/lines"

# -- functions by a regular expression ------------------------------------------------------------------------
mkdir "$work/fits"
printf 'int twice(int n) { return 2 * n; }\nstatic int tw_hidden(int n) { return n; }\nint other(int n) { return tw_hidden(n) + 1; }\n' >"$work/fits/one.c"
printf 'int twice(int n);\nint other(int n);\nint twin(int n) { return n; }\nint main(void) { return twice(1) + other(2) + twin(3); }\n' >"$work/fits/two.c"
(cd "$work/fits" && gcc -g -O0 -o fits one.c two.c)
fits=(-t "launch:gdbserver --once 127.0.0.1:{port} $work/fits/fits" "$work/fits/fits")
steps 'rbreak: every function that fits, each told' '
    {"do": "rbreak", "match": "^tw", "expect": {"breakpoints": [{"at": "tw_hidden"}, {"at": "twice"}, {"at": "twin"}], "refused": {"exists": false}}},
    {"do": "continue", "expect": {"function": "twice"}}, {"do": "continue", "expect": {"function": "tw_hidden"}},
    {"do": "continue", "expect": {"function": "twin"}}, {"do": "eval", "expr": "$bpnum", "expect": {"value": 3}}' "${fits[@]}"
steps 'rbreak: those of a file, once' '
    {"do": "rbreak", "match": "tw", "file": "two.c", "once": true, "expect": {"breakpoints": [{"at": "two.c:twin"}]}},
    {"do": "continue", "expect": {"function": "twin"}}, {"do": "breakpoints", "expect": {"breakpoints": []}}' "${fits[@]}"
steps 'rbreak: what is refused' '
    {"do": "rbreak", "match": "^nobody$", "expect": {"error": {"code": "no-symbol"}}},
    {"do": "rbreak", "match": "(", "expect": {"error": {"code": "usage"}}},
    {"do": "rbreak", "match": "tw", "limit": 2, "expect": {"error": {"code": "usage", "message": {"match": "more than 2"}}}},
    {"do": "rbreak", "match": "tw", "file": "three.c", "expect": {"error": {"code": "no-symbol"}}},
    {"do": "breakpoints", "expect": {"breakpoints": []}}' "${fits[@]}"
printf '%s\n' 'rbreak one.c:^tw' 'rbreak two.c : twin$' 'kill' >"$work/lines"
"$A" --cli "${fits[@]}" <"$work/lines" >"$work/out" 2>"$work/err"
same 'rbreak FILE:REGEX at the prompt' "$(sed -n 's/^Breakpoint \([0-9]\), .*: \([a-z_]*\), .*/\1 \2/p' "$work/out" | tr '\n' ' ')" '1 tw_hidden 2 twice 3 twin '
cat >"$work/fits.cc" <<'C'
namespace shop { struct till { int add(int n) { return n; } int add(long n) { return (int)n; } }; int total() { till t; return t.add(1) + t.add(2l); } }
int main() { return shop::total(); }
C
g++ -g -O0 -o "$work/fits-cc" "$work/fits.cc"
steps 'rbreak: by names with scopes' '
    {"do": "rbreak", "match": "^shop::till::", "expect": {"breakpoints": [{"locations": [{"line": 1}, {"line": 1}]}]}},
    {"do": "continue", "expect": {"function": {"match": "add"}}}, {"do": "continue", "expect": {"function": {"match": "add"}}}' \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/fits-cc" "$work/fits-cc"

# -- the linker's stubs --------------------------------------------------------------------------------------
echo 'int puts(const char *); int rand(void); int main(void) { puts("x"); return rand(); }' >"$work/stubs.c"
for compiler in 'gcc' 'gcc -fcf-protection' 'gcc -Wl,-z,now' clang i686-linux-gnu-gcc aarch64-linux-gnu-gcc 'arm-linux-gnueabihf-gcc -mthumb' \
    riscv64-linux-gnu-gcc s390x-linux-gnu-gcc; do
    read -ra words <<<"$compiler"
    "${words[@]}" -O1 -w -o "$work/stubs" "$work/stubs.c"
    binutils=${words[0]%gcc}
    [ "$compiler" = clang ] && binutils=''
    for name in puts rand; do
        wanted=0x$("${binutils}objdump" -d "$work/stubs" | sed -n "s/^0*\([0-9a-f]*\) <$name@plt>:/\1/p" | head -n 1)
        steps "$name@plt has its name ($compiler)" "
            {\"do\": \"lookup\", \"at\": \"$wanted\", \"expect\": {\"symbol\": \"$name@plt\"}},
            {\"do\": \"lookup\", \"at\": \"$name@plt\", \"expect\": {\"symbol\": \"$name@plt\"}}" -t none -s "$work/stubs"
    done
done
cat >"$work/static.c" <<'C'
#include <string.h>
volatile int n;
__attribute__((noinline)) int len(const char *s) { return (int)strlen(s) + n; }
int main(int argc, char **argv) { return len(argv[0]) == 0; }
C
gcc -g -O0 -static -fno-builtin -o "$work/static" "$work/static.c"
steps 'a static program in the stub of a function that is chosen at its start: the caller is there' '
    {"do": "break", "at": "len"}, {"do": "continue"}, {"do": "break", "at": "*strlen@plt"}, {"do": "continue"},
    {"do": "backtrace", "expect": {"frames": [{"function": "strlen@plt"}, {"function": "len"}, {"function": "main"}]}},
    {"do": "stepi"}, {"do": "backtrace"}' \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/static" "$work/static"

finish places
