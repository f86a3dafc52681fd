#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What one comes to a kernel with one cable for, in one session: over a pty, while it runs, moved by KASLR.
. tests/e2e/kernel/lib.sh "$1"
kernel=$forms/perf
if [ ! -e "$kernel/complete" ]; then
    echo "skip visit: no kernel in $kernel (make kernel)"
    finish
fi
booted() { grep -q 'INIT: booted' "$console" && sleep 1; }
has_pty() { grep -qs 'redirected to /dev' "$work/visit.qemu"; }

slide=
boot visit pty chatter
if wait_for 30 has_pty && wait_for 120 booted; then
    holds visit $here/sessions/visit.json -t "$(sed -n 's/.*redirected to \([^ ]*\).*/\1/p' "$work/visit.qemu" | head -n 1)" -s "$kernel/vmlinux"
    seen=$(lines)
    if wait_for 60 more_than $((seen + 20)); then echo "ok visit: it runs on"; else
        echo "FAIL visit: it does not run on: $(tail -n 3 "$console")"
    fi
    if grep -qE 'Oops|BUG:|kernel panic|int3:' "$console"; then
        echo "FAIL visit: no oops: $(grep -m 1 -E 'Oops|BUG:|kernel panic|int3:' "$console")"
    else
        echo "ok visit: no oops"
    fi
else
    echo "FAIL visit: the kernel did not come up: $(tail -n 2 "$console") $(tail -n 2 "$work/visit.qemu")"
fi
shut_down
finish
