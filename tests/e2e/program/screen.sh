#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The pane of the program, on a real terminal. screen.sh ALLSTOP PROGRAM, from run.sh. Each check polls for what it
# expects, at most PATIENCE seconds.
set -u
allstop=$1 program=$2
PATIENCE=${PATIENCE:-60}
socket=allstop-program-$$
unset TMUX COLUMNS LINES
export LC_ALL=C.UTF-8
t() { tmux -L "$socket" -f /dev/null "$@"; }
trap 't kill-server 2>/dev/null' EXIT
trap 'exit 1' INT TERM HUP
shot() { t capture-pane -p -t screen 2>/dev/null; }
keys() { t send-keys -t screen "$@"; }
typed() { t send-keys -t screen -l "$1"; keys Enter; }
has() { shot | grep -qE -- "$1"; }
sees() {
    local until=$((SECONDS + PATIENCE))
    until has "$2"; do
        if [ $SECONDS -ge $until ]; then
            echo "FAIL screen: $1: no $2 in:"
            shot | sed 's/^/    | /'
            return
        fi
        sleep 0.05
    done
    echo "ok screen: $1"
}

printf -v words '%q ' "$allstop" "$program" talk
t new-session -d -s screen -x 110 -y 32 "TERM=xterm-256color $words; echo status=\$?; exec cat"
t set-option -t screen status off >/dev/null
sees 'it opens' '\(allstop\)'
sees 'it stands' 'stopped ·'
keys F5
sees 'its question is among the output of the console' 'name\?'
keys Escape
sees 'the prompt is left' '\? help'
keys p
sees 'the pane of the program' '. program ─'
sees 'what it has said is there' 'name\?'
typed 'Ada L'
sees 'what is typed there goes to it' 'hello <Ada L>'
keys s i z e Enter
sees 'it knows the size of its pane' 'size [0-9]+ x [0-9]+'
size=$(shot | grep -oE 'size [0-9]+ x [0-9]+' | tail -n 1)
keys Escape
sees 'it is left' '\? help'
keys z p
sees 'the pane alone' '^┌ program ─+┐$'
typed size
sees 'the size follows' 'size (2[89]|3[0-9]) x (10[89]|110)'
[ "$(shot | grep -oE 'size [0-9]+ x [0-9]+' | tail -n 1)" != "$size" ] && echo 'ok screen: it is another' ||
    echo "FAIL screen: it is another: still $size"
keys C-c
sees 'Ctrl-C stops it for the debugger' 'program · stopped'
keys F5
keys C-d
sees 'Ctrl-D ends its input' 'end after 3'
sees 'its end' 'program · ended'
keys Escape
sees 'it is left again' '\? help'
keys q
sees 'the end' 'status=0'
exit 0
