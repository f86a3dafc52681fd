/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_rsp_support.h"

#include "rsp/features.h"

static void test_table_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        assert_non_null(rsp_feature_table[i].name);
        assert_non_null(rsp_feature_table[i].manual);
        assert_non_null(rsp_feature_table[i].about);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(rsp_feature_table[i].name, rsp_feature_table[k].name);
    }
}

static void test_offer(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    rsp_features_offer(&b);
    assert_memory_equal(b.data, "qSupported:", 11);
    /* gdbserver for x86 describes no registers without it, and leaves traps in forks without these */
    assert_non_null(strstr(b.data, "xmlRegisters=i386"));
    assert_non_null(strstr(b.data, "multiprocess+;"));
    assert_non_null(strstr(b.data, "fork-events+;vfork-events+;exec-events+"));
    assert_null(strstr(b.data, ";;"));
    assert_true(b.length < 250); /* QEMU reads 256 bytes at a time */
}

static void read_reply(struct rsp_features *f, const char *reply, uint64_t *size)
{
    *f = (struct rsp_features){0};
    rsp_features_read(f, reply, strlen(reply), size);
}

static void test_read(void **state)
{
    (void)state;
    struct rsp_features f;
    uint64_t size;
    read_reply(
        &f, "PacketSize=47ff;QStartNoAckMode+;qXfer:features:read+;swbreak-;hwbreak?;unknown+;multiprocess+",
        &size);
    assert_int_equal(size, 0x47ff);
    assert_true(rsp_feature_usable(&f, FEATURE_NO_ACK));
    assert_true(rsp_feature_usable(&f, FEATURE_XFER_FEATURES));
    assert_true(rsp_feature_usable(&f, FEATURE_MULTIPROCESS));
    assert_false(rsp_feature_usable(&f, FEATURE_SWBREAK));
    assert_int_equal(f.state[FEATURE_SWBREAK].advertised, TRI_NO);
    assert_int_equal(f.state[FEATURE_HWBREAK].advertised, TRI_UNKNOWN);
    assert_int_equal(f.state[FEATURE_REVERSE_STEP].advertised, TRI_NO);
    assert_false(rsp_feature_usable(&f, FEATURE_REVERSE_STEP));
    assert_string_equal(f.state[FEATURE_PACKET_SIZE].value, "47ff");
    /* what was seen counts more than what was told */
    f.state[FEATURE_NO_ACK].works = TRI_NO;
    assert_false(rsp_feature_usable(&f, FEATURE_NO_ACK));
    f.state[FEATURE_Z0].works = TRI_YES;
    assert_true(rsp_feature_usable(&f, FEATURE_Z0));
    rsp_features_free(&f);
}

static void test_garbage(void **state)
{
    (void)state;
    static const char *const replies[] = {"",
                                          ";",
                                          ";;;",
                                          "=",
                                          "+",
                                          "PacketSize",
                                          "PacketSize=",
                                          "PacketSize=zz",
                                          "PacketSize=;PacketSize=11111111111111111",
                                          "=x;+;-"};
    for (size_t i = 0; i < ARRAY_LENGTH(replies); i++) {
        struct rsp_features f;
        uint64_t size = 1;
        read_reply(&f, replies[i], &size);
        assert_int_equal(size, 0);
        rsp_features_free(&f);
    }
}

static void test_values_are_harmless(void **state)
{
    (void)state;
    struct rsp_features f;
    uint64_t size;
    read_reply(&f, "PacketSize=\x1b[2J", &size);
    assert_string_equal(f.state[FEATURE_PACKET_SIZE].value, "^[[2J");
    rsp_features_free(&f);
    BASE_BUF struct buf b = {0};
    buf_add_text(&b, "PacketSize=");
    for (int i = 0; i < 1000; i++)
        buf_add_text(&b, "\xc3\xa9");
    read_reply(&f, b.data, &size);
    const char *value = f.state[FEATURE_PACKET_SIZE].value;
    assert_true(strlen(value) <= 64);
    for (size_t i = 0; i < strlen(value);) {
        size_t n = text_utf8_length(value + i, strlen(value) - i);
        assert_true(n > 0);
        i += n;
    }
    rsp_features_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_whole),
        cmocka_unit_test(test_offer),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_values_are_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
