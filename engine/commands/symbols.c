/* Questions about the program's files: symbols, lookup, type, list, maps. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/location.h"
#include "engine/registers.h"
#include "engine/values/values.h"

static cJSON *file_row(struct session *s, size_t i)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file(s->map, i, &offset);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "path", symbol_file_path(f));
    if (symbol_file_build_id(f))
        cJSON_AddStringToObject(o, "build_id", symbol_file_build_id(f));
    const struct symbol_section *sections;
    size_t count = symbol_file_sections(f, &sections);
    json_add_address(o, "offset", offset);
    cJSON *list = cJSON_CreateArray();
    for (size_t k = 0; k < count; k++) {
        cJSON *section = cJSON_CreateObject();
        cJSON_AddStringToObject(section, "name", sections[k].name);
        json_add_address(section, "address", sections[k].address + offset);
        json_add_address(section, "size", sections[k].size);
        cJSON_AddItemToArray(list, section);
        if (strcmp(sections[k].name, ".text") == 0)
            json_add_address(o, "address", sections[k].address + offset);
    }
    cJSON_AddItemToObject(o, "sections", list);
    const char *debug = symbol_file_has_dwarf(f) ? symbol_file_debug_path(f) : NULL;
    if (debug)
        cJSON_AddStringToObject(o, "debug", debug);
    if (symbol_file_complaint(f))
        cJSON_AddStringToObject(o, "complaint", symbol_file_complaint(f));
    return o;
}

static struct error *run_symbols(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *file = arg_text(args, "file");
    if (file && arg_true(args, "remove")) {
        TRY(symbol_map_remove(s->map, file));
    } else if (file) {
        uint64_t address, offset;
        TRY(arg_unsigned(args, "address", 0, &address));
        TRY(arg_unsigned(args, "offset", 0, &offset));
        BASE_FREE char *spec = arg_given(args, "address") ? xasprintf("%s@0x%" PRIx64, file, address)
                                                          : xasprintf("%s@+0x%" PRIx64, file, offset);
        TRY(session_add_symbols(s, spec));
        if (s->state == SESSION_STOPPED && s->breakpoints.wish_count)
            TRY(breakpoints_replant(s));
    }
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "files");
    for (size_t i = 0; i < symbol_map_count(s->map); i++)
        cJSON_AddItemToArray(list, file_row(s, i));
    return NULL;
}

static void symbols_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "files")) {
        json_append(out, "", o, "path", "");
        json_append(out, "  text ", o, "address", "");
        json_append(out, "  debug information: ", o, "debug", "");
        json_append(out, "  (", o, "complaint", ")");
        buf_add_char(out, '\n');
    }
}

static const struct command_arg symbols_args[] = {
    {"file", ARG_TEXT, false, NULL, "an ELF file to load; none: list"},
    {"address", ARG_ANY, false, NULL, "where its .text was loaded"},
    {"offset", ARG_ANY, false, NULL, "how far it was moved (KASLR slide)"},
    {"remove", ARG_BOOLEAN, false, NULL, "forget the file"},
    {0}};

const struct command command_symbols = {
    .name = "symbols",
    .group = "symbols",
    .aliases = "file symbol-file add-symbol-file info-files info-sharedlibrary",
    .usage = "[FILE [ADDRESS]]",
    .about = "load a file's symbols, or list the files loaded",
    .args = symbols_args,
    .run = run_symbols,
    .text = symbols_text,
};

static struct error *run_lookup(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t address;
    TRY(arg_address(s, args, "at", &address));
    struct symbol_place place;
    symbols_lookup(s->map, address, &place);
    cJSON *o = *ret = cJSON_CreateObject();
    json_add_address(o, "address", address);
    if (place.function)
        cJSON_AddStringToObject(o, "function", place.function);
    if (place.file)
        cJSON_AddStringToObject(o, "file", place.file);
    if (place.line)
        cJSON_AddNumberToObject(o, "line", place.line);
    cJSON *inlined = cJSON_AddArrayToObject(o, "inlined");
    for (unsigned i = 0; i < place.inlined_count; i++) {
        cJSON *call = cJSON_CreateObject();
        if (place.inlined[i].function)
            cJSON_AddStringToObject(call, "function", place.inlined[i].function);
        if (place.inlined[i].file)
            cJSON_AddStringToObject(call, "file", place.inlined[i].file);
        if (place.inlined[i].line)
            cJSON_AddNumberToObject(call, "line", place.inlined[i].line);
        cJSON_AddItemToArray(inlined, call);
    }
    if (place.symbol) {
        cJSON_AddStringToObject(o, "symbol", place.symbol);
        cJSON_AddNumberToObject(o, "offset", (double)place.offset);
    }
    if (place.section)
        cJSON_AddStringToObject(o, "section", place.section);
    return NULL;
}

static void lookup_text(const cJSON *result, struct buf *out)
{
    json_append(out, "", result, "address", "");
    json_append(out, " is ", result, "symbol", "");
    json_append(out, "+", result, "offset", "");
    json_append(out, " in section ", result, "section", "");
    buf_add_char(out, '\n');
    json_append(out, "  ", result, "function", "");
    json_append(out, " at ", result, "file", "");
    json_append(out, ":", result, "line", "\n");
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "inlined")) {
        json_append(out, "  inlined into ", o, "function", "");
        json_append(out, " at ", o, "file", "");
        json_append(out, ":", o, "line", "\n");
    }
}

static const struct command_arg lookup_args[] = {
    {"at", ARG_ADDRESS, true, NULL, "an address, a name, or FILE:LINE"}, {0}};

const struct command command_lookup = {
    .name = "lookup",
    .group = "symbols",
    .aliases = "info-symbol info-line info-address",
    .usage = "ADDRESS|NAME|FILE:LINE",
    .about = "address to symbol, function and line, and back",
    .args = lookup_args,
    .run = run_lookup,
    .text = lookup_text,
};

static struct error *run_type(struct session *s, const cJSON *args, cJSON **ret)
{
    return values_type(s, arg_text(args, "name"), arg_true(args, "offsets"), ret);
}

static struct error *parse_type(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    char format[8];
    prompt_format(&text, format, sizeof format);
    bool offsets = strchr(format, 'o') != NULL;
    if (strncmp(text, "-o ", 3) == 0) {
        offsets = true;
        text += 3;
    }
    if (offsets)
        cJSON_AddTrueToObject(args, "offsets");
    if (*text)
        cJSON_AddStringToObject(args, "name", text);
    return NULL;
}

static void type_text(const cJSON *result, struct buf *out)
{
    buf_printf(out, "%s\n", json_text(result, "text"));
}

static const struct command_arg type_args[] = {
    {"name", ARG_TEXT, true, NULL, "a type as in C (`struct task_struct`) or an expression"},
    {"offsets", ARG_BOOLEAN, false, NULL, "show offsets and holes"},
    {0}};

const struct command command_type = {
    .name = "type",
    .group = "symbols",
    .aliases = "ptype whatis",
    .usage = "[-o] TYPE",
    .about = "a type as C, with its layout",
    .args = type_args,
    .run = run_type,
    .parse = parse_type,
    .text = type_text,
};

static struct error *list_place(struct session *s, const cJSON *args, const char **file, uint64_t *line)
{
    const char *at = arg_text(args, "at");
    struct symbol_match *matches = NULL;
    size_t count = 0;
    if (!at && s->list_file) {
        *file = s->list_file;
        *line = s->list_line + 5;
        return NULL;
    }
    TRY(location_find(s, at ? at : "", &matches, &count));
    *file = matches[0].file;
    *line = matches[0].line;
    free(matches);
    if (!*file)
        return error_hint(error_new(ERR_NO_SOURCE, "list %s: there is no line information", at ? at : "here"),
                          "`disassemble` shows the code");
    return NULL;
}

static struct error *run_list(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t count, line;
    const char *file;
    TRY(arg_unsigned(args, "count", 10, &count));
    TRY(list_place(s, args, &file, &line));
    struct source_file *source;
    TRY(source_load(s->sources, file, &source));
    BASE_FREE char *kept = xstrdup(file);
    uint64_t first = line > count / 2 ? line - count / 2 : 1;
    *ret = cJSON_CreateObject();
    cJSON_AddStringToObject(*ret, "file", source_path(source));
    cJSON_AddNumberToObject(*ret, "first", (double)first);
    cJSON *lines = cJSON_AddArrayToObject(*ret, "lines");
    uint64_t i = first;
    for (; i < first + count && i <= source_line_count(source); i++) {
        size_t n;
        const char *bytes = source_line(source, i, &n);
        BASE_BUF struct buf shown = {0};
        text_add_visible(&shown, bytes, n, true);
        cJSON_AddItemToArray(lines, cJSON_CreateString(buf_text(&shown)));
    }
    free(s->list_file);
    s->list_file = i > source_line_count(source) ? NULL : xstrdup(kept);
    s->list_line = i;
    source_unref(source);
    return NULL;
}

static void list_text(const cJSON *result, struct buf *out)
{
    double line = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(result, "first"));
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "lines"))
        buf_printf(out, "%.0f\t%s\n", line++, o->valuestring);
}

static const struct command_arg list_args[] = {
    {"at", ARG_TEXT, false, NULL, "a place; none: go on, or around the selected frame"},
    {"count", ARG_UNSIGNED, false, NULL, "how many lines (10)"},
    {0}};

const struct command command_list = {
    .name = "list",
    .group = "symbols",
    .aliases = "l",
    .usage = "[PLACE]",
    .about = "source text",
    .args = list_args,
    .run = run_list,
    .text = list_text,
};

static void add_region(cJSON *list, uint64_t from, uint64_t to, const char *access, const char *name)
{
    cJSON *o = cJSON_CreateObject();
    json_add_address(o, "from", from);
    json_add_address(o, "to", to);
    cJSON_AddStringToObject(o, "access", access);
    if (name)
        cJSON_AddStringToObject(o, "name", name);
    cJSON_AddItemToArray(list, o);
}

static struct error *run_maps(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "regions");
    for (size_t i = 0; i < symbol_map_count(s->map); i++) {
        uint64_t offset;
        struct symbol_file *f = symbol_map_file(s->map, i, &offset);
        const struct symbol_section *sections;
        size_t count = symbol_file_sections(f, &sections);
        for (size_t k = 0; k < count; k++) {
            char access[] = {'r', sections[k].writable ? 'w' : '-', sections[k].executable ? 'x' : '-', '\0'};
            add_region(list, sections[k].address + offset, sections[k].address + offset + sections[k].size,
                       access, sections[k].name);
        }
    }
    cJSON_AddStringToObject(*ret, "source", "file");
    return NULL;
}

static void maps_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "regions"))
        buf_printf(out, "%-18s %-18s %s %s\n", json_text(o, "from"), json_text(o, "to"),
                   json_text(o, "access"), json_text(o, "name"));
    buf_printf(out, "(from: %s)\n", json_text(result, "source"));
}

const struct command command_maps = {
    .name = "maps",
    .group = "symbols",
    .aliases = "info-proc-mappings info-mem",
    .usage = "",
    .about = "what is where in memory, as far as the loaded files tell",
    .run = run_maps,
    .text = maps_text,
};
