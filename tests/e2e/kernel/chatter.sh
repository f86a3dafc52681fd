#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# 200 stops of a kernel that prints all the time, over the pty that it prints to: not a byte of the console is lost, added or
# taken for the protocol, by what the emulator says it wrote.
. tests/e2e/kernel/lib.sh "$1"

boot chatter pty kgdbwait chatter loop autobrk
has_pty() { grep -qs 'redirected to /dev' "$work/chatter.qemu"; }
wait_for 30 has_pty
if ! wait_for 120 waits; then
    echo "FAIL chatter: the kernel did not come to kgdbwait: $(tail -n 2 "$console") $(tail -n 2 "$work/chatter.qemu")"
    finish
fi
before=$(stat -c %s "$console")
began=$SECONDS
holds "chatter: 200 stops" $here/sessions/chatter.json -s "$kernel/vmlinux" --wire-log "$work/chatter.wire" \
    -t "$(sed -n 's/.*redirected to \([^ ]*\).*/\1/p' "$work/chatter.qemu" | head -n 1)"
now=$(lines)
if what=$(python3 $here/split.py "$console" "$before" "$work/chatter.wire" "$work/out" 2>&1); then
    echo "ok chatter: the console as the line had it: $what, $((SECONDS - began)) s"
else
    echo "FAIL chatter: the console as the line had it: $what"
fi
if wait_for 60 more_than $((now + 20)); then echo "ok chatter: it runs on"; else
    echo "FAIL chatter: it does not run on: $(tail -n 3 "$console")"
fi
shut_down
finish
