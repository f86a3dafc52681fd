/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/agent/agent_code.h"

#include "engine/control/limits.h"
#include "engine/target/registers.h"

void agent_emit(struct agent *a, unsigned op)
{
    buf_add_char(a->out, (char)op);
}

static void emit_bytes(struct agent *a, uint64_t value, unsigned n)
{
    for (unsigned i = n; i-- > 0;)
        buf_add_char(a->out, (char)(value >> 8 * i));
}

/* Constants are big-endian and not extended by their sign. */
void agent_emit_constant(struct agent *a, uint64_t value)
{
    unsigned n = value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffffffffu ? 4 : 8;
    agent_emit(a, n == 1 ? AGENT_CONST8 : n == 2 ? AGENT_CONST16 : n == 4 ? AGENT_CONST32 : AGENT_CONST64);
    emit_bytes(a, value, n);
}

struct error *agent_emit_register(struct agent *a, const char *name)
{
    const struct rsp_register *r =
        name && a->session->target->arch ? register_find(a->session->target, name) : NULL;
    if (!r || r->size > 8 || r->number > 0xffff)
        return agent_unsupported("a register of that kind");
    agent_emit(a, AGENT_REG);
    emit_bytes(a, r->number, 2);
    if (r->size < 8)
        agent_emit_extension(a, r->size, false);
    return NULL;
}

void agent_emit_extension(struct agent *a, uint64_t size, bool is_signed)
{
    if (size >= 8 || size == 0)
        return;
    agent_emit(a, is_signed ? AGENT_EXT : AGENT_ZERO_EXT);
    emit_bytes(a, size * 8, 1);
}

size_t agent_emit_jump(struct agent *a, enum agent_op op)
{
    agent_emit(a, op);
    emit_bytes(a, 0, 2);
    return a->out->length - 2;
}

void agent_land(struct agent *a, size_t jump)
{
    size_t goal = a->out->length - a->start;
    a->out->data[jump] = (char)(goal >> 8);
    a->out->data[jump + 1] = (char)goal;
}

void agent_guard_address(struct agent *a)
{
    if (a->failure_count == AGENT_FAILURES_MAX)
        return;
    agent_emit(a, AGENT_DUP);
    agent_emit_constant(a, AGENT_LOWEST_ADDRESS);
    agent_emit(a, AGENT_LESS_UNSIGNED);
    a->failures[a->failure_count++] = agent_emit_jump(a, AGENT_IF_GOTO);
}

void agent_finish(struct agent *a)
{
    agent_emit(a, AGENT_END);
    for (unsigned i = 0; i < a->failure_count; i++)
        agent_land(a, a->failures[i]);
    if (a->failure_count) {
        agent_emit_constant(a, 1);
        agent_emit(a, AGENT_END);
    }
}

struct error *agent_unsupported(const char *what)
{
    return error_new(ERR_UNSUPPORTED, "not for the stub: %s", what);
}
