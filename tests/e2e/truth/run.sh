#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What is said is true: names mean addresses, registers are the selected frame's, what is refused or half done says so, JSON is
# kept whole or refused, and output that cannot be written is not taken for success.
. tests/e2e/lib.sh "$1"

cat >"$work/place.c" <<'C'
#include <stdio.h>
#include <sys/mman.h>
int counter = 7;
char *page;
int leaf(int x)
{
    return x + counter;
}
int middle(int x)
{
    return leaf(x * 2) + 1;
}
int main(void)
{
    page = mmap((void *)0x10000000, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    munmap(page + 4096, 4096);
    printf("%d\n", middle(3));
    return 0;
}
C
(cd "$work" && gcc -g -O0 -o place place.c && gcc -O0 -no-pie -o bare place.c && gcc -g -O0 -static -o still place.c)
gdbserver_of() { echo "launch:gdbserver --once 127.0.0.1:{port} $1"; }
emulator_of() { echo "launch:qemu-x86_64 -g {port} $1"; }
address() { echo "0x$(nm "$work/$1" | awk -v n="$2" '$3 == n {print $1}' | sed 's/^0*//')"; }

# -- names without debug information ---------------------------------------------------------------------
leaf=$(address bare leaf) counter=$(address bare counter)
steps "without debug information a function's name is its address" "
    {\"do\": \"lookup\", \"at\": \"leaf\", \"expect\": {\"address\": \"$leaf\", \"symbol\": \"leaf\", \"offset\": 0}},
    {\"do\": \"disassemble\", \"at\": \"leaf\", \"expect\": {\"instructions\": [{\"address\": \"$leaf\"}]}},
    {\"do\": \"eval\", \"expr\": \"leaf\", \"expect\": {\"value\": \"$leaf\", \"text\": \"{<text variable, no debug info>} $leaf <leaf>\"}},
    {\"do\": \"eval\", \"expr\": \"&leaf == leaf\", \"expect\": {\"value\": 1}},
    {\"do\": \"lookup\", \"at\": \"counter\", \"expect\": {\"address\": \"$counter\", \"symbol\": \"counter\"}}" \
    -t none -s "$work/bare"
steps "x, break and lookup by such a name, on a target" "
    {\"do\": \"examine\", \"addr\": \"leaf\", \"format\": \"2i\", \"expect\": {\"address\": \"$leaf\"}},
    {\"do\": \"break\", \"at\": \"*leaf\", \"expect\": {\"locations\": [{\"pc\": \"$leaf\"}]}},
    {\"do\": \"continue\", \"expect\": {\"reason\": \"breakpoint\", \"pc\": \"$leaf\"}},
    {\"do\": \"eval\", \"expr\": \"(long)leaf - (long)\$pc\", \"expect\": {\"value\": \"0\"}}" \
    -t "$(gdbserver_of "$work/bare")" "$work/bare"
steps "a variable named by itself means where it is" '
    {"do": "eval", "expr": "(unsigned long)&counter", "save": "c"},
    {"do": "lookup", "at": "counter", "expect": {"address": {"eq": "${c.value}"}, "symbol": "counter", "offset": 0}},
    {"do": "eval", "expr": "(unsigned long)&page", "save": "p"},
    {"do": "lookup", "at": "page", "expect": {"address": {"eq": "${p.value}"}, "symbol": "page", "section": ".bss"}},
    {"do": "lookup", "at": "&page", "expect": {"address": {"eq": "${p.value}"}}}' -t none -s "$work/place"

# -- list --------------------------------------------------------------------------------------------------
steps "list: FILE:LINE without code, ranges, going on and back, and where the frame is" '
    {"do": "list", "at": "place.c:2", "expect": {"first": 1, "lines": {"count": 10}}},
    {"do": "list", "expect": {"first": 11}},
    {"do": "list", "at": "-", "expect": {"first": 1}},
    {"do": "list", "at": "5", "to": "8", "expect": {"first": 5, "lines": ["int leaf(int x)", "{", "    return x + counter;", "}"]}},
    {"do": "list", "at": "leaf", "to": "middle", "expect": {"first": 6, "lines": {"count": 5}}},
    {"do": "list", "at": "9", "to": "+1", "expect": {"lines": {"count": 2}}},
    {"do": "list", "to": "12", "at": "", "expect": {"first": 3, "lines": {"count": 10}}},
    {"do": "list", "at": "place.c:400", "expect": {"error": {"code": "no-source", "message": {"match": "no line 400"}}}},
    {"do": "list", "at": "8", "to": "5", "expect": {"error": {"code": "usage"}}},
    {"do": "break", "at": "leaf"}, {"do": "continue"},
    {"do": "list", "count": 1, "expect": {"first": 7}},
    {"do": "frame", "level": 1},
    {"do": "list", "count": 1, "expect": {"first": 11}}' -t "$(gdbserver_of "$work/place")" "$work/place"

# -- registers of the selected frame -----------------------------------------------------------------------
frames='{"do": "break", "at": "leaf"}, {"do": "continue"}, {"do": "frame", "level": 1}, {"do": "eval", "expr": "$pc"},
    {"do": "registers"}, {"do": "frame", "level": 0}, {"do": "registers", "frame": 2}'
cat >"$work/frames.py" <<'P'
# Ours beside gdb's: lines "frame register value" of the general registers.
import json, re, subprocess, sys
program, ours = sys.argv[1], [json.loads(l) for l in open(sys.argv[2]) if '"step"' in l]
told = [l["result"]["registers"] for l in ours if l["do"] == "registers"]
commands = ["break leaf", "run", "frame 1", "info registers", "echo ---\\n", "frame 2", "info registers"]
gdb = subprocess.run(["gdb", "-q", "-nx", "-batch", *[x for c in commands for x in ("-ex", c)], program],
                     capture_output=True, text=True, timeout=60).stdout.split("---\n")
names = "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip".split()
# What depends on the environment of the process differs between two runs: only the differences from rsp are compared.
for mine, text in zip(told, gdb):
    theirs = dict(re.findall(r"^(\w+)\s+(0x[0-9a-f]+)", text, re.M))
    base = int(mine["rsp"], 0) - int(theirs["rsp"], 0)
    for n in names:
        a, b = int(mine[n], 0) if mine[n] else None, int(theirs[n], 0)
        if a is None or not (a == b or a - base == b):
            print("register %s is %s, and %s to gdb" % (n, mine[n], theirs[n]))
P
for target in gdbserver emulator; do
    steps "registers of outer frames on $target" "$frames" -t "$(${target}_of "$work/still")" "$work/still"
    difference=$(python3 "$work/frames.py" "$work/still" "$work/out" 2>&1)
    # The emulator gives its program another vector of environment, which rbp of main's caller and argv's registers show.
    [ "$target" = emulator ] && difference=$(grep -vE 'register (rax|rbx|rcx|rdx|rsi|rdi|r8|r9|r1[0-5]) ' <<<"$difference")
    same "as gdb tells them, on $target" "$difference" ""
done

# -- refused, failed, half done ----------------------------------------------------------------------------
printf '%s\n' 'rwatch counter' 'disable 1' 'enable 1' 'awatch counter' >"$work/in"
"$A" --cli --no-config "$work/place" <"$work/in" >"$work/out" 2>"$work/err"
says "rwatch that the stub refuses is told when it is set" 'Watchpoint 1, .*failed \(the stub does not support Z3\)'
says "and when it is enabled" 'Breakpoint 1 is not armed: the stub does not support Z3'
says "what it takes is told as armed" 'Watchpoint 2, .*armed'
half='{"do": "break", "at": "middle"}, {"do": "continue"},
    {"do": "write", "addr": "0x10000ffc", "hex": "4142434445464748", "expect": {"error": {"code": "no-memory", "hint": {"match": "first 4 bytes are written"}}}},
    {"do": "read", "addr": "0x10000ff8", "length": 8, "expect": {"hex": "0000000041424344"}},
    {"do": "write", "addr": "0x10001000", "hex": "41", "expect": {"error": {"hint": {"match": "nothing was written"}}}}'
steps "a write that failed half-way says how far it came, gdbserver" "$half" -t "$(gdbserver_of "$work/place")" "$work/place"
steps "and on the emulator" "$half" -t "$(emulator_of "$work/still")" "$work/still"

# stub RULES: a fake stub of one client; its address in `spec`
stub() {
    printf '%s' "$1" >"$work/rules.json"
    spec="launch:$S $work/rules.json {port}"
}
xml="<target><architecture>riscv:rv32</architecture><feature name='org.gnu.gdb.riscv.cpu'>"
for i in $(seq 0 31); do xml="$xml<reg name='x$i' bitsize='32' regnum='$i'/>"; done
xml="$xml<reg name='pc' bitsize='32' type='code_ptr' regnum='32'/></feature></target>"
common='{"on": "qSupported", "reply": "PacketSize=1000;qXfer:features:read+"}, {"on": "qXfer:features:read:target.xml", "xml": "'$xml'"},
    {"on": "?", "reply": "T0520:00100000;thread:1;"}, {"on": "qC", "reply": "QC1"}, {"on": "H", "reply": "OK"}'
stub "{\"rules\": [$common, {\"on\": \"g\", \"reply\": \"E01\"}, {\"on\": \"pa\", \"reply\": \"11470000\"}, {\"on\": \"p\", \"reply\": \"78563412\"}]}"
steps "where g is refused single registers are asked for" '
    {"do": "registers", "names": ["x10", "x2"], "expect": {"registers": {"x10": "0x4711", "x2": "0x12345678"}}},
    {"do": "registers", "group": "all", "expect": {"registers": {"x31": "0x12345678"}}}' -t "$spec"
stub "{\"rules\": [$common, {\"on\": \"g\", \"reply\": \"E01\"}, {\"on\": \"p\", \"reply\": \"E01\"}]}"
steps "where those are too it is an error, and no table of nulls" '
    {"do": "registers", "names": ["x10"], "expect": {"error": {"code": "refused"}}},
    {"do": "registers", "expect": {"error": {"code": "refused"}}}' -t "$spec"

steps "a sleep ends with its own timeout, not with the session's" '
    {"do": "sleep", "seconds": 600, "timeout": 0.2, "expect": {"error": {"code": "timeout", "message": {"match": "shorter than its 600"}}}},
    {"do": "sleep", "seconds": 0.1, "timeout": 60}' -t none

# -- JSON --------------------------------------------------------------------------------------------------
refused() {
    printf '%b' "$2" >"$work/bad.json"
    session "$1" 2 "$work/bad.json" -t none
    says "$1: its place is told" "$3"
    same "$1: nothing was run" "$(cat "$work/out")" ""
}
refused "bytes that are no UTF-8" '{"steps": [\n{"do": "echo", "text": "\xff"}]}' 'bad.json:2:25: the byte 0xff is no UTF-8'
refused "a NUL in a text" '{"steps": [{"do": "write", "addr": 1, "text": "a\\u0000b"}]}' 'bad.json:1:.*: a text cannot hold .u0000'
refused "a name that stands twice" '{"steps": [{"do": "echo", "do": "sleep"}]}' 'bad.json: /steps/0/do: stands twice'
refused "an address beyond 2^53" '{"steps": [{"do": "read", "addr": 9007199254740993, "length": 1}]}' 'bad.json:1:[0-9]*: a whole number from 2\^53 on'
refused "the same as a float" '{"steps": [{"do": "read", "addr": 1e17, "length": 1}]}' '/steps/0/addr: .*from 2\^53 on loses'
refused "an address that is no whole number" '{"steps": [{"do": "break", "at": 1.5}]}' 'must be a string or a whole number'
printf '%b\n' '{"id": 7, "do": "echo", "text": "a", "text": "b"}' '{"id": "\\u00e4", "do": "echo", "text": "\\u0000"}' '{"id": 8, "do": "echo", "text": "c"}' |
    "$A" --jsonl -t none >"$work/out" 2>"$work/err"
same "a request that is refused is answered with its id" \
    "$(python3 -c 'import json,sys; print([(a["id"], a["ok"]) for a in map(json.loads, open(sys.argv[1]))])' "$work/out")" \
    "[(7, False), ('ä', False), (8, True)]"
cp "$work/place" "$work/"$'p\xffq'
"$A" --jsonl -t none -s "$work/"$'p\xffq' <<<'{"id": 1, "do": "symbols"}' >"$work/out"
same "a file name that is no UTF-8 is written as JSON all the same" \
    "$(python3 -c 'import json,sys; print([ascii(json.loads(l)["result"]["files"][0]["path"][-3:]) for l in open(sys.argv[1], encoding="utf-8")])' "$work/out" 2>&1)" \
    "[\"'p\\\\ufffdq'\"]"

printf '%s\n' '{"id": 1, "do": "sleep", "seconds": 0, "timeout": "2"}' '{"id": 2, "do": "sleep", "seconds": 0, "timeout": 0}' '{"id": 9007199254740993, "do": "echo"}' \
    '{"id": 3, "do": "echo", "text": 01}' | "$A" --jsonl -t none >"$work/out" 2>"$work/err"
same "a limit that is none, an id and a number that JSON does not keep are refused" \
    "$(python3 -c 'import json,sys; print([(a.get("id"), a["error"]["code"]) for a in map(json.loads, open(sys.argv[1]))])' "$work/out")" \
    "[(1, 'usage'), (2, 'usage'), (None, 'syntax'), (3, 'syntax')]"
echo '{"id": 1, "do": "threads"}' | "$A" --jsonl -t 127.0.0.1:1 >"$work/out" 2>"$work/err"
same "a target that cannot be opened: the status" $? 3
says "and an error on the output" '^.."error":.."code":"not-connected"|^\{"error":\{"code":"not-connected"'
escape=$'s\x1b[35m.c'
cp "$work/place.c" "$work/$escape"
(cd "$work" && gcc -g -O0 -o escaped "$escape")
printf '%s\n' 'break leaf' 'continue' 'backtrace' 'finish' 'next' 'info threads' 'info line leaf' 'list leaf' >"$work/in"
"$A" --cli --no-config "$work/escaped" <"$work/in" >"$work/out" 2>"$work/err"
same "a source whose name is an escape reaches the terminal as text" "$(cat "$work/out" "$work/err" | grep -c $'\x1b')" 0
says "and is named" 's\^\[\[35m\.c'

# -- a request that is too long ---------------------------------------------------------------------------------
{ printf '{"id": 1, "do": "echo", "text": "'; head -c 17000000 /dev/zero | tr '\0' A; printf '"}\n{"id": 2, "do": "echo", "text": "after"}\n'; } |
    timeout 60 "$A" --jsonl -t none >"$work/out" 2>"$work/err"
same "a request of more than 16 MiB: the status" $? 0
says "it is refused" '"message":"a request line is longer than 16 MiB"'
says "and the next one is answered" '"id":2,"ok":true'

# -- output that cannot be written ---------------------------------------------------------------------------
echo '{"steps": [{"do": "echo", "text": "x"}, {"do": "sleep", "seconds": 600}]}' >"$work/long.json"
lost() { # NAME STATUS ERRORS: what was told on standard error, and how often
    same "$1: the exit status" "$2" 6
    same "$1: it is told once" "$(grep -c 'standard output cannot be written' "$work/err")" 1
    same "$1: nothing is internal" "$(grep -ci internal "$work/err")" 0
}
timeout 60 "$A" -S "$work/long.json" -t none >/dev/full 2>"$work/err"
lost "a session on a full disk" $?
echo '{"id": 1, "do": "echo"}' | timeout 60 "$A" --jsonl -t none >/dev/full 2>"$work/err"
lost "requests on a full disk" $?
echo 'print 1' | timeout 60 "$A" --cli --no-config -t none >/dev/full 2>"$work/err"
lost "the prompt on a full disk" $?
timeout 60 "$A" --help >/dev/full 2>"$work/err"
lost "help on a full disk" $?
timeout 60 "$A" -S "$work/long.json" -t none >&- 2>"$work/err"
lost "a session whose output is closed" $?
mkfifo "$work/pipe"
(head -n 1 "$work/pipe" >/dev/null) &
echo '{"steps": [{"do": "repeat", "times": 100000, "steps": [{"do": "echo", "text": "x"}]}]}' >"$work/many.json"
timeout 60 "$A" -S "$work/many.json" -t none >"$work/pipe" 2>"$work/err"
lost "a session whose reader went away" $?
wait

session "a wire log that cannot be begun" 2 "$(inline '{"steps": []}')" --wire-log /dev/full "$work/place"
says "and says so" 'writing the wire log /dev/full: No space left'
echo '{"steps": [{"do": "repeat", "times": 300, "steps": [{"do": "stepi"}]}, {"do": "eval", "expr": "counter", "expect": {"value": 7}}]}' >"$work/steps.json"
limited() { (ulimit -f 8 && exec "$@"); }
limited timeout 120 "$A" -S "$work/steps.json" --wire-log "$work/log" "$work/place" 2>"$work/err" | cat >"$work/out"
status=${PIPESTATUS[0]}
same "a wire log that gets full: the session goes on and ends with 6" "$status" 6
same "it is told once, in an event" "$(grep -c '"event":"wire-log","message":"writing the wire log .*File too large' "$work/out")" 1
same "every step was run" "$(grep -c '"do":"stepi","ok":true' "$work/out")" 300

export XDG_STATE_HOME=/proc/1/nowhere
steps "a state folder that cannot be written: a trap is refused, and not as internal" '
    {"do": "break", "at": "leaf", "kind": "memory", "expect": {"error": {"code": "refused", "message": {"match": "journal"}, "hint": {"match": "XDG_STATE_HOME"}}}},
    {"do": "break", "at": "leaf"}, {"do": "continue", "expect": {"reason": "breakpoint"}}' -t "$(gdbserver_of "$work/place")" "$work/place"

# -- find ----------------------------------------------------------------------------------------------------
steps "find: where, nothing, and where the search ended" '
    {"do": "break", "at": "leaf"}, {"do": "continue"},
    {"do": "find", "from": "&counter", "length": 4, "hex": "07", "expect": {"addresses": {"count": 1}}},
    {"do": "find", "from": "&counter", "length": 4, "hex": "0708", "expect": {"addresses": {"count": 0}}},
    {"do": "find", "from": "0x10000000", "length": 8192, "hex": "0708", "expect": {"addresses": {"count": 0}, "unreadable": "0x10001000"}}' \
    -t "$(gdbserver_of "$work/place")" "$work/place"
said=$(printf 'break leaf\ncontinue\nfind &counter 4 07\nfind &counter 4 0708\nfind 0x10000000 8192 0708\nkill\n' |
    "$B/allstop" --cli -t "$(gdbserver_of "$work/place")" "$work/place" 2>&1)
for words in '1 place' 'not found' 'nothing can be read at 0x10001000'; do
    case $said in
    *"$words"*) echo "ok find at the prompt: $words" ;;
    *) echo "FAIL find at the prompt: $words: $(tail -n 8 <<<"$said" | paste -sd' ')" ;;
    esac
done

finish
