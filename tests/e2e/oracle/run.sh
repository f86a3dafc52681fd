#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# gdb as the oracle: random questions about programs that are nasty on purpose, and the same to allstop. One line a build and
# kind of question: "ok NAME", or "FAIL NAME" with the seed that repeats it and what differs.
#   ORACLE_ROUNDS=N   so many rounds, each with other seeds (1)
#   ORACLE_SEEDS="…"  these seeds for every build, instead
#   ORACLE_ONLY=…     builds whose name this pattern matches
#   ORACLE_DEBIAN=1   also of Debian's libraries (debian.sh), which are fetched once, and steps at every stop
#   ORACLE_RANDOM=1   one run more with a seed drawn at random
. tests/e2e/lib.sh "$1"
B=$(dirname "$A")
here=$PWD/tests/e2e/oracle
out=$B/oracle
mkdir -p "$out"

# build NAME COMPILER FLAGS…: a program of values.c
build() {
    local name=$1 compiler=$2
    shift 2
    case $name in ${ORACLE_ONLY:-*}) ;; *) return 1 ;; esac
    local source
    for source in "$here"/programs/*.{c,h,cc} "$here/run.sh"; do
        [ "$out/$name" -nt "$source" ] || { source=new && break; }
    done
    [ "$source" != new ] || (cd "$here/programs" && "$compiler" -w "$@" -o "$out/$name" ${SOURCES:-values.c values_other.c} -lm) 2>"$work/built" || {
        echo "FAIL oracle $name: it cannot be built: $(tail -n 1 "$work/built")"
        return 1
    }
}

# What a look around costs: a stack of 20 frames at most 5 turns, variables 1 and the strings they point to 1 more
turns() {
    local name="turns of a backtrace and of locals" label
    gcc -g -O0 -w -o "$out/deep" "$here/programs/deep.c" || { echo "FAIL $name: cannot be built" && return; }
    timeout 60 "$B/allstop" --no-config -S "$here/turns.json" "$out/deep" >"$work/turns" 2>&1 </dev/null ||
        { echo "FAIL $name: $(grep -m 1 '"ok":false' "$work/turns" | cut -c1-300)" && return; }
    set -- $(grep '"do":"summary"' "$work/turns" | sed 's/.*"turns":\([0-9]*\).*/\1/')
    if [ $(($2 - $1)) -le 5 ] && [ $(($4 - $3)) -le 2 ]; then echo "ok $name: $(($2 - $1)) and $(($4 - $3))"; else
        echo "FAIL $name: $(($2 - $1)) and $(($4 - $3))"
    fi
}
turns

jobs=$work/jobs
: >"$jobs"
seed=0
# ask NAME ARGUMENTS…: a run for each seed: fixed ones that differ from build to build, and with every round others
ask() {
    local name=$1 s
    shift
    seed=$((seed + 1))
    local seeds=${ORACLE_SEEDS:-}
    if [ -z "$seeds" ]; then
        for s in $(seq "${ORACLE_ROUNDS:-1}"); do seeds="$seeds $((s * 1000 + seed))"; done
    fi
    for s in $seeds; do echo "$name --seed $s ${ORACLE_DEBIAN:+--more} $*" >>"$jobs"; done
}

native() {
    local name=$1 optimised=''
    case " $* " in *" -O0 "*) ;; *) optimised=--optimised ;; esac
    build "$@" && ask "$name" $optimised
}
native gcc-O0 gcc -g -O0 -DHAS_FLOAT16
native gcc-O2 gcc -g -O2 -DHAS_FLOAT16
native gcc-Os-dwarf4 gcc -gdwarf-4 -Os -DHAS_FLOAT16
native gcc-O1-gz gcc -g -gz -O1
native gcc-lto gcc -g -O2 -flto
native gcc-split gcc -g -O2 -gsplit-dwarf
native gcc-types gcc -g -O0 -fdebug-types-section
native clang-O0 clang -g -O0
native clang-O2 clang -g -O2
native clang-Os-dwarf4 clang -gdwarf-4 -Os
native clang-split clang -g -O0 -gsplit-dwarf

# Ways by random steps, of the same programs; their seeds are of their own
walk() {
    local name=$1 s
    shift
    [ -e "$out/$name" ] || return
    for s in ${ORACLE_SEEDS:-$(seq "${ORACLE_ROUNDS:-1}")}; do echo "steps/$name --seed $((s * 11)) $*" >>"$jobs"; done
}
for name in gcc-O0 gcc-O2 clang-O0; do
    case $name in ${ORACLE_ONLY:-*}) walk "$name" ;; esac
done
case clang-O2 in ${ORACLE_ONLY:-*}) walk clang-O2 --clang ;; esac

SOURCES=classes.cc build g++-O0 g++ -g -O0 && ask g++-O0 --fields-only
SOURCES=classes.cc build clang++-O0 clang++ -g -O0 && ask clang++-O0 --fields-only

cross() {
    local name=$1 level
    for level in 0 2; do
        build "$name-O$level" "$2-gcc" -g -O$level -static || continue
        ask "$name-O$level" --gdb gdb-multiarch --emulator "qemu-$name" $([ $level = 0 ] || echo --optimised)
    done
}
cross x86_64 x86_64-linux-gnu
cross i386 i686-linux-gnu
cross aarch64 aarch64-linux-gnu
cross arm arm-linux-gnueabihf
cross riscv64 riscv64-linux-gnu
cross ppc64 powerpc64-linux-gnu
cross ppc64le powerpc64le-linux-gnu
cross s390x s390x-linux-gnu
cross mips mips-linux-gnu
cross mipsel mipsel-linux-gnu

[ -z "${ORACLE_DEBIAN:-}" ] || . "$here/debian.sh"

# One more with a seed that nobody chose; it is printed. Not where a finding would be somebody else's to mend.
if [ -n "${ORACLE_RANDOM:-}" ] && [ -s "$jobs" ]; then
    shuf -n 1 "$jobs" | sed 's/--seed [0-9]*//' >"$work/random" && cat "$work/random" >>"$jobs"
fi
ask_one() {
    local name=$1 said status
    shift
    local asks=oracle.py
    case $name in steps/*) asks=steps.py ;; esac
    said=$(timeout 300 python3 -B "$here/$asks" "$A" "$out/${name#steps/}" --name "oracle $name" "$@" 2>&1)
    status=$?
    echo "$said"
    case $status in
    0) grep -qE '^(ok|FAIL|skip) ' <<<"$said" || echo "FAIL oracle $name: no check was made ($*)" ;;
    124) echo "FAIL oracle $name: out of time ($*)" ;;
    *) grep -q '^FAIL ' <<<"$said" || echo "FAIL oracle $name: status $status ($*)" ;;
    esac
}
export -f ask_one
export A here out
xargs -P2 -I{} bash -c 'result=$(ask_one {}); echo "$result"' <"$jobs" | tee "$work/said"
[ -z "${ORACLE_DEBIAN:-}" ] || python3 -B "$here/totals.py" "$work/said"
finish
