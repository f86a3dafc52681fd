/* SPDX-License-Identifier: GPL-3.0-or-later */
/* symbols/elf/unpack.h: symbols that a stripped file carries packed, and what is wrong with them. */
#include "test_symbols_support.h"

#include <lzma.h>

#include "symbols/elf/unpack.h"
#include "symbols/limits.h"

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_file("m.c", "int counter;\n__attribute__((noinline)) int hidden(int a) { return a + counter; }\n"
                      "int main(int n, char **v) { (void)v; return hidden(n) + hidden(2); }\n");
    free(run(
        "gcc -O1 m.c -o full && objcopy --only-keep-debug full debug && "
        "objcopy -S --keep-symbol=hidden --keep-symbol=main debug mini && strip --strip-all full -o bare"));
    return 0;
}

/* A whole file, packed. */
static void pack(const char *from, const char *to)
{
    BASE_FREE char *source = xasprintf("%s/%s", scratch, from), *target = xasprintf("%s/%s", scratch, to);
    FILE *in = fopen(source, "rb"), *out = fopen(target, "wb");
    static unsigned char plain[1 << 20], packed[1 << 21];
    assert_non_null(in);
    assert_non_null(out);
    size_t n = fread(plain, 1, sizeof plain, in), at = 0;
    assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, plain, n, packed, &at, sizeof packed),
                     LZMA_OK);
    assert_int_equal(fwrite(packed, 1, at, out), at);
    fclose(in);
    fclose(out);
}

static bool knows(struct symbol_file *f, const char *name)
{
    const struct elf_symbol *list;
    bool found = false;
    for (size_t i = 0, n = symbol_file_symbols(f, &list); i < n; i++)
        found = found || strcmp(list[i].name, name) == 0;
    return found;
}

static void test_symbols_of_a_stripped_file(void **state)
{
    (void)state;
    struct symbol_file *bare = open_file("bare");
    assert_false(knows(bare, "hidden"));
    symbol_file_close(bare);
    pack("mini", "mini.xz");
    free(run("objcopy --add-section .gnu_debugdata=mini.xz bare packed"));
    struct symbol_file *f = open_file("packed");
    assert_true(knows(f, "hidden"));
    assert_true(knows(f, "main"));
    assert_null(symbol_file_complaint(f));
    symbol_file_close(f);
}

/* The rest of the file is as good as without it. */
static void is_left_out(const char *section, const char *why)
{
    free(run("objcopy --add-section .gnu_debugdata=%s bare damaged", section));
    struct symbol_file *f = open_file("damaged");
    assert_false(knows(f, "hidden"));
    if (!strstr(symbol_file_complaint(f), why))
        fail_msg("\"%s\" does not say \"%s\"", symbol_file_complaint(f), why);
    symbol_file_close(f);
}

static void test_damage(void **state)
{
    (void)state;
    pack("mini", "mini.xz");
    write_file("text", "this was never packed");
    is_left_out("text", "not packed by xz");
    free(run("head -c 200 mini.xz > cut.xz"));
    is_left_out("cut.xz", "cut short");
    free(run("cp mini.xz bent.xz && printf 'XX' | dd of=bent.xz bs=1 seek=100 conv=notrunc 2>/dev/null"));
    is_left_out("bent.xz", "damaged");
    pack("text", "text.xz");
    is_left_out("text.xz", "no ELF file");
    free(run("aarch64-linux-gnu-gcc -c m.c -o other"));
    pack("other", "other.xz");
    is_left_out("other.xz", "another machine");
}

static void test_bomb(void **state)
{
    (void)state;
    static unsigned char packed[1 << 20];
    size_t whole = (size_t)MINI_DEBUG_LIMIT + 1, at = 0;
    unsigned char *zeros = xcalloc(whole, 1);
    assert_int_equal(
        lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, zeros, whole, packed, &at, sizeof packed),
        LZMA_OK);
    free(zeros);
    BASE_BUF struct buf out = {0};
    assert_string_equal(unpack_xz(packed, at, MINI_DEBUG_LIMIT, &out), "it is too big once it is unpacked");
    assert_true(out.length <= MINI_DEBUG_LIMIT);
    assert_null(unpack_xz(packed, at, whole, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symbols_of_a_stripped_file),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_bomb),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
