/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attaching to stubs that answer one of its first questions with something else: what is not to be had is
 * done without, and memory is read as it is. Nobody attaches to one that is silent to all.
 */
#include "engine_played.h"

static const char *const questions[] = {"qSupported",   "QStartNoAckMode",     "vCont?", "?", "qC",
                                        "qfThreadInfo", "qXfer:features:read", "H",      "g"};

struct answer {
    const char *what, *payload; /* NULL: silence */
};
#define BYTES "\x01\x02\xff\x80rubbish\x03"
static const struct answer answers[] = {
    {"nothing", ""},           {"OK", "OK"},      {"an error", "E01"},
    {"garbage", "<%rubbish;"}, {"silence", NULL}, {"bytes", BYTES},
};

/* One session; the stub says at its stop which thread that is, or nobody. */
static struct error *attach(const char *question, const char *payload, const char *stop)
{
    BASE_FREE char *spec = played_prepare(";vContSupported+", "vCont;c;C;s;S");
    for (unsigned i = 0; i < PLAYED_SIZE; i++)
        played.memory[i] = (unsigned char)(i * 7 + 3);
    rule("?", stop);
    rule(question, payload);
    session_set_deadline(session, in_seconds(60));
    return session_connect(session, spec);
}

static void reads_memory(const char *question, const struct answer *a)
{
    unsigned char bytes[64] = {0};
    struct error *e = memory_read(session->target, PLAYED_BASE + 0x123, bytes, sizeof bytes);
    if (e || memcmp(bytes, played.memory + 0x123, sizeof bytes) != 0) {
        print_error("%s answered with %s: %s\n", question, a->what, e ? e->message : "wrong bytes");
        error_free(e);
        fail();
    }
}

static void attaches(const char *question, const struct answer *a, const char *stop)
{
    struct error *e = attach(question, a->payload, stop);
    if (e) {
        print_error("%s answered with %s: %s\n", question, a->what, e->message);
        error_free(e);
        fail();
    }
    if (session->target->state != TARGET_STOPPED)
        fail_msg("%s answered with %s: it does not stand", question, a->what);
    reads_memory(question, a);
    played_end(NULL);
}

static void test_odd_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(questions); i++)
        for (size_t k = 0; k < ARRAY_LENGTH(answers); k++) {
            attaches(questions[i], &answers[k], "S05");
            if (answers[k].payload)
                attaches(questions[i], &answers[k], "T05thread:1;");
        }
}

/* What no stub says to `qSupported`: it then knows nothing of what that asks, is told of once, and goes on.
 */
static void test_rubbish_to_supported(void **state)
{
    (void)state;
    static const struct answer rubbish[] = {
        {"a stop", "T05thread:1;"},  {"a thread", "QC1"}, {"a list", "m1,2"},
        {"hex", "0123456789abcdef"}, {"an exit", "W00"},  {"bytes", BYTES},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rubbish); i++)
        attaches("qSupported", &rubbish[i], i % 2 ? "T05thread:1;" : "S05");
    must(attach("qSupported", BYTES, "S05"));
    assert_true(told("reply-to-another-question"));
    played_end(NULL);
}

/* Longer than any packet, and one whose checksum never holds. */
static void test_unreadable_supported(void **state)
{
    (void)state;
    BASE_BUF struct buf longest = {0};
    for (unsigned i = 0; i < 3u << 17; i++)
        buf_add_text(&longest, "over-long packet");
    attaches("qSupported", &(struct answer){"a packet that is too long", buf_text(&longest)}, "S05");
    attaches("qSupported", &(struct answer){"a damaged packet", PLAYED_RAW "+$PacketSize=1000#00"}, "S05");
}

static void test_silence_to_all(void **state)
{
    (void)state;
    must_fail(attach("", NULL, NULL), ERR_TIMEOUT);
    played_end(NULL);
}

/* Whatever fails for want of it says why it was not taken. */
static void names_the_reason(void)
{
    struct thread *t;
    uint64_t pc;
    must(threads_current(session->target, &t));
    struct error *e = thread_pc(session->target, t, &pc);
    assert_true(error_is(e, ERR_UNSUPPORTED));
    assert_non_null(e->hint);
    assert_non_null(strstr(e->hint, "the description was not taken: reading the target description: "));
    error_free(e);
}

/* A description that is refused, is none, or cannot be read: one warning, and what to do. */
static void test_description(void **state)
{
    (void)state;
    static const char *const payloads[] = {"E01", "OK", "l<target><architec", "lrubbish", "E.not now", "l"};
    for (size_t i = 0; i < ARRAY_LENGTH(payloads); i++) {
        must(attach("qXfer:features:read", payloads[i], "T05thread:1;"));
        assert_true(told("reading the target description: "));
        assert_true(told("it is done without; `set architecture NAME`, or a program, says"));
        assert_null(session->target->arch);
        names_the_reason();
        played_end(NULL);
    }
}

/* Who offers a description and says that there is none has said the answer before it twice. */
static void test_description_behind_a_copy(void **state)
{
    (void)state;
    must(attach("qXfer:features:read", "", "T05thread:1;"));
    assert_int_equal(sent("qXfer:features:read"), 2);
    played_end(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odd_answers),          cmocka_unit_test(test_silence_to_all),
        cmocka_unit_test(test_rubbish_to_supported), cmocka_unit_test(test_unreadable_supported),
        cmocka_unit_test(test_description),          cmocka_unit_test(test_description_behind_a_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
