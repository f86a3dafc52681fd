#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Do the files that `explore` writes keep their promise? replay.sh N LOAD [SEARCH…]: each search of tests/race/searches (or
# those named) is made, and each file that it writes is run until N were run of it, while LOAD processes do nothing but
# count. One line a search: how many files, how many of their runs ended with status 0, and the table of outcomes. What failed
# is told; status 0 where nothing did. JOBS runs at once (1).
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
times=${1:?how often} load=${2:?how many busy loops}
shift 2
[ $# != 0 ] || set -- $(cd tests/race/searches && echo *.json)
work=$(mktemp -d)
busy=()
leave() {
    [ ${#busy[@]} = 0 ] || kill "${busy[@]}" 2>/dev/null
    rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM HUP
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config
for ((i = 0; i < load; i++)); do
    (while :; do :; done) &
    busy+=($!)
done

# table OUTPUT: the outcomes of a search, in an order that does not depend on how they were found
table() {
    python3 - "$1" <<'P'
import json, sys
for line in open(sys.argv[1]):
    line = json.loads(line)
    if line.get("do") == "explore":
        r = line.get("result") or {}
        rows = sorted(f"{o['count']} {o['verdict']} {json.dumps(o['outcome'], sort_keys=True)} {' '.join(o['order'])}" for o in r.get("outcomes", []))
        print(json.dumps(r.get("verdicts", {}), sort_keys=True), *rows, sep="\n    ")
P
}
# once FILE NUMBER: one run, its status into the name of what is left of it
once() {
    local status
    timeout 120 "$B/allstop" -S "$1" >"$2.out" 2>"$2.err" </dev/null
    status=$?
    [ $status = 0 ] && rm -f "$2.out" "$2.err" && echo good >>"$2.good"
    [ $status = 0 ] || echo "    status $status of ${1##*/}: $(grep -m 1 '"ok":false' "$2.out" | cut -c1-${WIDTH:-300})$(tail -n 1 "$2.err")" >>"$2.bad"
}
export -f once
export B WIDTH=${WIDTH:-300}
good=0 all=0
for search in "$@"; do
    name=${search%.json} name=${name##*/}
    file=tests/race/searches/$name.json
    began=$(date +%s)
    timeout 300 "$B/allstop" -S "$file" -D found="$work/$name" >"$work/$name.table" 2>"$work/$name.err" </dev/null
    mkdir -p "$work/$name" "$work/runs/$name"
    searched=$(date +%s)
    for session in "$work/$name"/outcome-*.json; do
        [ ! -e "$session" ] || for ((i = 0; i < times; i++)); do
            echo "once $session $work/runs/$name/$(basename "$session" .json)-$i"
        done
    done | xargs -d '\n' -r -P "${JOBS:-1}" -I{} bash -c '{}'
    files=$(find "$work/$name" -name 'outcome-*.json' | wc -l)
    held=$(cat "$work/runs/$name"/*.good 2>/dev/null | wc -l)
    echo "$name: $files files, $held of $((files * times)) runs as promised; $((searched - began)) s and $(($(date +%s) - searched)) s"
    [ "$files" != 0 ] || tail -n 2 "$work/$name.table" "$work/$name.err" | cut -c1-600
    echo "    $(table "$work/$name.table")"
    cat "$work/runs/$name"/*.bad 2>/dev/null | sort | uniq -c | sort -rn | head -n 5
    good=$((good + held)) all=$((all + files * times))
done
echo "$good of $all"
[ "$good" = "$all" ] && [ "$all" != 0 ]
