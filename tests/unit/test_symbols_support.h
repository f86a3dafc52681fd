/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests of symbols/ share: a scratch folder, compilers, and other people's tools as oracles.
 * Everything in here exits the test with a message when the machine lacks a tool it is told to use.
 */
#ifndef ALLSTOP_TESTS_UNIT_TEST_SYMBOLS_SUPPORT_H
#define ALLSTOP_TESTS_UNIT_TEST_SYMBOLS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/map.h"

#define UNUSED __attribute__((unused))

static char scratch[64];

UNUSED static int make_scratch(void **state)
{
    (void)state;
    snprintf(scratch, sizeof scratch, "/tmp/allstop-symbols-XXXXXX");
    return mkdtemp(scratch) ? 0 : -1;
}

UNUSED static int remove_scratch(void **state)
{
    (void)state;
    BASE_FREE char *command = xasprintf("rm -rf '%s'", scratch);
    return system(command);
}

/* What a shell command, run in the scratch folder, prints; fails the test when it fails. */
UNUSED __attribute__((format(printf, 1, 2))) static char *run(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    BASE_BUF struct buf command = {0};
    buf_printf(&command, "cd '%s' && { ", scratch);
    buf_vprintf(&command, format, args);
    buf_add_text(&command, "; }");
    va_end(args);
    FILE *pipe = popen(buf_text(&command), "r");
    assert_non_null(pipe);
    struct buf out = {0};
    char part[4096];
    size_t n;
    while ((n = fread(part, 1, sizeof part, pipe)) > 0)
        buf_add(&out, part, n);
    int status = pclose(pipe);
    if (status != 0)
        fail_msg("\"%s\" ended with status %d", buf_text(&command), status);
    return out.data ? buf_take(&out) : xstrdup("");
}

UNUSED static void write_file(const char *name, const char *text)
{
    BASE_FREE char *path = xasprintf("%s/%s", scratch, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

UNUSED static struct symbol_file *open_file(const char *name)
{
    BASE_FREE char *path = xasprintf("%s/%s", scratch, name);
    struct symbol_file *f = NULL;
    struct error *e = symbol_file_open(path, &f);
    if (e)
        fail_msg("%s", e->message);
    return f;
}

UNUSED static struct symbol_map *open_map(const char *name, uint64_t offset)
{
    struct symbol_map *m = symbol_map_create();
    symbol_map_add(m, open_file(name), offset);
    return m;
}

/* The one match of a name. */
UNUSED static struct symbol_match find_one(struct symbol_map *m, const char *name)
{
    struct symbol_match *list, one;
    size_t count;
    symbols_find_name(m, name, &list, &count);
    if (count != 1)
        fail_msg("%s: %zu matches instead of 1", name, count);
    one = list[0];
    free(list);
    return one;
}

/* A generator of our own, so that a printed seed says everything. */
static uint64_t random_state;

UNUSED static void seed_random(void)
{
    const char *given = getenv("ALLSTOP_SEED");
    random_state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) ^ (uint64_t)getpid() << 20;
    print_message("seed: ALLSTOP_SEED=%llu\n", (unsigned long long)random_state);
}

UNUSED static uint64_t random_below(uint64_t n)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (random_state >> 33) % n;
}

/* The debuggee most tests use: two files and a header, statics, inlines at two levels, a loop, a switch. */
UNUSED static void write_program(void)
{
    write_file("shape.h", "#ifndef SHAPE_H\n"
                          "#define SHAPE_H\n"
                          "extern int total;\n"
                          "int area(int w, int h);\n"
                          "static inline __attribute__((always_inline)) int twice(int x)\n"
                          "{\n"
                          "    return x * 2 + total;\n"
                          "}\n"
                          "static inline __attribute__((always_inline)) int fourfold(int x)\n"
                          "{\n"
                          "    int y = twice(x);\n"
                          "    return twice(y);\n"
                          "}\n"
                          "#endif\n");
    write_file("area.c", "#include \"shape.h\"\n"
                         "int total = 7;\n"
                         "static int table[16];\n"
                         "__attribute__((noinline)) static int helper(int n)\n"
                         "{\n"
                         "    int sum = 0;\n"
                         "    for (int i = 0; i < n; i++)\n"
                         "        sum += table[i & 15] + twice(i);\n"
                         "    return sum;\n"
                         "}\n"
                         "\n"
                         "int area(int w, int h)\n"
                         "{\n"
                         "    if (w < 0)\n"
                         "        return -1;\n"
                         "    table[w & 15] = h;\n"
                         "    return fourfold(w) * h + helper(h);\n"
                         "}\n");
    write_file("main.c", "#include <stdio.h>\n"
                         "#include \"shape.h\"\n"
                         "\n"
                         "__attribute__((noinline)) static int helper(const char *text)\n"
                         "{\n"
                         "    int n = 0;\n"
                         "    while (*text++)\n"
                         "        n++;\n"
                         "    return n;\n"
                         "}\n"
                         "\n"
                         "__attribute__((noinline)) int choose(int kind)\n"
                         "{\n"
                         "    switch (kind) {\n"
                         "    case 1:\n"
                         "        return area(1, 2);\n"
                         "    case 2:\n"
                         "        return fourfold(kind);\n"
                         "    default:\n"
                         "        return total++;\n"
                         "    }\n"
                         "}\n"
                         "\n"
                         "int main(int argc, char **argv)\n"
                         "{\n"
                         "    char line[100];\n"
                         "    snprintf(line, sizeof line, \"%d\", choose(argc));\n"
                         "    puts(line);\n"
                         "    return helper(argv[0]) > 3;\n"
                         "}\n");
}

#endif
