#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Machine code as text: extensions that Capstone lacks, RISC-V, Thumb of a file alone, data between code.
. tests/e2e/lib.sh "$1"
runs disassembly python3 tests/e2e/disassembly/disassembly.py "$A" "$work"
finish disassembly
