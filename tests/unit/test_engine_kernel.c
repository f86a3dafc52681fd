/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of a Linux kernel, as far as its file alone tells: what is one, where fields are, files of
 * modules. */
#include "test_symbols_support.h"

#include "engine/session/session_private.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/layout.h"
#include "engine/control/kernel/module_events.h"
#include "engine/inspect/kernel/modules.h"
#include "engine/target/libraries.h"
#include "engine/commands/value_json.h"

static struct session *session;

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_file("kernel.c", "struct list_head { struct list_head *next, *prev; };\n"
                           "struct bits { unsigned char flags : 5, level : 3; };\n"
                           "struct module {\n"
                           "    int state;\n"
                           "    struct list_head list;\n"
                           "    char name[56];\n"
                           "    union { struct { long inner; struct bits bits; }; int other; };\n"
                           "    struct { void *base; unsigned size; } mem[7];\n"
                           "};\n"
                           "struct module *a_module(struct module *m) { return m; }\n"
                           "__attribute__((section(\"__ksymtab\"), used)) static const long symtab = 1;\n"
                           "__attribute__((section(\".data..percpu\"), used)) long counter;\n"
                           "const char linux_banner[] = \"Linux version 6.1.0-test (me@here) # 1\\n\";\n"
                           "struct module init_task;\n");
    write_file("program.c", "struct module { int state; };\n"
                            "struct module init_task;\n"
                            "const char linux_banner[] = \"no kernel\";\n"
                            "int main(void) { return init_task.state + linux_banner[0]; }\n");
    free(run("gcc -g -static -nostdlib -Wl,-e,a_module -o renamed kernel.c && gcc -g -o program program.c && "
             "gcc -g -static -nostdlib -Wl,-e,a_module -DX -o other kernel.c"));
    return 0;
}

static int begin(void **state)
{
    (void)state;
    struct session_options options = {.cancel_fd = -1};
    session = session_create(&options);
    return 0;
}

static int end(void **state)
{
    (void)state;
    session_destroy(session);
    return 0;
}

static void load(const char *file)
{
    BASE_FREE char *path = xasprintf("%s/%s", scratch, file);
    struct error *e = session_add_symbols(session, path);
    if (e)
        fail_msg("%s", e->message);
}

static void test_recognised(void **state)
{
    uint64_t at = 1;
    (void)state;
    assert_null(kernel_file(session->target, NULL));
    load("program");
    assert_null(kernel_file(session->target, NULL));
    assert_false(kernel_link_symbol(session->target, "init_task", &at));
    assert_int_equal(at, 0);
    load("renamed@+0x200000");
    assert_non_null(kernel_file(session->target, &at));
    assert_int_equal(at, 0x200000);
    uint64_t linked, there;
    assert_true(kernel_link_symbol(session->target, "init_task", &linked));
    assert_true(kernel_symbol(session->target, "init_task", &there));
    assert_int_equal(there - linked, 0x200000);
    assert_false(kernel_symbol(session->target, "no_such_symbol", &there));
}

static void test_told(void **state)
{
    (void)state;
    load("renamed@+0x200000");
    load("other");
    assert_true(symbol_map_told(session->target->map, 0));
    assert_false(symbol_map_told(session->target->map, 1));
    assert_false(symbol_map_told(session->target->map, 2));
}

static void field_is(const char *path, uint64_t offset, uint64_t size)
{
    struct kernel_field f;
    if (!kernel_field(session->target, "struct module", path, &f))
        fail_msg("%s is not found", path);
    assert_int_equal(f.offset, offset);
    assert_int_equal(f.size, size);
}

static void test_fields(void **state)
{
    static const char *const none[] = {
        "",      "no",      "list.no",  "state.next", "mem[7].base",
        "mem[0", "mem[0]x", "name[56]", "list[0]",    "mem[99999999999999999999].base",
        "."};
    struct kernel_field f;
    (void)state;
    load("renamed");
    field_is("state", 0, 4);
    field_is("list.next", 8, 8);
    field_is("list.prev", 16, 8);
    field_is("name", 24, 56);
    field_is("inner", 80, 8);
    field_is("other", 80, 4);
    field_is("mem[0].base", 96, 8);
    field_is("mem[6].size", 96 + 6 * 16 + 8, 4);
    for (size_t i = 1; i < ARRAY_LENGTH(none); i++)
        if (kernel_field(session->target, "struct module", none[i], &f))
            fail_msg("%s is found", none[i]);
    assert_false(kernel_field(session->target, "struct nothing", "state", &f));
    assert_int_equal(f.size, 0);
    assert_true(kernel_field(session->target, "struct module", "bits.level", &f));
    assert_int_equal(f.bit_offset, 5);
    assert_int_equal(f.bit_size, 3);
    assert_true(
        kernel_field_of(session->target, "struct module", &f, "core_layout.base", "mem[0].base", NULL));
    assert_false(
        kernel_field_of(session->target, "struct module", &f, "core_layout.base", "module_core", NULL));
    assert_int_equal(kernel_type_size(session->target, "struct list_head"), 16);
    assert_int_equal(kernel_type_size(session->target, "struct nothing"), 0);
}

static void found_is(const struct module_files *f, const char *name, size_t *from, const char *end)
{
    const char *path = module_files_find(f, name, from);
    if (!end) {
        assert_null(path);
        return;
    }
    assert_non_null(path);
    size_t n = strlen(path), m = strlen(end);
    assert_true(n >= m);
    assert_string_equal(path + n - m, end);
}

static void test_files(void **state)
{
    size_t from = 0;
    (void)state;
    free(run(
        "mkdir -p modules/deep && cd modules && touch deep/snd-hda.ko e1000.ko.xz e1000.ko.old a.ko.b.ko"));
    BASE_FREE char *folder = xasprintf("%s/modules", scratch);
    struct module_files *f = module_files_create();
    module_files_scan(f, folder);
    module_files_scan(f, "no-such-folder");
    found_is(f, "snd_hda", &from, "/deep/snd-hda.ko");
    found_is(f, "snd_hda", &from, NULL);
    from = 0;
    found_is(f, "e1000", &from, "/e1000.ko.xz");
    found_is(f, "e1000", &from, NULL);
    from = 0;
    found_is(f, "e100", &from, NULL);
    from = 0;
    found_is(f, "", &from, NULL);
    module_files_free(f);
    module_files_free(NULL);
}

static void value_is(const char *expression, const char *text)
{
    cJSON *result = NULL;
    struct error *e = evaluate_to_json(session->target, expression, 0, &result);
    if (e)
        fail_msg("%s: %s", expression, e->message);
    assert_string_equal(cJSON_GetObjectItem(result, "text")->valuestring, text);
    cJSON_Delete(result);
}

static void test_cpu(void **state)
{
    static const char *const wrong[] = {"$cpu(",     "$cpu()",    "$cpu(1)",  "$cpu(1,)",
                                        "$cpu(1 2)", "$cpu(1, 2", "$cpu(, 2)"};
    (void)state;
    load("renamed");
    value_is("$cpu(1, 2 + 3) * 2", "10");
    value_is("$cpu(-1, $cpu(2, 3))", "3");
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        cJSON *result = NULL;
        struct error *e = evaluate_to_json(session->target, wrong[i], 0, &result);
        if (!error_is(e, ERR_SYNTAX))
            fail_msg("%s: %s", wrong[i], e ? e->message : "no error");
        error_free(e);
    }
}

/* Nothing here may ask a target that there is not. */
static void test_no_target(void **state)
{
    const struct kernel_modules *modules;
    (void)state;
    load("renamed");
    BASE_ERROR struct error *e = modules_read(session->target, &modules);
    assert_true(error_is(e, ERR_NOT_CONNECTED));
    struct stop stop = {.has_pc = true, .pc = 0xffffffff81000000};
    assert_false(kernel_find_slide(session->target, &stop, true));
    module_events_follow(session->control);
    assert_false(libraries_ask(session->target));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_recognised, begin, end),
        cmocka_unit_test_setup_teardown(test_told, begin, end),
        cmocka_unit_test_setup_teardown(test_fields, begin, end),
        cmocka_unit_test_setup_teardown(test_files, begin, end),
        cmocka_unit_test_setup_teardown(test_cpu, begin, end),
        cmocka_unit_test_setup_teardown(test_no_target, begin, end),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
