#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# machine.sh MODE BUILD_DIR ARCH ROUNDS FOLDER [PORT]: the replay guest in QEMU, in FOLDER.
#   MODE record  records until the guest ends the machine by itself
#        replay  replays that recording, stopped at its start, for a debugger at 127.0.0.1:PORT
#        recorded  records, stopped at its start, for a debugger
#        live    neither: the same machine, stopped at its start, with a drive that takes snapshots
#        plain   no drive at all
set -eu
mode=$1 build=$(realpath "$2") arch=$3 rounds=$4 folder=$5 port=${6:-}
mkdir -p "$folder"
cd "$folder"
# ALLSTOP_FILE_BLOCKS: no file grows beyond so many blocks of 1024 bytes
[ -z "${ALLSTOP_FILE_BLOCKS:-}" ] || { trap '' XFSZ && ulimit -f "$ALLSTOP_FILE_BLOCKS"; }
common=(-m 16 -nodefaults -display none -net none -monitor none -serial "file:out.txt")
drive=(-drive "file=rr.qcow2,if=none,id=rr")
case $arch in
x86_64)
    machine=(qemu-system-x86_64 -M pc -accel tcg -kernel "$build/targets/replay/x86_64_boot.elf" -device "isa-debug-exit,iobase=0xf4"
        -device "loader,addr=0xf00000,data=$rounds,data-len=8" -global apic-common.vapic=off) ;;
aarch64)
    machine=(qemu-system-aarch64 -M virt -cpu cortex-a57 -kernel "$build/targets/replay/aarch64.elf"
        -device "loader,addr=0x40f00000,data=$rounds,data-len=8") ;;
*) echo "machine.sh: no machine $arch" >&2; exit 2 ;;
esac
echo $$ >pid # exec keeps it
case $mode in
record)
    rm -f rr.qcow2 rr.bin
    qemu-img create -q -f qcow2 rr.qcow2 1G
    # isa-debug-exit ends QEMU with a status that is never 0
    timeout 300 "${machine[@]}" "${common[@]}" "${drive[@]}" -icount shift=5,rr=record,rrfile=$PWD/rr.bin,rrsnapshot=init </dev/null || true
    grep -q end out.txt ;;
replay)
    exec "${machine[@]}" "${common[@]}" "${drive[@]}" -icount shift=5,rr=replay,rrfile=$PWD/rr.bin,rrsnapshot=init \
        -S -gdb "tcp:127.0.0.1:$port" ;;
recorded)
    rm -f rr.qcow2 rr.bin
    qemu-img create -q -f qcow2 rr.qcow2 1G
    exec "${machine[@]}" "${common[@]}" "${drive[@]}" -icount shift=5,rr=record,rrfile=$PWD/rr.bin,rrsnapshot=init \
        -S -gdb "tcp:127.0.0.1:$port" ;;
live)
    [ -f rr.qcow2 ] || qemu-img create -q -f qcow2 rr.qcow2 1G
    exec "${machine[@]}" "${common[@]}" "${drive[@]}" -S -gdb "tcp:127.0.0.1:$port" ;;
plain)
    exec "${machine[@]}" "${common[@]}" -S -gdb "tcp:127.0.0.1:$port" ;;
esac
