#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How a program is started, and its terminal: by gdbserver, by qemu's user emulators, by valgrind. run.sh BUILD_DIR
# prints "ok NAME", "FAIL NAME: why" or "skip NAME: what is missing" for each check.
cd "$(dirname "$0")/../../.." || exit 1
. tests/e2e/lib.sh "${1:?usage: run.sh BUILD_DIR}"
here=$PWD/tests/e2e/program
targets=$(realpath "$B")/targets

# gives NAME PATTERN: among what the program of the last session printed, a line that is this pattern
gives() {
    if tr -d '\r' <"$work/err" | grep -qxE -- "$2"; then echo "ok $1"; else
        echo "FAIL $1: no line is $2 in: $(head -c 400 "$work/err")"
    fi
}

to_the_end='"steps": [{"do": "continue", "expect": {"reason": "exited", "exit_code": 0}}]'

# -- arguments: every byte that can be one, by command line and by session file ------------------------------
all=$(printf '%b' "$(for c in $(seq 1 255); do printf '\\x%02x' "$c"; done)x")
all=${all%x}
wanted_all=$(for c in $(seq 1 255); do printf %02x "$c"; done)
hard=('two words' '' "it's" '"quoted"' '$HOME' '*' '\' $'new\nline' '`date`' '; echo no' '-x' '<' '>file' '%41' '~')
wanted_hard='\[74776f20776f726473\] \[\] \[69742773\] \[2271756f74656422\] \[24484f4d45\] \[2a\] \[5c\] \[6e65770a6c696e65\] \[606461746560\] \[3b206563686f206e6f\] \[2d78\] \[3c\] \[3e66696c65\] \[253431\] \[7e\]'
for form in "" aarch64/ s390x/ ppc64/; do
    name=${form:-gdbserver } program=$targets/${form}terminal
    inline "{\"timeout\": 60, $to_the_end}" >/dev/null
    holds "${name%/}: hard arguments are taken" "$work/inline.json" "$program" arguments "${hard[@]}"
    gives "${name%/}: and come as they are" "$wanted_hard"
    holds "${name%/}: an argument of all bytes is taken" "$work/inline.json" -- "$program" arguments "$all"
    gives "${name%/}: and comes as it is" "\[$wanted_all\]"
    printf '%s' "{\"program\": \"$program\", \"args\": [\"arguments\", \"a b\", \"\", \"c\\nd\", \"ä\"], \"timeout\": 60, $to_the_end}" >"$work/args.json"
    holds "${name%/}: arguments of a session" "$work/args.json"
    gives "${name%/}: come as they are" '\[612062\] \[\] \[630a64\] \[c3a4\]'

    # -- environment, folder, terminal ------------------------------------------------------------------------
    mkdir -p "$work/a folder"
    printf '%s' "{\"program\": \"$program\", \"args\": [\"place\"], \"env\": {\"COLOUR\": \"dark red, 'x'\", \"HOME\": null}, \"cwd\": \"$work/a folder\", \"timeout\": 60, $to_the_end}" >"$work/place.json"
    holds "${name%/}: environment and folder of a session" "$work/place.json"
    gives "${name%/}: the folder" "folder $(realpath "$work/a folder")"
    gives "${name%/}: a variable with blanks and a comma, and one that is taken away" "COLOUR=dark red, 'x' HOME=-"
    gives "${name%/}: three terminals, and its own" 'terminals 111 own 1'
    gives "${name%/}: a session of its own" 'leads its session 1'
    gives "${name%/}: it has the terminal" 'in front 1'
    gives "${name%/}: a size" 'size 24 x 80'

    # -- files ------------------------------------------------------------------------------------------------
    printf 'one\ntwo\n' >"$work/a folder/lines"
    printf '%s' "{\"program\": \"$program\", \"args\": [\"talk\"], \"cwd\": \"$work/a folder\", \"stdin\": \"lines\", \"timeout\": 60, $to_the_end}" >"$work/stdin.json"
    holds "${name%/}: standard input is a file" "$work/stdin.json"
    gives "${name%/}: which it reads to the end" 'end after 2'
    printf '%s' "{\"program\": \"$program\", \"timeout\": 60, \"steps\": [
        {\"do\": \"run\", \"line\": \"talk < '$work/a folder/lines' > $work/out.txt 2>&1\", \"expect\": {\"reason\": \"exited\"}},
        {\"do\": \"run\", \"line\": \"nothing >> $work/out.txt 2> $work/err.txt\", \"expect\": {\"reason\": \"exited\"}}]}" >"$work/files.json"
    rm -f "$work/out.txt"
    holds "${name%/}: redirections" "$work/files.json"
    same "${name%/}: where they lead" "$(tr '\n' ' ' <"$work/out.txt"; cat "$work/err.txt")" \
        'name? hello <one> hello <two> end after 2 done done to standard error'
done

# -- a line of the prompt, and what is shown ------------------------------------------------------------------
cli() { timeout 120 "$A" --cli "$@" >"$work/out" 2>"$work/err"; }
printf '%s\n' 'set args arguments "a  b" c\ d' 'show args' 'set environment COLOUR = deep blue' 'show environment COLOUR' \
    'unset environment HOME' "cd $work" pwd run 'run place' 'run arguments "open' 'run arguments <' \
    'settings' 'show environment HOME' 'info symbol 0' | cli "$targets/terminal" arguments
says 'set args' '^\[61202062\] \[632064\]$'
says 'show args' "^arguments: arguments 'a  b' 'c d'$"
says 'show environment' '^COLOUR=deep blue$'
says 'show environment of what is not set' '^HOME is not set$'
same 'unset environment is told nothing back' "$(grep -c '^HOME: taken away$' "$work/out")" 1
says 'an address without a symbol' '^0x0 belongs to no symbol$'
says 'pwd' "^folder: $(realpath "$work")$"
says 'set environment, unset environment' '^COLOUR=deep blue HOME=-$'
says 'cd' "^folder $(realpath "$work")$"
says 'an open quote is said' 'a " is never closed'
says 'a redirection to nowhere is said' 'no file is named behind <'
says 'settings show what was set' '^HOME: taken away$'
printf '%s\n' 'start' 'tty /dev/null' run 'tty /dev/none' run 'run place < /none' 'info registers rip' | cli "$targets/terminal" x
says 'a terminal that is none ends no program' '/dev/null is no terminal'
says 'nor does one that is not there' '/dev/none as the program.s terminal'
says 'and the program is still there' '^rip '
printf '%s\n' 'start' "run place > $work/none/out" 'info registers rip' | cli "$targets/terminal" x
says 'an output that cannot be made ends no program' 'standard output, .*none/out: No such file'
says 'and that program is still there' '^rip '
cp "$targets/terminal" "$work/closed" && chmod a-x "$work/closed"
cli "$work/closed" x </dev/null
says 'a program that may not be executed is said to be one' 'closed: Permission denied'

# -- what executes another program is itself again at the next start --------------------------------------------
printf '%s\n' '#include <stdio.h>' '#include <unistd.h>' 'int main(void) {' '    puts("first"); fflush(stdout);' \
    '    execl("./second", "second", NULL);' '    return 1;' '}' >"$work/first.c"
printf '%s\n' '#include <stdio.h>' 'int main(void) {' '    puts("second");' '    return 0;' '}' >"$work/second.c"
(cd "$work" && gcc -g -o first first.c && gcc -g -o second second.c)
printf '%s\n' run 'info source' continue run start 'info registers rip' | (cd "$work" && timeout 120 "$A" --cli first >out 2>err)
same 'an exec, and run again: the first begins each time' "$(tr -d '\r' <"$work/out" | grep -c '^first$')" 2
says 'start: it stands in the first' 'main at first.c:'
printf '%s\n' 'unset environment' 'run place' | cli "$targets/terminal" x
says 'unset environment leaves none' '^environment none$'

# -- the command line ------------------------------------------------------------------------------------------
printf 'c\n' | cli --args "$targets/terminal" arguments --cli -x
says '--args: options behind it are the program'"'"'s' '^\[2d2d636c69\] \[2d78\]$'
cp "$targets/terminal" "$work/-t"
(cd "$work" && printf 'c\n' | timeout 120 "$A" --cli -- -t arguments y >"$work/out" 2>"$work/err")
says '--: a program whose name begins with a dash' '^\[79\]$'
inline "{$to_the_end}" >/dev/null
session '--tty: one that is no terminal' 2 "$work/inline.json" --tty /dev/null "$targets/terminal"
session '--tty: goes with a program that is started' 2 "$work/inline.json" --tty /dev/null -t :1

# -- contracts that were there: a stub on a pipe, a target spec -------------------------------------------------
inline "{\"target\": \"exec:gdbserver - $targets/terminal\", \"timeout\": 60, \"steps\": [
    {\"do\": \"continue\", \"expect\": {\"reason\": \"exited\"}},
    {\"do\": \"input\", \"text\": \"x\", \"expect\": {\"error\": {\"code\": \"not-connected\"}}}]}" >/dev/null
holds 'gdbserver on a pipe' "$work/inline.json"
says 'gdbserver on a pipe: the output goes to standard error' '^done'
inline "{\"target\": \"launch:gdbserver --once 127.0.0.1:{port} $targets/terminal\", \"timeout\": 60, \"steps\": [
    {\"do\": \"input\", \"text\": \"x\", \"expect\": {\"error\": {\"code\": \"unsupported\"}}},
    {\"do\": \"run\", \"args\": [\"x\"], \"expect\": {\"error\": {\"code\": \"unsupported\"}}},
    {\"do\": \"run\", \"expect\": {\"reason\": \"exited\"}}]}" >/dev/null
holds 'launch:gdbserver' "$work/inline.json"

runs dialogues.py python3 "$here/dialogues.py" "$(realpath "$A")" "$targets"
runs screen.sh bash "$here/screen.sh" "$(realpath "$A")" "$targets/terminal"
finish
