/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file's index: when it is built, by whom, when it comes from disk and goes there; over programs of an
 * exact size, written in the assembler. */
#include "test_symbols_support.h"

#include <unistd.h>

#include "symbols/index/index_cache.h"
#include "symbols/file_internal.h"
#include "symbols/index/index_internal.h"

enum { MEGABYTE = 1 << 20 };

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    BASE_FREE char *cache = xasprintf("%s/cache", scratch);
    return setenv("XDG_CACHE_HOME", cache, 1);
}

/* A program of `units` units, the last filled up until .debug_info has `size` bytes: with one value, or with
 * so many DIEs. Each has a type, "unit0" …; `broken` units have a DIE without abbreviation in front of it. */
struct shape {
    const char *name;
    unsigned units, broken, odd; /* odd: this many more, of a version nobody knows */
    size_t size;
    bool dies;
    const char *strings, *build_id;
};

static struct symbol_file *make(const struct shape *s)
{
    BASE_BUF struct buf b = {0};
    buf_add_text(&b, ".section .debug_abbrev,\"\",@progbits\n"
                     ".byte 1,0x11,1,0x13,0xb,0,0\n" /* language */
                     ".byte 2,0x24,0,3,8,0,0\n"      /* base type: a name in place */
                     ".byte 3,5,0,0xb,6,0,0\n"       /* parameter: a block */
                     ".byte 4,5,0,0,0\n"             /* parameter: nothing */
                     ".byte 5,0x24,0,3,0xe,0,0\n"    /* base type: a name in .debug_str */
                     ".byte 0\n.section .debug_info,\"\",@progbits\n");
    size_t total = 0;
    for (unsigned i = 0; i < s->units + s->odd; i++) {
        bool odd = i >= s->units;
        size_t length = 8 + 2 + 7 + 1 + (s->strings ? 10 : 0) + 1; /* without the 4 that say so */
        bool last = i + 1 == s->units + s->odd;
        size_t fill = last && s->size > total + 4 + length ? s->size - total - 4 - length : 0;
        buf_printf(&b, ".long %zu\n.short %d\n.long 0\n.byte 8\n.byte 1,1\n%s.byte 2\n.asciz \"unit%u\"\n",
                   length + fill - 1, odd ? 99 : 4, i < s->broken ? ".byte 77\n" : ".byte 4\n", i);
        if (s->strings)
            buf_add_text(&b, ".byte 5\n.long 0\n.byte 5\n.long 5\n");
        if (fill && s->dies)
            buf_printf(&b, ".fill %zu,1,4\n", fill);
        else if (fill)
            buf_printf(&b, ".byte 3\n.long %zu\n.zero %zu\n", fill - 5, fill - 5);
        buf_add_text(&b, ".byte 0\n");
        total += 4 + length - 1 + fill;
    }
    if (s->strings)
        buf_printf(&b, ".section .debug_str,\"\",@progbits\n.ascii \"%s\"\n", s->strings);
    buf_add_text(&b, ".text\n.globl code\ncode: nop\n.section .note.GNU-stack,\"\",@progbits\n");
    BASE_FREE char *source = xasprintf("%s.s", s->name);
    write_file(source, buf_text(&b));
    free(run("gcc -shared -nostdlib -Wl,--build-id=%s %s -o %s", s->build_id ? s->build_id : "none", source,
             s->name));
    return open_file(s->name);
}

static size_t info_size(struct symbol_file *f)
{
    return dwarf_section(dwarf_of(f), DWARF_INFO)->size;
}

/* A shape's program of exactly this size. */
static struct symbol_file *sized(const char *name, size_t size, const char *build_id)
{
    struct symbol_file *f =
        make(&(struct shape){.name = name, .units = 2, .size = size + 1, .build_id = build_id});
    assert_int_equal(info_size(f), size);
    return f;
}

static bool cached(const char *build_id)
{
    size_t size;
    BASE_FREE char *path = index_cache_path(build_id);
    BASE_FREE uint8_t *bytes = index_cache_load(path, &size);
    return bytes != NULL;
}

static bool has(const struct dwarf_index *x, const char *name)
{
    struct index_search s = index_search_begin(x, name);
    struct index_entry e;
    return index_search_next(&s, &e);
}

/* Below eight megabytes an index is had at once and not kept; from there on it is built when it must be. */
static void test_sizes(void **state)
{
    (void)state;
    struct symbol_file *f = sized("tiny", 1000, "0xaaaaaaaa");
    assert_null(dwarf_index_loaded(dwarf_of(f)));
    const struct dwarf_index *x = dwarf_index_if_there(dwarf_of(f));
    assert_true(has(x, "unit0") && has(x, "unit1"));
    assert_false(has(x, "unit2"));
    assert_ptr_equal(dwarf_index_loaded(dwarf_of(f)), x);
    assert_ptr_equal(dwarf_index_of(dwarf_of(f)), x);
    symbol_file_close(f);
    assert_false(cached("aaaaaaaa"));

    f = sized("small", 8 * MEGABYTE - 1, "0xbbbbbbbb");
    x = dwarf_index_if_there(dwarf_of(f));
    assert_true(has(x, "unit1"));
    symbol_file_close(f);
    assert_false(cached("bbbbbbbb"));

    f = sized("large", 8 * MEGABYTE, "0xcccccccc");
    assert_null(dwarf_index_if_there(dwarf_of(f)));
    assert_null(dwarf_index_loaded(dwarf_of(f)));
    assert_null(dwarf_of(f)->index->job);
    assert_false(cached("cccccccc"));
    x = dwarf_index_of(dwarf_of(f));
    assert_true(has(x, "unit1"));
    assert_ptr_equal(dwarf_index_if_there(dwarf_of(f)), x);
    symbol_file_close(f);
    assert_true(cached("cccccccc"));
    f = open_file("large"); /* now it is on disk */
    size_t done, total;
    assert_int_equal(dwarf_index_poll(dwarf_of(f), &done, &total), INDEX_NONE);
    x = dwarf_index_if_there(dwarf_of(f));
    assert_true(has(x, "unit1"));
    assert_null(dwarf_of(f)->index->job);
    symbol_file_close(f);
    f = open_file("large");
    assert_non_null(dwarf_index_loaded(dwarf_of(f)));
    symbol_file_close(f);
    f = open_file("large");
    dwarf_index_start(dwarf_of(f)); /* nothing to start */
    assert_null(dwarf_of(f)->index->job);
    assert_int_equal(dwarf_index_poll(dwarf_of(f), &done, &total), INDEX_READY);
    symbol_file_close(f);
}

/* Without a build id there is no place on disk; of a program in several files it says too little. */
static void test_not_kept(void **state)
{
    (void)state;
    struct symbol_file *f = sized("nameless", 8 * MEGABYTE, NULL);
    assert_null(symbol_file_build_id(f));
    assert_non_null(dwarf_index_of(dwarf_of(f)));
    symbol_file_close(f);
    f = sized("several", 8 * MEGABYTE, "0xdddddddd");
    dwarf_of(f)->other_count = 1; /* as if there were a .dwo */
    const struct dwarf_index *x = dwarf_index_of(dwarf_of(f));
    assert_true(has(x, "unit0"));
    dwarf_of(f)->other_count = 0;
    BASE_FREE char *path = index_cache_path("dddddddd");
    assert_false(cached("dddddddd"));
    index_cache_store(path, x->bytes, x->image.size, INDEX_CACHE_LIMIT);
    symbol_file_close(f);
    f = open_file("several");
    dwarf_of(f)->other_count = 1;
    assert_null(dwarf_index_loaded(dwarf_of(f)));
    dwarf_of(f)->other_count = 0;
    assert_non_null(dwarf_index_loaded(dwarf_of(f)));
    symbol_file_close(f);
}

/* The disk is asked once, and an index of another program is not believed. */
static void test_disk_asked_once(void **state)
{
    (void)state;
    struct symbol_file *f = sized("first", 8 * MEGABYTE, "0xeeeeeeee"),
                       *g = sized("second", 8 * MEGABYTE + 8, "0xeeeeeeee");
    assert_null(dwarf_index_loaded(dwarf_of(f)));
    const struct dwarf_index *x = dwarf_index_of(dwarf_of(g));
    assert_true(cached("eeeeeeee"));
    BASE_FREE char *path = index_cache_path("eeeeeeee");
    assert_null(dwarf_index_loaded(dwarf_of(f)));
    index_cache_store(path, x->bytes, x->image.size, INDEX_CACHE_LIMIT);
    struct symbol_file *again = open_file("first");
    assert_null(dwarf_index_loaded(dwarf_of(again))); /* of the second */
    x = dwarf_index_of(dwarf_of(again));
    assert_non_null(x);
    assert_null(dwarf_index_loaded(dwarf_of(f))); /* of the first, but it was asked for already */
    symbol_file_close(f);
    symbol_file_close(g);
    symbol_file_close(again);
}

/* On the asking thread it is ready at once; on others it is building, then ready. */
static void test_states(void **state)
{
    (void)state;
    static const size_t sizes[] = {1000, MEGABYTE - 1, MEGABYTE, 7 * MEGABYTE};
    for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
        size_t done = 9, total = 9, before;
        struct symbol_file *f = sized("states", sizes[i], NULL);
        struct dwarf *d = dwarf_of(f);
        assert_int_equal(dwarf_index_poll(d, &done, &total), INDEX_NONE);
        assert_int_equal(done, 2);
        assert_int_equal(total, 2);
        dwarf_index_cancel(d); /* nothing to cancel */
        assert_int_equal(dwarf_index_poll(d, &done, &total), INDEX_NONE);
        dwarf_index_start(d);
        struct index_job *job = d->index->job;
        assert_non_null(job);
        dwarf_index_start(d); /* once */
        assert_ptr_equal(d->index->job, job);
        if (sizes[i] < MEGABYTE)
            assert_true(index_job_poll(job, &done, &total));
        enum index_state state_now;
        for (before = 0; (state_now = dwarf_index_poll(d, &done, &total)) == INDEX_BUILDING; before = done) {
            assert_true(done >= before && done <= total);
            assert_int_equal(total, 2);
            index_job_wait(job, 1000000);
        }
        assert_int_equal(state_now, INDEX_READY);
        assert_int_equal(done, 2);
        assert_int_equal(total, 2);
        assert_null(d->index->job);
        dwarf_index_start(d);
        assert_null(d->index->job);
        symbol_file_close(f);
    }
    dwarf_index_free(NULL);
}

static void test_damage_is_said(void **state)
{
    (void)state;
    struct symbol_file *f = make(&(struct shape){.name = "broken", .units = 3, .broken = 1, .odd = 1});
    const struct dwarf_index *x = dwarf_index_of(dwarf_of(f));
    assert_false(has(x, "unit0"));
    assert_true(has(x, "unit1") && has(x, "unit2"));
    assert_false(has(x, "unit3")); /* of an unknown version */
    assert_non_null(strstr(symbol_file_complaint(f), "the DIEs of the unit at 0x0 are damaged"));
    symbol_file_close(f);
    f = make(&(struct shape){.name = "whole", .units = 3});
    assert_true(has(dwarf_index_of(dwarf_of(f)), "unit2"));
    assert_null(symbol_file_complaint(f));
    symbol_file_close(f);
}

/* .debug_str up to its last NUL. */
static void test_strings(void **state)
{
    (void)state;
    static const struct {
        const char *strings;
        bool first, second;
    } rows[] = {{"alfa\\0beta\\0", true, true}, {"alfa\\0beta", true, false}, {"alfa", false, false}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct symbol_file *f =
            make(&(struct shape){.name = "strings", .units = 1, .strings = rows[i].strings});
        const struct dwarf_index *x = dwarf_index_of(dwarf_of(f));
        assert_int_equal(has(x, "alfa"), rows[i].first);
        assert_int_equal(has(x, "beta"), rows[i].second);
        assert_true(has(x, "unit0"));
        assert_int_equal(x->image.text_size, sizeof "unit0"); /* what stands in .debug_str is not copied */
        symbol_file_close(f);
    }
}

/* Units of several kinds in one program: one whose DIEs stand in a .dwo that is not there, one whose
 * abbreviations are outside, one of DWARF 5 with names in .debug_line_str. */
static void test_kinds_of_units(void **state)
{
    (void)state;
    write_file("kinds.s",
               ".section .debug_abbrev,\"\",@progbits\n"
               ".byte 1,0x11,1,0x13,0xb,0,0\n"
               ".byte 2,0x24,0,3,8,0,0\n"
               ".byte 3,0x11,1,0x76,8,0,0\n"                    /* DW_AT_dwo_name */
               ".byte 4,0x24,0,3,0x1f,0,0\n"                    /* DW_FORM_line_strp */
               ".byte 5,0x11,1\n.uleb128 0x2130\n.byte 8,0,0\n" /* DW_AT_GNU_dwo_name */
               ".byte 0\n"
               ".section .debug_line_str,\"\",@progbits\n.asciz \"other\"\n.asciz \"lined\"\n"
               ".section .debug_addr,\"\",@progbits\n.quad 0\n"
               ".section .debug_info,\"\",@progbits\n"
               ".long 2f-1f\n1: .short 4\n.long 9999\n.byte 8\n.byte 1,1,2\n.asciz \"outside\"\n.byte 0\n2:\n"
               ".long 2f-1f\n1: .short 5\n.byte 1,8\n.long 0\n.byte 1,1,4\n.long 6\n.byte 0\n2:\n"
               ".long 2f-1f\n1: .short 5\n.byte 4,8\n.long 0\n.quad 77\n.byte 3\n.asciz \"gone.dwo\"\n"
               ".byte 2\n.asciz \"skeletal\"\n.byte 0\n2:\n"
               ".long 2f-1f\n1: .short 4\n.long 0\n.byte 8\n.byte 5\n.asciz \"gone.dwo\"\n"
               ".byte 2\n.asciz \"skeletal4\"\n.byte 0\n2:\n"
               ".long 2f-1f\n1: .short 4\n.long 0\n.byte 8\n.byte 1,1,2\n.asciz \"last\"\n.byte 0\n2:\n"
               ".text\n.globl code\ncode: nop\n.section .note.GNU-stack,\"\",@progbits\n");
    free(run("gcc -shared -nostdlib kinds.s -o kinds"));
    struct symbol_file *f = open_file("kinds");
    struct index_job_input in = index_input(dwarf_of(f), 3);
    assert_int_equal(dwarf_of(f)->unit_count, 5);
    assert_int_equal(in.unit_count, 2);
    assert_int_equal(in.threads, 3);
    assert_int_equal(in.units[0].unit, 1);
    assert_int_equal(in.units[1].unit, 4);
    assert_ptr_equal(in.mapped, dwarf_of(f)->image->map);
    assert_ptr_equal(in.mapped_end, in.mapped + dwarf_of(f)->image->size);
    free(in.units);
    free(in.ranges);
    const struct dwarf_index *x = dwarf_index_of(dwarf_of(f));
    assert_true(has(x, "lined") && has(x, "last"));
    assert_false(has(x, "outside") || has(x, "skeletal") || has(x, "skeletal4") || has(x, "other"));
    symbol_file_close(f);
}

/* Everything an image depends on binds it. */
static void test_binding(void **state)
{
    (void)state;
    struct symbol_file *f = make(&(struct shape){
        .name = "bound", .units = 2, .size = 500, .strings = "alfa\\0beta\\0", .build_id = "0xabcdabcd"});
    struct dwarf *d = dwarf_of(f);
    uint64_t binding = index_binding(d), seen[16] = {binding};
    size_t n = 1;
    static const enum dwarf_section_id sections[] = {DWARF_INFO, DWARF_ABBREV,      DWARF_STR,
                                                     DWARF_LINE, DWARF_STR_OFFSETS, DWARF_RNGLISTS};
    for (size_t i = 0; i < ARRAY_LENGTH(sections); i++) {
        struct dwarf_section *s = (struct dwarf_section *)(uintptr_t)dwarf_section(d, sections[i]);
        s->size++;
        seen[n++] = index_binding(d);
        s->size--;
    }
    d->image->size++;
    seen[n++] = index_binding(d);
    d->image->size--;
    d->image->machine++;
    seen[n++] = index_binding(d);
    d->image->machine--;
    d->unit_count++;
    seen[n++] = index_binding(d);
    d->unit_count--;
    f->build_id[0] ^= 1;
    seen[n++] = index_binding(d);
    f->build_id[0] ^= 1;
    char *id = f->build_id;
    f->build_id = NULL;
    seen[n++] = index_binding(d);
    d->image->size++;
    seen[n++] = index_binding(d);
    d->image->size--;
    f->build_id = id;
    assert_true(index_binding(d) == binding);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(seen[i] != seen[k]);
    symbol_file_close(f);
}

struct asked {
    size_t times, done, total;
    bool answer;
};

static bool ask(void *context, size_t done, size_t total)
{
    struct asked *a = context;
    assert_true(done >= a->done && done <= total);
    *a = (struct asked){.times = a->times + 1, .done = done, .total = total, .answer = a->answer};
    return a->answer;
}

/* Long enough to be asked about on most machines; one that is done before it asks has its index. */
static void test_progress(void **state)
{
    (void)state;
    struct shape shape = {.name = "long", .units = 2, .size = 40 * MEGABYTE, .dies = true};
    struct symbol_file *f = make(&shape);
    struct dwarf *d = dwarf_of(f);
    struct asked asked = {.answer = false};
    f->progress = ask;
    f->progress_context = &asked;
    const struct dwarf_index *x = dwarf_index_of(d);
    assert_true(asked.times == 1 || (x && asked.times == 0));
    assert_null(d->index->job);
    if (asked.times)
        assert_int_equal(asked.total, 2);
    asked = (struct asked){.answer = true};
    x = dwarf_index_of(d);
    assert_true(has(x, "unit0") && has(x, "unit1"));
    symbol_file_close(f);
    f = open_file("long");
    d = dwarf_of(f);
    size_t done, total;
    dwarf_index_start(d);
    assert_null(dwarf_index_if_there(d) && d->index->job ? d : NULL); /* while it is built, it is not there */
    dwarf_index_cancel(d);
    assert_null(d->index->job);
    assert_int_not_equal(dwarf_index_poll(d, &done, &total), INDEX_BUILDING);
    x = dwarf_index_of(d); /* nobody to ask */
    assert_true(has(x, "unit1"));
    symbol_file_close(f);
    f = open_file("long");
    dwarf_index_start(dwarf_of(f));
    symbol_file_close(f); /* ends the job */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),          cmocka_unit_test(test_not_kept),
        cmocka_unit_test(test_states),         cmocka_unit_test(test_disk_asked_once),
        cmocka_unit_test(test_strings),        cmocka_unit_test(test_damage_is_said),
        cmocka_unit_test(test_kinds_of_units), cmocka_unit_test(test_binding),
        cmocka_unit_test(test_progress),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
