#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Calls that are stepped over and never return: longjmp(), siglongjmp() out of a handler, exceptions. A part of running/run.sh.
. tests/e2e/lib.sh "$1"
here=$PWD/tests/e2e/running

# at FILE MARK: the line of a mark
at() { grep -n "/\* $2 \*/" "$here/$1" | cut -d: -f1; }
# ends STEP FUNCTION FILE MARK: a step that ends at that line
ends() { printf '{"do":"%s","expect":{"reason":"step","function":{"match":"^%s"},"line":%s}}' "$1" "$2" "$(at "$3" "$4")"; }
# to FILE MARK: runs to that line
to() { printf '{"do":"break","at":"%s:%s","once":true},{"do":"continue","expect":{"reason":"breakpoint"}}' "$1" "$(at "$1" "$2")"; }
quiet='{"do":"signals","signal":"SIGUSR2","stop":false,"print":false,"pass":true}'
native='launch:gdbserver --once 127.0.0.1:{port}'

# What each way to jump does to `next`, `finish`, `until` and `step`.
jumps() { # NAME PROGRAM TARGET
    local name=$1 program=$2 target=$3
    local j=jumps.c
    ways() { steps "longjmp, $name: $1" "$2" -t "$target $program" -s "$program"; }
    ways "next comes back in the caller" "$(to $j "main calls"),$(ends next main $j "main sets"),$(ends next main $j main),$(ends next main $j "main alone")"
    ways "next in the one that calls it" "$(to $j "jumps"),$(ends next main $j "main sets")"
    ways "next three deep, and finish" "$(to $j "in second"),$(ends next main $j "main sets"),$(to $j "main inside"),$(to $j "jumps"),$(ends finish inside $j "inside sets")"
    ways "in one function" "$(to $j "alone jumps"),$(ends next alone $j alone),$(ends next alone $j "alone behind")"
    ways "what stays inside is not seen" "$(to $j "main inside"),$(ends next main $j "main outer"),$(ends next main $j "main between")"
    ways "to an outer function" "$(to $j "in between"),$(ends next main $j "main outer"),$(ends next main $j "main raises")"
    ways "from the function that is finished" "$(to $j "to outer"),$(ends finish main $j "main outer")"
    ways "until a place that is jumped over" "$(to $j "to outer"),{\"do\":\"until\",\"at\":\"jumps.c:$(at $j "main ends")\",\"expect\":{\"reason\":\"step\",\"function\":\"main\",\"line\":$(at $j "main outer")}}"
    ways "several at once" "$(to $j "main calls"),{\"do\":\"next\",\"times\":3,\"expect\":{\"reason\":\"step\",\"line\":$(at $j "main alone")}}"
    # where the C library has lines, as on a machine with those of its own, `step` ends there
    case $program in *-*) ways "step goes through it" "$(to $j "alone jumps"),$(ends step alone $j alone)" ;; esac
    ways "nexti over it" "$(to $j "in first"),{\"do\":\"nexti\",\"times\":6,\"expect\":{\"reason\":\"step\",\"function\":\"main\"}}"
    ways "out of a handler" "$quiet,$(to $j raises),$(ends next raises $j sigsetjmp),$(ends next raises $j raised)"
    ways "in the handler" "$quiet,$(to $j handler),$(ends next raises $j sigsetjmp)"
    ways "a breakpoint where it begins" "$quiet,$(to $j raises),{\"do\":\"break\",\"at\":\"siglongjmp\",\"if\":\"0\"},$(ends next raises $j sigsetjmp)"
}
gcc -g -O0 -o "$work/jumps" "$here/jumps.c"
jumps "x86-64" "$work/jumps" "$native"
gcc -g -O0 -D_FORTIFY_SOURCE=2 -O1 -fno-inline -o "$work/checked" "$here/jumps.c"
steps "longjmp, checked: in one function" "$(to jumps.c "alone jumps"),{\"do\":\"next\",\"expect\":{\"reason\":\"step\",\"function\":\"alone\"}}" -t "$native $work/checked" -s "$work/checked"
i686-linux-gnu-gcc -g -O0 -static -o "$work/jumps-i386" "$here/jumps.c"
jumps "i386" "$work/jumps-i386" "$native"
for pair in aarch64:aarch64-linux-gnu arm:arm-linux-gnueabihf riscv64:riscv64-linux-gnu ppc64:powerpc64-linux-gnu \
    ppc64le:powerpc64le-linux-gnu s390x:s390x-linux-gnu mips:mips-linux-gnu; do
    cpu=${pair%%:*}
    "${pair#*:}-gcc" -g -O0 -static -o "$work/jumps-$cpu" "$here/jumps.c"
    jumps "$cpu" "$work/jumps-$cpu" "launch:qemu-$cpu -g {port}"
done

# Probes tell where a jump goes: it is not followed by steps.
gcc -g -O0 -fcf-protection=none -o "$work/probes" "$here/probes.c"
steps "a probe tells where it goes" "$(to probes.c "probed calls"),{\"do\":\"next\",\"expect\":{\"function\":\"outer\",\"line\":$(($(at probes.c "probed calls") - 1))}},$(ends next outer probes.c "probed behind")" \
    -t "$native $work/probes" -s "$work/probes" --wire-log "$work/wire"
sent "and is not stepped through for it" 'vCont;s' 2
steps "a probe: what stays inside is not seen" "$(to probes.c "probed main"),$(ends next main probes.c "probed ends")" -t "$native $work/probes" -s "$work/probes"

# What is inserted for jumps goes with the first call that is stepped over, and stays from one step to the next.
steps "sites of jumps" "{\"do\":\"break\",\"at\":\"main\"},{\"do\":\"continue\"},{\"do\":\"next\"},{\"do\":\"next\"},{\"do\":\"next\"}" -t "$native $work/jumps" -s "$work/jumps" --wire-log "$work/wire"
sent "are sent once" "^Z0,7f" 2
sent "and stay between steps" "^z0,7f" 0

# -- exceptions ----------------------------------------------------------------------------------------------
t=thrown.cc
throws() { # NAME PROGRAM TARGET
    local name=$1 program=$2 target=$3
    ways() { steps "exceptions, $name: $1" "$2" -t "$target $program" -s "$program"; }
    ways "caught by the caller" "$(to $t "main calls"),$(ends next main $t "main catches"),$(ends next main $t "main caught"),{\"do\":\"next\",\"times\":2,\"expect\":{\"line\":$(at $t "main own")}}"
    ways "through three frames" "$(to $t "throws"),$(ends next main $t "main catches")"
    ways "from the one that is finished" "$(to $t "in second"),$(ends finish main $t "main catches")"
    ways "thrown and caught in one function" "$(to $t "own throws"),$(ends next own $t "own catches"),$(ends next own $t "own caught"),{\"do\":\"next\",\"times\":2,\"expect\":{\"line\":$(at $t "own ends")}}"
    ways "caught inside is not seen" "$(to $t "main inside"),$(ends next main $t "main again")"
    ways "rethrown" "$(to $t "again calls"),$(ends next again $t "again catches"),$(ends next again $t "again caught"),$(ends next again $t rethrows),{\"do\":\"next\"},{\"do\":\"finish\",\"expect\":{\"function\":\"main\"}}"
    ways "a frame that only cleans up" "$(to $t "cleans calls"),{\"do\":\"next\",\"expect\":{\"reason\":\"step\",\"function\":{\"match\":\"^cleans\"}}},{\"do\":\"finish\",\"expect\":{\"function\":\"main\",\"line\":$(at $t "main cleaned")}}"
    ways "over that frame" "$(to $t "main cleans"),$(ends next main $t "main cleaned"),$(ends next main $t "main behind cleans")"
    ways "inside of a library" "$(to $t "main library"),$(ends next main $t "main from library")"
    ways "out of a library" "$(to $t "main from library"),$(ends next main $t "main catches library's"),$(ends next main $t "main caught library's")"
    ways "in a library" "$(to $t "main own"),$(to thrower.cc "library calls"),$(ends next caught_in_library thrower.cc "library catches"),$(ends next caught_in_library thrower.cc "library caught")"
    ways "step over what has no lines" "$(to $t "main own"),$(to thrower.cc "library throws"),$(ends step caught_in_library thrower.cc "library catches")"
}
g++ -g -O0 -fPIC -shared -o "$work/libthrower.so" "$here/thrower.cc"
g++ -g -O0 -o "$work/thrown" "$here/thrown.cc" "$work/libthrower.so"
throws "libgcc_s" "$work/thrown" "$native"
g++ -g -O0 -static -o "$work/thrown-static" "$here/thrown.cc" "$here/thrower.cc"
throws "static" "$work/thrown-static" "$native"
for pair in aarch64:aarch64-linux-gnu arm:arm-linux-gnueabihf riscv64:riscv64-linux-gnu ppc64le:powerpc64le-linux-gnu s390x:s390x-linux-gnu; do
    cpu=${pair%%:*}
    "${pair#*:}-g++" -g -O0 -static -o "$work/thrown-$cpu" "$here/thrown.cc" "$here/thrower.cc"
    throws "$cpu" "$work/thrown-$cpu" "launch:qemu-$cpu -g {port}"
done
finish
