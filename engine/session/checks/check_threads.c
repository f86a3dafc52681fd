/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thread control: lists, names, selection, and a thread that is not there. */
#include <stdlib.h>
#include <string.h>

#include "engine/session/checks/check.h"
#include "engine/session/limits.h"

enum { LOOKED_AT = 16 };

#define NOBODY "7ffffff1"

static struct error *list(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    TRY(check_ask(c, RSP_GRAMMAR_THREADS, &reply, "qfThreadInfo"));
    if (reply.length == 0) {
        check_says(c, AUDIT_UNSUPPORTED, "threads are not listed");
        return NULL;
    }
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf more = {0};
    for (int i = 0; i < AUDIT_THREAD_ANSWERS_MOST; i++) {
        TRY(target_check(c->s->target,
                         rsp_call(c->s->target->connection, RSP_GRAMMAR_THREADS, 0, &more, "qsThreadInfo")));
        if (more.length == 0)
            check_says(c, AUDIT_DIFFERS, "the list ends with an empty answer and not with l");
        if (more.length == 0 || more.data[0] != 'm')
            return NULL;
        if (before.length == more.length && memcmp(before.data, more.data, more.length) == 0)
            break;
        buf_clear(&before);
        buf_add(&before, more.data, more.length);
    }
    check_proof(c, "qsThreadInfo", strlen("qsThreadInfo"), &more);
    check_says(c, AUDIT_VIOLATION, "the list does not end");
    return NULL;
}

static struct error *read_list(struct checking *c, struct rsp_thread **ret, size_t *count)
{
    return target_check(c->s->target, rsp_list_threads(c->s->target->connection, ret, count));
}

static bool is_in(const struct rsp_thread *threads, size_t count, struct ptid id)
{
    for (size_t i = 0; i < count; i++)
        if (ptid_equal(threads[i].id, id))
            return true;
    return false;
}

static struct error *same_list(struct checking *c)
{
    struct rsp_thread *first = NULL, *second = NULL;
    size_t first_count = 0, second_count = 0;
    TRY(read_list(c, &first, &first_count));
    struct error *e = read_list(c, &second, &second_count);
    bool same = first_count == second_count;
    for (size_t i = 0; same && i < first_count; i++)
        same = is_in(second, second_count, first[i].id);
    if (!e && !same)
        check_says(c, AUDIT_VIOLATION, "%zu threads are listed, then %zu others", first_count, second_count);
    else if (!e && c->s->target->threads.has_current && first_count &&
             !is_in(first, first_count, c->s->target->threads.current))
        check_says(c, AUDIT_VIOLATION, "the thread that stopped is not in the list of %zu", first_count);
    else if (!e)
        check_says(c, AUDIT_OK, "%zu listed", first_count);
    rsp_threads_free(first, first_count);
    rsp_threads_free(second, second_count);
    return e;
}

/* The same question of every thread, at most LOOKED_AT of them. */
static struct error *ask_each(struct checking *c, const char *question, enum rsp_grammar grammar,
                              struct buf *reply, bool (*good)(const struct buf *reply))
{
    struct rsp_thread *threads = NULL;
    size_t count = 0;
    TRY(read_list(c, &threads, &count));
    struct error *e = NULL;
    rsp_forget_selected(c->s->target->connection);
    for (size_t i = 0; !e && i < count && i < LOOKED_AT && !c->told; i++) {
        BASE_BUF struct buf id = {0};
        ptid_encode(&id, threads[i].id);
        e = check_ask(c, grammar, reply, "%s%s", question, buf_text(&id));
        if (!e && reply->length == 0)
            check_says(c, AUDIT_UNSUPPORTED, "not known");
        else if (!e && !good(reply))
            check_says(c, AUDIT_VIOLATION, "refused for a thread that is listed");
    }
    rsp_threads_free(threads, count);
    return e;
}

static bool no_error(const struct buf *reply)
{
    return !check_is_error(reply);
}

static struct error *selected(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    return ask_each(c, "Hg", RSP_GRAMMAR_OK, &reply, check_is_ok);
}

static struct error *alive(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    return ask_each(c, "T", RSP_GRAMMAR_OK, &reply, check_is_ok);
}

static struct error *extra(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    return ask_each(c, "qThreadExtraInfo,", RSP_GRAMMAR_HEX, &reply, no_error);
}

static struct error *current(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    struct ptid id;
    TRY(check_ask(c, RSP_GRAMMAR_TEXT, &reply, "qC"));
    if (reply.length == 0) {
        check_says(c, AUDIT_UNSUPPORTED, "the current thread is not told");
        return NULL;
    }
    const char *at = reply.data + 2, *end = reply.data + reply.length;
    if (strncmp(reply.data, "QC", 2) != 0 || !ptid_parse(&at, end, &id))
        check_says(c, AUDIT_VIOLATION, "that is no thread");
    return NULL;
}

/* "p1.7ffffff1", or without a process where the stub has none. */
static void name_nobody(const struct checking *c, struct buf *ret)
{
    if (c->s->target->threads.current.pid > 0)
        buf_printf(ret, "p%llx.", (unsigned long long)c->s->target->threads.current.pid);
    buf_add_text(ret, NOBODY);
}

static struct error *ask_nobody(struct checking *c, const char *question, enum rsp_grammar grammar)
{
    BASE_BUF struct buf id = {0};
    BASE_BUF struct buf reply = {0};
    name_nobody(c, &id);
    rsp_forget_selected(c->s->target->connection);
    TRY(check_ask(c, grammar, &reply, "%s%s", question, buf_text(&id)));
    if (reply.length == 0)
        check_says(c, AUDIT_UNSUPPORTED, "not known");
    else if (!check_is_error(&reply))
        check_says(c, AUDIT_DIFFERS, "a thread that is not there is taken for one");
    return NULL;
}

static struct error *select_nobody(struct checking *c)
{
    return ask_nobody(c, "Hg", RSP_GRAMMAR_OK);
}

static struct error *nobody_alive(struct checking *c)
{
    return ask_nobody(c, "T", RSP_GRAMMAR_OK);
}

static struct error *nobody_extra(struct checking *c)
{
    return ask_nobody(c, "qThreadExtraInfo,", RSP_GRAMMAR_HEX);
}

const struct audit_check audit_checks_threads[] = {
    {"qC", "threads", "the current thread", true, current},
    {"thread-list", "threads", "qfThreadInfo, and an end of the list", true, list},
    {"same-list", "threads", "the list twice is the same, and has the thread that stopped", true, same_list},
    {"Hg", "threads", "each of them can be selected", true, selected},
    {"T", "threads", "each of them is alive", true, alive},
    {"qThreadExtraInfo", "threads", "each of them has a description", true, extra},
    {"Hg-nobody", "errors", "selecting a thread that is not there", true, select_nobody},
    {"T-nobody", "errors", "and asking whether it is alive", true, nobody_alive},
    {"extra-nobody", "errors", "and what it is called (QEMU never answers)", false, nobody_extra},
    {0},
};
