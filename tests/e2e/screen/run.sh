#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The screen and the line mode as a person meets them: the real program in a terminal (tmux), real targets.
# Nothing waits for time: every check polls until what it expects is there, at most PATIENCE seconds.
. tests/e2e/lib.sh "$1"
kernel=$(XDG_CACHE_HOME=$user_cache bash tests/kernel/build.sh --where)/shipped
build=$(dirname "$(realpath "$A")")
here=$(dirname "$(realpath "$0")")
race_c=$(realpath "$here/../../targets/race.c")
PATIENCE=${PATIENCE:-30}
socket=allstop-screen-$$
folder=$work

cleanup() {
    tmux -L "$socket" kill-server 2>/dev/null
    end_all
}
trap cleanup EXIT

export LC_ALL=C.UTF-8
unset TMUX COLUMNS LINES

t() { tmux -L "$socket" -f /dev/null "$@"; }
shot() { t capture-pane -p -t screen 2>/dev/null; }
keys() { t send-keys -t screen "$@"; }
typed() { t send-keys -t screen -l "$1"; t send-keys -t screen Enter; }

# Escape alone: what follows at once would be Alt with a key.
leave_prompt() {
    keys Escape
    await '? help'
}

# start WIDTH HEIGHT TERM COMMAND…: a fresh terminal; its process id goes to $folder/pid, its end is shown.
start() {
    local size=(-x "$1" -y "$2") term=$3
    shift 3
    t kill-session -t screen 2>/dev/null
    rm -f "$folder/pid"
    local words
    printf -v words '%q ' "$@"
    t new-session -d -s screen "${size[@]}" \
        "echo before; (echo \$BASHPID >$folder/pid; export TERM=$term; exec $words); echo status=\$?; exec cat"
    t set-option -t screen status off >/dev/null
    t resize-window -t screen -x "${size[1]}" -y "${size[3]}"
}

# sees NAME TEXT / sees_not NAME TEXT: waits until the screen has it, or has it no longer.
within() {
    local until=$((SECONDS + PATIENCE))
    until "$@"; do
        [ $SECONDS -ge $until ] && return 1
        sleep 0.05
    done
}
has() { shot | grep -qF -- "$1"; }
has_words() { shot | tr -s ' ' | grep -qF -- "$1"; }
has_not() { ! has "$1"; }
good() { echo "ok $1"; }
bad() {
    echo "FAIL $1: $2"
    shot | sed 's/^/    | /'
}
check() {
    local name=$1 why=$2
    shift 2
    if within "$@"; then good "$name"; else bad "$name" "$why"; fi
}
# holds NAME WHY COMMAND…: at once, without waiting.
holds() {
    local name=$1 why=$2
    shift 2
    if "$@"; then good "$name"; else bad "$name" "$why"; fi
}
sees() { check "$1" "no \"$2\" on the screen" has "$2"; }
sees_not() { check "$1" "\"$2\" is still on the screen" has_not "$2"; }
# await TEXT: what the next keys rely on; without it they would prove nothing.
await() { within has "$1" || bad "await" "no \"$1\" on the screen"; }

line_of() { grep -nF -- "$1" "$race_c" | head -1 | cut -d: -f1; }
first=$(line_of 'long balance = to->balance')
second=$(line_of 'rounds++;')
third=$(line_of 'to->balance = balance + amount')
gone() { ! kill -0 "$1" 2>/dev/null; }
target_pid() { shot | sed -n 's/.*created; pid = \([0-9]*\).*/\1/p' | head -1; }

test_session() {
    start 120 36 xterm-256color "$build/allstop" "$build/targets/race" 3
    sees opens '(allstop)'
    await 'stopped · '
    sees output-in-console 'Listening on port'
    local pid
    pid=$(target_pid)
    typed 'break deposit'
    sees breakpoint-answer 'Breakpoint 1'
    sees breakpoint-pane '1 ● deposit'
    keys F5
    sees stop-in-source "▶●"
    sees stop-told 'Breakpoint 1, thread'
    typed 'delete 1'
    await 'breakpoint'
    sees_not breakpoint-gone '1 ● deposit'
    keys F10
    sees step-key "▶  $(printf %4d "$second")"
    sees old-value 'was '
    typed next
    sees step-typed "▶  $(printf %4d "$third")"
    leave_prompt
    keys v
    sees own-keys 'g go to line'
    keys k
    keys F9
    sees breakpoint-by-key "2 ● race.c:$second"
    keys F9
    sees_not breakpoint-key-again "2 ● race.c:$second"
    keys /
    await 'search:'
    typed 'pthread_join'
    sees search 'pthread_join(threads[i], NULL);'
    keys .
    sees follow "▶  $(printf %4d "$third")"
    keys '?'
    sees help 'Keys of the source pane'
    keys x
    sees_not help-closed 'Keys of the source pane'
    keys z
    sees_not zoom 'registers'
    keys z
    sees zoom-back 'registers'
    keys 2
    sees layout-assembly "memory at \$sp"
    keys 1
    sees_not layout-source "memory at \$sp"
    test_threads
    test_run_and_quit "$pid"
}

test_threads() {
    keys t
    await 'Enter select'
    keys Home
    keys Enter
    within has '▶ p' || bad threads 'no thread is selected'
    local first_id
    first_id=$(shot | sed -n 's/.*threads .*//; s/.*│[▶ ] \(p[0-9.]*\) .*/\1/p' | head -1)
    sees thread-selected "stack of $first_id"
}

test_run_and_quit() {
    keys F5
    sees running 'running '
    keys C-c
    sees interrupted 'stopped · interrupt'
    keys :
    keys b Space d e p o s Tab
    sees completion '(allstop) b deposit'
    keys C-c
    sees_not line-discarded '(allstop) b deposit'
    typed 'print rounds + 0x10000000'
    sees print '2684'
    typed 'nonsense'
    sees near-miss-or-hint 'help'
    typed quit
    sees quit-asks 'd)etach'
    keys c
    sees_not quit-cancelled 'd)etach'
    typed quit
    await 'd)etach'
    keys k
    sees quit-status 'status=0'
    sees terminal-restored 'before'
    check target-killed "process $1 is still there" gone "$1"
    check history-kept "the history file lacks a line" grep -qx 'break deposit' "$XDG_STATE_HOME/allstop/history"
    check history-private "the history file is not private" test "$(stat -c %a "$XDG_STATE_HOME/allstop/history")" = 600
}

test_sizes() {
    start 80 24 xterm-256color "$build/allstop" "$build/targets/race" 2
    await '(allstop)'
    typed 'break deposit'
    typed continue
    sees small-source "▶●"
    sees_not small-has-two-panes 'registers'
    leave_prompt
    keys r
    sees small-by-key 'rip'
    for size in '20 5' '5 2' '1 1' '300 100' '41 12'; do
        t resize-window -t screen -x "${size% *}" -y "${size#* }"
    done
    t resize-window -t screen -x 120 -y 36
    sees resized 'breakpoints'
    sees resized-whole 'locals of deposit'
    kill -TERM "$(cat "$folder/pid")"
    sees sigterm-status 'status=143'
    sees sigterm-restored 'before'
}

test_poor_terminals() {
    LC_ALL=C start 100 30 vt100 env LC_ALL=C "$build/allstop" "$build/targets/race" 1
    sees ascii-frames '+ console ---'
    typed 'break deposit'
    typed 'c'
    sees ascii-marks '>*'
    keys C-d
    await 'd)etach'
    keys k
    await 'status=0'
    start 80 24 dumb "$build/allstop" "$build/targets/race" 1
    sees dumb-falls-back 'line mode instead'
    await '(allstop)'
    typed 'quit'
    await 'd)etach'
    typed k
    sees dumb-quits 'status=0'
}

test_cli_terminal() {
    start 80 24 xterm-256color "$build/allstop" --cli "$build/targets/race" 2
    await '(allstop)'
    typed 'b deposit'
    typed 'c'
    check cli-source-line 'no source line' has_words "$first long balance"
    typed 'delete 1'
    typed 'n'
    check cli-step 'no source line' has_words "$second rounds++"
    typed ''
    check cli-repeat 'no source line' has_words "$third to->balance"
    typed 'c'
    keys C-c
    sees cli-interrupt 'interrupt, thread'
    keys C-d
    sees cli-end 'status=0'
}

test_cli_pipe() {
    local out
    out=$(printf 'b deposit\nc\np inside\nno-such-command\ndelete 1\nn\n' |
        timeout "$PATIENCE" "$build/allstop" --cli "$build/targets/race" 1 2>"$folder/errors")
    local status=$?
    holds pipe-status "status $status" test $status = 0
    holds pipe-source "$out" grep -qF "$(printf '%s\t' "$first")    long balance" <<<"$out"
    holds pipe-print "$out" grep -qx '$1 = 1' <<<"$out"
    holds pipe-step "$out" grep -qF "$(printf '%s\t' "$second")    rounds++" <<<"$out"
    holds pipe-error "$(cat "$folder/errors")" grep -q 'no-such-command' "$folder/errors"
    printf 'c\n' | timeout "$PATIENCE" "$build/allstop" --cli -t unix:"$folder/nothing-here" >/dev/null 2>&1
    status=$?
    holds pipe-unreachable "status $status instead of 3" test $status = 3
}

# A target that somebody else started runs on after d)etach.
test_detach() {
    gdbserver --once 127.0.0.1:0 "$build/targets/race" 1 >"$folder/server" 2>&1 &
    pids+=($!)
    within grep -q 'Listening on port' "$folder/server" || { bad detach 'gdbserver does not start'; return; }
    local port pid
    port=$(sed -n 's/Listening on port //p' "$folder/server")
    pid=$(sed -n 's/.*pid = //p' "$folder/server")
    pids+=("$pid")
    start 100 30 xterm-256color "$build/allstop" -t "127.0.0.1:$port" "$build/targets/race"
    await 'stopped · '
    typed 'b deposit'
    typed 'c'
    await '▶●'
    typed 'q'
    await 'd)etach'
    keys d
    sees detached 'status=0'
    holds detach-runs-on 'the target is gone' kill -0 "$pid"
}

# A Linux kernel that runs, on the pty that is its console: typed at, stopped, and left running.
booted() { grep -q 'INIT: booted' "$folder/console"; }
test_kernel() {
    if [ ! -e "$kernel/complete" ]; then
        echo "skip kernel: no kernel in $kernel (make kernel)"
        return
    fi
    : >"$folder/console"
    qemu-system-x86_64 -accel tcg -m 256 -smp 2 -no-reboot -display none -monitor none -nodefaults -kernel "$kernel/bzImage" \
        -initrd "$kernel/initramfs.gz" -chardev "pty,id=line,logfile=$folder/console" -serial chardev:line \
        -append 'console=ttyS0,115200 kgdboc=ttyS0,115200 nokaslr' >"$folder/qemu" 2>&1 </dev/null &
    local machine=$!
    pids+=("$machine")
    PATIENCE=120 within booted || { bad kernel 'the kernel does not come up'; return; }
    start 120 36 xterm-256color "$build/allstop" -t "$(sed -n 's/.*redirected to \([^ ]*\).*/\1/p' "$folder/qemu" | head -n 1)" \
        -s "$kernel/vmlinux"
    sees kernel-runs 'runs: `interrupt` stops it'
    sees kernel-layout "target's console"
    leave_prompt
    keys y
    await 'Ctrl-]'
    typed 'echo sum $((6 * 7))'
    sees kernel-answers 'sum 42'
    keys F6
    sees kernel-stopped 'stopped · interrupt'
    sees kernel-says-so "target's console · stopped"
    check kernel-cost 'no turns and bytes in the status line' costs
    keys x
    sees kernel-is-deaf 'is stopped and hears nothing'
    keys F5
    sees_not kernel-goes-on "target's console · stopped"
    typed 'echo sum $((6 * 9))'
    sees kernel-answers-again 'sum 54'
    leave_prompt
    keys q
    sees kernel-left 'status=0'
    holds kernel-machine 'the machine is gone' kill -0 "$machine"
    kill "$machine"
}
costs() { shot | tail -n 3 | grep -qE ' [0-9]+ turns? [0-9.]+ k?B [0-9.]+ m?s '; }

# A program that ends: what was read last stays, breakpoints wait, and the key that continues starts it again.
test_end() {
    start 120 40 xterm-256color "$build/allstop" "$build/targets/ends" signal 9
    sees end-attached 'stopped · attach'
    typed 'break end_here'
    sees end-breakpoint 'Breakpoint 1'
    typed 'continue'
    sees end-at-breakpoint 'stopped · Breakpoint 1'
    sees end-source 'raise(number);'
    typed 'continue'
    sees end-told 'ended · Killed by SIGKILL'
    sees end-source-stays 'raise(number);'
    sees end-planned '○ end_here'
    typed 'break outer'
    sees end-breakpoint-planned 'Breakpoint 2, auto, planned'
    keys F5
    sees end-f5-starts-again 'stopped · attach'
    keys F5
    sees end-inserted-again 'stopped · Breakpoint 2'
    leave_prompt
    keys c
    sees end-goes-on 'stopped · Breakpoint 1'
    keys c
    sees end-told-again 'ended · Killed by SIGKILL'
    keys c
    sees end-c-starts-again 'stopped · attach'
    keys q k
    sees end-left 'status=0'
    local number
    for number in 1 15; do
        start 120 40 xterm-256color "$build/allstop" "$build/targets/ends" spin
        await 'stopped · attach'
        typed 'continue'
        await 'running '
        kill -$number "$(cat "$folder/pid")"
        sees "end-by-signal-$number" "status=$((128 + number))"
    done
}

# The server ends with its last session; one that stays spares the next start a race with its end.
t new-session -d -s keeper 'exec cat'
test_session
test_sizes
test_poor_terminals
test_cli_terminal
test_cli_pipe
test_detach
test_end
test_kernel
finish
