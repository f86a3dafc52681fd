/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The index as an image: the same bytes from any number of threads, readable only when nothing about it or
 * its program has changed.
 */
#include "test_symbols_support.h"

#include "symbols/index/index_cache.h"
#include "symbols/index/index_internal.h"

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_program();
    write_file(
        "deep.cc",
        "namespace deep { struct thing { int x; void f(); enum class e { a, b }; };\n"
        "__attribute__((weak)) void thing::f() { x++; } template <class T> T twice(T t) { return t + t; } }\n"
        "int deep_user(int a) { deep::thing t{a}; t.f(); return deep::twice(t.x); }\n");
    free(run("for i in 1 2 3 4 5 6 7 8; do sed s/deep_user/user$i/ deep.cc > d$i.cc; "
             "g++ -g -O1 -fPIC -c d$i.cc; done && gcc -g -O2 -fPIC -c main.c area.c && "
             "g++ -shared -Wl,--build-id=0x12345678 -o many d*.o main.o area.o && "
             "g++ -shared -Wl,--build-id=0x12345678 -o fewer d1.o d2.o main.o area.o"));
    return 0;
}

static uint8_t *build(struct symbol_file *f, unsigned threads, size_t *size)
{
    uint64_t damaged;
    struct index_job_input in = index_input(dwarf_of(f), threads);
    uint8_t *image = index_job_finish(index_job_start(&in), size, &damaged);
    assert_non_null(image);
    assert_true(damaged == UINT64_MAX);
    return image;
}

static void test_any_number_of_threads(void **state)
{
    (void)state;
    struct symbol_file *f = open_file("many");
    size_t size, other;
    BASE_FREE uint8_t *image = build(f, 0, &size);
    for (unsigned threads = 1; threads <= INDEX_THREADS; threads++) {
        for (int round = 0; round < 8; round++) {
            BASE_FREE uint8_t *again = build(f, threads, &other);
            assert_int_equal(other, size);
            assert_memory_equal(again, image, size);
        }
    }
    symbol_file_close(f);
}

static bool opens(const uint8_t *bytes, size_t size, uint64_t binding)
{
    struct image m;
    const char *why;
    return image_open(bytes, size, binding, &m, &why);
}

static void test_changed_images(void **state)
{
    (void)state;
    struct symbol_file *f = open_file("many"), *twin = open_file("fewer");
    uint64_t binding = index_binding(dwarf_of(f));
    size_t size;
    BASE_FREE uint8_t *image = build(f, 0, &size);
    assert_true(opens(image, size, binding));
    assert_string_equal(symbol_file_build_id(f), symbol_file_build_id(twin));
    assert_false(opens(image, size, index_binding(dwarf_of(twin))));
    for (size_t n = 0; n < size; n += 7)
        assert_false(opens(image, n, binding));
    for (size_t i = 0; i < size; i++) {
        image[i] ^= 0x40;
        assert_false(opens(image, size, binding));
        image[i] ^= 0x40;
    }
    struct image_header *h = (struct image_header *)image;
    h->version++;
    assert_false(opens(image, size, binding));
    symbol_file_close(f);
    symbol_file_close(twin);
}

/* An image whose checksum fits, and that lies about everything else. */
static void test_lying_images(void **state)
{
    (void)state;
    seed_random();
    struct symbol_file *f = open_file("many");
    size_t size;
    BASE_FREE uint8_t *image = build(f, 0, &size);
    BASE_FREE uint8_t *broken = xmalloc(size);
    for (int round = 0; round < 3000; round++) {
        struct dwarf_index x = {.dwarf = dwarf_of(f)};
        const char *why;
        memcpy(broken, image, size);
        for (int k = 0; k < 4; k++)
            broken[offsetof(struct image_header, size) +
                   random_below(size - offsetof(struct image_header, size))] = (uint8_t)random_below(256);
        image_header_finish(broken, size, 1);
        if (!image_open(broken, size, 1, &x.image, &why))
            continue;
        struct index_search s = index_search_begin(&x, "deep::thing::f");
        struct index_entry e;
        BASE_BUF struct buf text = {0};
        for (int n = 0; n < 1000 && index_search_next(&s, &e); n++)
            index_qualified(&x, &e, &text);
    }
    symbol_file_close(f);
}

static char *in_cache(const char *name)
{
    BASE_FREE char *folder = xasprintf("%s/cache", scratch);
    assert_int_equal(setenv("XDG_CACHE_HOME", folder, 1), 0);
    return index_cache_path(name);
}

static void test_cancelled_job(void **state)
{
    (void)state;
    struct symbol_file *f = open_file("many");
    for (int i = 0; i < 20; i++) {
        struct index_job_input in = index_input(dwarf_of(f), 2);
        struct index_job *job = index_job_start(&in);
        size_t size, done, total;
        uint64_t damaged;
        index_job_cancel(job);
        index_job_poll(job, &done, &total);
        assert_true(done <= total);
        free(index_job_finish(job, &size, &damaged)); /* there, or NULL: it may have been faster */
    }
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

/* Large enough to be waited for, and to be kept on disk. */
static void test_large(void **state)
{
    (void)state;
    free(run("{ seq 40000 | sed 's/.*/struct s& { int a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t; };/'; "
             "echo 'int main(void) { return 0; }'; } >large.c && "
             "gcc -g -O0 -fno-eliminate-unused-debug-types -Wl,--build-id -o large large.c"));
    BASE_FREE char *large = xasprintf("%s/large", scratch);
    free(in_cache("x"));
    struct symbol_file *f = NULL;
    struct asked asked = {.answer = false};
    assert_null(symbol_file_open(large, &f));
    BASE_FREE char *path = index_cache_path(symbol_file_build_id(f));
    unlink(path);
    f->progress = ask;
    f->progress_context = &asked;
    const struct dwarf_index *x = dwarf_index_of(dwarf_of(f));
    /* A fast machine is done before it asks, or before it hears the answer. */
    assert_true(asked.times == 1 || (x && asked.times == 0));
    asked = (struct asked){.answer = true};
    x = dwarf_index_of(dwarf_of(f));
    assert_non_null(x);
    BASE_FREE uint8_t *built = xmemdup(x->bytes, x->image.size);
    size_t size = x->image.size, cached;
    symbol_file_close(f);
    BASE_FREE uint8_t *on_disk = index_cache_load(path, &cached);
    assert_non_null(on_disk);
    assert_int_equal(cached, size);
    assert_memory_equal(on_disk, built, size);
    /* Damaged on disk: built again, and mended. */
    on_disk[size / 2] ^= 1;
    index_cache_store(path, on_disk, size, INDEX_CACHE_LIMIT);
    assert_null(symbol_file_open(large, &f));
    x = dwarf_index_of(dwarf_of(f));
    assert_non_null(x);
    assert_memory_equal(x->bytes, built, size);
    symbol_file_close(f);
    BASE_FREE uint8_t *mended = index_cache_load(path, &cached);
    assert_memory_equal(mended, built, size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_number_of_threads),
        cmocka_unit_test(test_changed_images),
        cmocka_unit_test(test_lying_images),
        cmocka_unit_test(test_cancelled_job),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
