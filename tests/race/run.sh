#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Right values while QEMU's user emulator lets threads run on: run.sh [RUNS [x86_64|aarch64 [OPTION…]]], on demand; the
# options, and what is counted, are told by measure.py. Status 0 where 9 of 10 runs are right, none is wrong and none bad.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
ulimit -c 0 # the emulator may crash
exec python3 tests/race/measure.py "$B/allstop" "$B/targets" "${1:-100}" "${2:-x86_64}" "${@:3}"
