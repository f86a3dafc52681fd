#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A Linux kernel by its own kgdb over a pty, under gdb and allstop: turns and bytes of the same actions through the
# counting proxy, both directions, acks included, console text not. Counts are exact. Needs the kernel of `make kernel`.
set -u
B=${1:-build}
A=$B/allstop
proxy=$B/tests/bench/proxy
kernel=$(bash tests/kernel/build.sh --where)/shipped
[ -e "$kernel/complete" ] || { echo "skip kgdb: no kernel in $kernel (make kernel)"; exit 0; }
work=$(mktemp -d)
pids=()
end_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap end_all EXIT

phases=(attach 'break, continue to it' 'stepi off it' stepi 'stepi, registers' 'next, 3 instructions' backtrace
    'threads, ids' 'threads, names' 'threads, functions')

start() {
    rm -f "$work/line" "$work/counts" "$work/console"
    qemu-system-x86_64 -accel tcg -m 256 -smp 2 -no-reboot -display none -monitor none -nodefaults \
        -kernel "$kernel/bzImage" -initrd "$kernel/initramfs.gz" -serial chardev:line \
        -chardev "socket,id=line,path=$work/line,server=on,wait=off,logfile=$work/console" \
        -append 'console=ttyS0,115200 kgdboc=ttyS0,115200 nokaslr kgdbwait loop autobrk' >/dev/null 2>&1 &
    machine=$!
    pids+=("$machine")
    until grep -qs 'Waiting for connection from remote' "$work/console"; do sleep 0.1; done
    "$proxy" "unix:$work/line" pty >"$work/counts" &
    proxy_pid=$!
    pids+=("$proxy_pid")
    until port=$(head -n 1 "$work/counts" 2>/dev/null) && [ -n "$port" ]; do sleep 0.02; done
}

finish() {
    wait "$proxy_pid"
    kill "$machine"
    wait "$machine" 2>/dev/null
    cp "$work/counts" "$work/$1.counts"
}

mark='x/1xb 0xfeed00'
run_gdb() {
    start
    gdb -nx -batch -ex 'set confirm off' -ex 'set pagination off' -ex "file $kernel/vmlinux" -ex "target remote $port" \
        -ex "${mark}20" -ex continue -ex "${mark}01" -ex 'break uptime_proc_show' -ex continue -ex "${mark}02" -ex stepi \
        -ex "${mark}03" -ex stepi -ex "${mark}04" -ex stepi -ex 'info registers' -ex "${mark}20" -ex 'delete 1' -ex 'tbreak seq_file.c:188' \
        -ex continue -ex "${mark}05" -ex next -ex "${mark}06" -ex backtrace -ex "${mark}07" -ex 'info threads' -ex "${mark}20" \
        -ex delete -ex detach >"$work/gdb.out" 2>&1
    finish gdb
}

run_allstop() {
    start
    local mark='{"do":"read","addr":"0xfeed00%s","length":1,"expect":{"error":{"code":"no-memory"}}},\n'
    # shellcheck disable=SC2059
    {
        printf '{"timeout":120,"steps":[\n'
        printf "$mark" 20; printf '{"do":"continue"},\n'
        printf "$mark" 01; printf '{"do":"break","at":"uptime_proc_show"},{"do":"continue","expect":{"function":"uptime_proc_show"}},\n'
        printf "$mark" 02; printf '{"do":"stepi"},\n'
        printf "$mark" 03; printf '{"do":"stepi"},\n'
        printf "$mark" 04; printf '{"do":"stepi"},{"do":"registers"},\n'
        printf "$mark" 20; printf '{"do":"delete","id":1},{"do":"break","at":"seq_file.c:188","once":true},{"do":"continue"},\n'
        printf "$mark" 05; printf '{"do":"next"},\n'
        printf "$mark" 06; printf '{"do":"backtrace","past_main":true},\n'
        printf "$mark" 07; printf '{"do":"threads","detail":"ids"},\n'
        printf "$mark" 08; printf '{"do":"threads","detail":"names"},\n'
        printf "$mark" 09; printf '{"do":"threads","detail":"functions"},\n'
        printf "$mark" 20; printf '{"do":"detach"}]}\n'
    } >"$work/session.json"
    "$A" -t "$port" -s "$kernel/vmlinux" -S "$work/session.json" >"$work/allstop.out" 2>"$work/allstop.err" ||
        { echo "allstop failed:"; grep '"ok":false' "$work/allstop.out" | cut -c1-400; cat "$work/allstop.err"; }
    finish allstop
    rows=$(sed -n 's/.*"do":"threads","ok":true.*/&/p' "$work/allstop.out" | head -n 1 | grep -o '"id":"' | wc -l)
}

cell() { awk -v phase="$2" 'NR > 1 && $1 == phase { printf "%d / %d", $2, $4 + $5 }' "$work/$1.counts"; }

run_gdb
run_allstop
printf '\nkgdb over a pty, %s threads: turns / bytes\n%-26s %14s %14s\n' "$rows" action gdb allstop
for i in "${!phases[@]}"; do
    printf '%-26s %14s %14s\n' "${phases[$i]}" "$(cell gdb "$i")" "$(cell allstop "$i")"
done
echo "(gdb lists ids, names and functions at once; each function here costs, with its name, a row's share of the last line)"
