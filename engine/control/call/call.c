/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/call/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/breakpoints/insertion.h"
#include "engine/control/call/arguments.h"
#include "engine/control/control.h"
#include "engine/inspect/values/returned.h"
#include "engine/target/event.h"
#include "engine/target/program.h"
#include "engine/target/registers.h"

/* The program's first instruction; 0: no file says where that is. */
static uint64_t entry_point(struct control *c)
{
    size_t index;
    uint64_t offset = 0;
    struct target *target = c->target;
    const struct symbol_file *f = program_file(target, &index);
    if (!f || !symbol_file_entry(f))
        return 0;
    symbol_map_file(target->map, index, &offset);
    return function_code(target, symbol_file_entry(f) + offset);
}

static bool is_thumb_now(struct target *target, struct thread *t)
{
    const struct arch *arch = target->arch;
    uint64_t flags;
    return arch->thumb_flags && register_cached_value(target, t, arch->thumb_flags, &flags) &&
           (flags & arch->thumb_bit) != 0;
}

/* Where a function that is called returns to, with the bit that says Thumb. All that are pending return to
 * one place. */
static struct error *return_place(struct control *c, struct thread *t, uint64_t *ret)
{
    struct target *target = c->target;
    const struct target_calls *calls = &target->calls;
    if (c->call_site && calls->count) {
        *ret = calls->items[calls->count - 1].return_to;
        return NULL;
    }
    *ret = entry_point(c);
    bool thumb = *ret && target->arch->has_thumb && symbols_is_thumb(target->map, *ret);
    if (!*ret) {
        TRY(thread_pc(target, t, ret));
        thumb = is_thumb_now(target, t);
    }
    *ret |= thumb;
    return NULL;
}

static struct error *need_calls(struct control *c)
{
    const struct arch *arch = c->target->arch;
    if (!arch || !arch->call)
        return error_new(ERR_UNSUPPORTED, "how functions are called on %s is not known",
                         arch ? arch->name : "this processor");
    if (c->target->calls.count == CALLS_PENDING_MOST)
        return error_hint(error_new(ERR_UNSUPPORTED, "%d calls have not returned yet", CALLS_PENDING_MOST),
                          "`continue` lets them return");
    return NULL;
}

/* -- making it ---------------------------------------------------------------------------------------------
 */

static void keep(struct control *c, struct thread *t, const struct call *call, struct target_call *ret)
{
    struct target *target = c->target;
    *ret = (struct target_call){.function = xstrdup(call->name),
                                .code = target->arch->has_thumb ? call->code & ~(uint64_t)1 : call->code,
                                .thread = t->id,
                                .selected = target->threads.current,
                                .has_selected = target->threads.has_current,
                                .frame = target->frame,
                                .laid_by = target->description,
                                .bytes = xmemdup(t->bytes, t->size),
                                .known = xmemdup(t->known, t->size),
                                .size = t->size};
    for (size_t i = 0; i < t->size; i++)
        ret->known[i] = t->known[i] && t->asked[i];
    ret->knows_beside = t->g_size < t->size && memchr(ret->known + t->g_size, 1, t->size - t->g_size);
    thread_standing_note(t, &ret->standing);
}

static struct error *write_entry(struct control *c, struct thread *t, const struct call_entry *entry,
                                 struct target_call *kept)
{
    struct target *target = c->target;
    kept->memory_at = entry->memory_at;
    kept->memory = xcalloc(entry->memory_size ? entry->memory_size : 1, 1);
    struct error *e = memory_read(target, entry->memory_at, kept->memory, entry->memory_size);
    if (!e)
        e = memory_write(target, entry->memory_at, entry->memory, entry->memory_size);
    if (e)
        return error_hint(error_while(e, "put the call on the stack"),
                          "the stack pointer does not lead to memory that can be written");
    kept->memory_size = entry->memory_size;
    return registers_write_all(target, t, entry->registers, entry->wanted);
}

static void stand_anew(struct thread *t)
{
    const struct thread_standing nothing = {.has_previous = false};
    thread_standing_restore(t, &nothing);
}

struct error *call_begin(struct control *c, struct evaluation *e, const struct call *call)
{
    struct target *target = c->target;
    struct thread *t;
    uint64_t return_to = 0;
    struct call_entry entry = {0};
    TRY(need_calls(c));
    TRY(threads_current(target, &t));
    TRY(return_place(c, t, &return_to));
    TRY(registers_fetch(target, t));
    TRY(registers_fetch_beside(target, t)); /* a function may change them */
    struct error *failed = call_entry_make(e, t, call, return_to, &entry);
    if (failed) {
        call_entry_free(&entry);
        return failed;
    }
    struct target_call *kept = &target->calls.items[target->calls.count++];
    keep(c, t, call, kept);
    kept->return_to = return_to;
    kept->pc = target->arch->has_thumb ? return_to & ~(uint64_t)1 : return_to;
    kept->sp = entry.sp;
    kept->sp_before = entry.sp_before;
    kept->result_at = entry.result_at;
    failed = write_entry(c, t, &entry, kept);
    call_entry_free(&entry);
    if (failed) {
        error_free(call_put_back(c, kept));
        return failed;
    }
    stand_anew(t);
    if (!c->call_site)
        c->call_site = insertion_for_run(c, kept->pc);
    return NULL;
}

/* -- and back ----------------------------------------------------------------------------------------------
 */

void calls_prune(struct control *c)
{
    target_calls_prune(c->target);
    if (c->call_site && !c->target->calls.count) {
        site_release(c, c->call_site);
        c->call_site = NULL;
    }
}

void calls_forget(struct control *c)
{
    target_calls_forget(c->target);
    calls_prune(c);
}

static struct error *restore_registers(struct target *target, struct thread *t,
                                       const struct target_call *call)
{
    if (call->laid_by != target->description)
        return error_new(ERR_UNSUPPORTED,
                         "the registers from before the call cannot be put back: they are described anew");
    if (call->knows_beside)
        TRY(registers_fetch_beside(target, t)); /* what was not changed is not written */
    return registers_write_all(target, t, call->bytes, call->known);
}

static struct error *restore(struct control *c, const struct target_call *call)
{
    struct target *target = c->target;
    struct thread *t = threads_find(&target->threads, call->thread);
    if (!t)
        return error_new(ERR_NO_THREAD, "the thread that ran the function is gone");
    struct error *e = restore_registers(target, t, call);
    if (call->memory_size) {
        struct error *second = memory_write(target, call->memory_at, call->memory, call->memory_size);
        if (e)
            error_free(second);
        else
            e = second;
    }
    thread_standing_restore(t, &call->standing);
    if (call->has_selected && threads_find(&target->threads, call->selected)) {
        target->threads.current = call->selected;
        target->threads.has_current = true;
        target->frame = call->frame;
    }
    return e;
}

struct error *call_put_back(struct control *c, const struct target_call *call)
{
    struct error *e = restore(c, call);
    BASE_FREE char *name = xstrdup(call->function);
    target_call_drop(c->target, call);
    calls_prune(c);
    return e ? error_while(e, "put back what was before the call of %s", name) : NULL;
}

struct error *call_at_stop(struct control *c, const struct stop *stop, const struct target_call **ret)
{
    struct target *target = c->target;
    uint64_t sp;
    *ret = NULL;
    if (!c->call_site || !stop->has_pc || stop->pc != c->call_site->address)
        return NULL;
    struct thread *t = threads_find(&target->threads, stop->thread);
    if (!t)
        return NULL;
    TRY(thread_sp(target, t, &sp));
    *ret = target_call_at(target, stop->thread, stop->pc, sp);
    return NULL;
}

/* -- what it returned, read before what lies on the stack is put back -------------------------------------
 */

static struct error *read_result(struct evaluation *e, struct type *type, uint64_t code, uint64_t result_at,
                                 struct value **ret)
{
    struct value *v = value_new(&e->pool, type);
    *ret = v;
    if (!v->size)
        return NULL;
    TRY(returned_as(e, type, code, result_at, &v));
    TRY(value_load(&e->pool, v));
    v->place = PLACE_NONE;
    *ret = v;
    return NULL;
}

struct error *call_take(struct control *c, struct evaluation *e, const struct call *call, struct value **ret)
{
    struct target *target = c->target;
    const struct target_call *kept = &target->calls.items[target->calls.count - 1];
    struct error *failed = read_result(e, call->result, call->code, kept->result_at, ret);
    struct error *second = call_put_back(c, kept);
    if (!failed)
        return second;
    error_free(second);
    return failed;
}

/* By the type that the function has; what cannot be read is not told. */
static struct error *keep_result(struct target *target, const struct target_call *call, bool *kept)
{
    struct evaluation e;
    struct value *v = NULL;
    struct type *type = returned_type(target, call->code);
    target_calls_keep_returned(target, NULL, 0);
    *kept = false;
    if (!type)
        return NULL;
    target->threads.current = call->thread;
    target->threads.has_current = true;
    TRY(evaluation_begin(target, &e));
    struct error *failed = read_result(&e, type, call->code, call->result_at, &v);
    if (!failed && v->bytes && !v->known) {
        target_calls_keep_returned(target, v->bytes, v->size);
        *kept = true;
    }
    evaluation_end(&e);
    if (error_ends_asking(failed))
        return failed;
    error_free(failed);
    return NULL;
}

struct error *call_end(struct control *c, const struct target_call *call, struct stop *stop)
{
    uint64_t code = call->code;
    struct error *failed = keep_result(c->target, call, &stop->returned_kept);
    struct error *second = call_put_back(c, call);
    if (stop->returned_kept)
        stop->returned_from = code;
    if (!failed)
        return second;
    error_free(second);
    return failed;
}

/* -- before the target is left -----------------------------------------------------------------------------
 */

void calls_put_back_all(struct control *c)
{
    struct target_calls *calls = &c->target->calls;
    while (calls->count) {
        const struct target_call *last = &calls->items[calls->count - 1];
        BASE_FREE char *name = text_visible(last->function, strlen(last->function));
        struct error *e = call_put_back(c, last);
        BASE_FREE char *said =
            e ? xasprintf("%s has not returned, and %s\n", name, e->message)
              : xasprintf("%s, which was called for an expression, has not returned: it is "
                          "given up, and what was before is put back\n",
                          name);
        error_free(e);
        target_say(c->target, said);
    }
}
