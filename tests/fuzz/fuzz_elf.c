/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libFuzzer entry: any bytes as an ELF file, with every question the map answers asked about it.
 * Nothing may crash, hang, or need memory out of proportion to the file.
 *
 * With FUZZ_BESIDE=FOLDER/NAME the bytes are the file NAME beside FOLDER/program, which is opened: a .dwo, a
 * .dwp, a dwz file (tests/fuzz/seeds.sh makes such folders). The folder should be in memory.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "symbols/jumps.h"
#include "symbols/scoped.h"
#include "symbols/variable.h"

enum { QUESTIONS = 24 };

static struct error *answer(void *context, uint64_t *ret)
{
    (void)context;
    *ret = 0x1000;
    return NULL;
}

static struct error *answer_register(void *context, unsigned number, uint64_t *ret)
{
    (void)number;
    return answer(context, ret);
}

static struct error *answer_memory(void *context, uint64_t address, void *bytes, size_t n)
{
    (void)context;
    memset(bytes, (int)(address & 0xff), n);
    return NULL;
}

static void ask_expression(const struct dwarf_expression *e)
{
    static const struct dwarf_callbacks callbacks = {
        .read_register = answer_register, .read_memory = answer_memory, .frame_base = answer, .cfa = answer};
    struct dwarf_location location;
    error_free(dwarf_evaluate(e, &callbacks, &location));
}

/* What classes of C++ have besides members. */
static void ask_class(struct symbol_map *m, struct type *t)
{
    const struct type_static *shared;
    const struct type_method *methods;
    struct variable v;
    uint64_t address;
    size_t count = type_statics(t, &shared);
    for (size_t i = 0; i < count && i < QUESTIONS; i++)
        symbols_static_member(m, t, &shared[i], UINT64_MAX, &v);
    count = type_methods(t, &methods);
    for (size_t i = 0; i < count && i < QUESTIONS; i++) {
        symbols_method(m, t, &methods[i], &address);
        symbols_method_name(t, &methods[i]);
    }
    type_containing(t);
}

static void ask_type(struct symbol_map *m, struct type *t)
{
    BASE_BUF struct buf text = {0};
    const struct type_member *members;
    struct dwarf_expression e;
    type_to_c(t, true, &text);
    size_t count = type_members(t, &members);
    for (size_t i = 0; i < count && i < QUESTIONS; i++) {
        uint64_t bytes;
        unsigned bits;
        type_member_storage(&members[i], &bytes, &bits);
        if (symbols_member_location(m, t, &members[i], &e))
            ask_expression(&e);
    }
    ask_class(m, t);
}

static void ask_scoped(struct symbol_map *m, uint64_t address)
{
    static const char *const names[] = {"deep::x",        "used",         "list",
                                        "One::Two::kept", "::shop::list", "vec<int>"};
    struct scoped_name n;
    for (size_t i = 0; i < 2 * ARRAY_LENGTH(names); i++)
        if (symbols_scoped(m, names[i / 2], address, i % 2, &n)) {
            if (n.type)
                ask_type(m, n.type);
            scoped_name_free(&n);
        }
}

static void ask_variables(struct symbol_map *m, uint64_t address, unsigned level)
{
    struct variable *list;
    size_t count;
    struct dwarf_expression e;
    symbols_variables_at(m, address, level, &list, &count);
    for (size_t i = 0; i < count && i < QUESTIONS; i++) {
        free(type_declaration(list[i].type, list[i].name));
        ask_type(m, list[i].type);
        if (list[i].where == VARIABLE_LOCATION)
            ask_expression(&list[i].expression);
    }
    free(list);
    if (symbols_frame_base(m, address, &e))
        ask_expression(&e);
    struct call_site_value site;
    if (symbols_call_site_value(m, address, UINT64_MAX, &(struct call_site_key){.dwarf_register = 5}, &site))
        ask_expression(&site.value);
    struct type *t = symbols_function_type(m, address, level);
    if (t)
        free(type_name(t));
}

static void ask_address(struct symbol_map *m, uint64_t address)
{
    ask_variables(m, address, 0);
    ask_variables(m, address, 1);
    struct symbol_place place;
    struct address_range range;
    struct cfi_row row;
    symbols_lookup(m, address, &place);
    symbols_line_range(m, address, &range);
    symbols_is_statement(m, address);
    symbols_unwind_row(m, address, &row);
    ask_scoped(m, address);
}

static void free_list(char **list)
{
    for (size_t i = 0; list[i]; i++)
        free(list[i]);
    free(list);
}

static void ask_name(struct symbol_map *m, const char *name)
{
    struct symbol_match *matches;
    size_t count;
    symbols_find_name(m, name, &matches, &count);
    free(matches);
    free(symbols_near(m, name));
    struct variable v;
    if (symbols_find_variable(m, name, UINT64_MAX, &v))
        ask_type(m, v.type);
}

static void ask_types(struct symbol_map *m)
{
    static const char *const names[] = {"struct node", "struct pair", "int",
                                        "word_t",      "enum color",  "unsigned"};
    struct type *t;
    int64_t value;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if ((t = symbols_find_type(m, names[i], UINT64_MAX)))
            ask_type(m, t);
    if (symbols_find_enumerator(m, "GREEN", &t, &value))
        ask_type(m, t);
    free(symbols_near_type(m, "nod"));
}

static void ask_all(struct symbol_file *f, struct symbol_map *m)
{
    const struct symbol_section *sections;
    const struct elf_symbol *symbols;
    size_t section_count = symbol_file_sections(f, &sections);
    for (size_t i = 0; i < section_count && i < QUESTIONS; i++) {
        char bytes[64];
        symbol_file_read(f, sections[i].address, bytes, sizeof bytes);
        if (!sections[i].executable)
            continue;
        for (uint64_t k = 0; k < QUESTIONS; k++)
            ask_address(m, sections[i].address + sections[i].size * k / QUESTIONS);
    }
    size_t symbol_count = symbol_file_symbols(f, &symbols);
    for (size_t i = 0; i < symbol_count && i < QUESTIONS; i++) {
        ask_address(m, symbols[i].value);
        BASE_FREE char *name = xstrndup(symbols[i].name, 200);
        ask_name(m, name);
    }
    ask_name(m, "main");
    ask_name(m, "no such name");
    ask_types(m);
    struct symbol_match *matches;
    size_t count;
    BASE_ERROR struct error *err = symbols_find_line(m, "t.c", 6, &matches, &count);
    if (!err)
        free(matches);
    free_list(symbols_complete(m, "m", 10));
    free_list(symbols_complete_files(m, "", 10));
    struct symbol_jump *jumps;
    symbol_file_jumps(f, &jumps);
    symbol_file_complaint(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void open_and_ask(const char *path)
{
    struct symbol_file *f;
    BASE_ERROR struct error *err = symbol_file_open(path, &f);
    if (err)
        return;
    struct symbol_map *m = symbol_map_create();
    static const struct section_address places[] = {{".text", 0x10000}, {".data", 0x40000}};
    struct error *unplaced = symbol_map_add_sections(m, f, places, ARRAY_LENGTH(places));
    if (unplaced)
        symbol_map_add(m, f, 0);
    error_free(unplaced);
    ask_all(f, m);
    symbol_map_free(m);
}

static void write_all(int fd, const uint8_t *data, size_t size)
{
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *beside = getenv("FUZZ_BESIDE");
    const char *slash = beside ? strrchr(beside, '/') : NULL;
    int fd = slash ? open(beside, O_WRONLY | O_CREAT | O_TRUNC, 0600) : memfd_create("fuzz", MFD_CLOEXEC);
    write_all(fd, data, size);
    BASE_FREE char *path =
        slash ? xasprintf("%.*s/program", (int)(slash - beside), beside) : xasprintf("/proc/self/fd/%d", fd);
    open_and_ask(path);
    close(fd);
    return 0;
}
