/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All hardware sites of a breakpoint are judged by one that is tried for them: firing is of the processor. */
#include "engine/session/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/breakpoints/insertion.h"
#include "engine/session/session_private.h"
#include "engine/control/run/interrupt.h"
#include "engine/inspect/disassembly/disassembly.h"
#include "engine/target/registers.h"

enum { TRIES = 64 };
/* For a target to stop after its time was up and it was interrupted. */
#define STOP_NS INT64_C(3000000000)

/* -- traps ----------------------------------------------------------------------------------------- */

static enum verify_verdict trap_verdict(struct session *s, const struct site *p, const unsigned char *found,
                                        size_t got)
{
    unsigned char trap[TRAP_MAX], own[TRAP_MAX];
    trap_bytes(s->control, p->length, trap);
    if (got < p->length)
        return VERDICT_OVERWRITTEN; /* not even mapped any more */
    if (memcmp(found, trap, p->length) == 0)
        return VERDICT_THERE;
    bool known = p->saved_known;
    if (known)
        memcpy(own, p->saved, sizeof own);
    else
        known = memory_from_file(s->target, p->address, own, p->length);
    if (p->type == SITE_SOFTWARE && (!known || memcmp(found, own, p->length) == 0))
        return VERDICT_OUT_OF_SIGHT;
    return VERDICT_OVERWRITTEN;
}

static void mark_overwritten(struct session *s, struct site *p, const unsigned char *found, size_t got)
{
    BASE_BUF struct buf hex = {0};
    hex_encode(&hex, found, got < p->length ? got : p->length);
    free(p->reason);
    p->reason = got ? xasprintf("overwritten: %s was found at 0x%" PRIx64, buf_text(&hex), p->address)
                    : xasprintf("nothing can be read at 0x%" PRIx64 " any more", p->address);
    p->state = SITE_SUSPECT;
    site_changed(s->control, p);
}

/* What was found is what the program has there now. */
static struct error *reinsert(struct session *s, struct site *p)
{
    if (p->type == SITE_MEMORY) {
        s->control->breakpoints.sites.in_memory--;
        p->inserted = false;
        journal_forget(s->control, p);
    } else {
        p->renew = true;
    }
    p->saved_known = false;
    p->state = SITE_PLANNED;
    p->seen = false;
    free(p->reason);
    p->reason = NULL;
    site_changed(s->control, p);
    return sites_flush(s->control);
}

static struct verify_check *add_check(struct verify_result *r, const struct site *p,
                                      enum verify_verdict verdict)
{
    ARRAY_RESERVE(r->checks, r->count, r->capacity);
    struct verify_check *check = &r->checks[r->count++];
    *check = (struct verify_check){.address = p->address, .verdict = verdict};
    return check;
}

static struct error *check_trap(struct session *s, struct site *p, enum verify_mend mend,
                                struct verify_result *ret)
{
    unsigned char found[TRAP_MAX];
    struct rsp_read read = {.address = p->address, .length = p->length, .bytes = found};
    struct ptid id = s->target->threads.has_current ? s->target->threads.current : (struct ptid){0, 0};
    TRY(target_check(s->target, rsp_read_memory(s->target->connection, id, &read, 1, true)));
    if (error_ends_asking(read.error))
        return read.error;
    error_free(read.error);
    struct verify_check *check = add_check(ret, p, trap_verdict(s, p, found, read.got));
    if (check->verdict != VERDICT_OVERWRITTEN)
        return NULL;
    check->found_count = read.got;
    memcpy(check->found, found, read.got);
    mark_overwritten(s, p, found, read.got);
    return mend == VERIFY_REINSERT ? reinsert(s, p) : NULL;
}

/* -- hardware -------------------------------------------------------------------------------------- */

static int64_t within(const struct session *s, int64_t ns)
{
    int64_t limit = clock_now_ns() + ns;
    return limit < s->target->deadline_ns ? limit : s->target->deadline_ns;
}

static struct error *run(struct session *s, const struct plan *plan, double seconds, bool *stopped)
{
    struct stop stop;
    *stopped = false;
    TRY(plan_start(s->control, plan));
    struct error *e = session_pump(s, within(s, (int64_t)(seconds * 1e9)), -1, &stop, stopped);
    if (!error_is(e, ERR_TIMEOUT))
        return e;
    error_free(e);
    return NULL;
}

static struct error *current_pc(struct session *s, struct thread **t, uint64_t *pc)
{
    TRY(target_need_stopped(s->target));
    TRY(threads_current(s->target, t));
    return thread_pc(s->target, *t, pc);
}

/* A stub whose runs never end and which heeds no interrupt (QEMU after an error of KVM) is not waited for. */
static struct error *stop_again(struct session *s)
{
    struct stop stop;
    bool stopped = false;
    if (s->target->state != TARGET_RUNNING)
        return NULL;
    TRY(interrupt_send(s->control));
    struct error *e = session_pump(s, within(s, STOP_NS), -1, &stop, &stopped);
    return error_is(e, ERR_TIMEOUT) ? session_does_not_stop(s, e) : e;
}

/* Steps to an instruction that goes on to the one behind it, where nothing is inserted. */
static struct error *find_place(struct session *s, double seconds, uint64_t *ret)
{
    for (int i = 0; i < TRIES; i++) {
        struct thread *t;
        uint64_t pc;
        bool stopped;
        TRY(current_pc(s, &t, &pc));
        if (instruction_falls_through(s->target, pc, ret) && !site_at(s->control, *ret))
            return NULL;
        struct plan step = {.kind = PLAN_STEPI, .has_thread = true, .thread = t->id, .times = 1};
        TRY(run(s, &step, seconds, &stopped));
        TRY(stop_again(s));
    }
    return error_hint(error_new(ERR_UNSUPPORTED, "verify: no instruction here goes on to the one behind it"),
                      "run on a little and try again");
}

static struct error *try_hardware(struct session *s, double seconds, bool *fires)
{
    uint64_t place, pc;
    struct thread *t;
    bool stopped;
    TRY(find_place(s, seconds, &place));
    TRY(threads_current(s->target, &t));
    struct site *p =
        site_acquire(s->control, SITE_HARDWARE, place, site_length_at(s->control, place, false, NULL));
    struct error *e = sites_flush(s->control);
    if (e) {
        site_release(s->control, p);
        return e;
    }
    struct plan plan = {
        .kind = PLAN_TO, .times = 1, .final_at_target = true, .has_thread = true, .thread = t->id};
    plan_add_site(&plan, p);
    TRY(run(s, &plan, seconds, &stopped));
    TRY(stop_again(s));
    TRY(current_pc(s, &t, &pc));
    *fires = stopped && pc == place;
    return sites_flush(s->control);
}

static void mark_hardware(struct session *s, struct site *p, bool fires)
{
    p->seen = fires;
    p->state = fires ? SITE_ARMED : SITE_SUSPECT;
    free(p->reason);
    if (fires)
        slots_mark_firing(s->control, p->type);
    else
        slots_mark_not_firing(s->control, p->type, "one that had to be hit was not");
    p->reason = fires ? NULL : xstrdup("accepted but does not fire: one that had to be hit was not");
    site_changed(s->control, p);
}

/* -- breakpoints ---------------------------------------------------------------------------------------- */

static bool has_hardware(const struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->locations[i].site && site_in_hardware(b->locations[i].site))
            return true;
    return false;
}

static struct error *check_all(struct session *s, struct breakpoint *b, enum verify_mend mend, double seconds,
                               struct verify_result *ret)
{
    bool fires = false;
    if (has_hardware(b))
        TRY(try_hardware(s, seconds, &fires));
    for (size_t i = 0; i < b->count; i++) {
        struct site *p = b->locations[i].site;
        if (!p)
            continue;
        if (site_in_hardware(p)) {
            mark_hardware(s, p, fires);
            add_check(ret, p, fires ? VERDICT_FIRES : VERDICT_DOES_NOT_FIRE);
        } else if (p->type != SITE_STEPPED) {
            TRY(check_trap(s, p, mend, ret));
        }
    }
    return NULL;
}

static bool any_suspect(const struct breakpoint *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->locations[i].site && b->locations[i].site->state == SITE_SUSPECT)
            return true;
    return false;
}

struct error *verify_breakpoint(struct session *s, struct breakpoint *b, enum verify_mend mend,
                                double seconds, struct verify_result *ret)
{
    int id = b->id;
    *ret = (struct verify_result){0};
    struct error *e = check_all(s, b, mend, seconds, ret);
    b = breakpoint_find(s->control, id); /* a run may have used it up */
    if (!e && b && mend == VERIFY_DROP && any_suspect(b)) {
        e = breakpoint_enable(s->control, b, false);
        free(b->reason);
        b->reason = xstrdup("dropped: it was found overwritten, or does not fire");
    }
    if (e) {
        verify_result_free(ret);
        return error_while(e, "verify breakpoint %d", id);
    }
    ret->breakpoint = b;
    return NULL;
}

void verify_result_free(struct verify_result *r)
{
    free(r->checks);
    *r = (struct verify_result){0};
}
