/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of keys: no key twice in a context, every one in the help, every command known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/command.h"
#include "ui/help.h"
#include "ui/keys.h"
#include "ui/pane.h"

static size_t gather(const struct pane_class *pane, const struct key_binding **all, size_t room)
{
    const struct key_binding *tables[] = {pane->keys, pane_is_typed_at(pane->id) ? NULL : keys_panes(),
                                          keys_global()};
    size_t count = 0;
    for (size_t t = 0; t < ARRAY_LENGTH(tables); t++)
        for (const struct key_binding *k = tables[t]; k && k->key; k++) {
            assert_true(count < room);
            all[count++] = k;
        }
    return count;
}

static void test_no_key_twice(void **state)
{
    (void)state;
    for (int i = 0; i < PANE_COUNT; i++) {
        const struct key_binding *all[256];
        size_t count = gather(pane_classes[i], all, ARRAY_LENGTH(all));
        for (size_t a = 0; a < count; a++)
            for (size_t b = 0; b < a; b++)
                if (all[a]->key == all[b]->key)
                    fail_msg("%s: key %#x is bound to \"%s\" and \"%s\"", pane_classes[i]->name, all[a]->key,
                             all[a]->about, all[b]->about);
    }
}

/* Where one types letters are text: only keys that no one types. */
static void test_text_is_left_alone(void **state)
{
    (void)state;
    static const enum pane_id typed_at[] = {PANE_CONSOLE, PANE_TERMINAL};
    for (size_t p = 0; p < ARRAY_LENGTH(typed_at); p++) {
        const struct key_binding *all[256];
        size_t count = gather(pane_classes[typed_at[p]], all, ARRAY_LENGTH(all));
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++)
            assert_true(all[i]->key < ' ' || all[i]->key & (KEY_PAD | KEY_ALT));
    }
}

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at++)
        if ((at == text || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

static bool help_tells(const struct help *h, const struct key_binding *k)
{
    BASE_BUF struct buf name = {0};
    key_spell(k->key, &name);
    for (size_t i = 0; i < h->count; i++) {
        const char *text = buf_text(&h->rows[i].text);
        if (has_word(text, buf_text(&name)) && strstr(text, k->about))
            return true;
    }
    return false;
}

static const struct command fake_commands[] = {
    {.name = "continue", .group = "run", .aliases = "c fg", .usage = "[TIMES]", .about = "run on"},
    {.name = "thread", .group = "threads", .usage = "ID", .about = "look at another thread"},
};
static const struct command *const fake_table[] = {&fake_commands[0], &fake_commands[1]};

static void test_help_tells_all(void **state)
{
    (void)state;
    for (int i = 0; i < PANE_COUNT; i++) {
        struct help h = {0};
        const struct key_binding *all[256];
        size_t count = gather(pane_classes[i], all, ARRAY_LENGTH(all)), found = 0;
        help_build(&h, pane_classes[i], fake_table, ARRAY_LENGTH(fake_table));
        for (size_t k = 0; k < count; k++)
            if (!help_tells(&h, all[k]))
                fail_msg("the help of %s lacks \"%s\"", pane_classes[i]->name, all[k]->about);
        for (size_t r = 0; r < h.count; r++)
            for (size_t c = 0; c < ARRAY_LENGTH(fake_commands); c++)
                found += has_word(buf_text(&h.rows[r].text), fake_commands[c].name) &&
                         strstr(buf_text(&h.rows[r].text), fake_commands[c].about);
        assert_int_equal(found, ARRAY_LENGTH(fake_commands));
        help_free(&h);
    }
}

static void test_help_scrolls(void **state)
{
    (void)state;
    struct help h = {0};
    help_build(&h, pane_classes[PANE_SOURCE], fake_table, ARRAY_LENGTH(fake_table));
    assert_true(h.open && h.count > 20);
    help_key(&h, KEY_OF(KEY_UP), 10);
    assert_int_equal(h.top, 0);
    help_key(&h, KEY_OF(KEY_NPAGE), 10);
    assert_int_equal(h.top, 9);
    help_key(&h, KEY_OF(KEY_END), 10);
    help_key(&h, KEY_OF(KEY_DOWN), 10);
    assert_int_equal(h.top, h.count - 10);
    help_key(&h, KEY_OF(KEY_PPAGE), 1000); /* taller than the text */
    assert_int_equal(h.top, 0);
    help_key(&h, KEY_ESCAPE, 10);
    assert_false(h.open);
    help_free(&h);
}

static void check_name(unsigned key, const char *name)
{
    BASE_BUF struct buf b = {0};
    key_spell(key, &b);
    assert_string_equal(buf_text(&b), name);
}

static void test_names(void **state)
{
    (void)state;
    check_name(KEY_FUNCTION(5), "F5");
    check_name(KEY_SHIFT_FUNCTION(11), "Shift-F11");
    check_name(KEY_ALT_FUNCTION(10), "Alt-F10");
    check_name(KEY_CTRL('c'), "Ctrl-C");
    check_name('\t', "Tab");
    check_name(KEY_ALT | '/', "Alt-/");
    check_name(':', ":");
    check_name(0xe9, "é");
    assert_int_equal(key_normal('\n'), KEY_RETURN);
    assert_int_equal(key_normal(KEY_OF(KEY_BACKSPACE)), KEY_RUBOUT);
    assert_int_equal(key_normal(KEY_FUNCTION(53)), KEY_ALT_FUNCTION(5)); /* as xterm numbers Alt-F5 */
    assert_int_equal(key_normal(KEY_FUNCTION(23)), KEY_SHIFT_FUNCTION(11));
}

/* A key may not name a command that the engine does not have; going back in time comes with the targets that
 * can. */
static void test_commands_exist(void **state)
{
    (void)state;
    const struct key_binding *all[256];
    size_t count = gather(pane_classes[PANE_SOURCE], all, ARRAY_LENGTH(all)), runs = 0;
    const struct key_binding *f5 = keys_find(keys_global(), KEY_FUNCTION(5));
    const struct key_binding *f10 = keys_find(keys_global(), KEY_FUNCTION(10));
    const struct key_binding *f12 = keys_find(keys_global(), KEY_FUNCTION(12));
    assert_true(f5 && f10 && f12);
    for (size_t i = 0; i < count; i++) {
        bool runs_target = all[i]->run == f5->run || all[i]->run == f10->run || all[i]->run == f12->run;
        if (!runs_target || strncmp(all[i]->argument, "reverse-", 8) == 0)
            continue;
        const struct command *c = command_find(all[i]->argument);
        if (!c || !(c->flags & COMMAND_RUNS))
            fail_msg("\"%s\" is no command that runs the target", all[i]->argument);
        runs++;
    }
    assert_true(runs >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_key_twice),   cmocka_unit_test(test_text_is_left_alone),
        cmocka_unit_test(test_help_tells_all), cmocka_unit_test(test_help_scrolls),
        cmocka_unit_test(test_names),          cmocka_unit_test(test_commands_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
