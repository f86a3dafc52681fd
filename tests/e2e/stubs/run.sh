#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whole sessions on real stubs that do things differently: LLVM's, and mspdebug, which knows little.
# One line a check: "ok NAME", "FAIL NAME: why", "skip NAME: what is missing".
. tests/e2e/lib.sh "$1"
here=tests/e2e/stubs

lldb() { echo "launch:lldb-server gdbserver 127.0.0.1:{port} -- $B/targets/$1"; }
holds "lldb-server: steps" tests/e2e/sessions/arch.json -t "$(lldb steps)" "$B/targets/steps"
holds "lldb-server: signals have the numbers of the system" tests/e2e/sessions/signals.json -t "$(lldb signals)" "$B/targets/signals"
holds "lldb-server: threads, a watchpoint, an interrupt" $here/sessions/lldb.json -t "$(lldb race)" "$B/targets/race"
steps "lldb-server: a program that is named when it is there already is found where it was loaded" \
    "{\"do\":\"symbols\",\"file\":\"$B/targets/race\"},{\"do\":\"break\",\"at\":\"deposit\",\"expect\":{\"state\":\"armed\"}},
{\"do\":\"continue\",\"expect\":{\"reason\":\"breakpoint\",\"function\":\"deposit\"}},{\"do\":\"kill\"}" -t "$(lldb race)"
steps "lldb-server: what does not run there is left where it was linked" \
    "{\"do\":\"symbols\",\"file\":\"$B/targets/signals\",\"expect\":{\"files\":[{\"offset\":\"0x0\"}]}},{\"do\":\"kill\"}" -t "$(lldb race)"

msp430=$B/targets/msp430.elf
mspdebug="launch:mspdebug -q sim \"prog $msp430\" \"set 0 0x8000\" \"gdb {port}\""
holds "mspdebug, its program named" $here/sessions/mspdebug.json -t "$mspdebug" -s "$msp430" --wire-log "$work/wire"
sent "mspdebug: the list that is none is asked for once" '^qfThreadInfo' 1
says "mspdebug: and told" '"violation","kind":"reply-to-another-question"'
steps "mspdebug, nothing named" '{"do":"eval","expr":"$pc","expect":{"error":{"exists":true}}},{"do":"stepi","expect":{"reason":"step"}},
{"do":"break","at":"*0x8000","expect":{"state":"armed"}},{"do":"delete","all":true},{"do":"read","addr":"0x8000","length":2,"expect":{"hex":"3140"}}' \
    -t "$mspdebug"
finish
