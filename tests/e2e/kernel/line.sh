#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One serial line that is console and protocol: kernels that run when we come, ways to break in, kdb, kgdbcon, a line that loses
# bytes, and a second program on the port.
. tests/e2e/kernel/lib.sh "$1"
wires=${KEEP_WIRES:-$work}

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

# dies NAME TARGET: the machine is killed while it stands, between a question and its answer
asked() { tail -n 1 "$work/dies.wire" | grep -q '"dir": "out", "kind": "packet"'; }
dies() {
    : >"$work/out"
    disown "$machine" # else its end is told
    {
        echo '{"id": 1, "do": "interrupt"}'
        wait_for 60 grep -q '"id":1' "$work/out"
        kill -STOP "$machine"
        echo '{"id": 2, "do": "eval", "expr": "jiffies_64"}'
        wait_for 20 asked
        kill -KILL "$machine"
        wait_for 60 grep -q '"id":2' "$work/out"
        echo '{"id": 3, "do": "backtrace"}'
        case $2 in unix:*) echo '{"id": 4, "do": "reconnect"}' ;; esac # a device that is gone would be waited for
    } | timeout 100 "$A" --jsonl -t "$2" -s "$kernel/vmlinux" --wire-log "$work/dies.wire" >"$work/out" 2>"$work/err"
    says "$1, killed between question and answer" '"id":2,"ok":false.*"code":"lost".*was lost: .*`reconnect`'
    says "$1, killed: nothing is asked of it any more" '"id":3,"ok":false.*"code":"not-connected"'
    case $2 in unix:*) says "$1, killed: it is not there to come back to" '"id":4,"ok":false.*"code":"not-connected"' ;; esac
}

options=(-chardev "socket,id=mon,path=$work/mon,server=on,wait=off" -mon chardev=mon)
boot socket "socket,path=$work/line,server=on,wait=off"
if ready socket booted; then
    holds "running, socket" $here/sessions/running.json -t "unix:$work/line" -s "$kernel/vmlinux" --wire-log "$wires/socket.wire"
    holds "break-in by commands" $here/sessions/break_ways.json -t "unix:$work/line" -s "$kernel/vmlinux" -D "monitor=$work/mon"
    no_oops socket
    dies socket "unix:$work/line"
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
    holds "a panic while it is debugged" $here/sessions/panic_stopped.json -t "$(pty_of pty)" -s "$kernel/vmlinux"
fi
shut_down

boot mute pty
if ready mute booted; then
    holds "a panic" $here/sessions/panic.json -t "$(pty_of mute)" -s "$kernel/vmlinux" --wire-log "$wires/panic.wire"
fi
shut_down

boot killed pty
if ready killed booted; then dies pty "$(pty_of killed)"; fi

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

seed=$RANDOM
python3 $here/noise.py "$work/noise" $seed &
pids+=($!)
wait_for 10 test -e "$work/noise"
deaf='{"steps": [{"do": "interrupt", "timeout": 4, "expect": {"error": {"code": "timeout"}}}, {"do": "detach"}]}'
holds "another baud rate, seed $seed: it is taken to run" "$(inline "$deaf")" -t "serial:$work/noise" -s "$kernel/vmlinux"
says "another baud rate: told" '"event":"output","text":"most of what comes over this line is no text'
same "another baud rate: told once" "$(grep -c 'is no text: is that its baud rate' "$work/out")" 1

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
finish
