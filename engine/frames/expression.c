#include "engine/frames/expression.h"

#include <string.h>

#include "engine/core.h"
#include "engine/frames/unwind.h"
#include "engine/registers.h"
#include "symbols/variable.h"

static struct error *read_register(void *context, unsigned number, uint64_t *ret)
{
    struct frame_context *c = context;
    if (c->registers && unwind_register(c->session, c->registers, number, ret))
        return NULL;
    return error_new(ERR_OPTIMISED_OUT, "the value of register %u is not known in this frame", number);
}

static struct error *read_memory(void *context, uint64_t address, void *bytes, size_t n)
{
    struct frame_context *c = context;
    return memory_read(c->session, address, bytes, n);
}

static struct error *cfa(void *context, uint64_t *ret)
{
    struct frame_context *c = context;
    *ret = c->cfa;
    return c->has_cfa ? NULL : error_new(ERR_OPTIMISED_OUT, "the frame's address is not known");
}

static struct error *frame_base(void *context, uint64_t *ret)
{
    struct frame_context *c = context;
    struct dwarf_expression base;
    if (!symbols_frame_base(c->session->map, c->pc, &base))
        return error_new(ERR_OPTIMISED_OUT, "the function has no frame base");
    struct dwarf_callbacks callbacks;
    frame_callbacks(c, &callbacks);
    callbacks.frame_base = NULL; /* a frame base that asks for itself would never end */
    return dwarf_evaluate_number(&base, &callbacks, ret);
}

/* What a register held at entry is known where the caller says what it passed. */
static struct error *entry_value(void *context, const struct dwarf_expression *e, uint64_t *ret)
{
    struct frame_context *c = context;
    struct dwarf_expression passed;
    /* DW_OP_reg0..31 is one byte; anything else is not what compilers write here */
    if (e->size != 1 || e->bytes[0] < 0x50 || e->bytes[0] > 0x6f || !c->caller ||
        !symbols_call_site_value(c->session->map, c->caller->pc, e->bytes[0] - 0x50u, &passed))
        return error_new(ERR_OPTIMISED_OUT, "the value at entry is not recorded by the caller");
    struct frame_context outer = {
        .session = c->session, .registers = c->caller, .pc = c->caller->pc ? c->caller->pc - 1 : 0};
    struct dwarf_callbacks callbacks;
    frame_callbacks(&outer, &callbacks);
    callbacks.entry_value = NULL;
    return dwarf_evaluate_number(&passed, &callbacks, ret);
}

void frame_callbacks(struct frame_context *context, struct dwarf_callbacks *ret)
{
    *ret = (struct dwarf_callbacks){
        .context = context,
        .read_register = read_register,
        .read_memory = read_memory,
        .frame_base = frame_base,
        .cfa = cfa,
        .entry_value = entry_value,
    };
}

bool unwind_expression(struct session *s, const struct frame_registers *from, const unsigned char *expression,
                       size_t size, const uint64_t *cfa_value, uint64_t *ret)
{
    struct frame_context context = {.session = s, .registers = from};
    struct dwarf_callbacks callbacks;
    frame_callbacks(&context, &callbacks);
    callbacks.initial = cfa_value;
    struct dwarf_expression e = {.bytes = expression,
                                 .size = size,
                                 .unit = UINT64_MAX,
                                 .address_size = (uint8_t)s->arch->address_size,
                                 .offset_size = 4,
                                 .big = s->big_endian};
    struct error *failed = dwarf_evaluate_number(&e, &callbacks, ret);
    error_free(failed);
    return !failed;
}
