/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that symbols/ says of a program, as text: the same code with its debug information kept in another way
 * must give the same text.
 */
#ifndef ALLSTOP_TESTS_UNIT_TEST_SYMBOLS_DESCRIBE_H
#define ALLSTOP_TESTS_UNIT_TEST_SYMBOLS_DESCRIBE_H

#include "test_symbols_support.h"

#include "symbols/variable.h"

static struct error *made_up_register(void *context, unsigned number, uint64_t *ret)
{
    (void)context;
    *ret = 0x1000 * (uint64_t)number;
    return NULL;
}

static struct error *made_up_memory(void *context, uint64_t address, void *bytes, size_t n)
{
    (void)context;
    memset(bytes, (int)(address & 0x7f), n);
    return NULL;
}

static struct error *made_up_number(void *context, uint64_t *ret)
{
    (void)context;
    *ret = 0x7fff0000;
    return NULL;
}

static struct error *made_up_entry(void *context, const struct dwarf_expression *e, uint64_t *ret)
{
    (void)context;
    *ret = 0x5000 + e->size;
    return NULL;
}

static void describe_place(const struct dwarf_expression *e, struct buf *out)
{
    static const struct dwarf_callbacks callbacks = {.read_register = made_up_register,
                                                     .read_memory = made_up_memory,
                                                     .frame_base = made_up_number,
                                                     .cfa = made_up_number,
                                                     .entry_value = made_up_entry};
    struct dwarf_location at = {0};
    struct error *err = dwarf_evaluate(e, &callbacks, &at);
    if (err)
        buf_printf(out, " (%s)", err->message);
    for (size_t i = 0; !err && i < at.count; i++) {
        const struct dwarf_piece *p = &at.pieces[i];
        buf_printf(out, " kind %d: 0x%llx %u 0x%llx %zu bits", p->kind, (unsigned long long)p->address,
                   p->reg, (unsigned long long)p->value, (size_t)p->bit_size);
        for (size_t k = 0; p->kind == PIECE_BYTES && k < p->size; k++)
            buf_printf(out, " %02x", p->bytes[k]);
    }
    error_free(err);
}

static void describe_variable(const struct variable *v, struct buf *out)
{
    BASE_FREE char *type = type_declaration(v->type, v->name);
    buf_printf(out, "  %s depth %u%s%s %s:%u where %d", type, v->depth, v->argument ? " argument" : "",
               v->external ? " external" : "", v->file ? v->file : "-", v->line, v->where);
    if (v->where == VARIABLE_LOCATION)
        describe_place(&v->expression, out);
    else if (v->where == VARIABLE_CONSTANT)
        buf_printf(out, " constant %lld", (long long)v->constant);
    buf_add_text(out, "\n");
}

static void describe_address(struct symbol_map *m, uint64_t at, struct buf *out)
{
    struct symbol_place p;
    if (!symbols_lookup(m, at, &p)) {
        buf_add_text(out, "nowhere\n");
        return;
    }
    buf_printf(out, "%s at %s:%u.%u\n", p.function ? p.function : "-", p.file ? p.file : "-", p.line,
               p.column);
    for (unsigned i = 0; i < p.inlined_count; i++)
        buf_printf(out, " in %s at %s:%u\n", p.inlined[i].function, p.inlined[i].file, p.inlined[i].line);
    for (unsigned level = 0; level <= p.inlined_count; level++) {
        struct variable *list;
        size_t count;
        if (!symbols_variables_at(m, at, level, &list, &count))
            continue;
        for (size_t i = 0; i < count; i++)
            describe_variable(&list[i], out);
        free(list);
    }
    struct dwarf_expression base;
    if (symbols_frame_base(m, at, &base))
        describe_place(&base, out);
    struct type *type = symbols_function_type(m, at, 0);
    BASE_FREE char *name = type ? type_name(type) : NULL;
    buf_printf(out, " %s\n", name ? name : "no type");
}

/* Every place in every function of these, as often as it changes. */
static void describe_functions(struct symbol_map *m, const char *const *functions, struct buf *out)
{
    for (; *functions; functions++) {
        struct symbol_match *list;
        size_t count;
        symbols_find_name(m, *functions, &list, &count);
        buf_printf(out, "%s: %zu\n", *functions, count);
        for (size_t i = 0; i < count; i++) {
            buf_printf(out, "%s 0x%llx %s:%u%s\n", list[i].function, (unsigned long long)list[i].address,
                       list[i].file ? list[i].file : "-", list[i].line, list[i].inlined ? " inlined" : "");
            BASE_BUF struct buf before = {0};
            for (uint64_t k = 0; !list[i].inlined && k < list[i].size; k++) {
                BASE_BUF struct buf now = {0};
                describe_address(m, list[i].entry + k, &now);
                if (strcmp(buf_text(&now), buf_text(&before)) != 0)
                    buf_printf(out, "+%llu %s", (unsigned long long)k, buf_text(&now));
                buf_clear(&before);
                buf_add_text(&before, buf_text(&now));
            }
        }
        free(list);
    }
}

static void describe_types(struct symbol_map *m, const char *const *types, struct buf *out)
{
    for (; *types; types++) {
        struct type *t = symbols_find_type(m, *types, UINT64_MAX);
        buf_printf(out, "%s = ", *types);
        if (t)
            type_to_c(t, true, out);
        buf_add_text(out, "\n");
    }
}

static void describe_globals(struct symbol_map *m, const char *const *names, struct buf *out)
{
    for (; *names; names++) {
        struct variable v;
        if (symbols_find_variable(m, *names, UINT64_MAX, &v))
            describe_variable(&v, out);
        else
            buf_printf(out, "no variable %s\n", *names);
    }
}

struct described {
    const char *const *functions, *const *types, *const *globals, *const *enumerators;
};

/* The text, malloc'd; `f` is opened in a map of its own. */
UNUSED static char *describe_program(const char *file, const struct described *what)
{
    struct symbol_map *m = open_map(file, 0x10000);
    struct buf out = {0};
    describe_functions(m, what->functions, &out);
    describe_types(m, what->types, &out);
    describe_globals(m, what->globals, &out);
    for (const char *const *e = what->enumerators; *e; e++) {
        struct type *type;
        int64_t value = -99;
        bool there = symbols_find_enumerator(m, *e, &type, &value);
        buf_printf(&out, "%s %d %lld\n", *e, there, (long long)value);
    }
    const char *complaint = symbol_file_complaint(symbol_map_file(m, 0, NULL));
    if (complaint)
        buf_printf(&out, "complaint: %s\n", complaint);
    symbol_map_free(m);
    return buf_take(&out);
}

/* Fails the test at the first line in which the texts differ. */
UNUSED static void assert_same_text(const char *what, const char *expected, const char *actual)
{
    for (unsigned line = 1; *expected || *actual; line++) {
        size_t n = strcspn(expected, "\n"), k = strcspn(actual, "\n");
        if (n != k || memcmp(expected, actual, n) != 0)
            fail_msg("%s, line %u: expected \"%.*s\", got \"%.*s\"", what, line, (int)n, expected, (int)k,
                     actual);
        expected += n + (expected[n] != 0);
        actual += k + (actual[k] != 0);
    }
}

#endif
