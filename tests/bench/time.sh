#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Back in time beside gdb: one instruction back at several ages, back to a breakpoint hit once, a bookmark gone to, and what the
# ladder of snapshots costs beside a plain replay. Times are of this machine and this run: quote ratios.
#   time.sh BUILD_DIR [ROUNDS…]   rounds of the guest's loop, some 32 instructions each
set -u
B=${1:-build}
shift
A=$(realpath "$B")/allstop
machine="bash $(realpath "$(dirname "$0")/../e2e/time/machine.sh")"
work=$(mktemp -d)
pids=()
end_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap end_all EXIT
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config
[ $# -gt 0 ] || set -- 320000 3200000 16000000
for need in qemu-system-x86_64 qemu-img gdb; do
    command -v $need >/dev/null || { echo "skip: $need is not installed"; exit 0; }
done
symbols=$B/targets/replay/x86_64.elf

# allstop_ms SESSION: the milliseconds of each step, one a line
allstop_ms() {
    printf '{"timeout":600,"steps":[%s]}' "$1" >"$work/session.json"
    "$A" -s "$symbols" -t "launch:$machine replay $B x86_64 $rounds $folder {port}" -S "$work/session.json" 2>/dev/null |
        sed -n 's/.*"step":"[^"]*".*"ok":true,"ms":\([0-9.]*\).*/\1/p'
}

# gdb_ms COMMANDS…: the milliseconds of the last command; the others come before it
gdb_ms() {
    local port arguments=()
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    $machine replay "$B" x86_64 "$rounds" "$folder" "$port" 2>/dev/null &
    pids+=($!)
    sleep 1
    local last=${*: -1}
    for command in "${@:1:$#-1}"; do arguments+=(-ex "$command"); done
    timeout 900 gdb -nx -batch -ex 'set confirm off' -ex 'set tcp connect-timeout 30' -ex 'set remotetimeout 900' -ex "file $symbols" \
        -ex "target remote 127.0.0.1:$port" "${arguments[@]}" \
        -ex "python import time, gdb
began = time.time()
gdb.execute('$last')
print('took %.1f' % ((time.time() - began) * 1000))
gdb.execute('kill')" 2>/dev/null | sed -n 's/^took //p'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a > 0 && b > 0) printf "%.0f", a / b; else printf "?" }'; }

printf '%-44s %12s %12s %8s\n' 'milliseconds' gdb allstop ratio
for rounds in "$@"; do
    folder=$work/$rounds
    $machine record "$B" x86_64 "$rounds" "$folder" >/dev/null 2>&1 || { echo "recording failed"; exit 1; }
    plain=$(allstop_ms '{"do":"goto","position":"end"}')
    total=$(printf '{"steps":[{"do":"position"}]}' | "$A" -s "$symbols" -t "launch:$machine replay $B x86_64 $rounds $folder {port}" -S - 2>/dev/null |
        sed -n 's/.*"total":\([0-9]*\).*/\1/p')
    name="$((total / 1000000)) M instructions"
    # gdb goes there by QEMU's own means, before the ladder is there
    gdb_step=$(gdb_ms "monitor replay_break $((total - 1000))" continue reverse-stepi)
    gdb_far=$(gdb_ms "monitor replay_break $((total - 1000))" continue 'break once_late' reverse-continue)
    index=$(allstop_ms '{"do":"autobookmark","index":true,"budget":{"count":50}}')
    mapfile -t ms < <(allstop_ms "{\"do\":\"goto\",\"position\":$((total - 1000))},{\"do\":\"bookmark\",\"name\":\"b\"},
        {\"do\":\"reverse-stepi\"},{\"do\":\"reverse-stepi\"},{\"do\":\"reverse-stepi\"},{\"do\":\"goto\",\"position\":\"30%\"},
        {\"do\":\"goto\",\"name\":\"b\"},{\"do\":\"break\",\"at\":\"once_late\"},{\"do\":\"reverse-continue\"},{\"do\":\"delete\",\"all\":true},
        {\"do\":\"goto\",\"name\":\"b\"},{\"do\":\"last-write\",\"expr\":\"late\"}")
    printf '%-44s %12s %12s %8s\n' "$name: reverse-stepi, the first" "$gdb_step" "${ms[2]:-?}" "$(ratio "$gdb_step" "${ms[2]:-0}")"
    printf '%-44s %12s %12s %8s\n' "$name: reverse-stepi, the next" "$gdb_step" "${ms[3]:-?}" "$(ratio "$gdb_step" "${ms[3]:-0}")"
    printf '%-44s %12s %12s %8s\n' "$name: goto a bookmark" - "${ms[6]:-?}" ''
    printf '%-44s %12s %12s %8s\n' "$name: reverse-continue over a tenth" "$gdb_far" "${ms[8]:-?}" "$(ratio "$gdb_far" "${ms[8]:-0}")"
    printf '%-44s %12s %12s %8s\n' "$name: last-write over a tenth" - "${ms[11]:-?}" ''
    printf '%-44s %12s %12s\n' "$name: a plain replay, the ladder of 50" "$plain" "$index"
done
