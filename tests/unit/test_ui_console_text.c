/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a target's console prints, as lines: what shells send to edit a line, and what must never reach a
 * terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "ui/console_text.h"

struct console {
    struct console_text text;
    struct scrollback log;
};

static void start(struct console *c)
{
    *c = (struct console){0};
    scrollback_init(&c->log);
}

static void end(struct console *c)
{
    console_text_free(&c->text);
    scrollback_free(&c->log);
}

static void add(struct console *c, const char *bytes)
{
    console_text_add(&c->text, &c->log, bytes, strlen(bytes));
}

static void check_lines(const struct console *c, const char *wanted)
{
    BASE_BUF struct buf got = {0};
    for (size_t i = 0; i < c->log.count; i++)
        buf_printf(&got, "%s%s", i ? "|" : "", scrollback_at(&c->log, i)->text);
    assert_string_equal(buf_text(&got), wanted);
}

/* The same bytes at once and one by one. */
static void check(const char *bytes, const char *wanted)
{
    struct console whole, pieces;
    start(&whole);
    start(&pieces);
    add(&whole, bytes);
    for (const char *s = bytes; *s; s++)
        console_text_add(&pieces.text, &pieces.log, s, 1);
    check_lines(&whole, wanted);
    if (!strpbrk(bytes, "\xc2\xc3\xe2")) /* a character in pieces is joined before it comes here */
        check_lines(&pieces, wanted);
    end(&whole);
    end(&pieces);
}

static void test_lines(void **state)
{
    (void)state;
    check("one\r\ntwo\r\n", "one|two");
    check("one\n\nthree", "one||three");
    check("10%\r20%\r100%\r\n", "100%");
    check("caf\xc3\xa9 \xe2\x9c\x93\r\n", "caf\xc3\xa9 \xe2\x9c\x93");
    check("a\tb", "a       b");
}

static void test_edited_line(void **state)
{
    (void)state;
    check("/ # lx\b \bs", "/ # ls");
    check("/ # abc\033[2D\033[JX", "/ # aX");
    check("abc\rX", "Xbc");
    check("abc\033[1GY\033[3GZ", "YbZ");
    check("\xc3\xa9x\b\b\bY", "Yx");
    check("\b\b\bq", "q");
    check("ab\033[9999C!", "ab!");
    check("\033[9999999999Dz", "z");
}

static void test_harmless(void **state)
{
    (void)state;
    check("\033[31mred\033[0m", "red");
    check("\033]0;title\007x\033]2;t\033\\y", "xy");
    check("\033(B\033cq", "Bq");
    check("a\001b\177", "a^Ab^?");
    check("\033Pdevice\033\\end\n", "end");
    check("\033[2J\033[Hhome", "home");
    check("\a\a", "");
    check("\xc2\x9bm", "\\xc2\\x9bm");          /* CSI as one character */
    check("\xe2\x80\xaex", "\\xe2\\x80\\xaex"); /* from right to left */
}

static void test_no_utf8(void **state)
{
    (void)state;
    struct console c;
    start(&c);
    add(&c, "\xff\xfe ok\n");
    const char *text = scrollback_at(&c.log, 0)->text;
    for (const char *s = text; *s; s++)
        assert_true((unsigned char)*s < 0x80);
    assert_non_null(strstr(text, " ok"));
    end(&c);
}

static void test_long_line(void **state)
{
    (void)state;
    struct console c;
    start(&c);
    for (int i = 0; i < 100000; i++)
        add(&c, "x");
    add(&c, "\033[99999G!");
    size_t total = 0;
    for (size_t i = 0; i < c.log.count; i++) {
        assert_true(scrollback_at(&c.log, i)->length <= SCROLLBACK_LINE);
        total += scrollback_at(&c.log, i)->length;
    }
    assert_true(total >= 100000 && total < 120000);
    assert_true(c.log.count < 40);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),   cmocka_unit_test(test_edited_line), cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_no_utf8), cmocka_unit_test(test_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
