#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# An aarch64 kernel by its own kgdb, over the one serial line that is its console too: a Unix socket and a pty, moved by
# KASLR and not.
. tests/e2e/kernel/lib.sh "$1"
kernel=$forms/arm64
if [ ! -e "$kernel/complete" ]; then
    echo "skip arm64: no kernel in $kernel (make kernel)"
    finish
fi
emulator=(qemu-system-aarch64 -M virt -cpu cortex-a57)
image=Image
tty=ttyAMA0
gdb_line=kgdboc=$tty,115200
found() { says "$1: its place is found" '"event":"kernel".*"slide":"0x[0-9a-f]*0","checked_by":"build ID"'; }

boot arm64-unix "socket,path=$work/line,server=on,wait=off" kgdbwait chatter loop autobrk
attached arm64-unix "unix:$work/line" $here/sessions/arm64.json
found arm64-unix
shut_down

slide=
boot arm64-pty pty kgdbwait chatter loop autobrk
wait_for 30 has_pty arm64-pty
attached arm64-pty "$(pty_of arm64-pty)" $here/sessions/arm64.json
found arm64-pty
shut_down
finish
