# SPDX-License-Identifier: GPL-3.0-or-later
# What the suites about the test kernel share, sourced with the build folder in place of tests/e2e/lib.sh. `make kernel`
# builds that kernel; without it a suite says what is skipped and ends.
. tests/e2e/lib.sh "$1"
forms=$(XDG_CACHE_HOME=$user_cache bash tests/kernel/build.sh --where)
kernel=$forms/shipped
here=tests/e2e/kernel
if [ ! -e "$kernel/complete" ]; then
    echo "skip $(basename "$0" .sh): no kernel in $kernel (make kernel)"
    finish
fi

# wait_for SECONDS COMMAND…: until it is true
wait_for() {
    local tries=$(($1 * 10))
    shift
    while ! "$@"; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.1
    done
}

# What boot runs: the emulator, the kernel's file in $kernel, its console; CPUs, the words about the address slide and about
# kgdb's line, further options.
emulator=(qemu-system-x86_64)
image=bzImage
tty=ttyS0
cpus=2
slide=nokaslr
gdb_line=kgdboc=$tty,115200
options=()

# boot NAME CHARDEV [WORDS…]: its console goes to the chardev and, all of it, to $console; $machine is its process
boot() {
    console=$work/$1.console
    : >"$console"
    "${emulator[@]}" -accel tcg -m 256 -smp "$cpus" -no-reboot -display none -monitor none -nodefaults \
        -kernel "$kernel/$image" -initrd "$kernel/initramfs.gz" -chardev "$2,id=line,logfile=$console" -serial chardev:line \
        "${options[@]}" -append "console=$tty,115200 $gdb_line $slide ${*:3}" >"$work/$1.qemu" 2>&1 </dev/null &
    machine=$!
    pids+=("$machine")
}

# pty_of NAME: what QEMU called the pty that is its console
pty_of() { sed -n 's/.*redirected to \([^ ]*\).*/\1/p' "$work/$1.qemu" | head -n 1; }
has_pty() { [ -n "$(pty_of "$1")" ]; }
booted() { grep -q 'INIT: booted' "$console" && sleep 1; }

shut_down() { kill "$machine" 2>/dev/null; wait "$machine" 2>/dev/null; }

waits() { grep -q 'Waiting for connection from remote' "$console"; }
lines() { grep -c 'chatter line [0-9]* from user space' "$console"; }
more_than() { [ "$(lines)" -gt "$1" ]; }

# attached NAME TARGET SESSION: waits for kgdbwait's line, runs the session, and sees that the console goes on behind it
attached() {
    if ! wait_for 120 waits; then
        echo "FAIL $1: the kernel did not come to kgdbwait: $(tail -n 2 "$console") $(tail -n 2 "$work/$1.qemu")"
        return
    fi
    holds "$1" "$3" -t "$2" -s "$kernel/vmlinux" --wire-log "$work/$1.wire"
    local now
    now=$(lines)
    if wait_for 60 more_than $((now + 20)); then echo "ok $1: it runs on"; else
        echo "FAIL $1: it does not run on: $(tail -n 3 "$console")"
    fi
    if grep -qE 'Oops|BUG:|kernel panic|int3:' "$console"; then
        echo "FAIL $1: no oops: $(grep -m 1 -E 'Oops|BUG:|kernel panic|int3:' "$console")"
    else
        echo "ok $1: no oops"
    fi
}
