# What the suites share. Sourced with the build folder: `. tests/e2e/lib.sh "$1"`. Suites print one line a
# check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
set -u
B=${1:?the build folder}
A=$PWD/$B/allstop
S=$PWD/$B/tests/stub/stub
work=$(mktemp -d)
pids=()
end_all() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    rm -rf "$work"
}
trap end_all EXIT
trap 'exit 1' INT TERM HUP
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config

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

# says NAME PATTERN: in what the last session printed
says() {
    if grep -qE -- "$2" "$work/err" "$work/out"; then echo "ok $1"; else
        echo "FAIL $1: nothing matches $2 in: $(head -c 400 "$work/err")"
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
