/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/agent/agent.h - C conditions compiled to agent expressions, which stubs evaluate by
 * themselves.
 *
 * gdb manual, appendix "The GDB Agent Expression Mechanism". What is compiled: integers, characters,
 * pointers, enumerators, members, indexing, casts, sizeof and all operators that change nothing, over
 * registers and over variables that live at an address, at an offset from a register or from the frame's
 * base, or in a register. Values on the stub's stack are 64 bits wide and always extended as their C type
 * says. Nothing here talks to the target. Engine thread. Error: ERR_UNSUPPORTED, naming what it was that only
 * our side can evaluate; those of parsing and of unknown names.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_AGENT_AGENT_H
#define ALLSTOP_ENGINE_CONTROL_AGENT_AGENT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/control/limits.h"

struct control;

/* The bytecode of `expression` as it is meant at `pc`, appended to `ret`; at most AGENT_BYTES_MAX bytes. */
struct error *agent_compile(struct control *c, const char *expression, uint64_t pc,
                            struct buf *ret) BASE_MUST_CHECK;

#endif
