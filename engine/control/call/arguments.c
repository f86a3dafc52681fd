/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the stack pointer down: room for what is returned, strings and copies, the arguments, what the
 * convention wants in front of them, and where the call pushes that, the return address. */
#include "engine/control/call/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/limits.h"
#include "engine/inspect/values/descriptors.h"
#include "engine/inspect/values/returned.h"
#include "engine/target/arch/abi_call.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"

enum { MEMORY_ALIGNMENT = 16, ADDRESS_BYTES = 8 };

/* An argument as bytes: its own, or the address of where they are put. */
struct item {
    const unsigned char *bytes;
    size_t size;
    unsigned char address[ADDRESS_BYTES];
    const unsigned char *data; /* to be put into memory */
    size_t data_size;
    uint64_t data_at;
};

struct making {
    struct target *target;
    struct thread *thread;
    const struct call *call;
    struct abi_signature signature;
    struct abi_call placed;
    struct item items[CALL_ARGUMENTS_MOST];
    struct call_entry *entry;
    uint64_t top; /* above the memory that is written */
    uint64_t low; /* what is in use so far goes down to here */
};

void call_entry_free(struct call_entry *entry)
{
    free(entry->memory);
    free(entry->registers);
    free(entry->wanted);
    *entry = (struct call_entry){0};
}

void call_entry_set(struct target *target, struct call_entry *entry, const char *name, uint64_t value)
{
    const struct rsp_register *r = register_find(target, name);
    if (!r || r->offset + r->size > entry->register_size)
        return;
    arch_store(entry->registers + r->offset, r->size, target->big_endian, value);
    memset(entry->wanted + r->offset, 1, r->size);
}

static uint64_t down(uint64_t n, uint64_t to)
{
    return n - n % to;
}

/* -- what is passed ---------------------------------------------------------------------------------------
 */

static struct item *add_item(struct making *m, struct type *type, bool is_named)
{
    size_t i = m->signature.count++;
    m->signature.items[i] = (struct abi_argument){type_strip(type), is_named};
    m->items[i] = (struct item){.size = (size_t)type_size(type_strip(type))};
    return &m->items[i];
}

/* The address of what the function returns comes first. */
static struct error *sign(struct making *m)
{
    const struct call *call = m->call;
    struct target *target = m->target;
    bool in_memory = false, has_result = type_size(type_strip(call->result)) != 0;
    returned_program(target, call->code, &m->signature.program);
    m->signature.program.is_variadic = call->is_variadic;
    if (has_result && !returned_is_known(target, call->code, call->result, &in_memory))
        return error_new(ERR_UNSUPPORTED,
                         "where this calling convention returns what %s returns is not known", call->name);
    m->signature.tells_memory = in_memory;
    if (in_memory)
        add_item(m, type_pointer_to(call->result), true);
    for (size_t i = 0; i < call->count; i++) {
        const struct call_argument *a = &call->arguments[i];
        if (m->signature.count == CALL_ARGUMENTS_MOST)
            return error_new(ERR_UNSUPPORTED, "more than %d arguments are not passed", CALL_ARGUMENTS_MOST);
        struct item *item = add_item(m, a->type, a->is_named);
        if (a->in_memory) {
            item->data = a->value->bytes;
            item->data_size = a->value->size;
        } else {
            item->bytes = a->value->bytes;
        }
        if (!item->size || (!a->in_memory && item->size != a->value->size))
            return error_new(ERR_TYPE_MISMATCH, "argument %zu has no size", i + 1);
    }
    return NULL;
}

static struct error *place(struct making *m)
{
    m->target->arch->call(&m->signature, &m->placed);
    if (m->placed.failed)
        return error_new(ERR_UNSUPPORTED,
                         "argument %u of %s: how this calling convention passes it is not known",
                         m->placed.failed_at + 1 - m->signature.tells_memory, m->call->name);
    for (size_t i = 0; i < m->signature.count; i++) {
        struct item *item = &m->items[i];
        if (!m->placed.by_address[i])
            continue;
        item->data = item->bytes;
        item->data_size = item->size;
        item->bytes = NULL;
        item->size = m->target->arch->address_size;
    }
    return NULL;
}

/* -- where -------------------------------------------------------------------------------------------------
 */

static struct error *take(struct making *m, uint64_t size, uint64_t *ret)
{
    if (size > CALL_BYTES_MOST || m->low < size + MEMORY_ALIGNMENT)
        return error_new(ERR_UNSUPPORTED, "there is no room for %llu bytes below the stack pointer",
                         (unsigned long long)size);
    *ret = m->low = down(m->low - size, MEMORY_ALIGNMENT);
    return NULL;
}

static void point_to(struct making *m, struct item *item, uint64_t address)
{
    arch_store(item->address, m->target->arch->address_size, m->target->big_endian, address);
    item->bytes = item->address;
}

static struct error *lay_out(struct making *m)
{
    const struct arch *arch = m->target->arch;
    struct call_entry *entry = m->entry;
    uint64_t sp;
    TRY(thread_sp(m->target, m->thread, &sp));
    entry->sp_before = sp;
    m->low = sp <= arch->red_zone ? 0 : down(sp - arch->red_zone - 1, MEMORY_ALIGNMENT);
    if (m->signature.tells_memory) {
        TRY(take(m, type_size(type_strip(m->call->result)), &entry->result_at));
        point_to(m, &m->items[0], entry->result_at);
    }
    m->top = m->low;
    for (size_t i = 0; i < m->signature.count; i++) {
        struct item *item = &m->items[i];
        if (!item->data)
            continue;
        TRY(take(m, item->data_size, &item->data_at));
        point_to(m, item, item->data_at);
    }
    uint64_t call_at = 0;
    TRY(take(m, m->placed.stack + m->placed.header, &call_at));
    entry->sp = call_at;
    entry->memory_at = arch->link_register ? call_at : call_at - arch->stack_alignment_slot;
    if (m->top - entry->memory_at > CALL_BYTES_MOST)
        return error_new(ERR_UNSUPPORTED, "the arguments take more than %d bytes", CALL_BYTES_MOST);
    entry->memory_size = (size_t)(m->top - entry->memory_at);
    entry->memory = xcalloc(entry->memory_size ? entry->memory_size : 1, 1);
    return NULL;
}

/* -- the bytes ---------------------------------------------------------------------------------------------
 */

static unsigned char *memory_at(struct making *m, uint64_t address)
{
    return m->entry->memory + (address - m->entry->memory_at);
}

static struct error *fill_slot(struct making *m, const struct abi_slot *slot)
{
    const struct item *item = &m->items[slot->argument];
    const unsigned char *bytes = item->bytes + slot->offset;
    if (slot->offset + slot->size > item->size)
        return error_new(ERR_INTERNAL, "a part of an argument lies outside of it");
    if (!slot->on_stack)
        return call_put_in_register(m->target, m->thread, m->entry, slot, bytes);
    unsigned char *to = memory_at(m, m->entry->sp + m->placed.header + slot->at);
    if (slot->fill != ABI_FILL_NONE && slot->width > slot->size)
        call_extend(m->target, slot, bytes, to);
    else
        memcpy(to, bytes, (size_t)slot->size);
    return NULL;
}

static struct error *fill(struct making *m)
{
    for (size_t i = 0; i < m->signature.count; i++)
        if (m->items[i].data)
            memcpy(memory_at(m, m->items[i].data_at), m->items[i].data, m->items[i].data_size);
    for (size_t i = 0; i < m->placed.count; i++)
        TRY(fill_slot(m, &m->placed.slots[i]));
    return NULL;
}

static void set_entry(struct making *m, uint64_t return_to)
{
    struct target *target = m->target;
    const struct arch *arch = target->arch;
    struct call_entry *entry = m->entry;
    uint64_t code = m->call->code, sp = entry->memory_at;
    bool thumb = arch->has_thumb && (code & 1 || symbols_is_thumb(target->map, code));
    call_entry_set(target, entry, arch->sp, sp);
    call_entry_set(target, entry, arch->pc, arch->has_thumb ? code & ~(uint64_t)1 : code);
    if (arch->link_register)
        call_entry_set(target, entry, arch->link_register, return_to);
    else
        arch_store(memory_at(m, sp), arch->stack_alignment_slot, target->big_endian, return_to);
    if (arch->called_register)
        call_entry_set(target, entry, arch->called_register, code);
    if (arch->restart)
        call_entry_set(target, entry, arch->restart, (uint64_t)arch->no_restart);
    uint64_t flags;
    if (arch->thumb_flags && register_cached_value(target, m->thread, arch->thumb_flags, &flags))
        call_entry_set(target, entry, arch->thumb_flags,
                       thumb ? flags | arch->thumb_bit : flags & ~(uint64_t)arch->thumb_bit);
}

/* What the convention says of the call itself. */
static struct error *set_convention(struct making *m)
{
    struct target *target = m->target;
    const struct arch *arch = target->arch;
    uint64_t table = 0, descriptor, sp;
    bool found = false;
    if (m->placed.counter != ABI_NO_REGISTER) {
        struct abi_slot slot = {.number = (unsigned)m->placed.counter, .size = arch->address_size};
        unsigned char bytes[ADDRESS_BYTES];
        arch_store(bytes, arch->address_size, target->big_endian, m->placed.vectors);
        TRY(call_put_in_register(target, m->thread, m->entry, &slot, bytes));
    }
    TRY(function_descriptor(target, m->call->code, &descriptor, &table, &found));
    if (found && arch->table_register)
        call_entry_set(target, m->entry, arch->table_register, table);
    if (!m->placed.header)
        return NULL;
    TRY(thread_sp(target, m->thread, &sp)); /* the back chain */
    arch_store(memory_at(m, m->entry->sp), arch->address_size, target->big_endian, sp);
    return NULL;
}

struct error *call_entry_make(struct evaluation *e, struct thread *t, const struct call *call,
                              uint64_t return_to, struct call_entry *ret)
{
    BASE_FREE struct making *m = xcalloc(1, sizeof *m);
    m->target = e->pool.target;
    m->thread = t;
    m->call = call;
    m->entry = ret;
    ret->register_size = t->size;
    ret->registers = xmemdup(t->bytes, t->size);
    ret->wanted = xcalloc(t->size, 1);
    TRY(sign(m));
    TRY(place(m));
    TRY(lay_out(m));
    TRY(fill(m));
    set_entry(m, return_to);
    return set_convention(m);
}
