#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Functions by name in a program that is too large to be indexed at once: the out-of-line place is armed at once,
# inlined copies before the target runs; the index is kept on disk and mended when damaged. C++ and Rust names.
. tests/e2e/lib.sh "$1"

check() { # NAME CONDITION…
    local name=$1
    shift
    if "$@"; then echo "ok $name"; else echo "FAIL $name: $*: $(tail -n 3 "$work/out" | cut -c1-400)"; fi
}

cat >"$work/one.c" <<'C'
__attribute__((noinline)) int triple(int x)
{
    return x * 3;
}
int two(int a);
int main(void)
{
    return triple(1) + two(2);
}
C
{
    for ((i = 0; i < 40000; i++)); do echo "struct s$i { int a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t; };"; done
    echo 'static inline __attribute__((always_inline)) int triple(int x) { return x * 3; }'
    echo 'int two(int a) { return triple(a) + 2; }'
} >"$work/two.c"
if ! (cd "$work" && gcc -g -O0 -fno-eliminate-unused-debug-types -Wl,--build-id one.c two.c -o large) 2>"$work/err"; then
    echo "FAIL building a large program: $(tail -n 2 "$work/err")"
    finish
fi

first='{"do": "break", "at": "triple", "expect": {"locations": {"count": 1}}},
{"do": "continue", "expect": {"reason": "breakpoint", "function": "triple"}},
{"do": "breakpoints", "expect": {"breakpoints": [{"locations": {"count": 2}}]}},
{"do": "continue", "expect": {"reason": "breakpoint", "line": 40001}}'
steps 'copies are added before the target runs' "$first" "$work/large"
check 'the face is told of them' grep -q '"event":"breakpoint-changed","id":1' "$work/out"
cached=$(find "$work/cache/allstop/index" -type f 2>/dev/null)
check 'the index is kept' test -s "$cached"
again=${first/\"count\": 1/\"count\": 2}
steps 'copies are there at once from the cache' "$again" "$work/large"
printf 'damage' | dd of="$cached" bs=1 seek=3000 conv=notrunc status=none
steps 'a damaged cache is not believed' "$first" "$work/large"
steps 'and was mended' "$again" "$work/large"

cat >"$work/shapes.cc" <<'C'
namespace ns {
class Shape {
public:
    int method(int a) { return a + value; }
    int method(double b) { return (int)b + value; }
    int value = 3;
};
template <class T> T twice(T a) { return a + a; }
}
int main() { ns::Shape s; return s.method(1) + s.method(2.0) + ns::twice<int>(3); }
C
if g++ -g -O0 "$work/shapes.cc" -o "$work/shapes" 2>"$work/err"; then
    steps 'one overload, and all of them' '{"do": "break", "at": "ns::Shape::method(int)", "expect": {"locations": [{"function": "ns::Shape::method(int)"}]}},
{"do": "break", "at": "method", "expect": {"locations": {"count": 2}}},
{"do": "break", "at": "ns::twice<int>", "expect": {"locations": {"count": 1}}},
{"do": "continue", "expect": {"reason": "breakpoint", "breakpoint": 1, "function": "ns::Shape::method(int)"}},
{"do": "continue", "expect": {"reason": "breakpoint", "breakpoint": 2, "function": "ns::Shape::method(double)"}},
{"do": "continue", "expect": {"reason": "breakpoint", "breakpoint": 3}}' "$work/shapes"
else
    echo "FAIL C++ names: $(tail -n 2 "$work/err")"
fi

# Ctrl-C while the names of a large file are being read, on one processor so that it takes its time: the signal is sent
# when the first sign of progress is seen. A machine that is done before it arrives gets another try, which is told.
kernel=${VMLINUX:-$(ls /usr/lib/debug/boot/vmlinux-* 2>/dev/null | head -n 1)}
interrupted() {
    local line sent='' pid
    rm -rf "$work/empty" "$work/pipe"
    mkfifo "$work/pipe"
    XDG_CACHE_HOME=$work/empty taskset -c "$cpu" "$A" --no-config -S "$work/steps.json" "$kernel" >"$work/pipe" 2>"$work/err" </dev/null &
    pid=$!
    while read -r line; do
        echo "$line"
        if [ -z "$sent" ] && [[ $line == *'"event":"progress"'* ]]; then
            kill -INT $pid
            sent=1
        fi
    done <"$work/pipe" >"$work/out"
    wait $pid
    grep -q '"code":"cancelled"' "$work/out"
}
if [ -z "$kernel" ] || [ ! -r "$kernel" ]; then
    echo "skip Ctrl-C while names are read: no kernel with debug information (apt-get install linux-image-amd64-dbg, or VMLINUX=FILE)"
else
    echo '{"target": "none", "steps": [{"do": "type", "name": "struct task_struct"}]}' >"$work/steps.json"
    cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
    for _ in 1 2; do
        interrupted && break
        echo "again Ctrl-C while names are read: they were read before it came"
    done
    check 'Ctrl-C while names are read' eval 'grep -q "\"code\":\"cancelled\"" "$work/out" || interrupted'
    check 'nothing half-made is kept' test -z "$(find "$work/empty" -type f 2>/dev/null)"
fi
finish
