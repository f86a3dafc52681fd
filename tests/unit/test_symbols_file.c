/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/file.h: opening, refusing, sections, bytes, symbols, separate debug files; damaged files.
 */
#include "test_symbols_support.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { CORRUPTIONS = 150, TRUNCATIONS = 60 };

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_program();
    free(run("gcc -g -O0 main.c area.c -o good"));
    return 0;
}

static void refuse(const char *path, enum error_code code, const char *word)
{
    struct symbol_file *f = NULL;
    struct error *e = symbol_file_open(path, &f);
    if (!e)
        fail_msg("%s was opened", path);
    assert_int_equal(e->code, code);
    if (!strstr(e->message, word))
        fail_msg("\"%s\" does not say \"%s\"", e->message, word);
    assert_null(f);
    error_free(e);
}

static void refuse_named(const char *name, enum error_code code, const char *word)
{
    BASE_FREE char *path = xasprintf("%s/%s", scratch, name);
    refuse(path, code, word);
}

static void test_unreadable(void **state)
{
    (void)state;
    refuse_named("nowhere", ERR_NO_SOURCE, "No such file");
    refuse(scratch, ERR_NO_SOURCE, "directory");
    refuse_named("good/below", ERR_NO_SOURCE, "Not a directory");
    free(run("mkfifo pipe"));
    refuse_named("pipe", ERR_NO_SOURCE, "not a regular file");
}

static void test_not_elf(void **state)
{
    (void)state;
    write_file("empty", "");
    write_file("short", "\177ELF");
    write_file("text", "#!/bin/sh\necho this is longer than an ELF header, surely it is, at sixty-four\n");
    write_file("escape\033[2J", "");
    refuse_named("empty", ERR_USAGE, "empty");
    refuse_named("short", ERR_USAGE, "too short");
    refuse_named("text", ERR_USAGE, "not an ELF file");
    refuse_named("escape\033[2J", ERR_USAGE, "^[[2J");
}

static char *read_good(size_t *size)
{
    BASE_FREE char *path = xasprintf("%s/good", scratch);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *size = (size_t)ftell(f);
    rewind(f);
    char *bytes = xmalloc(*size);
    assert_int_equal(fread(bytes, 1, *size, f), *size);
    fclose(f);
    return bytes;
}

static char *write_bytes(const char *name, const char *bytes, size_t size)
{
    char *path = xasprintf("%s/%s", scratch, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
    return path;
}

/* The section headers stand at the end of the file: no shorter file is whole. */
static void test_truncated(void **state)
{
    (void)state;
    size_t size;
    BASE_FREE char *bytes = read_good(&size);
    seed_random();
    for (int i = 0; i < TRUNCATIONS; i++) {
        size_t length = i < 20 ? (size_t)i * 8 : (size_t)random_below(size);
        length = i == TRUNCATIONS - 1 ? size - 1 : length;
        BASE_FREE char *path = write_bytes("cut", bytes, length);
        refuse(path, ERR_USAGE, length < 16 ? "cannot use" : "truncated");
    }
}

static void ask(struct symbol_map *m)
{
    struct symbol_file *f = symbol_map_file(m, 0, NULL);
    const struct symbol_section *sections;
    size_t count = symbol_file_sections(f, &sections);
    for (size_t i = 0; i < count; i++) {
        for (uint64_t k = 0; k < 40 && sections[i].executable; k++) {
            struct symbol_place place;
            struct cfi_row row;
            struct address_range range;
            uint64_t address = sections[i].address + sections[i].size * k / 40;
            symbols_lookup(m, address, &place);
            symbols_line_range(m, address, &range);
            symbols_unwind_row(m, address, &row);
        }
    }
    struct symbol_match *matches;
    size_t n;
    symbols_find_name(m, "twice", &matches, &n);
    free(matches);
    struct error *e = symbols_find_line(m, "main.c", 14, &matches, &n);
    if (!e)
        free(matches);
    error_free(e);
}

/* One byte changed anywhere: any answer or error will do, a crash or a hang will not. */
static void test_corrupted(void **state)
{
    (void)state;
    size_t size;
    BASE_FREE char *good = read_good(&size);
    BASE_FREE char *bytes = xmalloc(size);
    seed_random();
    for (int i = 0; i < CORRUPTIONS; i++) {
        memcpy(bytes, good, size);
        size_t at = i % 3 == 0   ? random_below(64)
                    : i % 3 == 1 ? size - 1 - random_below(size / 3)
                                 : random_below(size);
        bytes[at] = (char)random_below(256);
        BASE_FREE char *path = write_bytes("bad", bytes, size);
        struct symbol_file *f;
        struct error *e = symbol_file_open(path, &f);
        if (e) {
            assert_true(e->code == ERR_USAGE);
            error_free(e);
            continue;
        }
        struct symbol_map *m = symbol_map_create();
        symbol_map_add(m, f, 0);
        ask(m);
        symbol_map_free(m);
    }
}

/* A damaged DWARF section is left out with a complaint; the symbols still answer. */
static void test_damaged_dwarf(void **state)
{
    (void)state;
    free(run("head -c 300 /dev/zero | tr '\\0' '\\377' > ff && cp good dented && "
             "objcopy --update-section .debug_info=ff dented"));
    struct symbol_map *m = open_map("dented", 0);
    struct symbol_match choose = find_one(m, "choose");
    assert_int_equal(choose.address, choose.entry);
    assert_int_equal(choose.line, 0);
    struct symbol_place place;
    assert_true(symbols_lookup(m, choose.entry, &place));
    assert_string_equal(place.function, "choose");
    assert_null(place.file);
    const char *complaint = symbol_file_complaint(symbol_map_file(m, 0, NULL));
    assert_non_null(complaint);
    assert_non_null(strstr(complaint, ".debug_info"));
    symbol_map_free(m);
}

static void test_facts(void **state)
{
    (void)state;
    struct symbol_file *f = open_file("good");
    assert_int_equal(symbol_file_machine(f), EM_X86_64);
    assert_int_equal(symbol_file_type(f), ET_DYN);
    assert_true(symbol_file_is_64(f));
    assert_false(symbol_file_is_big_endian(f));
    assert_true(symbol_file_has_dwarf(f));
    assert_true(symbol_file_has_interpreter(f));
    assert_null(symbol_file_complaint(f));
    assert_string_equal(symbol_file_debug_path(f), symbol_file_path(f));
    BASE_FREE char *id = run("readelf -n good | sed -n 's/.*Build ID: //p' | tr -d '\\n'");
    assert_string_equal(symbol_file_build_id(f), id);
    BASE_FREE char *entry = run("readelf -h good | sed -n 's/.*Entry point address: *//p'");
    assert_int_equal(symbol_file_entry(f), strtoull(entry, NULL, 0));
    symbol_file_close(f);
    symbol_file_close(NULL);
}

static void test_sections_and_bytes(void **state)
{
    (void)state;
    struct symbol_file *f = open_file("good");
    const struct symbol_section *sections, *bss = NULL, *text = NULL;
    size_t count = symbol_file_sections(f, &sections);
    for (size_t i = 0; i < count; i++) {
        assert_string_not_equal(sections[i].name, ".debug_info");
        if (strcmp(sections[i].name, ".bss") == 0)
            bss = &sections[i];
        if (strcmp(sections[i].name, ".text") == 0)
            text = &sections[i];
    }
    assert_non_null(bss);
    assert_non_null(text);
    assert_true(bss->writable && !bss->executable && !bss->has_bytes);
    assert_true(!text->writable && text->executable && text->has_bytes);

    unsigned char zeros[4] = {1, 1, 1, 1}, past[64];
    assert_int_equal(symbol_file_read(f, bss->address, zeros, 4), 4);
    assert_memory_equal(zeros, "\0\0\0\0", 4);
    assert_int_equal(symbol_file_read(f, bss->address + bss->size - 8, past, sizeof past), 8);
    assert_int_equal(symbol_file_read(f, 0xffffffffffffff00, past, sizeof past), 0);

    BASE_FREE unsigned char *ours = xmalloc(text->size);
    assert_int_equal(symbol_file_read(f, text->address, ours, text->size), text->size);
    free(run("objcopy -O binary --only-section=.text good text.bin"));
    BASE_FREE char *path = xasprintf("%s/text.bin", scratch);
    FILE *file = fopen(path, "rb");
    BASE_FREE unsigned char *theirs = xmalloc(text->size);
    assert_int_equal(fread(theirs, 1, text->size, file), text->size);
    fclose(file);
    assert_memory_equal(ours, theirs, text->size);
    symbol_file_close(f);
}

static void test_symbols_as_nm(void **state)
{
    (void)state;
    struct symbol_file *f = open_file("good");
    const struct elf_symbol *symbols;
    size_t count = symbol_file_symbols(f, &symbols), seen = 0;
    for (size_t i = 1; i < count; i++)
        assert_true(symbols[i - 1].value <= symbols[i].value);
    BASE_FREE char *nm = run("nm --defined-only good");
    char *save = NULL;
    for (char *line = strtok_r(nm, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char kind, name[200];
        unsigned long long value;
        assert_int_equal(sscanf(line, "%llx %c %199s", &value, &kind, name), 3);
        bool found = false;
        for (size_t i = 0; i < count && !found; i++)
            found = symbols[i].value == value && strcmp(symbols[i].name, name) == 0;
        if (!found)
            fail_msg("nm's %s at 0x%llx is missing", name, value);
        seen++;
    }
    assert_true(seen > 20);
    assert_int_equal(seen, count);
    symbol_file_close(f);
}

static void test_stripped(void **state)
{
    (void)state;
    free(run("strip -o bare good && gcc -shared -fPIC -O1 area.c -o libarea.so && strip libarea.so"));
    struct symbol_file *f = open_file("bare");
    assert_false(symbol_file_has_dwarf(f));
    assert_null(symbol_file_debug_path(f));
    symbol_file_close(f);
    /* .dynsym is left. */
    struct symbol_map *m = open_map("libarea.so", 0x7f0000000000);
    struct symbol_match area = find_one(m, "area");
    assert_true(area.address > 0x7f0000000000 && area.size > 0 && !area.data);
    assert_true(find_one(m, "total").data);
    symbol_map_free(m);
}

static void test_debug_link(void **state)
{
    (void)state;
    free(run("gcc -g -O0 -Wl,--build-id=none main.c area.c -o whole && mkdir -p .debug other && "
             "objcopy --only-keep-debug whole .debug/linked.debug && objcopy --strip-debug whole linked && "
             "cd .debug && objcopy --add-gnu-debuglink=linked.debug ../linked"));
    struct symbol_map *m = open_map("linked", 0);
    struct symbol_file *f = symbol_map_file(m, 0, NULL);
    assert_true(symbol_file_has_dwarf(f));
    assert_null(symbol_file_build_id(f));
    assert_non_null(strstr(symbol_file_debug_path(f), ".debug/linked.debug"));
    assert_int_equal(find_one(m, "choose").line, 14);
    symbol_map_free(m);

    /* The file it names is another one now: refused by its CRC, and said so. */
    free(run("printf x >> .debug/linked.debug"));
    f = open_file("linked");
    assert_false(symbol_file_has_dwarf(f));
    assert_non_null(strstr(symbol_file_complaint(f), "does not belong"));
    symbol_file_close(f);
}

static void test_relocatable(void **state)
{
    (void)state;
    free(run("gcc -g -O0 -ffunction-sections -c area.c && gcc -g -c -O0 -gz=zlib main.c"));
    struct symbol_map *m = open_map("area.o", 0x10000);
    assert_int_equal(symbol_file_type(symbol_map_file(m, 0, NULL)), ET_REL);
    struct symbol_match helper = find_one(m, "helper"), area = find_one(m, "area");
    assert_int_equal(helper.line, 6);
    assert_int_equal(area.line, 14);
    assert_true(helper.entry != area.entry);
    struct symbol_place place;
    assert_true(symbols_lookup(m, area.address, &place));
    assert_string_equal(place.function, "area");
    struct cfi_row row;
    assert_true(symbols_unwind_row(m, area.entry, &row));
    symbol_map_free(m);
    m = open_map("main.o", 0);
    assert_int_equal(find_one(m, "main").line, 27);
    symbol_map_free(m);
}

/* No section headers, as in firmware: segments stand in. */
static void test_no_sections(void **state)
{
    (void)state;
    size_t size;
    BASE_FREE char *bytes = read_good(&size);
    Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)bytes;
    header->e_shoff = 0;
    header->e_shnum = header->e_shstrndx = 0;
    BASE_FREE char *path = write_bytes("headless", bytes, size);
    struct symbol_file *f;
    struct error *e = symbol_file_open(path, &f);
    assert_null(e);
    const struct symbol_section *sections;
    assert_true(symbol_file_sections(f, &sections) >= 3);
    char magic[4];
    assert_int_equal(symbol_file_read(f, sections[0].address, magic, 4), 4);
    assert_memory_equal(magic, ELFMAG, 4);
    symbol_file_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unreadable),         cmocka_unit_test(test_not_elf),
        cmocka_unit_test(test_truncated),          cmocka_unit_test(test_corrupted),
        cmocka_unit_test(test_damaged_dwarf),      cmocka_unit_test(test_facts),
        cmocka_unit_test(test_sections_and_bytes), cmocka_unit_test(test_symbols_as_nm),
        cmocka_unit_test(test_stripped),           cmocka_unit_test(test_debug_link),
        cmocka_unit_test(test_relocatable),        cmocka_unit_test(test_no_sections),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
