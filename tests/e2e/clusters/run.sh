#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Machines whose CPUs are in several clusters, each a process of QEMU's stub with registers of its own.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=tests/e2e/clusters
guests=$B/targets/clusters
quiet="-nodefaults -display none -serial null -S -gdb tcp:127.0.0.1:{port}"
export QEMU_AUDIO_DRV=none

holds "two processors in one machine" $here/sessions/zcu102.json --wire-log "$work/wire" -s "$guests/aarch64.elf" -s "$guests/arm.elf" \
    -t "launch:qemu-system-aarch64 -M xlnx-zcu102 -smp 6 -m 256M -device loader,file=$guests/aarch64.elf,cpu-num=0 \
-device loader,file=$guests/arm.elf,cpu-num=4 $quiet"
sent "each description is asked for once" '^qXfer:features:read:target.xml' 2
sent "and let go" '^D;[12]$' 2
holds "both clusters run" $here/sessions/an521.json -s "$guests/m33.elf" \
    -t "launch:qemu-system-arm -M mps2-an521 -kernel $guests/m33.elf $quiet"
finish
