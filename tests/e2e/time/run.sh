#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Back in time: QEMU's replay on two architectures, snapshots without one, memory kept by ourselves. One line a check.
. tests/e2e/lib.sh "$1"
B=$(dirname "$A")
here=$PWD/tests/e2e/time
export LC_ALL=C.UTF-8
machine="bash $here/machine.sh"

rounds=3000
seed=${ALLSTOP_SEED:-$(date +%s)}
walk_rounds=${ALLSTOP_WALK_ROUNDS:-60}
for arch in x86_64 aarch64; do
    folder=$work/$arch
    if ! $machine record "$B" $arch $rounds "$folder" >"$work/record" 2>&1; then
        echo "FAIL recording on $arch: $(tail -n 2 "$work/record")"
        continue
    fi
    replay=(-s "$B/targets/replay/$arch.elf" -t "launch:$machine replay $B $arch $rounds $folder {port}")
    short=(-s "$B/targets/replay/$arch.elf" -t "launch:$machine plain $B $arch $rounds $work/plain-$arch {port}")
    live=(-s "$B/targets/replay/$arch.elf" -t "launch:$machine live $B $arch 2000000 $work/live-$arch {port}")

    session "$arch: QEMU's own scenario" 0 "$here/sessions/published.json" "${replay[@]}"
    session "$arch: back and forth" 0 "$here/sessions/back.json" "${replay[@]}"
    snapshot=$(grep -o 'allstop-b1-[0-9]*' "$work/out" | head -n 1)
    session "$arch: bookmarks the next time" 0 "$here/sessions/again.json" -D "snapshot=$snapshot" "${replay[@]}"
    session "$arch: watchpoints in a recording" 0 "$here/sessions/watch.json" "${replay[@]}"
    session "$arch: watchpoints" 0 "$here/sessions/watch.json" "${short[@]}"
    session "$arch: live snapshots" 0 "$here/sessions/live.json" "${live[@]}"
    recorded=(-s "$B/targets/replay/$arch.elf" -t "launch:$machine recorded $B $arch $rounds $work/recorded-$arch {port}")
    again=(-s "$B/targets/replay/$arch.elf" -t "launch:$machine replay $B $arch $rounds $work/recorded-$arch {port}")
    session "$arch: while it is recorded" 0 "$here/sessions/recording.json" "${recorded[@]}"
    session "$arch: what was recorded so" 0 "$here/sessions/recorded.json" "${again[@]}"
    # at the prompt
    printf '%s\n' 'goto 50%' 'bookmark here a  remark' 'rsi' 'bookmarks' 'goto 1' 'when' 'unbookmark here' 'goto start' 'rc' |
        timeout 60 "$A" --cli "${replay[@]}" >"$work/out" 2>"$work/err"
    says "$arch: the prompt makes bookmarks" 'here.*\(1\).*a  remark'
    says "$arch: the prompt tells positions" '^[0-9]+ of [0-9]+ instructions \((49.99|50)%\)'
    says "$arch: the prompt tells the start" 'history-end'
    runs "$arch: trouble on the way back" \
        python3 "$here/trouble.py" "$A" "${replay[3]}" "$B/targets/replay/$arch.elf" "$folder/pid" "$arch"

    cp -r "$folder" "$work/edges-$arch" # whose image gets room by what is deleted there
    runs "$arch: the edges of a recording" \
        python3 "$here/edges.py" "$A" "launch:$machine replay $B $arch $rounds $work/edges-$arch {port}" "$B/targets/replay/$arch.elf" \
        "$work/edges-$arch" "$arch"

    # bookmark files: damaged, of another version, of a recording or a program that is another now
    bookmarks=$work/state/allstop/bookmarks
    rm -rf "$bookmarks"
    session "$arch: a bookmark to spoil" 0 "$(inline '{"steps":[{"do":"goto","position":"40%"},{"do":"bookmark","name":"a"}]}')" "${replay[@]}"
    file=$(ls "$bookmarks"/*.json)
    cp "$file" "$work/good.json"
    sed -i 's/"pc":.*/"pc": "0x1",/' "$file"
    session "$arch: a bookmark that does not fit" 0 "$(inline '{"steps":[{"do":"goto","name":"a"},{"do":"bookmarks","expect":{"bookmarks":[{"state":"stale"}]}}]}')" "${replay[@]}"
    says "$arch: a bookmark that does not fit: says so" 'is stale'
    sed 's/"program":.*/"program": "another",/' "$work/good.json" >"$file"
    session "$arch: bookmarks of another build" 0 "$(inline '{"steps":[{"do":"bookmarks","expect":{"bookmarks":{"count":1}}}]}')" "${replay[@]}"
    says "$arch: bookmarks of another build: says so" 'another build of the program'
    for spoil in 's/"version":.*/"version": 99,/' 's/"position":.*/"position": -4,/' 's/"bookmarks":.*//' 's/^.*$/\x00\xff/'; do
        sed "$spoil" "$work/good.json" >"$file"
        session "$arch: a damaged file of bookmarks" 0 "$(inline '{"steps":[{"do":"bookmarks"},{"do":"bookmark","name":"b"},{"do":"unbookmark","name":"b"}]}')" "${replay[@]}"
        says "$arch: a damaged file of bookmarks: says where it is kept" 'is kept as .*damaged'
    done
    : >"$work/none" # a file where a folder must be, for root as well
    XDG_STATE_HOME=$work/none session "$arch: no place for bookmarks" 0 \
        "$(inline '{"steps":[{"do":"bookmark","name":"b"},{"do":"goto","name":"b"}]}')" "${replay[@]}"
    says "$arch: no place for bookmarks: says so" 'writing the bookmarks: write .*Not a directory'
    ALLSTOP_FILE_BLOCKS=$(($(stat -c %s "$folder/rr.qcow2") / 1024 + 64)) session "$arch: no room for snapshots" 0 \
        "$(inline '{"steps":[{"do":"goto","position":"60%"},{"do":"bookmark","name":"small"},{"do":"bookmark","snapshot":true,"expect":{"error":{"code":"refused"}}},
        {"do":"reverse-stepi","expect":{"reason":"step"}},{"do":"goto","name":"small","expect":{"reason":"goto"}}]}')" "${replay[@]}"
    if python3 "$here/walk.py" "$A" "${replay[3]}" "$B/targets/replay/$arch.elf" "$walk_rounds" "$seed" >"$work/walk" 2>&1; then
        echo "ok $arch: a walk of $walk_rounds moves, seed $seed"
    else
        echo "FAIL $arch: a walk, ALLSTOP_SEED=$seed: $(tail -n 2 "$work/walk" | cut -c1-900)"
    fi
done

session "memory kept by ourselves" 0 "$here/sessions/memory.json" "$B/targets/race"
says "memory kept by ourselves: says what it does not cover" 'Not put back: files, sockets'
python3 "$here/rr.py" >"$work/rr.json"
session "rr, as a fake stub answers" 0 "$here/sessions/rr.json" -t "launch:$B/tests/stub/stub $work/rr.json {port}"
finish
