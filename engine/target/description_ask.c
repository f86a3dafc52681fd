/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking a stub for its description once more: for a further process, and when another program runs in one.
 */
#include <string.h>

#include "base/alloc.h"
#include "engine/target/description.h"
#include "engine/target/description_private.h"
#include "engine/target/processor.h"
#include "engine/target/registers.h"

static void tell(struct target *target, const struct error *e, bool known)
{
    BASE_FREE char *text =
        xasprintf("%s: %s\n", e->message,
                  known ? "it is done without"
                        : "until the next stop, when it is asked for again, registers are not available");
    target_say(target, text);
}

/*
 * A stub that has no description, or one that is damaged, leaves *ret NULL. *known: it has said so. Silence
 * says nothing, least of all that what was known before, or what a file says, holds now.
 */
static struct error *ask(struct target *target, struct rsp_tdesc **ret, bool *known)
{
    *ret = NULL;
    struct error *e = target_check(target, rsp_read_description(target->connection, ret));
    bool cut_short = error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED);
    *known = !cut_short && !error_is(e, ERR_TIMEOUT);
    if (cut_short)
        return e;
    bool refused = e && !error_is(e, ERR_UNSUPPORTED);
    description_refuse(target, refused ? e : NULL);
    if (refused)
        tell(target, e, *known);
    error_free(e);
    return NULL;
}

/* -- a process beside the session's own ------------------------------------------------------------ */

/* Another process has the same. Of those that nothing is known of, the session's own is another, as the user
 * may say what it is. DESCRIPTIONS_MOST: none has. */
static unsigned place_of_same(struct target *target, const struct rsp_tdesc *t)
{
    const struct descriptions *d = &target->described;
    for (unsigned i = 0; i < DESCRIPTIONS_MOST; i++) {
        const struct described *a = &d->items[i];
        bool nothing = !t && !a->description && !a->arch && a != description_own(target);
        if (a->used && (nothing || description_same(t, a->description)))
            return i;
    }
    return DESCRIPTIONS_MOST;
}

static void make(struct target *target, struct rsp_tdesc *t, unsigned place)
{
    const struct arch *usual = target->arch;
    bool big_endian = target->big_endian;
    unsigned before = target->described.in_force;
    description_put_in_force(target, place);
    target->description = t;
    target->arch = t && t->architecture ? arch_by_description(t->architecture) : NULL;
    bool related = usual && target->arch && arch_same_family(usual, target->arch);
    target->big_endian = related ? big_endian : arch_has_big_only(target->arch);
    registers_complete(target);
    description_make_arch(target);
    description_put_in_force(target, before);
}

/* The same as another's, or new. `t` is taken over. Beyond the limit there is none. */
static unsigned place_for(struct target *target, struct rsp_tdesc *t)
{
    description_keep_present(target);
    unsigned place = place_of_same(target, t);
    bool is_new = place == DESCRIPTIONS_MOST;
    if (is_new)
        place = description_free_place(target);
    if (is_new && place != DESCRIPTIONS_MOST)
        make(target, t, place);
    else
        rsp_tdesc_free(t);
    return place;
}

static struct error *learn(struct target *target, struct ptid id)
{
    struct rsp_tdesc *t;
    bool known;
    TRY(target_need_stopped(target));
    TRY(target_check(target, rsp_select_thread(target->connection, id)));
    struct error *e = ask(target, &t, &known);
    if (error_is(e, ERR_LOST))
        return e;
    unsigned place = place_for(target, t);
    if (place == DESCRIPTIONS_MOST)
        return e ? e
                 : error_new(ERR_UNSUPPORTED,
                             "registers of process %lld: there are more than %d kinds of processor",
                             (long long)id.pid, DESCRIPTIONS_MOST);
    struct described_process *p = description_note(target, id.pid, place);
    p->due = !known;
    p->asked_in = target->described.stops;
    return e;
}

/* -- what the session's own process executes ------------------------------------------------------- */

/* `t` is taken over. */
static void replace(struct target *target, int64_t pid, struct rsp_tdesc *t, const char *path)
{
    const struct described *d = description_of(target, pid);
    bool holds =
        d && d->arch != &d->own_arch && !target->arch_unsettled; /* the user may have taken it back */
    const struct arch *before = holds && description_same(t, d->description) ? d->arch : NULL;
    bool big_endian = d ? d->big_endian : target->big_endian;
    description_put_alone(target, pid);
    description_note(target, pid, target->described.in_force); /* nothing is due any more */
    description_forget(target);
    target->description = t;
    target->big_endian = big_endian;
    processor_choose_executed(target, path, before);
    description_forget_values(target);
}

static void know_nothing(struct target *target, int64_t pid)
{
    description_put_alone(target, pid);
    description_forget(target);
    target->arch = NULL;
    target->arch_unsettled = false;
    description_forget_values(target);
}

/* Who names none in its stop means the one that there is. */
static int64_t meant(struct target *target, int64_t pid)
{
    const struct described_process *p = description_process(target, pid);
    return p ? p->pid : pid;
}

struct error *description_renew(struct target *target, int64_t pid, const char *path)
{
    struct rsp_tdesc *t;
    bool known;
    struct error *e = ask(target, &t, &known);
    if (error_is(e, ERR_LOST))
        return e;
    pid = meant(target, pid);
    if (known)
        replace(target, pid, t, path);
    else
        know_nothing(target, pid);
    struct described_process *p = description_note_own(target, pid, target->described.in_force);
    if (known)
        return e;
    p->due = true;
    p->asked_in = target->described.stops + 1;
    p->executed = xstrdup(path);
    return e;
}

static struct error *renew_again(struct target *target, struct ptid id)
{
    struct descriptions *d = &target->described;
    struct described_process *p = description_process(target, id.pid);
    BASE_FREE char *path = xstrdup(p->executed);
    int64_t pid = p->pid;
    bool known, is_own = p == d->processes;
    struct rsp_tdesc *t;
    TRY(target_need_stopped(target));
    p->asked_in = d->stops;
    if (d->process_count > 1)
        TRY(target_check(target, rsp_select_thread(target->connection, id)));
    TRY(ask(target, &t, &known));
    if (!known)
        return NULL;
    replace(target, pid, t, path);
    target->described_late = target->described_late || is_own;
    return NULL;
}

/* -- whichever it is ------------------------------------------------------------------------------- */

void description_new_stop(struct target *target)
{
    target->described.stops++;
}

struct error *description_enter(struct target *target, struct ptid id, unsigned *before)
{
    const struct descriptions *d = &target->described;
    const struct described_process *p = description_process(target, id.pid);
    bool again = p && p->due && p->asked_in != d->stops;
    *before = d->in_force;
    if (again && p->executed)
        TRY(renew_again(target, id));
    else if (again || (!p && d->process_count))
        TRY(learn(target, id));
    p = description_process(target, id.pid);
    if (!p || (p->of == d->in_force && p->of == *before))
        return NULL;
    description_put_in_force(target, p->of);
    description_hide_files(target);
    return NULL;
}
