#!/usr/bin/env bash
# A Linux kernel debugged by its own kgdb over one serial line that is its console too, in QEMU: over a pty, a Unix
# socket and telnet. `make kernel` builds it; without it everything here is skipped.
# the user's cache, before the suite gets one of its own
kernel=$(bash tests/kernel/build.sh --where)/shipped
. tests/e2e/lib.sh "$1"
here=tests/e2e/kernel
if [ ! -e "$kernel/complete" ]; then
    echo "skip kgdb: no kernel in $kernel (make kernel)"
    exit 0
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

# boot NAME CHARDEV [WORDS…]: its console goes to the chardev and, all of it, to $console; $machine is its process
boot() {
    console=$work/$1.console
    : >"$console"
    qemu-system-x86_64 -accel tcg -m 256 -smp 2 -no-reboot -display none -monitor none -nodefaults \
        -kernel "$kernel/bzImage" -initrd "$kernel/initramfs.gz" -chardev "$2,id=line,logfile=$console" -serial chardev:line \
        -append "console=ttyS0,115200 kgdboc=ttyS0,115200 nokaslr ${*:3}" >"$work/$1.qemu" 2>&1 </dev/null &
    machine=$!
    pids+=("$machine")
}

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

boot unix "socket,path=$work/line,server=on,wait=off" kgdbwait chatter loop autobrk
attached unix "unix:$work/line" $here/sessions/kgdb.json
shut_down

boot pty pty kgdbwait chatter loop autobrk
has_pty() { grep -qs 'redirected to /dev' "$work/pty.qemu"; }
wait_for 30 has_pty
attached pty "$(sed -n 's/.*redirected to \([^ ]*\).*/\1/p' "$work/pty.qemu" | head -n 1)" $here/sessions/kgdb.json
shut_down

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
boot telnet "socket,host=127.0.0.1,port=$port,server=on,wait=off,telnet=on" kgdbwait chatter loop autobrk
attached telnet "telnet:127.0.0.1:$port" $here/sessions/break.json
shut_down

# the other forms, which `make kernel` builds behind that one
other=${kernel%/shipped}
for form in perf kdb; do
    kernel=$other/$form
    if [ ! -e "$kernel/complete" ]; then
        echo "skip kgdb, $form: no kernel in $kernel (make kernel)"
        continue
    fi
    boot "$form" "socket,path=$work/$form.line,server=on,wait=off" kgdbwait chatter loop autobrk
    attached "$form" "unix:$work/$form.line" $here/sessions/hardware.json
    shut_down
done
