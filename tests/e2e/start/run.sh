#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Where a program that is started by its name stands first, breakpoints before there is a target, and libraries that a program
# opens, closes and opens again.
. tests/e2e/lib.sh "$1"
targets=$(realpath "$B")/targets

# -- entry, main, nowhere ---------------------------------------------------------------------------------
cat >"$work/place.c" <<'C'
#include <stdio.h>
static int early;
__attribute__((constructor)) static void before(void)
{
    early++;
}
int leaf(int x)
{
    return x + early;
}
int main(void)
{
    printf("%d\n", leaf(1));
    return 3;
}
C
(cd "$work" && gcc -g -O0 -o place place.c && gcc -O0 -o bare place.c && gcc -O0 -s -static -o stripped place.c && gcc -g -O0 -static -o still place.c)
printf '%s\n' 'backtrace' >"$work/in"
cli() { timeout 120 "$A" --cli --no-config "$@" <"$work/in" >"$work/out" 2>"$work/err"; }
for program in place bare "$targets/aarch64/steps" "$targets/s390x/steps"; do
    case $program in /*) path=$program name=${program#"$targets"/} ;; *) path=$work/$program name=$program ;; esac
    cli "$path"
    says "$name: the prompt begins in main" '^#0 .* in main'
    cli --stop-at entry "$path"
    same "$name: or at the entry, where it is asked to" "$(grep -c ' in main' "$work/out")" 0
done
echo wait >"$work/in"
cli --stop-at none "$work/place"
says "or nowhere" 'exited with status 3'
echo backtrace >"$work/in"
cli "$work/stripped"
says "a program without names stands at its entry, and that is said" 'stripped has no main that is known by name'
printf '%s' '{"do": "backtrace", "expect": {"frames": [{"function": "main"}]}}' >"$work/at_main"
steps "a session stands at the entry" '{"do": "break", "at": "before"}, {"do": "continue", "expect": {"reason": "breakpoint", "function": "before"}}' "$work/place"
printf '{"stop_at": "main", "steps": [%s, {"do": "restart", "expect": {"reason": "attach", "function": "main"}}]}' "$(cat "$work/at_main")" >"$work/steps.json"
holds "unless it says otherwise" "$work/steps.json" "$work/place"
same "the stop at the entry is not told then" "$(grep -c '"event":"stopped"' "$work/out")" 2
steps "or the command line does" "$(cat "$work/at_main")" --stop-at main "$work/place"
printf '{"stop_at": "none", "steps": [{"do": "wait", "expect": {"reason": "exited", "exit_code": 3}}]}' >"$work/steps.json"
holds "nowhere, in a session" "$work/steps.json" "$work/place"
printf '{"stop_at": "somewhere", "steps": []}' >"$work/steps.json"
session "a place that is none is refused" 2 "$work/steps.json" "$work/place"
says "with those that there are" '/stop_at: expected entry, main or none|/stop_at: .*entry, main or none'
session "--stop-at behind a target is refused" 2 "$(inline '{"steps": []}')" --stop-at main -t 127.0.0.1:1
printf '%s\n' '{"id": 1, "do": "backtrace"}' '{"id": 2, "do": "start"}' | timeout 60 "$A" --jsonl "$work/place" >"$work/out" 2>"$work/err"
says "requests find it at the entry, and start goes to main" '"id":2,"ok":true.*"function":"main"'

steps "start, starti and run" '
    {"do": "start", "expect": {"reason": "attach", "function": "main", "line": 13}},
    {"do": "eval", "expr": "early", "expect": {"value": 1}},
    {"do": "starti", "expect": {"reason": "attach", "function": {"exists": false}}},
    {"do": "eval", "expr": "early", "expect": {"value": 0}},
    {"do": "run", "expect": {"reason": "exited", "exit_code": 3}},
    {"do": "continue", "expect": {"error": {"code": "not-running"}}},
    {"do": "break", "at": "leaf", "expect": {"state": "planned"}},
    {"do": "run", "expect": {"reason": "breakpoint", "function": "leaf"}},
    {"do": "break", "at": "before"},
    {"do": "start", "expect": {"reason": "breakpoint", "function": "before"}}' "$work/place"
printf '%s\n' 'break before' 'restart' 'backtrace' >"$work/in"
cli "$work/place"
says "what stops before main is the stop" '^#0 .* in before'
printf '%s\n' 'backtrace' >"$work/in"
(cd "$work" && printf 'int no(void);\nint main(void) { return no(); }\n' >gone.c && printf 'int no(void) { return 1; }\n' >no.c &&
    gcc -shared -fPIC -o libno.so no.c && gcc -o gone gone.c -L. -lno && rm libno.so)
cli "$work/gone"
says "a program that ends before main is told to have ended" 'exited with status 127'
says "with what it said" 'libno.so: cannot open shared object file'

printf '%s\n' continue run >"$work/in"
cli -t "launch:gdbserver --once 127.0.0.1:{port} $targets/ends exit 7" "$targets/ends"
same "run starts the target's own command again, with its arguments" "$(grep -c '^The program exited with status 7' "$work/out")" 2

# -- the names other languages begin with -------------------------------------------------------------------
begin() { # NAME LABEL…: a program whose functions have these labels, the last of them being the one to stand in
    local name=$1 calls="" text=""
    shift
    for label in "$@"; do
        text="void own$((++number))(void) __asm__(\"$label\"); void own$number(void) { volatile int x = $number; (void)x; }"$'\n'"$text"
        calls="$calls own$number();"
    done
    printf '%s%s\nint main(void) { %s return 0; }\n' "$extra" "$text" "$calls" >"$work/own.c"
    (cd "$work" && gcc -g -O0 -o own own.c) || echo "FAIL $name: it is not built"
    printf '{"stop_at": "main", "steps": [{"do": "lookup", "at": "$pc", "expect": {"symbol": "%s"}}]}' "$(c++filt -s rust <<<"${!#}" | sed 's/::h[0-9a-f]*$//')" >"$work/steps.json"
    holds "$name" "$work/steps.json" "$work/own"
}
number=0 extra=
begin "D begins in _Dmain" _Dmain
begin "Go begins in main.main" main.main
begin "Fortran begins in MAIN__" MAIN__
begin "Rust begins in main of its crate" _ZN5other5inner4main17h0123456789abcdefE _ZN5hello4main17h0123456789abcdefE
extra='const char __gnat_ada_main_program_name[] = "_ada_hello";'
begin "Ada begins in what its binder says" _ada_hello
extra=
printf 'fn helper(x: i32) -> i32 {\n    x + 1\n}\nfn main() {\n    println!("{}", helper(2));\n}\n' >"$work/hello.rs"
rustc -g -o "$work/hello" "$work/hello.rs" 2>"$work/err" || echo "FAIL Rust: $(head -n 3 "$work/err")"
printf '{"stop_at": "main", "steps": [{"do": "backtrace", "expect": {"frames": [{"function": {"match": "^hello::main"}, "file": "hello.rs"}]}}]}' >"$work/steps.json"
holds "a real program in Rust stands in its own main" "$work/steps.json" "$work/hello"

# -- breakpoints before there is a target, and libraries ----------------------------------------------------
cat >"$work/plug.c" <<'C'
int plugged(int x)
{
    return x * 2;
}
C
cat >"$work/opener.c" <<'C'
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mman.h>
void opened(int round)
{
    (void)round;
}
int main(int argc, char **argv)
{
    for (int i = 0; i < 3; i++) {
        void *h = dlopen(argv[1], RTLD_NOW);
        int (*f)(int) = h ? (int (*)(int))dlsym(h, "plugged") : 0;
        if (!f)
            return 2;
        printf("%d\n", f(i + 3));
        opened(i);
        dlclose(h);
        for (int k = 0; i == 1 && k < 64; k++) /* its hole is filled: from now on it is loaded elsewhere */
            mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    return argc - 2;
}
C
(cd "$work" && gcc -g -O0 -shared -fPIC -o libplug.so plug.c && gcc -g -O0 -o opener opener.c -ldl)
printf '%s\n' 'break opened' 'break plugged' 'break mian' 'tbreak main' 'info breakpoints' 'disable 1' 'run' 'continue' 'info breakpoints' >"$work/in"
(cd "$work" && timeout 120 "$A" --cli --no-config -t none ./opener ./libplug.so <in >out 2>err)
says "a breakpoint before there is a target is planned" '^Breakpoint 1, auto, planned at .*: opened'
says "one in a library that is not there yet waits, and says so" '^Breakpoint 2, auto, planned \(pending: there is no function or symbol named plugged\)'
says "with the near name of one that is mistyped" 'pending: .* named mian; did you mean main\?'
says "they are armed when the program is started" '^Breakpoint 4, thread .*, main at opener.c'
says "and fire in the library" '^Breakpoint 2, thread .*, plugged at plug.c:3'
says "what was changed before counts" '^1 .*disabled'
rounds='{"do": "continue", "expect": {"reason": "breakpoint", "function": "plugged"}}, {"do": "eval", "expr": "x", "expect": {"value": 3}},
    {"do": "lookup", "at": "plugged", "save": "first"},
    {"do": "continue", "expect": {"reason": "breakpoint", "function": "plugged"}}, {"do": "eval", "expr": "x", "expect": {"value": 4}},
    {"do": "continue", "expect": {"reason": "breakpoint", "function": "plugged"}}, {"do": "eval", "expr": "x", "expect": {"value": 5}},
    {"do": "lookup", "at": "plugged", "expect": {"address": {"ne": "${first.address}"}}},
    {"do": "continue", "expect": {"reason": "exited", "exit_code": 0}},
    {"do": "breakpoints", "expect": {"breakpoints": [{"id": 1, "hits": 3, "state": "planned"}]}}'
pending='{"do": "break", "at": "plugged", "pending": true, "expect": {"state": "planned", "reason": {"match": "pending"}}}'
for spec in "" "launch:gdbserver --once 127.0.0.1:{port} $work/opener $work/libplug.so" "launch:qemu-x86_64 -g {port} $work/opener $work/libplug.so"; do
    name=${spec%% --once*}
    name=${name%% -g*}
    if [ -z "$spec" ]; then
        steps "by its name: a library is opened, closed, and opened elsewhere" "$pending, $rounds" "$work/opener" "$work/libplug.so"
    else
        steps "$name: a library is opened, closed, and opened elsewhere" "$pending, $rounds" -t "$spec" "$work/opener"
    fi
done
steps "one that is set while its library is there follows it too" '{"do": "break", "at": "opened", "once": true}, {"do": "continue"},
    {"do": "break", "at": "plug.c:3", "expect": {"state": "armed"}},
    {"do": "continue", "expect": {"reason": "breakpoint", "function": "plugged"}}, {"do": "eval", "expr": "x", "expect": {"value": 4}},
    {"do": "continue", "expect": {"reason": "breakpoint", "function": "plugged"}}, {"do": "eval", "expr": "x", "expect": {"value": 5}}' "$work/opener" "$work/libplug.so"
steps "an unknown place is an error in a session that does not ask for more" '
    {"do": "break", "at": "plugged", "expect": {"error": {"code": "no-symbol"}}}' "$work/opener" "$work/libplug.so"

finish
