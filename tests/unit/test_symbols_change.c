/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that change while they are open: cut short under the mapping, replaced, built anew.
 */
#include "test_symbols_support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/guard.h"
#include "symbols/index/index_internal.h"
#include "symbols/variable.h"

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_program();
    free(run("gcc -g -O1 area.c main.c -o good"));
    return 0;
}

/* Every kind of question; the answers do not matter. */
static void ask_everything(struct symbol_map *m)
{
    static const char *const names[] = {"main", "area", "choose", "helper", "total", "table"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct symbol_match *list;
        size_t count;
        struct variable v;
        symbols_find_name(m, names[i], &list, &count);
        for (size_t k = 0; k < count; k++) {
            struct symbol_place place;
            struct cfi_row row;
            struct variable *variables;
            size_t n;
            symbols_lookup(m, list[k].address, &place);
            symbols_unwind_row(m, list[k].address, &row);
            symbols_variables_at(m, list[k].address, 0, &variables, &n);
            free(variables);
        }
        free(list);
        symbols_find_variable(m, names[i], UINT64_MAX, &v);
    }
    symbols_find_type(m, "struct pair", UINT64_MAX);
    struct symbol_match *list;
    size_t count;
    struct error *e = symbols_find_line(m, "area.c", 14, &list, &count);
    if (!e)
        free(list);
    error_free(e);
    const struct symbol_section *sections;
    struct symbol_file *f = symbol_map_file(m, 0, NULL);
    size_t n = symbol_file_sections(f, &sections);
    for (size_t i = 0; i < n; i++) {
        char bytes[64];
        symbol_file_read(f, sections[i].address, bytes, sizeof bytes);
    }
}

/* Threads that read the names: they must not block the signal either. */
static void index_cut_short(long size)
{
    free(run("cp good cut"));
    BASE_FREE char *path = xasprintf("%s/cut", scratch);
    struct symbol_file *f = open_file("cut");
    struct index_job_input in = index_input(dwarf_of(f), 2);
    size_t got;
    uint64_t damaged;
    assert_int_equal(truncate(path, size), 0);
    free(index_job_finish(index_job_start(&in), &got, &damaged));
    assert_true(symbol_file_changed(f));
    symbol_file_close(f);
}

/* At every stage of having read some of it already. */
static void test_cut_short(void **state)
{
    (void)state;
    for (int asked = 0; asked < 3; asked++) {
        for (long size = 0; size <= 12288; size += 4096) {
            free(run("cp good cut"));
            struct symbol_map *m = open_map("cut", 0);
            if (asked > 0)
                free(symbols_near(m, "mian"));
            if (asked > 1)
                find_one(m, "area");
            BASE_FREE char *path = xasprintf("%s/cut", scratch);
            assert_int_equal(truncate(path, size), 0);
            ask_everything(m);
            const char *complaint = symbol_file_complaint(symbol_map_file(m, 0, NULL));
            assert_non_null(complaint);
            assert_non_null(strstr(complaint, "was cut short"));
            assert_true(symbol_file_changed(symbol_map_file(m, 0, NULL)));
            symbol_map_free(m);
        }
    }
    /* In this test too, as cmocka has a handler of its own from the second on. */
    for (long size = 0; size <= 8192; size += 4096)
        index_cut_short(size);
}

/* The old file stays the one that is asked until somebody refreshes. */
static void test_replaced(void **state)
{
    (void)state;
    free(run("cp good prog"));
    struct symbol_map *m = open_map("prog", 0x1000);
    struct symbol_match before = find_one(m, "area");
    assert_null(symbol_file_complaint(symbol_map_file(m, 0, NULL)));
    free(run("(echo; echo; cat area.c) > area2.c && gcc -g -O1 -I. area2.c main.c -o new && mv new prog"));
    assert_int_equal(find_one(m, "area").line, before.line);
    assert_non_null(strstr(symbol_file_complaint(symbol_map_file(m, 0, NULL)), "was replaced"));
    assert_int_equal(symbol_map_refresh(m), 1);
    assert_int_equal(find_one(m, "area").line, before.line + 2);
    assert_true(find_one(m, "area").address > 0x1000);
    assert_null(symbol_file_complaint(symbol_map_file(m, 0, NULL)));
    assert_int_equal(symbol_map_refresh(m), 0);
    /* No longer an ELF file, or no longer there: what is open stays. */
    free(run("echo nothing > prog.txt && mv prog.txt prog"));
    assert_int_equal(symbol_map_refresh(m), 0);
    assert_int_equal(find_one(m, "area").line, before.line + 2);
    free(run("rm prog"));
    assert_int_equal(symbol_map_refresh(m), 0);
    assert_null(symbol_file_complaint(symbol_map_file(m, 0, NULL)));
    symbol_map_free(m);
}

/* A module that was built anew is loaded where the old one was. */
static void test_module(void **state)
{
    (void)state;
    static const struct section_address places[] = {{".text", 0x400000}, {".data", 0x900000}};
    free(run("gcc -g -O1 -c area.c -o mod.ko"));
    struct symbol_map *m = symbol_map_create();
    struct error *e = symbol_map_add_sections(m, open_file("mod.ko"), places, 2);
    assert_null(e);
    assert_int_equal(find_one(m, "total").address, 0x900000);
    free(run(
        "(echo 'int earlier = 3;'; cat area.c) > area3.c && gcc -g -O1 -I. -c area3.c -o x && mv x mod.ko"));
    assert_int_equal(symbol_map_refresh(m), 1);
    assert_true(find_one(m, "total").address >= 0x900000 && find_one(m, "total").address < 0x900010);
    assert_int_equal(find_one(m, "area").entry >> 20, 4);
    symbol_map_free(m);
}

/* Ends by SIGBUS: a mapping that is not guarded is somebody's bug. */
static void read_unguarded(const char *path)
{
    int fd = open(path, O_RDWR);
    volatile const char *p = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
    if (fd < 0 || p == MAP_FAILED || ftruncate(fd, 0) != 0)
        _exit(3);
    _exit(p[5000]);
}

static void test_other_bus_errors(void **state)
{
    (void)state;
    free(run("cp good bus"));
    BASE_FREE char *path = xasprintf("%s/bus", scratch);
    pid_t child = fork();
    /* A process of its own, without the test library's handlers. */
    if (child == 0) {
        execl("/proc/self/exe", "bus", path, (char *)NULL);
        _exit(4);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

/* More than one chunk of mappings, taken and given back. */
static void test_guards(void **state)
{
    (void)state;
    enum { MANY = 700 };
    struct guard *guards[MANY];
    static char page[8192];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++) {
            guards[i] = guard_add(page, sizeof page);
            assert_non_null(guards[i]);
            assert_false(guard_was_hit(guards[i]));
        }
        for (int i = 0; i < MANY; i++)
            guard_remove(guards[i]);
    }
    assert_null(guard_add(NULL, 4096));
    assert_false(guard_mend(page));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        struct rlimit none = {0};
        signal(SIGBUS, SIG_DFL);
        setrlimit(RLIMIT_CORE, &none);
        guard_remove(guard_add(&none, sizeof none));
        read_unguarded(argv[1]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_short), cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_module),    cmocka_unit_test(test_other_bus_errors),
        cmocka_unit_test(test_guards),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
