#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the reports in doc/audit anew: `--audit` on every stub that is installed. Each begins with how it was made.
set -u
ulimit -c 0 # the emulator crashes here
B=${1:-build}
out=${2:-doc/audit}
work=$(mktemp -d)
valgrind_pid=
end_all() {
    [ -z "$valgrind_pid" ] || kill "$valgrind_pid" 2>/dev/null
    rm -rf "$work"
}
trap end_all EXIT
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config

# make NAME VERSION [ARGUMENTS…]
make_report() {
    local name=$1 version=$2
    shift 2
    {
        echo "$version"
        printf '$ allstop --audit'
        for word in "$@"; do
            case $word in *' '* | *'{'*) printf ' %s' "${word@Q}" ;; *) printf ' %s' "$word" ;; esac
        done
        printf '\n'
        timeout 300 "$B/allstop" --audit "$@" 2>/dev/null </dev/null
        echo "exit status $?"
    } >"$work/report"
    sed "s|$work|WORK|g; s|$PWD/||g" "$work/report" >"$out/$name.txt"
    echo "$out/$name.txt: $(tail -n 1 "$out/$name.txt")"
}
version() { "$@" --version 2>&1 | head -n 1; }

guest=$B/targets/guest
make_report gdbserver "$(version gdbserver)" -D unsafe=true -D at=hot "$B/targets/stress"
make_report qemu-user-x86_64 "$(version qemu-x86_64)" -D at=hot \
    -t "launch:qemu-x86_64 -g {port} $B/targets/x86_64/stress" "$B/targets/x86_64/stress"
make_report qemu-user-one-thread "$(version qemu-x86_64)" -D unsafe=true -D at=leaf \
    -t "launch:qemu-x86_64 -g {port} $B/targets/x86_64/steps" "$B/targets/x86_64/steps"
make_report qemu-user-calls "$(version qemu-x86_64)" -D at=tick \
    -t "launch:qemu-x86_64 -g {port} $B/targets/x86_64/syscalls" "$B/targets/x86_64/syscalls"
make_report qemu-system-x86_64 "$(version qemu-system-x86_64)" -D at=inner -s "$guest/guest64.elf" \
    -t "launch:qemu-system-x86_64 -M pc -m 16 -smp 4 -nodefaults -display none -net none -serial null -kernel $guest/guest32.elf -S -gdb tcp:127.0.0.1:{port}"

valgrind -q --vgdb=yes --vgdb-error=0 --vgdb-prefix="$work/vgdb" "$B/targets/stress" >/dev/null 2>&1 </dev/null &
valgrind_pid=$!
for _ in $(seq 600); do ls "$work"/vgdb-* >/dev/null 2>&1 && break; sleep 0.05; done
make_report valgrind "$(version valgrind)" -D at=hot -s "$B/targets/stress" \
    -t "exec:vgdb --wait=60 --vgdb-prefix=$work/vgdb --pid=$valgrind_pid"
