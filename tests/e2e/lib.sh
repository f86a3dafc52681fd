# SPDX-License-Identifier: GPL-3.0-or-later
# What the suites share. Sourced with the build folder, from the root of the tree: `. tests/e2e/lib.sh "$1"`. Suites print
# one line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing", and "again NAME: why" where a check is made
# once more. The last thing a suite does is to call `finish`: tests/run.sh takes one that does not as failed.
set -u
B=${1:?the build folder}
case $B in /*) A=$B/allstop S=$B/tests/stub/stub ;; *) A=$PWD/$B/allstop S=$PWD/$B/tests/stub/stub ;; esac
suite=${0##*e2e/}
suite=${suite%/run.sh}
suite=${suite%.sh}
work=$(mktemp -d)
pids=()
end_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap end_all EXIT
trap 'exit 1' INT TERM HUP
user_cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache} # where `make kernel` keeps what it built
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config PYTHONDONTWRITEBYTECODE=1

# A word that is no command, be it a slip or a tool that is not installed, would otherwise be a check that is not made.
command_not_found_handle() {
    echo "$1" >>"$work/not-found"
    echo "$0: $1 is no command here" >&2
    return 127
}

# finish: the end of a suite, and the only place that says so
finish() {
    [ ! -e "$work/not-found" ] || echo "FAIL $suite: no command $(sort -u "$work/not-found" | tr '\n' ' ')"
    echo "done $suite"
    exit 0
}

# runs NAME COMMAND…: a program that prints lines of checks itself. It must print one, and end with status 0.
runs() {
    local name=$1 status
    shift
    "$@" 2>"$work/runs.err" | tee "$work/runs.out"
    status=${PIPESTATUS[0]}
    if [ "$status" != 0 ]; then
        echo "FAIL $name: status $status: $(tail -n 3 "$work/runs.err" | tr '\n' ' ')"
    elif ! grep -qE '^(ok|FAIL|skip) ' "$work/runs.out"; then
        echo "FAIL $name: no check was made"
    fi
}

# part SUITE [ARGUMENTS…]: another suite as a part of this one, which must come to its end as well
part() {
    local status name=${1##*e2e/}
    name=${name%/run.sh}
    XDG_CACHE_HOME=$user_cache bash "$1" "$B" "${@:2}" 2>&1 | tee "$work/part.out"
    status=${PIPESTATUS[0]}
    [ "$status" = 0 ] && grep -qxF "done ${name%.sh}" "$work/part.out" ||
        echo "FAIL suite ${name%.sh}: it did not come to its end, status $status"
}

# session NAME EXPECTED_STATUS FILE [ARGUMENTS…]: runs a session file and compares the exit status
session() {
    local name=$1 expected=$2 file=$3
    shift 3
    timeout 300 "$A" -S "$file" "$@" >"$work/out" 2>"$work/err" </dev/null
    local status=$?
    if [ $status = "$expected" ]; then
        echo "ok $name"
    else
        echo "FAIL $name: status $status, expected $expected: $(grep -m 3 '"ok":false' "$work/out" | cut -c1-700) $(tail -n 2 "$work/err")"
    fi
}

# holds NAME FILE [ARGUMENTS…]: a session whose every expectation is met
holds() {
    local name=$1
    shift
    session "$name" 0 "$@"
}

# steps NAME STEPS [ARGUMENTS…]: the same, of the steps alone
steps() {
    local name=$1
    printf '{"steps": [%s]}' "$2" >"$work/steps.json"
    shift 2
    session "$name" 0 "$work/steps.json" --no-config "$@"
}

# says NAME PATTERN: in what the last session printed
says() {
    if grep -qE -- "$2" "$work/err" "$work/out"; then echo "ok $1"; else
        echo "FAIL $1: nothing matches $2 in: $(head -c 400 "$work/err") $(tail -n 3 "$work/out" | cut -c1-400)"
    fi
}

# same NAME GOT WANTED
same() { if [ "$2" = "$3" ]; then echo "ok $1"; else echo "FAIL $1: $2, not $3"; fi; }

# A session given as text, as a file.
inline() { printf '%s' "$1" >"$work/inline.json"; echo "$work/inline.json"; }

# result EXPRESSION: of the last session's last step, in Python, with `r` its result
result() {
    python3 - "$work/out" "$1" <<'P'
import json, sys
steps = [json.loads(line) for line in open(sys.argv[1]) if '"step"' in line]
r = steps[-1].get("result", {})
print(eval(sys.argv[2]))
P
}

# sent NAME PATTERN COUNT: how many packets of ours look like this in the last wire log
sent() {
    local n
    n=$(python3 - "$work/wire" "$2" <<'P'
import json, re, sys
lines = [json.loads(l) for l in open(sys.argv[1])]
print(sum(1 for l in lines if l.get("dir") == "out" and re.search(sys.argv[2], l.get("data", ""))))
P
)
    if [ "$n" = "$3" ]; then echo "ok $1"; else echo "FAIL $1: $n packets like $2, not $3"; fi
}
