/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Threads that a stop found inside a system call.
 *
 * A stop must not be visible to the program: a call that was under way goes on, or is begun again. Linux does
 * that for most calls by itself (signal(7), "Interruption of system calls by stop signals", lists those where
 * it does not). One that has come back with EINTR is told at the next stop, unless that stop tells of a
 * signal for the very thread: then the signal was the reason.
 *
 * System calls are known where struct arch has them: the pc is just behind a system call instruction, and the
 * number is in orig_rax where the stub tells it (ptrace stubs do), else in the register that carried it in,
 * which QEMU's user emulator leaves alone until the call is over.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/control/audit/look.h"
#include "engine/control/limits.h"

enum { NEAR = 16, INSTRUCTION_MOST = 8 }; /* bytes behind the call in which its result is still looked at */

#define LINUX_EINTR ((uint64_t)-4)

static const struct syscall_abi *abi_of(const struct arch *arch)
{
    return arch ? arch->syscalls : NULL;
}

const struct syscall_row *look_call_row(const struct arch *arch, uint64_t number)
{
    const struct syscall_abi *abi = abi_of(arch);
    for (const struct syscall_row *r = abi ? abi->rows : NULL; r && r->name; r++)
        if ((uint64_t)r->number == number)
            return r;
    return NULL;
}

static struct audit_call *find(struct audit *a, struct ptid thread)
{
    for (size_t i = 0; i < a->call_count; i++)
        if (ptid_equal(a->calls[i].thread, thread))
            return &a->calls[i];
    return NULL;
}

static void drop(struct audit *a, struct audit_call *call)
{
    *call = a->calls[--a->call_count];
}

/* The code before each pc, in one batch, where no file tells it. */
static struct error *fetch_code(struct look *l, const struct syscall_abi *abi)
{
    struct memory_want wants[AUDIT_THREADS];
    size_t count = 0;
    for (size_t i = 0; i < l->subject_count; i++) {
        uint64_t pc;
        unsigned char code[INSTRUCTION_MOST];
        if (!look_value(l, &l->subjects[i], l->c->target->arch->pc, &pc) ||
            memory_from_file(l->c->target, pc - abi->instruction_size, code, abi->instruction_size))
            continue;
        wants[count++] = (struct memory_want){pc - abi->instruction_size, abi->instruction_size};
    }
    return count ? memory_prefetch(l->c->target, wants, count) : NULL;
}

static bool behind_call(struct look *l, const struct syscall_abi *abi, uint64_t pc)
{
    unsigned char code[INSTRUCTION_MOST];
    size_t n = abi->instruction_size, got = n;
    if (!memory_from_file(l->c->target, pc - n, code, n)) {
        struct error *e = memory_read_some(l->c->target, pc - n, code, n, &got);
        error_free(e);
    }
    return got == n && memcmp(code, abi->instruction, n) == 0;
}

/* Which call, or NULL. *exact: the stub tells the number apart from the result. */
static const struct syscall_row *call_of(struct look *l, const struct look_subject *u,
                                         const struct syscall_abi *abi, uint64_t pc, bool *exact)
{
    uint64_t number;
    if (!behind_call(l, abi, pc))
        return NULL;
    *exact = abi->original && look_value(l, u, abi->original, &number);
    if (!*exact && !look_value(l, u, abi->number, &number))
        return NULL;
    return look_call_row(l->c->target->arch, number);
}

static void watch_buffer(struct look *l, const struct look_subject *u, const struct syscall_abi *abi,
                         const struct syscall_row *row)
{
    uint64_t address, length;
    if (!row->reads || !look_value(l, u, abi->buffer, &address) || !look_value(l, u, abi->length, &length))
        return;
    look_watch(l, u->id, address, length < AUDIT_RANGE ? (size_t)length : AUDIT_RANGE, row->name);
}

/* The verdict over what the stop before saw. */
static void settle(struct look *l, struct audit_call *call)
{
    const struct stop *stop = &l->c->last_stop;
    bool signalled =
        stop->reason == STOP_SIGNAL && stop->has_thread && ptid_equal(stop->thread, call->thread);
    if (!call->returned || signalled)
        return;
    char text[160];
    int n = snprintf(text, sizeof text,
                     "%s() before 0x%" PRIx64 " returned EINTR after the stop of epoch %" PRIu64, call->name,
                     call->pc, call->epoch);
    audit_tell(l->c, AUDIT_SYSCALL_DISTURBED, call->thread, text, (size_t)n);
}

static void note(struct look *l, const struct audit_call *call)
{
    struct audit *a = &l->c->audit;
    if (a->call_count == AUDIT_THREADS)
        drop(a, &a->calls[0]);
    a->calls[a->call_count++] = *call;
}

/* What became of the call that the stop before found this thread in, and the one it is in now. */
static void follow(struct look *l, struct ptid thread, uint64_t pc, uint64_t result,
                   const struct syscall_row *row, bool exact)
{
    struct control *c = l->c;
    struct audit_call *before = find(&c->audit, thread);
    if (before && before->seen == c->target->epoch)
        return; /* another look at the same stop */
    struct audit_call now = {.thread = thread, .pc = pc, .epoch = c->target->epoch, .seen = c->target->epoch};
    now.name = row ? row->name : NULL;
    now.returned = row && exact && result == LINUX_EINTR;
    if (before && !before->returned && pc - before->pc <= NEAR && result == LINUX_EINTR) {
        now.returned = true;
        now.name = before->name;
        now.pc = before->pc;
        now.epoch = before->epoch;
    }
    if (before) {
        settle(l, before);
        drop(&c->audit, before);
    }
    if (now.name)
        note(l, &now);
}

static void look_at(struct look *l, const struct look_subject *u, const struct syscall_abi *abi)
{
    uint64_t pc, result;
    if (!look_value(l, u, l->c->target->arch->pc, &pc) || !look_value(l, u, abi->result, &result))
        return;
    bool exact = false;
    const struct syscall_row *row = call_of(l, u, abi, pc, &exact);
    follow(l, u->id, pc, result, row, exact);
    if (row)
        watch_buffer(l, u, abi, row);
}

struct error *look_calls(struct look *l)
{
    struct control *c = l->c;
    const struct syscall_abi *abi = c->target->is_process ? abi_of(c->target->arch) : NULL;
    if (!abi)
        return NULL;
    TRY(fetch_code(l, abi));
    for (size_t i = 0; i < l->subject_count; i++)
        look_at(l, &l->subjects[i], abi);
    return NULL;
}
