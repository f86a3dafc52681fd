/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Violations as they are found: told, counted by kind, and the last few kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/audit/audit.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"

static const char *const names[] = {
    [AUDIT_MEMORY_MOVES - RSP_VIOLATIONS] = "memory-moves",
    [AUDIT_MEMORY_MOVES_IN_SYSCALL - RSP_VIOLATIONS] = "memory-moves-in-syscall",
    [AUDIT_REGISTERS_MOVE - RSP_VIOLATIONS] = "registers-move",
    [AUDIT_SYSCALL_DISTURBED - RSP_VIOLATIONS] = "syscall-disturbed",
    [AUDIT_LOST_WITHOUT_EXIT - RSP_VIOLATIONS] = "lost-without-exit",
    [AUDIT_NOT_HELD - RSP_VIOLATIONS] = "not-held",
    [AUDIT_TRAP_FLAG_VISIBLE - RSP_VIOLATIONS] = "trap-flag-visible",
};

void audit_init(struct audit *a)
{
    a->pause_ms = AUDIT_PAUSE_MS;
}

void audit_free(struct audit *a)
{
    for (size_t i = 0; i < AUDIT_LAST; i++)
        free(a->last[i].evidence);
    for (size_t i = 0; i < a->range_count; i++)
        free(a->ranges[i].text);
    *a = (struct audit){0};
}

const char *audit_kind_name(unsigned kind)
{
    if (kind < RSP_VIOLATIONS)
        return rsp_violation_name(kind);
    return kind < AUDIT_KINDS ? names[kind - RSP_VIOLATIONS] : NULL;
}

size_t audit_kept(const struct audit *a)
{
    return a->findings < AUDIT_LAST ? (size_t)a->findings : AUDIT_LAST;
}

const struct audit_finding *audit_finding(const struct audit *a, size_t index)
{
    return &a->last[(a->findings - audit_kept(a) + index) % AUDIT_LAST];
}

/* The thread of the first stop reply in the evidence: "T05thread:p01.05;", whole or torn. */
static bool named_thread(const char *evidence, size_t n, struct ptid *ret)
{
    static const char word[] = "thread:";
    const char *end = evidence + n;
    const char *at = memmem(evidence, n, word, sizeof word - 1);
    if (!at)
        return false;
    at += sizeof word - 1;
    return ptid_parse(&at, end, ret) && ret->tid > 0;
}

static void keep(struct control *c, unsigned kind, const struct ptid *thread, const char *evidence, size_t n)
{
    struct audit *a = &c->audit;
    struct audit_finding *f = &a->last[a->findings++ % AUDIT_LAST];
    free(f->evidence);
    struct buf shown = {0};
    text_add_ascii(&shown, n ? evidence : "$#00", n ? n : 4); /* an empty packet */
    *f = (struct audit_finding){
        .kind = kind,
        .has_thread = thread != NULL,
        .epoch = c->target->epoch,
        .ms = round((double)(clock_now_ns() - c->created_ns) / 1e4) / 1e2,
        .evidence = buf_take(&shown),
    };
    if (thread)
        f->thread = *thread;
    target_emit(c->target, &(struct event){.kind = EVENT_VIOLATION, .finding = f});
}

static void tell(struct control *c, unsigned kind, const struct ptid *thread, const char *evidence, size_t n)
{
    c->violations++;
    c->audit.counts[kind]++;
    keep(c, kind, thread, evidence, n);
}

void audit_tell(struct control *c, enum audit_kind kind, struct ptid thread, const char *evidence, size_t n)
{
    tell(c, kind, &thread, evidence, n);
}

void audit_violation(struct control *c, unsigned kind, const char *evidence, size_t n)
{
    struct ptid named;
    const struct ptid *thread = NULL;
    if (named_thread(evidence, n, &named))
        thread = &named;
    else if (c->last_stop.has_thread)
        thread = &c->last_stop.thread;
    else if (c->target->threads.has_current)
        thread = &c->target->threads.current;
    struct ptid copy = thread ? *thread : (struct ptid){0, 0};
    tell(c, kind, thread ? &copy : NULL, evidence, n);
}

void audit_lost(struct control *c, const char *how)
{
    audit_violation(c, AUDIT_LOST_WITHOUT_EXIT, how, strlen(how));
}
