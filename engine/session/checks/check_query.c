/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stub advertises, asked for once each; and its answers to what nobody knows. */
#include <inttypes.h>
#include <string.h>

#include "engine/session/checks/check.h"
#include "engine/session/limits.h"

enum { SMALL = 0x3b };

static struct error *supported(struct checking *c)
{
    BASE_BUF struct buf offer = {0};
    BASE_BUF struct buf reply = {0};
    rsp_features_offer(&offer);
    TRY(check_ask(c, RSP_GRAMMAR_TEXT, &reply, "%s", buf_text(&offer)));
    if (reply.length == 0)
        check_says(c, AUDIT_UNSUPPORTED, "nothing is advertised");
    else if (!strstr(buf_text(&reply), "PacketSize="))
        check_says(c, AUDIT_DIFFERS, "no PacketSize: 400 bytes are assumed");
    return NULL;
}

static struct error *no_ack(struct checking *c)
{
    enum rsp_tristate works = rsp_features(c->s->target->connection)->state[FEATURE_NO_ACK].works;
    buf_add_text(&c->sent, works != TRI_UNKNOWN ? "QStartNoAckMode" : "");
    buf_add_text(&c->received, works == TRI_YES ? "OK" : "");
    if (works == TRI_NO)
        check_says(c, AUDIT_VIOLATION, "advertised, and then not answered with OK");
    else if (!check_advertised(c, FEATURE_NO_ACK))
        check_says(c, AUDIT_UNSUPPORTED, "every packet is acknowledged");
    return NULL;
}

static struct error *vcont(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    TRY(check_ask(c, RSP_GRAMMAR_TEXT, &reply, "vCont?"));
    bool told = strncmp(buf_text(&reply), "vCont", 5) == 0;
    if (!told && check_advertised(c, FEATURE_VCONT_SUPPORTED))
        check_says(c, AUDIT_VIOLATION, "vContSupported was advertised");
    else if (!told)
        check_says(c, AUDIT_UNSUPPORTED, "threads cannot be resumed one by one");
    else if (!strstr(reply.data, ";c") || !strstr(reply.data, ";s"))
        check_says(c, AUDIT_VIOLATION, "c and s are not among the actions");
    return NULL;
}

static struct error *pipelining(struct checking *c)
{
    buf_add_text(&c->sent, "vCont? qC");
    buf_add_text(&c->received, rsp_pipelines(c->s->target->connection) ? "both" : "one");
    if (!rsp_pipelines(c->s->target->connection))
        check_says(c, AUDIT_DIFFERS, "two requests in one write are not both answered: one at a time");
    return NULL;
}

/* -- objects --------------------------------------------------------------------------------------- */

static struct error *read_object(struct checking *c, enum rsp_feature_id id, const char *object,
                                 const char *annex)
{
    BASE_BUF struct buf reply = {0};
    if (!check_advertised(c, id)) {
        check_says(c, AUDIT_UNSUPPORTED, "not advertised");
        return NULL;
    }
    size_t room = rsp_packet_size(c->s->target->connection) - 5;
    TRY(check_ask(c, RSP_GRAMMAR_XFER, &reply, "qXfer:%s:read:%s:0,%zx", object, annex,
                  room < 0xffb ? room : (size_t)0xffb));
    if (reply.length == 0)
        check_says(c, AUDIT_VIOLATION, "advertised, and not known");
    else if (check_is_error(&reply))
        check_says(c, AUDIT_DIFFERS, "advertised, and refused now");
    return NULL;
}

/* Pieces of a small odd size must be the same document. */
static struct error *small_pieces(struct checking *c, const struct buf *whole, const char *annex)
{
    size_t at = 0;
    for (int i = 0; i < 3 && at < whole->length; i++) {
        BASE_BUF struct buf reply = {0};
        TRY(check_ask(c, RSP_GRAMMAR_XFER, &reply, "qXfer:features:read:%s:%zx,%x", annex, at, SMALL));
        size_t n = reply.length ? reply.length - 1 : 0;
        if (n == 0 || n > SMALL || at + n > whole->length ||
            memcmp(whole->data + at, reply.data + 1, n) != 0) {
            check_says(c, AUDIT_VIOLATION, "read in pieces of %d bytes it is another document", SMALL);
            return NULL;
        }
        at += n;
    }
    return NULL;
}

static struct error *features(struct checking *c)
{
    TRY(read_object(c, FEATURE_XFER_FEATURES, "features", "target.xml"));
    if (c->told)
        return NULL;
    BASE_BUF struct buf whole = {0};
    TRY(target_check(c->s->target, rsp_xfer_read(c->s->target->connection, "features", "target.xml",
                                                 AUDIT_DOCUMENT_LIMIT, &whole)));
    return small_pieces(c, &whole, "target.xml");
}

static struct error *unknown_annex(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    if (!check_advertised(c, FEATURE_XFER_FEATURES)) {
        check_says(c, AUDIT_SKIPPED, "no documents are advertised");
        return NULL;
    }
    TRY(check_ask(c, RSP_GRAMMAR_XFER, &reply, "qXfer:features:read:allstop-none.xml:0,100"));
    if (!check_is_error(&reply))
        check_says(c, AUDIT_DIFFERS, "a document that is not there is not answered with E00");
    return NULL;
}

static struct error *threads_object(struct checking *c)
{
    return read_object(c, FEATURE_XFER_THREADS, "threads", "");
}

static struct error *auxv(struct checking *c)
{
    return read_object(c, FEATURE_XFER_AUXV, "auxv", "");
}

static struct error *auxv_small(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    if (!check_advertised(c, FEATURE_XFER_AUXV)) {
        check_says(c, AUDIT_UNSUPPORTED, "not advertised");
        return NULL;
    }
    TRY(check_ask(c, RSP_GRAMMAR_XFER, &reply, "qXfer:auxv:read::0,25"));
    if (reply.length < 2 || reply.length > 0x26)
        check_says(c, AUDIT_VIOLATION, "0x25 bytes were asked for");
    return NULL;
}

static struct error *exec_file(struct checking *c)
{
    return read_object(c, FEATURE_XFER_EXEC_FILE, "exec-file", "");
}

static struct error *libraries(struct checking *c)
{
    return read_object(c, FEATURE_XFER_LIBRARIES_SVR4, "libraries-svr4", "");
}

static struct error *memory_map(struct checking *c)
{
    return read_object(c, FEATURE_XFER_MEMORY_MAP, "memory-map", "");
}

static struct error *siginfo(struct checking *c)
{
    return read_object(c, FEATURE_XFER_SIGINFO, "siginfo", "");
}

/* -- settings -------------------------------------------------------------------------------------- */

static struct error *set(struct checking *c, enum rsp_feature_id id, const char *packet)
{
    BASE_BUF struct buf reply = {0};
    if (!check_advertised(c, id)) {
        check_says(c, AUDIT_UNSUPPORTED, "not advertised");
        return NULL;
    }
    TRY(check_ask(c, RSP_GRAMMAR_OK, &reply, "%s", packet));
    if (!check_is_ok(&reply))
        check_says(c, AUDIT_VIOLATION, "advertised, and not answered with OK");
    return NULL;
}

static struct error *thread_events(struct checking *c)
{
    return set(c, FEATURE_THREAD_EVENTS, "QThreadEvents:0");
}

static struct error *non_stop(struct checking *c)
{
    return set(c, FEATURE_NON_STOP, "QNonStop:0");
}

static struct error *pass_signals(struct checking *c)
{
    unsigned char numbers[SIGNAL_COUNT];
    size_t count = signal_table_quiet(&c->s->target->signals, numbers);
    BASE_BUF struct buf packet = {0};
    buf_add_text(&packet, "QPassSignals:");
    for (size_t i = 0; i < count; i++)
        buf_printf(&packet, "%s%x", i ? ";" : "", numbers[i]);
    return set(c, FEATURE_PASS_SIGNALS, buf_text(&packet));
}

/* -- what nobody knows ----------------------------------------------------------------------------- */

static struct error *unknown_packet(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    TRY(check_ask(c, RSP_GRAMMAR_OK, &reply, "vMustReplyEmpty"));
    if (reply.length)
        check_says(c, AUDIT_VIOLATION, "an unknown packet is not answered with nothing");
    return NULL;
}

static struct error *unknown_query(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    TRY(check_ask(c, RSP_GRAMMAR_OK, &reply, "qAllstopUnknown"));
    if (reply.length)
        check_says(c, AUDIT_VIOLATION, "an unknown query is not answered with nothing");
    return NULL;
}

static struct error *monitor(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    TRY(check_ask(c, RSP_GRAMMAR_CONSOLE, &reply, "qRcmd,68656c70"));
    if (reply.length == 0)
        check_says(c, AUDIT_UNSUPPORTED, "no command line of its own");
    return NULL;
}

/* The longest packet that the stub says it takes, to which the answer is nothing. */
static struct error *longest_packet(struct checking *c)
{
    BASE_BUF struct buf packet = {0};
    BASE_BUF struct buf reply = {0};
    buf_add_text(&packet, "vMustReplyEmpty;");
    while (packet.length < rsp_packet_size(c->s->target->connection))
        buf_add_char(&packet, 'x');
    TRY(check_ask(c, RSP_GRAMMAR_OK, &reply, "%s", buf_text(&packet)));
    if (reply.length)
        check_says(c, AUDIT_VIOLATION, "an unknown packet of %zu bytes is not answered with nothing",
                   packet.length);
    return NULL;
}

const struct audit_check audit_checks_query[] = {
    {"qSupported", "advertised", "what the stub says it can do", true, supported},
    {"no-ack", "advertised", "QStartNoAckMode is honoured", true, no_ack},
    {"vCont", "advertised", "vCont? lists c and s", true, vcont},
    {"pipelining", "advertised", "several requests on the way at once", true, pipelining},
    {"features", "advertised", "the target description, whole and in small odd pieces", true, features},
    {"unknown-annex", "errors", "a document that is not there", true, unknown_annex},
    {"threads-object", "advertised", "qXfer:threads", true, threads_object},
    {"auxv", "advertised", "qXfer:auxv", true, auxv},
    {"auxv-odd", "advertised", "a small odd piece of it (valgrind 3.19 breaks its own heap)", false,
     auxv_small},
    {"exec-file", "advertised", "qXfer:exec-file", true, exec_file},
    {"libraries-svr4", "advertised", "qXfer:libraries-svr4", true, libraries},
    {"memory-map", "advertised", "qXfer:memory-map", true, memory_map},
    {"siginfo", "advertised", "qXfer:siginfo", true, siginfo},
    {"pass-signals", "advertised", "QPassSignals", true, pass_signals},
    {"thread-events", "advertised", "QThreadEvents", true, thread_events},
    {"non-stop", "advertised", "QNonStop, left switched off", true, non_stop},
    {"unknown-packet", "errors", "vMustReplyEmpty is answered with nothing", true, unknown_packet},
    {"unknown-query", "errors", "so is a query that nobody knows", true, unknown_query},
    {"monitor", "advertised", "qRcmd `help`", true, monitor},
    {"longest-packet", "limits", "a packet as long as the stub says (QEMU and kgdb fall silent)", false,
     longest_packet},
    {0},
};
