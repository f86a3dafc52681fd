#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Source files that moved, are missing, or are newer than the program; modules at load addresses; a program that
# is built anew.
. tests/e2e/lib.sh "$1"

mkdir -p "$work/build/deep" "$work/kept/deep"
cat >"$work/build/deep/one.c" <<'C'
int shared = 3;
int one(int n)
{
    return n + shared;
}
int main(void)
{
    return one(2) == 5 ? 0 : 1;
}
C
(cd "$work/build/deep" && gcc -g -O0 one.c -o "$work/program" && gcc -g -O0 -c one.c -o "$work/module.ko")
mv "$work/build/deep/one.c" "$work/kept/deep/"
touch -d '2000-01-01' "$work/kept/deep/one.c"

steps "a missing source: the code, and the path tried" '
    {"do": "list", "at": "one", "expect": {"problem": {"match": "build/deep/one.c .No such file"}, "line": 3, "instructions": {"count": 10}}}' \
    -t none -s "$work/program"
steps "directories by trailing components" "
    {\"do\": \"sources\", \"directories\": [\"/nowhere\", \"$work/kept\"], \"expect\": {\"directories\": {\"count\": 2}}},
    {\"do\": \"list\", \"at\": \"one\", \"count\": 3, \"expect\": {\"file\": \"$work/kept/deep/one.c\", \"first\": 2, \"lines\": [\"int one(int n)\", \"{\", \"    return n + shared;\"], \"warning\": {\"exists\": false}}},
    {\"do\": \"sources\", \"clear\": true, \"expect\": {\"directories\": {\"count\": 0}}},
    {\"do\": \"list\", \"at\": \"one\", \"expect\": {\"problem\": {\"exists\": true}}}" -t none -s "$work/program"
steps "a substituted beginning" "
    {\"do\": \"sources\", \"substitute\": {\"$work/build\": \"$work/kept\"}},
    {\"do\": \"list\", \"at\": \"one\", \"expect\": {\"file\": \"$work/kept/deep/one.c\"}}" -t none -s "$work/program"
touch -d '+1 hour' "$work/kept/deep/one.c"
steps "a source newer than the program: said once" "
    {\"do\": \"sources\", \"substitute\": {\"$work/build\": \"$work/kept\"}},
    {\"do\": \"list\", \"at\": \"one\", \"expect\": {\"warning\": {\"match\": \"newer than\"}}},
    {\"do\": \"list\", \"at\": \"one\", \"expect\": {\"warning\": {\"exists\": false}}}" -t none -s "$work/program"

steps "a module's sections" "
    {\"do\": \"symbols\", \"file\": \"$work/module.ko\", \"address\": \"0xffffffffc0001000\", \"sections\": {\".data\": \"0xffffffffc0345000\"}, \"expect\": {\"files\": [{\"address\": \"0xffffffffc0001000\"}]}},
    {\"do\": \"lookup\", \"at\": \"0xffffffffc0345000\", \"expect\": {\"symbol\": \"shared\", \"section\": \".data\"}},
    {\"do\": \"lookup\", \"at\": \"one\", \"expect\": {\"address\": \"0xffffffffc0001000\", \"line\": 3}},
    {\"do\": \"symbols\", \"file\": \"$work/module.ko\", \"sections\": {\".nowhere\": 1}, \"expect\": {\"error\": {\"code\": \"usage\", \"hint\": {\"match\": \"text\"}}}},
    {\"do\": \"symbols\", \"file\": \"$work/program\", \"sections\": {\".text\": 1}, \"expect\": {\"error\": {\"code\": \"usage\"}}}" -t none

# Built anew while it is loaded: said, and read again with the next start.
cp "$work/program" "$work/running"
printf '\n\n' | cat - "$work/kept/deep/one.c" >"$work/build/deep/one.c"
(cd "$work/build/deep" && gcc -g -O0 one.c -o "$work/next")
coproc server { timeout 120 "$A" --no-config --jsonl "$work/running" 2>"$work/err"; }
# Kept: the shell unsets its own as soon as it sees the process end, be that before `wait`.
to=${server[1]} from=${server[0]} pid=$server_PID
ask() { printf '%s\n' "$1" >&"$to"; while read -r -t 60 line <&"$from"; do case $line in *"\"id\":$2,"* | *"\"id\": $2,"*) echo "$line"; return ;; esac; done; }
ask '{"id": 1, "do": "break", "at": "one"}' 1 >"$work/a1"
mv "$work/next" "$work/running"
ask '{"id": 2, "do": "symbols"}' 2 >"$work/a2"
ask '{"id": 3, "do": "restart"}' 3 >"$work/a3"
ask '{"id": 4, "do": "continue"}' 4 >"$work/a4"
ask '{"id": 5, "do": "kill"}' 5 >/dev/null
exec {to}>&-
wait "$pid" 2>/dev/null
if grep -q 'was replaced' "$work/a2"; then echo "ok a replaced file is told"; else echo "FAIL a replaced file is told: $(cut -c1-400 "$work/a2")"; fi
if grep -q '"line":6' "$work/a4"; then echo "ok restart reads it again"; else echo "FAIL restart reads it again: $(cut -c1-400 "$work/a3" "$work/a4")"; fi
finish
