/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet that lets threads run, and the two that part from a target. */
#include "rsp/remote_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "rsp/native_signals.h"

#define PARTING_NS 2000000000

static const char killing[] = "killing the process";

/* -- building the packet --------------------------------------------------------------------------- */

static bool is_everybody(const struct rsp_action *a)
{
    return a->thread.tid == -1;
}

static unsigned signal_of(const struct rsp_connection *c, const struct rsp_action *a)
{
    return (unsigned)rsp_signal_to_stub(c, a->signal) & 0xff;
}

/* gdb manual, "Packets", vCont. */
static struct error *add_action(struct rsp_connection *c, const struct rsp_action *a, struct buf *packet)
{
    const struct vcont_actions *offered = &c->terms.vcont;
    bool range = a->how == RSP_STEP && a->range_end != 0 && !a->signal && offered->r;
    if (a->signal && !(a->how == RSP_STEP ? offered->S : offered->C))
        return error_new(ERR_UNSUPPORTED, "resuming with signal %d: the stub's vCont takes no signals",
                         a->signal);
    if (range)
        buf_printf(packet, ";r%" PRIx64 ",%" PRIx64, a->range_start, a->range_end);
    else if (a->signal)
        buf_printf(packet, ";%c%02x", a->how == RSP_STEP ? 'S' : 'C', signal_of(c, a));
    else
        buf_printf(packet, ";%c", a->how == RSP_STEP ? 's' : 'c');
    if (a->thread.tid == 0 || (is_everybody(a) && a->thread.pid <= 0))
        return NULL;
    buf_add_char(packet, ':');
    ptid_encode(packet, a->thread);
    return NULL;
}

static struct error *build_vcont(struct rsp_connection *c, const struct rsp_action *actions, size_t count,
                                 struct buf *packet)
{
    buf_add_text(packet, "vCont");
    for (size_t i = 0; i < count; i++) {
        TRY(add_action(c, &actions[i], packet));
        if (actions[i].thread.tid == 0)
            break; /* a thread without a name is all there is, and an action without a thread is for all */
    }
    if (packet->length > c->terms.packet_size)
        return error_hint(error_new(ERR_UNSUPPORTED,
                                    "resuming %zu threads one by one: the packet would have %zu bytes, and "
                                    "the stub takes %zu",
                                    count, packet->length, c->terms.packet_size),
                          "hold more of them, or `release all`");
    return NULL;
}

/*
 * Hc only where it says something new: kgdb and valgrind go on with the thread that stopped by themselves,
 * and at 115200 baud a question costs 5 ms.
 */
static struct error *choose_stepped(struct rsp_connection *c, const struct rsp_action *a, struct buf *before)
{
    struct ptid wanted = a->thread;
    if (is_everybody(a))
        wanted = (struct ptid){.tid = -1};
    bool implied = !c->remote.stepped.known &&
                   (is_everybody(a) || (c->remote.stopped.known && ptid_equal(c->remote.stopped.id, wanted)));
    if (implied || (c->remote.stepped.known && ptid_equal(c->remote.stepped.id, wanted)) || wanted.tid == 0)
        return NULL;
    if (!rsp_can_select(c))
        return remote_check_reach(c, wanted);
    buf_add_text(before, "Hc");
    ptid_encode(before, wanted);
    remote_note_stepped(c, wanted);
    return NULL;
}

/* c, s, C and S know one thread, or all. "Step one, let the others go" is how stubs without vCont read `s`.
 */
static struct error *build_plain(struct rsp_connection *c, const struct rsp_action *actions, size_t count,
                                 struct buf *before, struct buf *packet)
{
    const struct rsp_action *a = &actions[0];
    struct rsp_action all;
    bool others_go =
        count == 2 && is_everybody(&actions[1]) && actions[1].how == RSP_CONTINUE && !actions[1].signal;
    if (others_go && a->how == RSP_CONTINUE && c->remote.stopped.known &&
        ptid_equal(a->thread, c->remote.stopped.id)) {
        /* `C` gives the signal to the thread that stopped, and all of them run. */
        all = actions[1];
        all.signal = a->signal;
        a = &all;
        count = 1;
    }
    bool rest_goes = count == 2 && is_everybody(&actions[1]) && actions[1].how == RSP_CONTINUE &&
                     !actions[1].signal && a->how == RSP_STEP;
    if (count != 1 && !rest_goes)
        return error_hint(
            error_new(ERR_UNSUPPORTED, "resuming %zu threads one by one: the stub has no vCont", count),
            "without vCont only one thread, or all together, can be resumed");
    TRY(choose_stepped(c, a, before));
    if (a->signal)
        buf_printf(packet, "%c%02x", a->how == RSP_STEP ? 'S' : 'C', signal_of(c, a));
    else
        buf_add_char(packet, a->how == RSP_STEP ? 's' : 'c');
    return NULL;
}

struct error *rsp_resume_packet(struct rsp_connection *c, const struct rsp_action *actions, size_t count,
                                struct buf *before, struct buf *packet)
{
    buf_clear(before);
    buf_clear(packet);
    if (count == 0)
        return error_new(ERR_USAGE, "resuming: no thread was given");
    if (rsp_feature_usable(&c->features, FEATURE_VCONT))
        return build_vcont(c, actions, count, packet);
    return build_plain(c, actions, count, before, packet);
}

struct error *rsp_take_chosen(struct rsp_connection *c, const struct buf *reply)
{
    struct ptid wanted = c->remote.stepped.id;
    if (strcmp(buf_text(reply), "OK") == 0)
        return NULL;
    remote_forget_stepped(c);
    if (reply->length == 0 || (!c->remote.selected_once && rsp_speaks_of(c, wanted)))
        c->remote.no_select = true; /* it has but one, and resumes that */
    return c->remote.no_select ? remote_check_reach(c, wanted)
                               : remote_check_ok(reply, "choosing the thread to resume");
}

/* `:TID` of an action: nobody in particular, or the thread that stopped. */
static bool is_implied(const struct rsp_connection *c, const char **s)
{
    struct ptid id;
    if (**s != ':')
        return true;
    ++*s;
    if (!ptid_parse(s, *s + strlen(*s), &id))
        return false;
    return id.tid == -1 || (c->remote.stopped.known && ptid_equal(c->remote.stopped.id, id));
}

bool remote_plain_resume(const struct rsp_connection *c, const char *vcont, struct buf *ret)
{
    const char *s = vcont + strlen("vCont;");
    char action = *s == 'r' ? 's' : *s;
    if (!action || !strchr("csCS", action))
        return false;
    size_t n = strcspn(s, ":;");
    buf_add_char(ret, action);
    if (action == 'C' || action == 'S')
        buf_add(ret, s + 1, n - 1);
    s += n;
    /* a thread other than the one that stopped would need Hc, and its answer, first */
    if (!is_implied(c, &s))
        return false;
    if (*s == ';' && s[1] == 'c' && (action == 's' || action == 'S')) {
        s += 2;
        if (!is_implied(c, &s))
            return false;
    }
    return *s == '\0';
}

struct error *rsp_resume_actions(struct rsp_connection *c, const struct rsp_action *actions, size_t count)
{
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf packet = {0};
    TRY(rsp_resume_packet(c, actions, count, &before, &packet));
    if (before.length == 0)
        return rsp_resume(c, packet.data, packet.length);
    struct rsp_request r = {
        .payload = before.data,
        .length = before.length,
        .grammar = RSP_GRAMMAR_OK,
    };
    enum rsp_resumed resumed;
    struct error *e = rsp_batch_then_resume(c, &r, 1, packet.data, packet.length, &resumed);
    if (!e && r.error) {
        e = r.error;
        r.error = NULL;
    }
    if (!e)
        e = rsp_take_chosen(c, &r.reply);
    else
        remote_forget_stepped(c);
    if (!e && resumed == RSP_RESUMED_NOT)
        e = rsp_resume(c, packet.data, packet.length);
    rsp_request_free(&r);
    return e;
}

/* -- parting --------------------------------------------------------------------------------------- */

static bool names_processes(const struct rsp_connection *c, int64_t pid)
{
    return pid > 0 && rsp_feature_usable(&c->features, FEATURE_MULTIPROCESS);
}

/* A request after which the stub may answer, fall silent, or be gone. */
static struct error *part(struct rsp_connection *c, enum rsp_grammar grammar, const char *packet,
                          struct buf *reply)
{
    int64_t timeout_ns = c->limits.timeout_ns;
    if (timeout_ns > PARTING_NS)
        rsp_set_timeout(c, PARTING_NS);
    struct error *e = rsp_call(c, grammar, RSP_MUTATES, reply, "%s", packet);
    rsp_set_timeout(c, timeout_ns);
    return e;
}

static bool is_gone(struct error *e)
{
    return error_is(e, ERR_LOST);
}

struct error *rsp_detach(struct rsp_connection *c, int64_t pid)
{
    TRY(conn_check_stopped(c));
    BASE_BUF struct buf reply = {0};
    BASE_FREE char *packet =
        names_processes(c, pid) ? xasprintf("D;%llx", (unsigned long long)pid) : xstrdup("D");
    struct error *e = part(c, RSP_GRAMMAR_OK, packet, &reply);
    if (is_gone(e)) {
        error_free(e);
        return NULL;
    }
    if (!e)
        e = remote_check_ok(&reply, "detaching");
    return e;
}

/* `k` has no answer, and a stub that is told it may end without a word (gdb manual, "Packets", k); some say
 * OK or how the program ended. *done: not when the stub says that it does not know it. */
static struct error *kill_plainly(struct rsp_connection *c, bool *done)
{
    BASE_BUF struct buf reply = {0};
    conn_state_part(c);
    struct error *e = part(c, RSP_GRAMMAR_ANY, "k", &reply);
    conn_state_done(c, CONN_PARTING);
    *done = is_gone(e) || error_is(e, ERR_TIMEOUT);
    if (*done) {
        error_free(e);
        return NULL;
    }
    TRY(e);
    *done = reply.length > 0;
    return *done ? remote_check(&reply, killing) : NULL;
}

/* *done: not when the stub does not know vKill. */
static struct error *kill_process(struct rsp_connection *c, int64_t pid, bool *done)
{
    BASE_BUF struct buf reply = {0};
    BASE_FREE char *packet = xasprintf("vKill;%llx", (unsigned long long)pid);
    struct error *e = part(c, RSP_GRAMMAR_OK, packet, &reply);
    *done = is_gone(e);
    if (*done) {
        error_free(e);
        return NULL;
    }
    TRY(e);
    *done = reply.length > 0;
    return *done ? remote_check_ok(&reply, killing) : NULL;
}

struct error *rsp_kill(struct rsp_connection *c, int64_t pid)
{
    TRY(conn_check_stopped(c));
    bool done = false, by_process = names_processes(c, pid);
    if (by_process)
        TRY(kill_process(c, pid, &done));
    if (!done)
        TRY(kill_plainly(c, &done));
    if (!done && !by_process && pid > 0)
        TRY(kill_process(c, pid, &done));
    if (done)
        return NULL;
    return error_hint(error_new(ERR_UNSUPPORTED,
                                "%s: the stub knows no packet for it (%s was answered with "
                                "nothing), and nothing was ended",
                                killing, pid > 0 ? "each of `vKill` and `k`" : "`k`"),
                      "`detach` lets it run on; the stub may have a command of its own: `monitor help`");
}
