#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A Linux kernel debugged by its own kgdb over one serial line that is its console too, in QEMU: over a pty, a Unix
# socket and telnet.
. tests/e2e/kernel/lib.sh "$1"

boot unix "socket,path=$work/line,server=on,wait=off" kgdbwait chatter loop autobrk
attached unix "unix:$work/line" $here/sessions/kgdb.json
shut_down

boot pty pty kgdbwait chatter loop autobrk
has_pty() { grep -qs 'redirected to /dev' "$work/pty.qemu"; }
wait_for 30 has_pty
attached pty "$(sed -n 's/.*redirected to \([^ ]*\).*/\1/p' "$work/pty.qemu" | head -n 1)" $here/sessions/kgdb.json
shut_down

boot early "socket,path=$work/early.line,server=on,wait=off" kgdbwait chatter loop
attached early "unix:$work/early.line" $here/sessions/early.json
shut_down

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
boot telnet "socket,host=127.0.0.1,port=$port,server=on,wait=off,telnet=on" kgdbwait chatter loop autobrk
attached telnet "telnet:127.0.0.1:$port" $here/sessions/break.json
shut_down

# the other forms, which `make kernel` builds behind that one
for form in perf kdb; do
    kernel=$forms/$form
    if [ ! -e "$kernel/complete" ]; then
        echo "skip kgdb, $form: no kernel in $kernel (make kernel)"
        continue
    fi
    boot "$form" "socket,path=$work/$form.line,server=on,wait=off" kgdbwait chatter loop autobrk
    attached "$form" "unix:$work/$form.line" $here/sessions/hardware.json
    shut_down
done
finish
