#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Programs that wrote over their own values: each is told as what it is, within bounds, as text and as JSON, at the prompt and in a
# session.
. tests/e2e/lib.sh "$1"
here=$PWD/tests/e2e/spoilt
MOST=$((64 << 10)) # bytes that a value may take at the prompt

# told NAME PROGRAM FUNCTION 'EXPRESSION|what its text has in it' or 'EXPRESSION|!what its error has in it' …
told() {
    local name=$1 program=$2 at=$3 pair expression words bytes status steps lines=() target
    target="launch:gdbserver --once 127.0.0.1:{port} $work/$program"
    shift 3
    steps='{"do": "break", "at": "'$at'"}, {"do": "continue"}'
    for pair in "$@"; do
        expression=${pair%%|*} words=${pair#*|}
        case $words in
        !*) steps+=', {"do": "eval", "expr": "'$expression'", "expect": {"error": {"message": {"contains": "'${words#!}'"}}}}' ;;
        *) steps+=', {"do": "eval", "expr": "'$expression'", "expect": {"text": {"contains": "'${words//\"/\\\"}'"}}}' ;;
        esac
        lines+=("eval $expression")
    done
    steps "$name: as JSON" "$steps" -t "$target" "$work/$program"
    printf '%s\n' "break $at" continue "${lines[@]}" 'info locals' quit |
        timeout 60 "$A" --cli --no-config -t "$target" "$work/$program" >"$work/out" 2>"$work/err"
    status=$?
    for pair in "$@"; do
        words=${pair#*|}
        grep -qF -- "${words#!}" "$work/out" "$work/err" || echo "FAIL $name: at the prompt: ${pair%%|*}: nothing has ${words#!}"
    done
    bytes=$(($(wc -c <"$work/out") / $#))
    if [ "$status" -lt 124 ] && [ "$bytes" -le $MOST ]; then echo "ok $name: at the prompt"; else
        echo "FAIL $name: at the prompt: status $status, $bytes bytes a value: $(tail -n 2 "$work/err")"
    fi
}

for kind in libstdc++ libc++; do
    clang++ -stdlib=$kind -g -O0 -w -fstandalone-debug -o "$work/$kind" "$here/spoilt.cc"
    told "containers of $kind" "$kind" spoilt \
        'circle|it goes round in a circle, back to 0x' \
        'garbage|<error: Cannot access memory at address 0x4141414141414141>' \
        'backwards|<error: it ends before it begins>' \
        'giant|<error: a size of 1152921504606846976 is beyond sense>' \
        'ring|{0, 1, <error: it goes round in a circle, back to 0x' \
        'chain|<error: it goes round in a circle, back to 0x' \
        'blocks|nothing can be read at 0x4141414141414141' \
        'wild|<error: Cannot access memory at address 0x4141414141414141>' \
        'longest|<error: a size of 1152921504606846976 is beyond sense>' \
        'chain[99]|!it goes round in a circle' \
        'wild[3]|!nothing can be read at 0x4141414141414144' \
        'blocks[5]|!nothing can be read at 0x4141414141414155'
done

rustc -g -A warnings -o "$work/rust" "$here/spoilt.rs"
told Rust rust spoilt \
    '*p|unknown: 0x4c' '*t|<no variant has the discriminant 99>' '*n|Niche::A(200)' '*o|Some(200)' \
    '*v|<error: a size of 4611686018427387904 is beyond sense>' \
    's|<damaged: its length is beyond sense>' 'l|<damaged: its length is beyond sense>' \
    'l[2]|!it is damaged: its length is beyond sense'

(cd "$work" && GOCACHE=$work/go-cache GO111MODULE=off go build '-gcflags=all=-N -l' -o go "$here/spoilt.go")
told Go go main.spoilt \
    'a|<damaged: its length is negative>' 'b|<damaged: its length is beyond sense>' \
    'd|<damaged: its length is negative>' 'e|<damaged: its length is beyond sense>' \
    'c|!nothing can be read at 0x4141414141414141' \
    'e[1]|!its length is beyond sense' 'd[1]|!its length is negative'

# Call sites in circles: between the frames that are certain stands no jump that may not have been.
for compiler in gcc clang; do
    $compiler -g -O2 -o "$work/tails" "$here/tails.c"
    steps "jumps in a circle ($compiler)" '
        {"do": "break", "at": "end"}, {"do": "continue"},
        {"do": "backtrace", "expect": {"end": "main reached"}}' -t "launch:gdbserver --once 127.0.0.1:{port} $work/tails" "$work/tails"
    same "its ends, and few frames ($compiler)" \
        "$(result '[r["frames"][0]["function"], r["frames"][-1]["function"], len(r["frames"]) < 6]')" "['end', 'main', True]"
done
finish
