/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_rsp_support.h"

#include <time.h>

/* -- helpers --------------------------------------------------------------------------------------- */

/* Everything a decoder makes of some bytes, one event a word: "P:payload", "A", "N", "S:text" … Stray text is
 * joined, because where it is cut depends on how the bytes came. */
static void describe(struct rsp_decoder *d, struct buf *out, bool *in_stray)
{
    static const char *const names[] = {"P:", "%:", "A", "N", "I", "S:", "B:", "T:", "O"};
    struct rsp_event e;
    while (rsp_decoder_next(d, &e)) {
        assert_int_equal(e.data[e.length], 0);
        bool stray = e.kind == RSP_STRAY;
        if (!(stray && *in_stray)) {
            buf_add_char(out, ' ');
            buf_add_text(out, names[e.kind]);
        }
        *in_stray = stray;
        buf_add(out, e.data, e.length);
    }
}

static char *decode_in_pieces(const char *bytes, size_t n, const size_t *cuts, size_t cut_count, size_t limit)
{
    struct rsp_decoder d;
    rsp_decoder_init(&d, limit);
    struct buf out = {0};
    bool in_stray = false;
    size_t at = 0;
    for (size_t i = 0; i <= cut_count; i++) {
        size_t end = i < cut_count ? cuts[i] : n;
        rsp_decoder_feed(&d, bytes + at, end - at);
        describe(&d, &out, &in_stray);
        at = end;
    }
    rsp_decoder_free(&d);
    return buf_take(&out);
}

static void check(const char *bytes, const char *expected)
{
    size_t n = strlen(bytes);
    BASE_FREE char *whole = decode_in_pieces(bytes, n, NULL, 0, 4096);
    assert_string_equal(whole, expected);
    for (size_t cut = 0; cut <= n; cut++) {
        BASE_FREE char *split = decode_in_pieces(bytes, n, &cut, 1, 4096);
        assert_string_equal(split, expected);
    }
}

/* Frames without escapes. */
static char *frame(const char *payload)
{
    return xasprintf("$%s#%02x", payload, rsp_checksum(payload, strlen(payload)));
}

/* -- framing --------------------------------------------------------------------------------------- */

static void test_packets_at_every_split(void **state)
{
    (void)state;
    check("$OK#9a", " P:OK");
    check("$#00", " P:");
    check("+$OK#9a", " A P:OK");
    check("$OK#9A+$OK#9a-", " P:OK A P:OK N");
    BASE_FREE char *notification = frame("Stop:T05");
    notification[0] = '%';
    BASE_FREE char *both = xasprintf("%s$OK#9a", notification);
    check(both, " %:Stop:T05 P:OK");
    check("\x03$OK#9a", " I P:OK");
}

static void test_run_length(void **state)
{
    (void)state;
    check("$0* #7a", " P:0000");    /* 32 - 29 = 3 more */
    check("$0*\"#7c", " P:000000"); /* 34 - 29 = 5 more */
    /* an escaped byte is repeated as it was sent: `]` is then plain */
    BASE_FREE char *packet = frame("}]* x");
    check(packet, " P:}]]]x");
    BASE_FREE char *star_first = frame("*a");
    check(star_first, " P:*a");
    BASE_FREE char *star_last = frame("a*");
    check(star_last, " P:a*");
    BASE_FREE char *too_small = frame("a*\x1f"
                                      "b");
    check(too_small, " P:a*\x1f"
                     "b");
}

static void test_escapes(void **state)
{
    (void)state;
    BASE_FREE char *packet = frame("a}\x03}\x04}]}\x0a"
                                   "b");
    check(packet, " P:a#$}*b");
    BASE_FREE char *open = frame("a}");
    check(open, " P:a}");
}

static void test_bad_checksum(void **state)
{
    (void)state;
    check("$OK#9b$OK#9a", " B:OK P:OK");
    check("$OK#zz$OK#9a", " B:OK P:OK");
    /* the digits are missing: the next packet is not swallowed */
    check("$OK#$OK#9a", " B:OK P:OK");
    check("$OK#9$OK#9a", " B:OK P:OK");
    /* nobody would send a notification again */
    check("%x#00$OK#9a", " S:%x#00 P:OK");
}

static void test_torn(void **state)
{
    (void)state;
    check("$p01.d35;T05$OK#9a", " T:p01.d35;T05 P:OK");
    check("$$$OK#9a", " T: T: P:OK");
}

static void test_stray_text(void **state)
{
    (void)state;
    /* kgdb: an ack, a line of the console, a stop */
    check("+chatter line 24\r\n$T05thread:3c;#3c", " A S:chatter line 24\r\n P:T05thread:3c;");
    /* signs within a line are text; at its start they are ours */
    check("a-b+c\n+$OK#9a", " S:a-b+c\n A P:OK");
    check("100% done\n$OK#9a", " S:100% done\n P:OK");
    check("%x is no notification\n$OK#9a", " S:%x is no notification\n P:OK");
    check("login: +$OK#9a", " S:login: + P:OK");
}

static void test_stray_text_is_given_at_once(void **state)
{
    (void)state;
    struct rsp_decoder d;
    rsp_decoder_init(&d, 100);
    rsp_decoder_feed(&d, "[1]kdb> ", 8);
    struct rsp_event e;
    assert_true(rsp_decoder_next(&d, &e));
    assert_int_equal(e.kind, RSP_STRAY);
    assert_string_equal(e.data, "[1]kdb> ");
    assert_false(rsp_decoder_next(&d, &e));
    assert_false(rsp_decoder_in_packet(&d));
    rsp_decoder_feed(&d, "$O", 2);
    assert_false(rsp_decoder_next(&d, &e));
    assert_true(rsp_decoder_in_packet(&d));
    rsp_decoder_reset(&d);
    assert_false(rsp_decoder_in_packet(&d));
    rsp_decoder_free(&d);
}

/* -- a line that is a console too ------------------------------------------------------------------ */

static void add_as_it_came(struct buf *b, const struct rsp_event *e)
{
    if (e->kind == RSP_ACK || e->kind == RSP_NAK)
        buf_add_char(b, e->kind == RSP_ACK ? '+' : '-');
    else if (e->kind == RSP_STRAY)
        buf_add(b, e->data, e->length);
    else
        buf_add(b, e->raw, e->raw_length);
}

/* Whatever comes, in whatever pieces: every byte is in some event, in order. */
static void test_plain_loses_nothing(void **state)
{
    (void)state;
    static const char alphabet[] = "$#+-%a1 9\nT05OK}*~\x03\xff";
    unsigned seed = (unsigned)clock_now_ns();
    print_message("seed %u\n", seed);
    for (int round = 0; round < 2000; round++) {
        struct rsp_decoder d;
        rsp_decoder_init(&d, 100);
        d.plain = true;
        BASE_BUF struct buf in = {0};
        BASE_BUF struct buf out = {0};
        struct rsp_event e;
        for (int piece = 0; piece < 20; piece++) {
            size_t before = in.length;
            for (int n = rand_r(&seed) % 12; n > 0; n--)
                buf_add_char(&in, alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)]);
            if (rand_r(&seed) % 4 == 0)
                buf_add_text(&in, "$OK#9a");
            d.ack_due = rand_r(&seed) % 2;
            rsp_decoder_feed(&d, buf_text(&in) + before, in.length - before);
            while (rsp_decoder_next(&d, &e)) {
                assert_true(e.kind != RSP_NOTIFICATION && e.kind != RSP_INTERRUPT && e.kind != RSP_TORN);
                add_as_it_came(&out, &e);
            }
        }
        buf_add(&out, buf_text(&d.input) + d.start, d.input.length - d.start);
        assert_int_equal(out.length, in.length);
        if (in.length)
            assert_memory_equal(out.data, in.data, in.length);
        rsp_decoder_free(&d);
    }
}

/* A prompt is text as soon as its blank is seen, and a packet behind it a packet. */
static void test_plain_prompt(void **state)
{
    (void)state;
    struct rsp_decoder d;
    rsp_decoder_init(&d, 100);
    d.plain = d.ack_due = true;
    rsp_decoder_feed(&d, "bash$ ", 6);
    struct rsp_event e;
    BASE_BUF struct buf out = {0};
    while (rsp_decoder_next(&d, &e))
        add_as_it_came(&out, &e);
    assert_string_equal(buf_text(&out), "bash$ ");
    rsp_decoder_feed(&d, "+", 1);
    assert_false(rsp_decoder_next(&d, &e));
    rsp_decoder_feed(&d, "$OK#9a", 6);
    assert_true(rsp_decoder_next(&d, &e));
    assert_int_equal(e.kind, RSP_ACK);
    assert_true(rsp_decoder_next(&d, &e));
    assert_int_equal(e.kind, RSP_PACKET);
    assert_int_equal(e.raw_length, 6);
    rsp_decoder_free(&d);
}

static void test_oversize(void **state)
{
    (void)state;
    BASE_FREE char *large = frame("0123456789abcdef0123456789");
    BASE_FREE char *bytes = xasprintf("%s$OK#9a", large);
    for (size_t cut = 0; cut <= strlen(bytes); cut++) {
        BASE_FREE char *split = decode_in_pieces(bytes, strlen(bytes), &cut, 1, 8);
        assert_string_equal(split, " O P:OK");
    }
    BASE_FREE char *bomb = frame("0*~0*~0*~");
    BASE_FREE char *burst = decode_in_pieces(bomb, strlen(bomb), NULL, 0, 64);
    assert_string_equal(burst, " O");
    BASE_FREE char *exact = frame("01234567");
    BASE_FREE char *fits = decode_in_pieces(exact, strlen(exact), NULL, 0, 8);
    assert_string_equal(fits, " P:01234567");
}

static void test_endless_packet_is_bounded(void **state)
{
    (void)state;
    struct rsp_decoder d;
    rsp_decoder_init(&d, 4096);
    static char chunk[65536];
    memset(chunk, 'a', sizeof chunk);
    struct rsp_event e;
    rsp_decoder_feed(&d, "$", 1);
    for (size_t sent = 0; sent < (size_t)100 << 20; sent += sizeof chunk) {
        rsp_decoder_feed(&d, chunk, sizeof chunk);
        assert_false(rsp_decoder_next(&d, &e));
    }
    assert_true(d.input.capacity <= 4 * sizeof chunk);
    assert_true(rsp_decoder_in_packet(&d));
    rsp_decoder_feed(&d, "#00$OK#9a", 9);
    assert_true(rsp_decoder_next(&d, &e));
    assert_int_equal(e.kind, RSP_OVERSIZE);
    assert_true(rsp_decoder_next(&d, &e));
    assert_string_equal(e.data, "OK");
    rsp_decoder_free(&d);
}

static void test_keep_raw(void **state)
{
    (void)state;
    struct rsp_decoder d;
    rsp_decoder_init(&d, 100);
    d.keep_raw = true;
    BASE_FREE char *packet = frame("X0,1:}\x03* ");
    rsp_decoder_feed(&d, packet, strlen(packet));
    struct rsp_event e;
    assert_true(rsp_decoder_next(&d, &e));
    assert_string_equal(e.data, "X0,1:}\x03* ");
    rsp_decoder_free(&d);
}

/* -- bounds ---------------------------------------------------------------------------------------- */

/* From a copy of the exact size, so that a sanitizer sees a byte too far. */
static char *decode_exact(const char *bytes, size_t n, size_t limit, bool plain)
{
    struct rsp_decoder d;
    rsp_decoder_init(&d, limit);
    d.plain = plain;
    struct buf out = {0};
    bool in_stray = false;
    for (size_t i = 0; i < n; i++) {
        rsp_decoder_feed(&d, bytes + i, 1);
        describe(&d, &out, &in_stray);
    }
    rsp_decoder_free(&d);
    return out.data ? buf_take(&out) : xstrdup("");
}

static void check_plain(const char *bytes, const char *expected)
{
    BASE_FREE char *got = decode_exact(bytes, strlen(bytes), 4096, true);
    assert_string_equal(got, expected);
}

/* On a console a packet is one printable word; anything else is text as soon as it cannot become one. */
static void test_plain_words(void **state)
{
    (void)state;
    check_plain("$OK#9a", " P:OK");
    check_plain("$OK#9A", " P:OK");
    check_plain("$~!#9f", " P:~!");
    check_plain("$OK#00", " B:OK");
    /* gdbserver on a pseudo-terminal: a blank is the count of a run, and nothing else */
    check_plain("$7f0* #17", " P:7f0000");
    check_plain("$7f* 8#1f", " P:7ffff8");
    check_plain("$* 5#7f", " S:$* 5#7f");
    check_plain("$ 5 and $6\n$OK#9a", " S:$ 5 and $6\n P:OK");
    check_plain("$O\x7f#9a$OK#9a", " S:$O\x7f#9a P:OK");
    check_plain("$O K#9a$OK#9a", " S:$O K#9a P:OK");
    check_plain("$OK#g", " S:$OK#g");
    check_plain("$OK#9g$OK#9a", " S:$OK#9g P:OK");
    check_plain("$OK#0", "");
    check_plain("$OK#$OK#9a", " S:$OK# P:OK");
    check_plain("$OK$OK#9a", " S:$OK P:OK");
    check_plain("%Stop:T05#38\x03\n", " S:%Stop:T05#38\x03\n");
    /* a word may not be endless */
    BASE_BUF struct buf b = {0};
    buf_add_char(&b, '$');
    for (int i = 0; i < 8190; i++)
        buf_add_char(&b, 'a');
    BASE_FREE char *waits = decode_exact(b.data, b.length, 100000, true);
    assert_string_equal(waits, "");
    buf_add_text(&b, "aa");
    BASE_FREE char *text = decode_exact(b.data, b.length, 100000, true);
    assert_int_equal(strlen(text), 3 + b.length);
    assert_memory_equal(text, " S:$aaa", 7);
}

/* Which text after a percent sign may be a notification: a letter. */
static void test_percent_signs(void **state)
{
    (void)state;
    static const char *const letters[] = {"A", "Z", "a", "z", "M"};
    for (size_t i = 0; i < ARRAY_LENGTH(letters); i++) {
        BASE_FREE char *packet = frame(letters[i]);
        packet[0] = '%';
        BASE_FREE char *wanted = xasprintf(" %%:%s", letters[i]);
        check(packet, wanted);
    }
    static const char others[] = "@[`{0 9%";
    for (size_t i = 0; others[i]; i++) {
        BASE_FREE char *bytes = xasprintf("%%%c\n$OK#9a", others[i]);
        BASE_FREE char *wanted = xasprintf(" S:%%%c\n P:OK", others[i]);
        check(bytes, wanted);
    }
    BASE_FREE char *end = decode_exact("%", 1, 100, false);
    assert_string_equal(end, ""); /* it may become one */
}

/* An ack at the start of a line is ours after either end of line, and text in the middle of one. */
static void test_acks_and_lines(void **state)
{
    (void)state;
    check("a\n+$OK#9a", " S:a\n A P:OK");
    check("a\r+$OK#9a", " S:a\r A P:OK");
    check("a\n-$OK#9a", " S:a\n N P:OK");
    check("a\r-$OK#9a", " S:a\r N P:OK");
    check("a+$OK#9a", " S:a+ P:OK");
    check("a\nb-\n$OK#9a", " S:a\nb-\n P:OK");
    check("a\n=$OK#9a", " S:a\n= P:OK");
    /* behind a packet it is no text any more */
    check("a$OK#9a+", " S:a P:OK A");
    check("a$OK#9b-", " S:a B:OK N");
    check("a\x03+", " S:a I A");
}

static void test_limits(void **state)
{
    (void)state;
    struct rsp_decoder d;
    struct rsp_event e;
    rsp_decoder_init(&d, 0); /* is 1 */
    assert_int_equal(d.limit, 1);
    rsp_decoder_free(&d);
    for (size_t limit = 3; limit <= 5; limit++) {
        BASE_FREE char *fits = frame("aaaa"), *run_of = frame("a* "), *escaped = frame("a}\x03}\x03}\x03"),
                       *open = frame("aaa}");
        const char *packets[] = {fits, run_of, escaped, open};
        static const char *const wanted[] = {" P:aaaa", " P:aaaa", " P:a###", " P:aaa}"};
        for (size_t i = 0; i < ARRAY_LENGTH(packets); i++) {
            BASE_FREE char *got = decode_exact(packets[i], strlen(packets[i]), limit, false);
            assert_string_equal(got, limit >= 4 ? wanted[i] : i == 3 ? " P:aaa" : " O");
        }
    }
    /* all escaped: twice the limit on the wire, and not a byte more before it is given up */
    rsp_decoder_init(&d, 4);
    rsp_decoder_feed(&d, "$}\x03}\x03}\x03}\x03", 9);
    assert_false(rsp_decoder_next(&d, &e));
    assert_false(d.skipping);
    rsp_decoder_feed(&d, "a", 1);
    assert_false(rsp_decoder_next(&d, &e));
    assert_true(d.skipping);
    assert_true(rsp_decoder_in_packet(&d));
    rsp_decoder_feed(&d, "aaaa#", 5);
    assert_false(rsp_decoder_next(&d, &e));
    rsp_decoder_feed(&d, "0", 1);
    assert_false(rsp_decoder_next(&d, &e));
    rsp_decoder_feed(&d, "0", 1);
    assert_true(rsp_decoder_next(&d, &e));
    assert_int_equal(e.kind, RSP_OVERSIZE);
    assert_int_equal(e.length, 0);
    assert_false(rsp_decoder_next(&d, &e));
    assert_false(rsp_decoder_in_packet(&d));
    rsp_decoder_free(&d);
}

/* One that is too long may be cut by the next packet, which is not swallowed. */
static void test_oversize_that_is_torn(void **state)
{
    (void)state;
    BASE_FREE char *got = decode_exact("$0123456789012345678901234$OK#9a", 32, 8, false);
    assert_string_equal(got, " O P:OK");
    BASE_FREE char *empty = decode_exact("$0123456789012345678901234#00#$OK#9a", 36, 8, false);
    assert_string_equal(empty, " O S:# P:OK");
}

/* What was begun before is forgotten, whatever it was. */
static void test_reset(void **state)
{
    (void)state;
    static const char *const begun[] = {
        "$abc", "text", "$0123456789012345678901234567890123456789", "$OK#9a$ab", "a$OK#9a$abcdef#0",
        "\n%ab"};
    for (size_t i = 0; i < ARRAY_LENGTH(begun); i++) {
        struct rsp_decoder d;
        struct rsp_event e;
        rsp_decoder_init(&d, 8);
        rsp_decoder_feed(&d, begun[i], strlen(begun[i]));
        while (rsp_decoder_next(&d, &e))
            ;
        rsp_decoder_reset(&d);
        assert_false(rsp_decoder_in_packet(&d));
        rsp_decoder_feed(&d, "+$OK#9a", 7);
        assert_true(rsp_decoder_next(&d, &e));
        assert_int_equal(e.kind, RSP_ACK);
        assert_true(rsp_decoder_next(&d, &e));
        assert_int_equal(e.kind, RSP_PACKET);
        assert_string_equal(e.data, "OK");
        assert_false(rsp_decoder_next(&d, &e));
        rsp_decoder_free(&d);
    }
}

static void test_in_packet(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool in;
    } begun[] = {{"", false},  {"$", true},       {"%S", true},    {"%", true},
                 {"+", false}, {"$OK#9a", false}, {"$OK#9", true}, {"text", false}};
    for (size_t i = 0; i < ARRAY_LENGTH(begun); i++) {
        struct rsp_decoder d;
        struct rsp_event e;
        rsp_decoder_init(&d, 100);
        rsp_decoder_feed(&d, begun[i].bytes, strlen(begun[i].bytes));
        while (rsp_decoder_next(&d, &e))
            ;
        assert_int_equal(rsp_decoder_in_packet(&d), begun[i].in);
        rsp_decoder_free(&d);
    }
}

/* What was taken leaves the buffer: it does not grow with the number of packets, nor is it moved for each. */
static void test_memory_is_given_back(void **state)
{
    (void)state;
    struct rsp_decoder d;
    struct rsp_event e;
    rsp_decoder_init(&d, 1000);
    rsp_decoder_feed(&d, "$O", 2);
    for (int i = 0; i < 100000; i++) {
        rsp_decoder_feed(&d, "K#9a$O", 6);
        assert_true(rsp_decoder_next(&d, &e));
        assert_string_equal(e.data, "OK");
        assert_false(rsp_decoder_next(&d, &e));
    }
    assert_true(d.input.capacity < 1000);
    rsp_decoder_free(&d);
    assert_int_equal(d.limit, 1000);
}

/* -- encoding -------------------------------------------------------------------------------------- */

static void test_encode(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    rsp_encode(&b, "OK", 2);
    rsp_encode(&b, NULL, 0);
    assert_string_equal(b.data, "$OK#9a$#00");
    buf_clear(&b);
    rsp_encode_as(&b, '%', "a*", 2);
    assert_memory_equal(b.data, "%a}\x0a#", 5);
}

static void test_run_length_avoids_framing(void **state)
{
    (void)state;
    for (size_t n = 1; n < 300; n++) {
        char payload[300];
        memset(payload, 'r', n);
        BASE_BUF struct buf b = {0};
        rsp_encode_run_length(&b, payload, n);
        for (size_t i = 1; i + 3 < b.length; i++)
            assert_null(strchr("#$+-", b.data[i]));
        if (n >= 4)
            assert_true(b.length < n + 4);
        BASE_FREE char *back = decode_in_pieces(b.data, b.length, NULL, 0, 1000);
        assert_int_equal(strlen(back), n + 3);
    }
}

static void test_random_round_trips(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    for (int round = 0; round < 2000; round++) {
        char payload[400];
        size_t n = (size_t)rand_r(&seed) % sizeof payload;
        /* few different bytes, so that runs and escapes are frequent */
        for (size_t i = 0; i < n; i++)
            payload[i] = "$#}*+-%\0\x03"
                         "aab00000]\n"[(unsigned)rand_r(&seed) % 19];
        BASE_BUF struct buf b = {0};
        if (round % 2)
            rsp_encode_run_length(&b, payload, n);
        else
            rsp_encode(&b, payload, n);
        struct rsp_decoder d;
        rsp_decoder_init(&d, sizeof payload);
        struct rsp_event e;
        size_t cut = (size_t)rand_r(&seed) % b.length;
        rsp_decoder_feed(&d, b.data, cut);
        assert_false(rsp_decoder_next(&d, &e));
        rsp_decoder_feed(&d, b.data + cut, b.length - cut);
        assert_true(rsp_decoder_next(&d, &e));
        assert_int_equal(e.kind, RSP_PACKET);
        assert_int_equal(e.length, n);
        assert_memory_equal(e.data, payload, n);
        assert_false(rsp_decoder_next(&d, &e));
        rsp_decoder_free(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets_at_every_split),
        cmocka_unit_test(test_run_length),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_bad_checksum),
        cmocka_unit_test(test_torn),
        cmocka_unit_test(test_stray_text),
        cmocka_unit_test(test_stray_text_is_given_at_once),
        cmocka_unit_test(test_plain_loses_nothing),
        cmocka_unit_test(test_plain_prompt),
        cmocka_unit_test(test_oversize),
        cmocka_unit_test(test_endless_packet_is_bounded),
        cmocka_unit_test(test_keep_raw),
        cmocka_unit_test(test_plain_words),
        cmocka_unit_test(test_percent_signs),
        cmocka_unit_test(test_acks_and_lines),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_oversize_that_is_torn),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_in_packet),
        cmocka_unit_test(test_memory_is_given_back),
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_run_length_avoids_framing),
        cmocka_unit_test(test_random_round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
