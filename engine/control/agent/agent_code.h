/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/agent/agent_code.h - emitting bytecode; for agent_*.c only.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_AGENT_AGENT_CODE_H
#define ALLSTOP_ENGINE_CONTROL_AGENT_AGENT_CODE_H

#include "engine/control/agent/agent.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/inspect/values/parse.h"
#include "engine/inspect/values/scope.h"
#include "symbols/type.h"
#include "symbols/variable.h"

enum { AGENT_LOWEST_ADDRESS = 4096 };

/* Opcodes (gdb manual, "Bytecode Descriptions"). */
enum agent_op {
    AGENT_ADD = 0x02,
    AGENT_SUB = 0x03,
    AGENT_MUL = 0x04,
    AGENT_DIV_SIGNED = 0x05,
    AGENT_DIV_UNSIGNED = 0x06,
    AGENT_REM_SIGNED = 0x07,
    AGENT_REM_UNSIGNED = 0x08,
    AGENT_LSH = 0x09,
    AGENT_RSH_SIGNED = 0x0a,
    AGENT_RSH_UNSIGNED = 0x0b,
    AGENT_LOG_NOT = 0x0e,
    AGENT_BIT_AND = 0x0f,
    AGENT_BIT_OR = 0x10,
    AGENT_BIT_XOR = 0x11,
    AGENT_BIT_NOT = 0x12,
    AGENT_EQUAL = 0x13,
    AGENT_LESS_SIGNED = 0x14,
    AGENT_LESS_UNSIGNED = 0x15,
    AGENT_EXT = 0x16,
    AGENT_REF8 = 0x17,
    AGENT_REF16 = 0x18,
    AGENT_REF32 = 0x19,
    AGENT_REF64 = 0x1a,
    AGENT_IF_GOTO = 0x20,
    AGENT_GOTO = 0x21,
    AGENT_CONST8 = 0x22,
    AGENT_CONST16 = 0x23,
    AGENT_CONST32 = 0x24,
    AGENT_CONST64 = 0x25,
    AGENT_REG = 0x26,
    AGENT_END = 0x27,
    AGENT_DUP = 0x28,
    AGENT_ZERO_EXT = 0x2a,
    AGENT_SWAP = 0x2b,
};

struct agent {
    struct control *session;
    struct evaluation *evaluation; /* for names of types alone */
    uint64_t pc;
    struct buf *out;
    size_t start; /* of the code in `out` */
    unsigned depth;
    size_t failures[AGENT_FAILURES_MAX]; /* jumps to where the condition cannot be decided */
    unsigned failure_count;
};

/* What an expression leaves on the stack: its value, or with `in_memory` the address of it. */
struct operand {
    struct type *type;
    bool in_memory;
};

void agent_emit(struct agent *a, unsigned op);
void agent_emit_constant(struct agent *a, uint64_t value);
/* The register's value, by its name; ERR_UNSUPPORTED when the target has none of at most 8 bytes. */
struct error *agent_emit_register(struct agent *a, const char *name) BASE_MUST_CHECK;
/* Extends the topmost value as an integer of `size` bytes. */
void agent_emit_extension(struct agent *a, uint64_t size, bool is_signed);
/* A jump (AGENT_IF_GOTO, AGENT_GOTO) to be given its goal by agent_land(). */
size_t agent_emit_jump(struct agent *a, enum agent_op op);
void agent_land(struct agent *a, size_t jump);
/* gdbserver takes memory that it cannot read for whatever was on its stack: the address on top of ours is
 * looked at first, and one in the lowest page ends the condition with a stop, so that our side can say what
 * is wrong. */
void agent_guard_address(struct agent *a);
/* The end of the code: the value on top, or 1 where a guard failed. */
void agent_finish(struct agent *a);
struct error *agent_unsupported(const char *what) BASE_MUST_CHECK;

/* agent_operators.c */

struct type *agent_basic(struct agent *a, const char *name);
bool agent_is_pointer(struct type *t);
/* Extends the topmost value as one of this type. */
void agent_extend(struct agent *a, struct type *t);
/* What is smaller than int becomes int. */
struct type *agent_promoted(struct agent *a, struct type *t);
/* The type in which C calculates with these two. */
struct type *agent_common(struct agent *a, struct type *left, struct type *right);
/* pointer + n, n + pointer, pointer - n, pointer - pointer; as agent_operate(). */
struct error *agent_pointer_sum(struct agent *a, int op, struct operand left, struct operand right,
                                struct operand *ret) BASE_MUST_CHECK;
/* Takes both from the stack and leaves the result; any binary operator but && and ||. */
struct error *agent_operate(struct agent *a, int op, struct operand left, struct operand right,
                            struct operand *ret) BASE_MUST_CHECK;

/* agent_names.c: a variable, function or enumerator. */
struct error *agent_name(struct agent *a, const struct node *n, struct operand *ret) BASE_MUST_CHECK;

#endif
