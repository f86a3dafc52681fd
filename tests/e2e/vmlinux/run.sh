#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A kernel's symbols beside gdb's answers: random addresses (function, file, line) and the layouts of random structs.
# What is drawn is the same each time; ALLSTOP_SEED draws others, VMLINUX names another file. Skipped where no kernel with debug information is installed;
# one gdb answers everything, which takes it half a minute and 2 GB.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=$(dirname "$0")
kernel=${VMLINUX:-$(ls /usr/lib/debug/boot/vmlinux-* 2>/dev/null | head -n 1)}
if [ -z "$kernel" ] || [ ! -r "$kernel" ]; then
    echo "skip vmlinux: no kernel with debug information (apt-get install linux-image-amd64-dbg, or VMLINUX=FILE)"
    finish
fi
export ALLSTOP_SEED=${ALLSTOP_SEED:-1795276821}
if ! python3 "$here/draw.py" "$kernel" "$work" 40 20; then
    echo "FAIL vmlinux: nothing could be drawn"
    finish
fi
timeout 120 "$A" --no-config --script "$work/session.json" "$kernel" >"$work/ours" 2>"$work/err" </dev/null ||
    echo "FAIL vmlinux answers: $(grep -m 1 '"ok":false' "$work/ours" | cut -c1-300) $(tail -n 1 "$work/err")"
QUESTIONS=$work/questions.json ANSWERS=$work/theirs timeout 600 gdb -nx -q -batch -iex 'set debuginfod enabled off' \
    -x "$here/ask.py" "$kernel" >"$work/gdb" 2>&1 </dev/null || echo "FAIL vmlinux gdb: $(tail -n 1 "$work/gdb")"
runs vmlinux python3 "$here/compare.py" "$work"
finish
