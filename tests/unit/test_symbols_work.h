/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program with variables of many kinds, built by both compilers, for tests of symbols/variable.h. Its lines
 * are counted on.
 */
#ifndef ALLSTOP_TEST_SYMBOLS_WORK_H
#define ALLSTOP_TEST_SYMBOLS_WORK_H

#include "test_symbols_support.h"

#include "symbols/variable.h"

static const char source[] =
    "#include <stdlib.h>\n"
    "enum kind { NONE, SOME = 7 };\n"
    "struct pair { int a; long b; };\n"
    "int global = 42; static long hidden = 1234567890123; extern int elsewhere; static short unused_ = 3;\n"
    "__attribute__((noinline)) void touch(void *p) { __asm__ volatile(\"\" : : \"r\"(p) : \"memory\"); }\n"
    "static inline __attribute__((always_inline)) int square(int base_of)\n"
    "{\n"
    "    int squared = base_of * base_of;\n"
    "    touch(&global);\n"
    "    return squared + global;\n"
    "}\n"
    "__attribute__((noinline)) long work(int n, char c, unsigned short s, long l, struct pair p, int *ptr,\n"
    "                                    enum kind k, _Bool yesno)\n"
    "{\n"
    "    static int calls = 5;\n"
    "    long sum = n + c + s;\n"
    "    calls++;\n"
    "    for (int i = 0; i < 2; i++) {\n"
    "        int inner_part = (int)sum * 2 + i;\n"
    "        unsigned char tiny_part = (unsigned char)inner_part;\n"
    "        touch(ptr);\n" /* line 21 */
    "        sum += inner_part + tiny_part + p.a + p.b + *ptr;\n"
    "    }\n"
    "    sum += square((int)sum & 15) + k + yesno + l;\n"
    "    touch(ptr);\n" /* line 25 */
    "    return sum + hidden + elsewhere + unused_ + calls;\n"
    "}\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "    int local_one = 17;\n"
    "    struct pair p = {3, 4};\n"
    "    long r = work(argc + 2, 'x', 65535, -5, p, &local_one, SOME, 1);\n"
    "    (void)argv;\n"
    "    return (int)r & 1;\n"
    "}\n";

struct variant {
    const char *name, *compile;
};

static const struct variant variants[] = {
    {"gcc-O0", "gcc -g -O0"},     {"gcc-O2", "gcc -g -O2"},     {"gcc-O1-4", "gcc -gdwarf-4 -O1"},
    {"clang-O0", "clang -g -O0"}, {"clang-O2", "clang -g -O2"}, {"clang-O1-4", "clang -gdwarf-4 -O1"},
};

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_file("work.c", source);
    write_file("other.c",
               "int elsewhere = 99;\nstatic int hidden = 5;\nint use(void) { return hidden++; }\n");
    for (size_t i = 0; i < ARRAY_LENGTH(variants); i++)
        free(run("%s -no-pie work.c other.c -o %s", variants[i].compile, variants[i].name));
    free(run("gcc -g -O0 -fPIE -pie work.c other.c -o pie"));
    return 0;
}

static const struct variable *find(const struct variable *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

#endif
