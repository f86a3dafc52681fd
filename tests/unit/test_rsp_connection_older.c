/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An older answer in place of the one that is waited for, of which no ack says so; and what a stub that
 * answers each question once sees of the search for it: nothing. */
#include "test_rsp_session.h"

#include "rsp/remote.h"

static const char *const kinds[] = {NO_ACK, WITH_ACK};
static const char *supported;

/* However often this is asked, and the fence, until another question comes; that gets `last`. */
static void answer_all(struct peer *p, const char *question, const char *answer, const char *last)
{
    struct rsp_event event;
    while (peer_next(p, &event))
        if (strcmp(event.data, question) == 0)
            peer_reply(p, answer);
        else if (strcmp(event.data, "vMustReplyEmpty") == 0)
            peer_reply(p, "");
        else
            peer_reply(p, last);
}

/* -- in place of an answer ----------------------------------------------------------------------------- */

static unsigned behind_ms; /* the true one is */

static void script_in_place(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_answer(p, "m1,4", "11111111");
    peer_answer(p, "m2,4", "22222222");
    peer_expect(p, "m3,4");
    peer_reply(p, "11111111");
    poll(NULL, 0, (int)behind_ms);
    peer_say(p, "33333333");
    answer_all(p, "m3,4", "33333333", "44444444");
}

static void test_in_place(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct session s;
        supported = kinds[i % 2];
        behind_ms = i < 2 ? 0 : 5;
        open_with(&s, script_in_place, 20);
        ask(&s, "m1,4", "11111111");
        ask(&s, "m2,4", "22222222");
        ask(&s, "m3,4", "33333333");
        ask(&s, "m4,4", "44444444");
        session_close(&s);
    }
}

/* All registers as they were before a step, and the true ones behind them. */
static void script_old_registers(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_answer(p, "g", "1111111111111111");
    peer_answer(p, "vCont;s", "T05thread:1;");
    peer_expect(p, "g");
    peer_reply(p, "1111111111111111");
    peer_say(p, "2222222222222222");
    answer_all(p, "g", "2222222222222222", "");
}

static void test_old_registers(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct session s;
        supported = kinds[i];
        open_with(&s, script_old_registers, 20);
        ask(&s, "g", "1111111111111111");
        must(rsp_resume(s.c, "vCont;s", 7));
        wait_stop(&s);
        ask(&s, "g", "2222222222222222");
        session_close(&s);
    }
}

/* -- what is alike for good reasons -------------------------------------------------------------------- */

enum { ALIKE = 40 };

static void script_alike(struct peer *p)
{
    peer_negotiate(p, supported);
    for (unsigned i = 0; i < ALIKE; i++) {
        char question[16];
        snprintf(question, sizeof question, "m%x,4", 0x10 + i);
        peer_answer(p, question, i % 3 ? "00000000" : "12345678");
    }
    if (p->resyncs > (p->no_ack ? 1 : 0)) /* without acks one that is like the one before costs one, once */
        peer_fail(p, "%u fences", p->resyncs);
}

static void test_alike(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct session s;
        supported = kinds[i];
        open_with(&s, script_alike, 20);
        for (unsigned k = 0; k < ALIKE; k++) {
            char question[16];
            snprintf(question, sizeof question, "m%x,4", 0x10 + k);
            ask(&s, question, k % 3 ? "00000000" : "12345678");
        }
        session_close(&s);
    }
}

/* -- less than was asked for --------------------------------------------------------------------------- */

static void read_bytes(struct session *s, uint64_t address, const char *expected)
{
    unsigned char bytes[16] = {0};
    struct rsp_read read = {.address = address, .length = sizeof bytes, .bytes = bytes};
    must(rsp_read_memory(s->c, (struct ptid){0}, &read, 1, false));
    error_free(read.error);
    assert_int_equal(read.got, strlen(expected) / 2);
    for (size_t i = 0; i < read.got; i++) {
        char hex[3];
        snprintf(hex, sizeof hex, "%02x", bytes[i]);
        assert_memory_equal(hex, expected + 2 * i, 2);
    }
}

#define SIXTEEN "00112233445566778899aabbccddeeff"

/* One that is shorter than the stub can give, and one that is as long as another answer. */
static void script_short(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_answer(p, "m1,4", "11111111");
    peer_answer(p, "m1000,10", "11111111");
    peer_answer(p, "m1000,10", SIXTEEN);
    peer_answer(p, "m2000,10", "0011");
    peer_answer(p, "m2000,10", SIXTEEN);
}

static void test_short(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct session s;
        supported = kinds[i];
        open_with(&s, script_short, 20);
        ask(&s, "m1,4", "11111111");
        read_bytes(&s, 0x1000, SIXTEEN);
        read_bytes(&s, 0x2000, SIXTEEN);
        session_close(&s);
    }
}

/* The end of memory at the end of a page is believed at once; a stub that means its short answers is, after a
 * few; and one that never gave more is. */
static void script_meant(struct peer *p)
{
    peer_negotiate(p, supported);
    peer_answer(p, "m3000,10", "0102030405060708");
    peer_answer(p, "m3008,8", "1112131415161718");
    peer_answer(p, "m4000,10", SIXTEEN);
    peer_answer(p, "m5ff8,10", "2122232425262728");
    peer_answer(p, "m6000,8", "E01");
    for (unsigned i = 0; i < 5; i++) {
        char question[16], answer[16];
        snprintf(question, sizeof question, "m%x,10", 0x7000 + 32 * i);
        snprintf(answer, sizeof answer, "31323334%02x", i);
        peer_answer(p, question, answer);
        if (i < 3)
            peer_answer(p, question, answer);
        snprintf(question, sizeof question, "m%x,b", 0x7005 + 32 * i);
        peer_answer(p, question, "E01");
    }
}

static void test_meant(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct session s;
        supported = kinds[i];
        open_with(&s, script_meant, 20);
        read_bytes(&s, 0x3000, "01020304050607081112131415161718");
        read_bytes(&s, 0x4000, SIXTEEN);
        read_bytes(&s, 0x5ff8, "2122232425262728");
        for (unsigned k = 0; k < 5; k++) {
            char expected[16];
            snprintf(expected, sizeof expected, "31323334%02x", k);
            read_bytes(&s, 0x7000 + 32 * k, expected);
        }
        session_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_place), cmocka_unit_test(test_old_registers), cmocka_unit_test(test_alike),
        cmocka_unit_test(test_short),    cmocka_unit_test(test_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
