/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names as code: where a variable lives, said with registers and constants. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/agent/agent_code.h"

static const char *register_name(const struct agent *a, unsigned number)
{
    const struct arch *arch = a->session->target->arch;
    return arch && number < arch->dwarf_count ? arch->dwarf_names[number] : NULL;
}

static struct error *register_plus(struct agent *a, unsigned number, int64_t offset)
{
    TRY(agent_emit_register(a, register_name(a, number)));
    if (offset) {
        agent_emit_constant(a, (uint64_t)offset);
        agent_emit(a, AGENT_ADD);
        agent_emit_extension(a, a->session->target->arch->address_size, false);
    }
    return NULL;
}

/* The frame's base where it is a register and an offset. */
static struct error *frame_base(struct agent *a, int64_t offset)
{
    struct dwarf_expression e;
    struct dwarf_simple base;
    if (!symbols_frame_base(a->session->target->map, a->pc, &e) || !dwarf_simple_location(&e, &base))
        return agent_unsupported("a frame whose base has to be computed");
    if (base.kind == DWARF_CFA) {
        BASE_FREE struct cfi_row *row = xcalloc(1, sizeof *row);
        if (!symbols_unwind_row(a->session->target->map, a->pc, row) || row->cfa_is_expression ||
            row->at_calls)
            return agent_unsupported("a frame whose address has to be computed");
        return register_plus(a, row->cfa.reg, row->cfa.offset + offset);
    }
    if (base.kind == DWARF_IN_REGISTER || base.kind == DWARF_REGISTER_OFFSET)
        return register_plus(a, base.reg, base.offset + offset);
    return agent_unsupported("a frame whose base has to be computed");
}

static struct error *constant(struct agent *a, const struct variable *v, struct operand *ret)
{
    if (v->expression.bytes)
        return agent_unsupported("a constant that is no number");
    ret->in_memory = false;
    agent_emit_constant(a, v->constant);
    agent_emit_extension(a, type_size(v->type), type_strip(v->type)->is_signed);
    return NULL;
}

static struct error *variable(struct agent *a, const struct variable *v, struct operand *ret)
{
    struct dwarf_simple place;
    *ret = (struct operand){.type = v->type, .in_memory = true};
    if (v->where == VARIABLE_CONSTANT)
        return constant(a, v, ret);
    if (v->where != VARIABLE_LOCATION || !dwarf_simple_location(&v->expression, &place))
        return agent_unsupported("a variable whose place has to be computed, or that is optimised out");
    switch (place.kind) {
    case DWARF_FIXED:
        agent_emit_constant(a, place.address);
        return NULL;
    case DWARF_REGISTER_OFFSET:
        return register_plus(a, place.reg, place.offset);
    case DWARF_IN_REGISTER:
        ret->in_memory = false;
        TRY(agent_emit_register(a, register_name(a, place.reg)));
        agent_emit_extension(a, type_size(v->type), type_strip(v->type)->is_signed);
        return NULL;
    case DWARF_FRAME_OFFSET:
        return frame_base(a, place.offset);
    case DWARF_CFA:
        break;
    }
    return agent_unsupported("a variable without a place");
}

/* The innermost local of this name. */
static bool find_local(struct agent *a, const char *name, struct variable *ret)
{
    struct variable *list = NULL;
    size_t count = 0, best = SIZE_MAX;
    symbols_variables_at(a->session->target->map, a->pc, 0, &list, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0 && (best == SIZE_MAX || list[i].depth > list[best].depth))
            best = i;
    if (best != SIZE_MAX)
        *ret = list[best];
    free(list);
    return best != SIZE_MAX;
}

struct error *agent_name(struct agent *a, const struct node *n, struct operand *ret)
{
    struct symbol_map *m = a->session->target->map;
    struct variable v;
    int64_t number;
    if (!n->file && find_local(a, n->text, &v))
        return variable(a, &v, ret);
    if (!n->file && find_local(a, "this", &v))
        return agent_unsupported("a name in a method, which may be one of a member");
    BASE_FREE char *full = n->file ? xasprintf("%s:%s", n->file, n->text) : xstrdup(n->text);
    if (symbols_find_variable(m, full, a->pc, &v))
        return variable(a, &v, ret);
    *ret = (struct operand){0};
    if (!n->file && symbols_find_enumerator(m, n->text, &ret->type, &number)) {
        agent_emit_constant(a, (uint64_t)number);
        return NULL;
    }
    return agent_unsupported("a name without a type");
}
