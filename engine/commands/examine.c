/* SPDX-License-Identifier: GPL-3.0-or-later */
/* disassemble, and gdb's x. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/limits.h"
#include "engine/inspect/convenience/convenience.h"
#include "engine/inspect/disassembly/disassembly.h"
#include "engine/inspect/location.h"
#include "engine/target/registers.h"

static cJSON *instruction_row(struct session *s, const struct instruction *i)
{
    cJSON *o = cJSON_CreateObject();
    json_add_address(o, "address", i->address);
    BASE_BUF struct buf hex = {0};
    hex_encode(&hex, i->bytes, i->size < sizeof i->bytes ? i->size : sizeof i->bytes);
    cJSON_AddStringToObject(o, "bytes", buf_text(&hex));
    cJSON_AddStringToObject(o, "text", i->text);
    struct symbol_place place;
    symbols_lookup(s->target->map, i->address, &place);
    if (place.function || place.symbol)
        cJSON_AddStringToObject(o, "function", place.function ? place.function : place.symbol);
    if (place.symbol)
        cJSON_AddNumberToObject(o, "offset", (double)place.offset);
    if (place.line)
        cJSON_AddNumberToObject(o, "line", place.line);
    return o;
}

/* What is said once of a processor whose code nothing here reads. */
static void add_missing(struct session *s, cJSON *o)
{
    const char *missing = disassembly_missing(s->target);
    if (missing)
        cJSON_AddStringToObject(o, "note", missing);
}

static struct error *list_instructions(struct session *s, uint64_t from, size_t count, uint64_t end,
                                       cJSON **ret)
{
    struct instruction *list = NULL;
    size_t got;
    TRY(disassemble(s->target, from, count, &list, &got));
    *ret = cJSON_CreateObject();
    cJSON *rows = cJSON_AddArrayToObject(*ret, "instructions");
    for (size_t i = 0; i < got && (end == 0 || list[i].address < end); i++)
        cJSON_AddItemToArray(rows, instruction_row(s, &list[i]));
    free(list);
    add_missing(s, *ret);
    uint64_t pc;
    struct thread *t = s->target->state == TARGET_STOPPED
                           ? threads_find(&s->target->threads, s->target->threads.current)
                           : NULL;
    struct error *e = t ? thread_pc(s->target, t, &pc) : NULL;
    if (t && !e)
        json_add_address(*ret, "pc", pc);
    error_free(e);
    return NULL;
}

static struct error *run_disassemble(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t count, at;
    TRY(arg_unsigned(args, "count", 0, &count));
    if (arg_given(args, "from")) {
        TRY(arg_address(s, args, "from", &at));
        return list_instructions(s, at, count ? (size_t)count : 10, 0, ret);
    }
    if (arg_given(args, "at")) {
        TRY(arg_address(s, args, "at", &at));
    } else {
        struct thread *t;
        TRY(threads_current(s->target, &t));
        TRY(thread_pc(s->target, t, &at));
    }
    struct symbol_place place;
    symbols_lookup(s->target->map, at, &place);
    if (count || !place.function_high || place.function_high - place.function_low > 1 << 16)
        return list_instructions(s, at, count ? (size_t)count : 10, 0, ret);
    return list_instructions(s, place.function_low, (size_t)(place.function_high - place.function_low),
                             place.function_high, ret);
}

static void disassemble_text(const cJSON *result, struct buf *out)
{
    const char *pc = json_text(result, "pc");
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "instructions")) {
        buf_add_text(out, strcmp(json_text(o, "address"), pc) == 0 ? "=> " : "   ");
        json_append(out, "", o, "address", "");
        json_append(out, " <+", o, "offset", ">");
        json_append(out, ":\t", o, "text", "\n");
    }
    json_append(out, "note: ", result, "note", "\n");
}

static const struct command_arg disassemble_args[] = {
    {"at", ARG_ADDRESS, false, NULL, "the function around this place (the pc)"},
    {"from", ARG_ADDRESS, false, NULL, "or from here on"},
    {"count", ARG_UNSIGNED, false, NULL, "how many instructions"},
    {0}};

const struct command command_disassemble = {
    .name = "disassemble",
    .group = "data",
    .aliases = "disas",
    .usage = "[PLACE]",
    .about = "machine code as text",
    .args = disassemble_args,
    .run = run_disassemble,
    .text = disassemble_text,
};

struct look {
    uint64_t count;
    unsigned unit;
    char format;
};

static struct error *read_look(struct session *s, const char *text, struct look *ret)
{
    *ret = (struct look){1, 4, 'x'};
    bool has_unit = false;
    while (isdigit((unsigned char)*text)) {
        char *end;
        ret->count = strtoull(text, &end, 10);
        text = end;
    }
    for (; *text; text++) {
        const char *units = "bhwg", *at = strchr(units, *text);
        if (at) {
            ret->unit = 1u << (at - units);
            has_unit = true;
        } else if (strchr("xduotacsiz", *text)) {
            ret->format = *text;
        } else {
            return error_hint(error_new(ERR_USAGE, "x: %c is no format letter", *text),
                              "x/COUNT FORMAT UNIT: x d u o t a c s i, b h w g");
        }
    }
    if (!has_unit && ret->format == 'c')
        ret->unit = 1;
    if (!has_unit && ret->format == 'a')
        ret->unit = s->target->arch ? s->target->arch->address_size : 8;
    if (ret->count == 0 || ret->count > EXAMINE_MOST)
        return error_new(ERR_USAGE, "x: the count is 1 to %d", EXAMINE_MOST);
    return NULL;
}

static void add_number(struct session *s, const struct look *l, const unsigned char *bytes, struct buf *row)
{
    uint64_t value = arch_load(bytes, l->unit, s->target->big_endian);
    unsigned shift = 64 - 8 * l->unit;
    int64_t signed_value = (int64_t)(value << shift) >> shift;
    switch (l->format) {
    case 'd':
        buf_printf(row, "\t%" PRId64, signed_value);
        return;
    case 'u':
        buf_printf(row, "\t%" PRIu64, value);
        return;
    case 'o':
        buf_printf(row, "\t0%" PRIo64, value);
        return;
    case 't':
        buf_add_char(row, '\t');
        for (unsigned bit = 8 * l->unit; bit-- > 0;)
            buf_add_char(row, (char)('0' + (value >> bit & 1)));
        return;
    case 'a':
        buf_printf(row, "\t0x%" PRIx64 " <", value);
        location_describe(s->target, value, row);
        buf_add_char(row, '>');
        return;
    case 'c':
        buf_printf(row, "\t%" PRId64 " '", signed_value);
        text_add_visible(row, (const char *)bytes, 1, false);
        buf_add_char(row, '\'');
        return;
    default:
        buf_printf(row, "\t0x%0*" PRIx64, (int)(2 * l->unit), value);
    }
}

static void begin_row(struct session *s, uint64_t address, struct buf *row)
{
    buf_clear(row);
    buf_printf(row, "0x%" PRIx64, address);
    struct symbol_place place;
    if (symbols_lookup(s->target->map, address, &place) && place.symbol) {
        buf_add_text(row, " <");
        location_describe(s->target, address, row);
        buf_add_char(row, '>');
    }
    buf_add_char(row, ':');
}

/* $_, the address of the last unit that was shown, and $__, what is there. */
static void keep_last(struct session *s, uint64_t address, unsigned unit)
{
    const char *names[] = {[1] = "char", [2] = "short", [4] = "int", [8] = "long long"};
    struct pool pool = {.target = s->target};
    struct type *type = basic_type(&pool, names[unit]);
    struct value *at = value_at(&pool, type, address);
    convenience_set(&pool, "_", value_integer(&pool, type_pointer_to(type), address));
    convenience_set(&pool, "__", at);
    pool_free(&pool);
}

static struct error *examine_numbers(struct session *s, uint64_t address, const struct look *l, cJSON *lines)
{
    size_t bytes_count = l->count * l->unit;
    BASE_FREE unsigned char *bytes = xmalloc(bytes_count);
    TRY(memory_read(s->target, address, bytes, bytes_count));
    unsigned per_row = l->format == 'a' ? 1 : l->unit == 8 ? 2 : l->unit == 4 ? 4 : 8;
    BASE_BUF struct buf row = {0};
    for (uint64_t i = 0; i < l->count; i++) {
        if (i % per_row == 0)
            begin_row(s, address + i * l->unit, &row);
        add_number(s, l, bytes + i * l->unit, &row);
        if (i + 1 == l->count)
            keep_last(s, address + i * l->unit, l->unit);
        if (i % per_row == per_row - 1 || i + 1 == l->count)
            cJSON_AddItemToArray(lines, cJSON_CreateString(buf_text(&row)));
    }
    s->next_read = address + bytes_count;
    return NULL;
}

static struct error *examine_strings(struct session *s, uint64_t address, uint64_t count, cJSON *lines)
{
    BASE_BUF struct buf row = {0};
    for (uint64_t i = 0; i < count; i++) {
        char bytes[EXAMINE_STRING_MOST];
        size_t got;
        TRY(memory_read_some(s->target, address, bytes, sizeof bytes, &got));
        if (got == 0)
            return memory_read(s->target, address, bytes, 1);
        size_t n = strnlen(bytes, got);
        begin_row(s, address, &row);
        buf_add_text(&row, "\t\"");
        text_add_visible(&row, bytes, n, false);
        buf_add_text(&row, n == got ? "\"..." : "\"");
        cJSON_AddItemToArray(lines, cJSON_CreateString(buf_text(&row)));
        address += n + (n < got);
    }
    s->next_read = address;
    return NULL;
}

static struct error *examine_code(struct session *s, uint64_t address, uint64_t count, cJSON *o, cJSON *lines)
{
    struct instruction *list = NULL;
    size_t got;
    TRY(disassemble(s->target, address, (size_t)count, &list, &got));
    BASE_BUF struct buf row = {0};
    for (size_t i = 0; i < got; i++) {
        begin_row(s, list[i].address, &row);
        buf_printf(&row, "\t%s", list[i].text);
        cJSON_AddItemToArray(lines, cJSON_CreateString(buf_text(&row)));
        s->next_read = list[i].address + list[i].size;
    }
    free(list);
    add_missing(s, o);
    return NULL;
}

static struct error *run_examine(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t address = s->next_read;
    if (arg_given(args, "addr"))
        TRY(arg_address(s, args, "addr", &address));
    const char *format = arg_text(args, "format");
    struct look look;
    TRY(read_look(s, format ? format : "", &look));
    *ret = cJSON_CreateObject();
    json_add_address(*ret, "address", address);
    cJSON *lines = cJSON_AddArrayToObject(*ret, "lines");
    if (look.format == 'i')
        return examine_code(s, address, look.count, *ret, lines);
    if (look.format == 's')
        return examine_strings(s, address, look.count, lines);
    return examine_numbers(s, address, &look, lines);
}

static struct error *parse_examine(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    char format[24];
    prompt_format(&text, format, sizeof format);
    if (*format)
        cJSON_AddStringToObject(args, "format", format);
    if (*text)
        cJSON_AddStringToObject(args, "addr", text);
    return NULL;
}

static void examine_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "lines"))
        buf_printf(out, "%s\n", o->valuestring);
    json_append(out, "note: ", result, "note", "\n");
}

static const struct command_arg examine_args[] = {
    {"addr", ARG_ADDRESS, false, NULL, "an address or an expression; none: go on"},
    {"format", ARG_TEXT, false, NULL, "count, format and unit as in x/8gx"},
    {0}};

const struct command command_examine = {
    .name = "examine",
    .group = "data",
    .aliases = "x",
    .usage = "[/COUNT FORMAT UNIT] [ADDRESS]",
    .about = "memory as numbers, text or instructions (x/8gx $sp, x/s, x/5i $pc)",
    .args = examine_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_examine,
    .parse = parse_examine,
    .text = examine_text,
};
