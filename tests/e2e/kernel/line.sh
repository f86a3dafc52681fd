#!/usr/bin/env bash
# One serial line that is console and protocol: kernels that run when we come, ways to break in, kdb, kgdbcon, a line that loses
# bytes, and a second program on the port.
. tests/e2e/kernel/lib.sh "$1"
wires=${KEEP_WIRES:-$work}

booted() { grep -q 'INIT: booted' "$console" && sleep 1; }
no_oops() {
    if grep -qE 'Oops|BUG:|kernel panic|int3:' "$console"; then
        echo "FAIL $1: no oops: $(grep -m 1 -E 'Oops|BUG:|kernel panic|int3:' "$console")"
    else
        echo "ok $1: no oops"
    fi
}
# ready NAME COMMAND…: the kernel has come that far
ready() {
    wait_for 120 "${@:2}" && return
    echo "FAIL $1: the kernel did not come up: $(tail -n 2 "$console") $(tail -n 2 "$work/$1.qemu")"
    false
}
pty_of() { sed -n 's/.*redirected to \([^ ]*\).*/\1/p' "$work/$1.qemu" | head -n 1; }

options=(-chardev "socket,id=mon,path=$work/mon,server=on,wait=off" -mon chardev=mon)
boot socket "socket,path=$work/line,server=on,wait=off"
if ready socket booted; then
    holds "running, socket" $here/sessions/running.json -t "unix:$work/line" -s "$kernel/vmlinux" --wire-log "$wires/socket.wire"
    holds "break-in by commands" $here/sessions/break_ways.json -t "unix:$work/line" -s "$kernel/vmlinux" -D "monitor=$work/mon"
    no_oops socket
fi
shut_down
options=()

boot pty pty
if ready pty booted; then
    holds "running, pty" $here/sessions/running.json -t "$(pty_of pty)" -s "$kernel/vmlinux" --wire-log "$wires/pty.wire"
    # somebody else has it
    (exec 9<>"$(pty_of pty)"; flock 9; exec sleep 60) &
    other=$!
    pids+=("$other")
    sleep 1
    session "a second program on the port" 3 "$(inline '{"steps": []}')" -t "$(pty_of pty)"
    says "a second program on the port: told" 'another program has the line'
    kill "$other"
    no_oops pty
    holds "a panic" $here/sessions/panic.json -t "$(pty_of pty)" -s "$kernel/vmlinux" --wire-log "$wires/panic.wire"
fi
shut_down

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
boot telnet "socket,host=127.0.0.1,port=$port,server=on,wait=off,telnet=on"
if ready telnet booted; then
    holds "running, telnet" $here/sessions/running.json -t "telnet:127.0.0.1:$port" -s "$kernel/vmlinux" --wire-log "$wires/telnet.wire"
    no_oops telnet
fi
shut_down

boot kgdbcon "socket,path=$work/con,server=on,wait=off" kgdbcon kgdbwait chatter loop autobrk
if ready kgdbcon waits; then
    holds "kgdbcon" $here/sessions/kgdbcon.json -t "unix:$work/con" -s "$kernel/vmlinux" --wire-log "$wires/kgdbcon.wire"
    no_oops kgdbcon
fi
shut_down

boot lossy "socket,path=$work/clean,server=on,wait=off" kgdbwait chatter loop autobrk
if ready lossy waits; then
    python3 $here/lossy.py "$work/clean" "$work/tty" 500 &
    pids+=($!)
    wait_for 10 test -e "$work/tty"
    holds "every 500th byte lost" $here/sessions/lossy.json -t "serial:$work/tty" -s "$kernel/vmlinux" --wire-log "$wires/lossy.wire"
    no_oops lossy
fi
shut_down

kernel=$forms/kdb
if [ -e "$kernel/complete" ]; then
    boot kdb pty
    if ready kdb booted; then
        holds "kdb" $here/sessions/kdb.json -t "$(pty_of kdb)" -s "$kernel/vmlinux" --wire-log "$wires/kdb.wire"
        no_oops kdb
    fi
    shut_down
else
    echo "skip line, kdb: no kernel in $kernel (make kernel)"
fi
