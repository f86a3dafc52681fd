/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking a stub for its description once more, when another program runs there. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/description.h"
#include "engine/target/limits.h"
#include "engine/target/processor.h"
#include "engine/target/target.h"

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
    if (e && !error_is(e, ERR_UNSUPPORTED))
        tell(target, e, *known);
    error_free(e);
    return NULL;
}

static void replace(struct target *target, struct rsp_tdesc *t, const char *path)
{
    description_forget(target);
    target->description = t;
    processor_choose_executed(target, path);
    description_forget_values(target);
}

static void is_due(struct target *target, int64_t pid, const char *path)
{
    description_forget(target);
    target->arch = NULL;
    target->arch_unsettled = false;
    target->due = (struct description_due){.pid = pid, .path = xstrdup(path), .asked = true};
    description_forget_values(target);
}

struct error *description_renew(struct target *target, int64_t pid, const char *path)
{
    struct rsp_tdesc *t;
    bool known;
    struct error *e = ask(target, &t, &known);
    if (error_is(e, ERR_LOST))
        return e;
    target->undescribed_count = 0; /* they were other than the one before */
    if (known)
        replace(target, t, path);
    else
        is_due(target, pid, path);
    return e;
}

/* -- a process beside ------------------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same(const struct rsp_tdesc *a, const struct rsp_tdesc *b)
{
    bool all = a && b && a->count == b->count && same_text(a->architecture, b->architecture);
    for (size_t i = 0; all && i < a->count; i++) {
        const struct rsp_register *x = &a->registers[i], *y = &b->registers[i];
        all = x->number == y->number && x->size == y->size && x->offset == y->offset &&
              strcmp(x->name, y->name) == 0;
    }
    return all;
}

void description_forget_process(struct target *target, int64_t pid)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < target->undescribed_count; i++)
        if (target->undescribed[i].pid != pid)
            target->undescribed[kept++] = target->undescribed[i];
    target->undescribed_count = kept;
}

struct error *description_compare(struct target *target, int64_t pid)
{
    struct rsp_tdesc *t;
    bool known;
    struct error *e = ask(target, &t, &known);
    bool other = !known || (t && t->count && !same(t, target->description));
    description_forget_process(target, pid);
    if (other && target->undescribed_count < UNDESCRIBED_MOST)
        target->undescribed[target->undescribed_count++] =
            (struct undescribed){.pid = pid, .due = !known, .asked = !known};
    rsp_tdesc_free(t);
    return e;
}

static struct undescribed *undescribed(const struct target *target, int64_t pid)
{
    for (unsigned i = 0; i < target->undescribed_count; i++)
        if (target->undescribed[i].pid == pid)
            return (struct undescribed *)&target->undescribed[i];
    return NULL;
}

bool description_is_of(const struct target *target, int64_t pid)
{
    return !undescribed(target, pid);
}

/* -- again ----------------------------------------------------------------------------------------- */

/* It was asked in this very stop. */
static bool just_asked(bool *asked)
{
    bool just = *asked;
    *asked = false;
    return just;
}

static struct error *renew_again(struct target *target)
{
    struct rsp_tdesc *t;
    bool known;
    BASE_FREE char *path = xstrdup(target->due.path);
    TRY(ask(target, &t, &known));
    if (!known)
        return NULL;
    replace(target, t, path);
    target->described_late = true;
    return NULL;
}

static struct error *compare_again(struct target *target, struct ptid thread)
{
    TRY(rsp_select_thread(target->connection, thread));
    TRY(description_compare(target, thread.pid));
    struct undescribed *u = undescribed(target, thread.pid);
    if (u)
        u->asked = false;
    return NULL;
}

struct error *description_ask_again(struct target *target, const struct rsp_stop *stop)
{
    if (target->due.path && (!stop->has_thread || stop->thread.pid == target->due.pid))
        return just_asked(&target->due.asked) ? NULL : renew_again(target);
    struct undescribed *u = stop->has_thread ? undescribed(target, stop->thread.pid) : NULL;
    if (!u || !u->due || just_asked(&u->asked))
        return NULL;
    return compare_again(target, stop->thread);
}

struct error *description_check(const struct target *target, int64_t pid)
{
    const struct undescribed *u = undescribed(target, pid);
    if (u && !u->due)
        return error_hint(error_new(ERR_UNSUPPORTED,
                                    "registers of process %lld: it executes a program of another processor",
                                    (long long)pid),
                          "`follow child` before its exec makes that the program of the session");
    if (u || (target->due.path && !target->description))
        return error_hint(error_new(ERR_UNSUPPORTED,
                                    "registers are not available: the stub has not answered what "
                                    "they are in the program that is executed now"),
                          "it is asked again at the next stop");
    return NULL;
}
