/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/frames/expression.h"

#include <string.h>

#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/frames/dwarf_register.h"
#include "engine/inspect/frames/tls.h"
#include "engine/inspect/frames/unwind.h"
#include "engine/target/registers.h"
#include "symbols/variable.h"

static struct error *read_register(void *context, unsigned number, uint64_t *ret)
{
    struct frame_context *c = context;
    if (c->registers && (unwind_register(c->target, c->registers, number, ret) ||
                         dwarf_register_read(c->target, c->registers, number, ret)))
        return NULL;
    return error_new(ERR_OPTIMISED_OUT, "the value of register %u is not known in this frame", number);
}

static enum dwarf_float_place float_place(void *context, unsigned number)
{
    const struct frame_context *c = context;
    return c->target->arch ? arch_float_place(c->target->arch, number) : DWARF_FLOAT_LOW;
}

static struct error *read_memory(void *context, uint64_t address, void *bytes, size_t n)
{
    struct frame_context *c = context;
    return memory_read(c->target, address, bytes, n);
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
    if (!symbols_frame_base(c->target->map, c->pc, &base))
        return error_new(ERR_OPTIMISED_OUT, "the function has no frame base");
    struct dwarf_callbacks callbacks;
    frame_callbacks(c, &callbacks);
    callbacks.frame_base = NULL; /* a frame base that asks for itself would never end */
    return dwarf_evaluate_number(&base, &callbacks, ret);
}

static const struct frame *caller_in(const struct frame_list *list, size_t level)
{
    for (size_t i = level + 1; list && i < list->count; i++)
        if (list->items[i].registers != list->items[level].registers)
            return &list->items[i];
    return NULL;
}

static const struct frame *caller_of(struct frame_context *c)
{
    const struct frame *caller = caller_in(c->frames, c->level);
    if (!caller && c->frames && c->more) {
        c->frames = c->more(c->owner);
        caller = caller_in(c->frames, c->level);
    }
    return caller;
}

/* An indirect call says how it found the function: only a call of this one passed what is asked for. */
static bool is_target(const struct call_site_value *site, const struct dwarf_callbacks *callbacks)
{
    uint64_t target = 0;
    struct error *e = site->has_target ? dwarf_evaluate_number(&site->target, callbacks, &target) : NULL;
    bool same = !e && (!site->has_target || (target & ~(uint64_t)1) == site->callee_entry);
    error_free(e);
    return same;
}

/* A function that jumped here has no frame any more: only what it was passed can be known. */
static struct error *through_jumper(const struct frame_context *c, const struct call_site_value *site,
                                    uint64_t *ret)
{
    struct frame_context gone = {.target = c->target,
                                 .frames = c->frames,
                                 .level = c->level,
                                 .more = c->more,
                                 .owner = c->owner,
                                 .jumps = c->jumps + 1,
                                 .module = site->value.file,
                                 .pc = site->jumper};
    struct dwarf_callbacks callbacks;
    if (gone.jumps > FRAME_JUMPS_MOST)
        return error_new(ERR_OPTIMISED_OUT, "too many functions jumped here one from the other");
    frame_callbacks(&gone, &callbacks);
    return dwarf_evaluate_number(&site->value, &callbacks, ret);
}

/* What was passed is known where the caller says so. */
static struct error *passed(struct frame_context *c, const struct call_site_key *key, uint64_t *ret)
{
    struct call_site_value site;
    const struct frame *caller = caller_of(c);
    if (!caller || !symbols_call_site_value(c->target->map, caller->pc, c->pc, key, &site))
        return error_new(ERR_OPTIMISED_OUT, "the value at entry is not recorded by the caller");
    if (site.jumper)
        return through_jumper(c, &site, ret);
    /* What the caller passed on it may know from its own caller. */
    struct frame_context outer = {.target = c->target,
                                  .registers = caller->registers,
                                  .frames = c->frames,
                                  .level = caller->level,
                                  .more = c->more,
                                  .owner = c->owner,
                                  .cfa = caller->cfa,
                                  .has_cfa = caller->has_cfa,
                                  .module = site.value.file,
                                  .pc = caller->pc - (caller->exact ? 0 : 1)};
    struct dwarf_callbacks callbacks;
    frame_callbacks(&outer, &callbacks);
    if (!is_target(&site, &callbacks))
        return error_new(ERR_OPTIMISED_OUT, "the caller called another function, which jumped here");
    return dwarf_evaluate_number(&site.value, &callbacks, ret);
}

/* What a register held at entry. */
static struct error *entry_value(void *context, const struct dwarf_expression *e, uint64_t *ret)
{
    struct call_site_key key = {0};
    if (!dwarf_names_register(e, &key.dwarf_register))
        return error_new(ERR_OPTIMISED_OUT, "the value at entry is not recorded by the caller");
    return passed(context, &key, ret);
}

static struct error *parameter(void *context, uint64_t die, uint64_t *ret)
{
    struct call_site_key key = {.parameter = die};
    return passed(context, &key, ret);
}

static struct error *tls(void *context, uint64_t offset, uint64_t *ret)
{
    struct frame_context *c = context;
    return tls_address(c->target, c->module, offset, ret);
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
        .parameter = parameter,
        .float_place = float_place,
        .tls = tls,
    };
}

bool unwind_expression(struct target *target, const struct frame_registers *from,
                       const unsigned char *expression, size_t size, const uint64_t *cfa_value, uint64_t *ret)
{
    struct frame_context context = {.target = target, .registers = from};
    struct dwarf_callbacks callbacks;
    frame_callbacks(&context, &callbacks);
    callbacks.initial = cfa_value;
    struct dwarf_expression e = {.bytes = expression,
                                 .size = size,
                                 .unit = UINT64_MAX,
                                 .address_size = (uint8_t)target->arch->address_size,
                                 .offset_size = 4,
                                 .big = target->big_endian};
    struct error *failed = dwarf_evaluate_number(&e, &callbacks, ret);
    error_free(failed);
    return !failed;
}
