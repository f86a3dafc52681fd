/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/native_signals.h - signal numbers of stubs that send those of their own system.
 *
 * The numbers on the wire are gdb's (include/gdb/signals.def) whatever the target's system calls them. A stub
 * with `native-signals+` in its qSupported (LLVM's, from lldb 14 on) sends and takes the system's. They are
 * taken for those that Linux has on all processors but MIPS (include/uapi/asm-generic/signal.h). Nothing
 * fails; engine thread.
 */
#ifndef ALLSTOP_RSP_NATIVE_SIGNALS_H
#define ALLSTOP_RSP_NATIVE_SIGNALS_H

struct rsp_connection;

/* gdb's number of what this stub calls so; one that gdb has no number for is gdb's "unknown", 143. */
int rsp_signal_from_stub(const struct rsp_connection *c, int number);
/* What this stub calls gdb's number; 0: it has none such. */
int rsp_signal_to_stub(const struct rsp_connection *c, int number);

#endif
