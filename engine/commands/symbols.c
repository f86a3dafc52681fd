/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions about the program's files: symbols, lookup, type, maps. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/type_json.h"
#include "engine/control/libraries/libraries_events.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/location.h"
#include "engine/target/program.h"
#include "engine/target/registers.h"
#include "engine/inspect/values/values.h"

static cJSON *file_row(struct session *s, size_t i)
{
    uint64_t offset;
    struct symbol_file *f = symbol_map_file(s->target->map, i, &offset);
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

/* {".text": "0x…", ".data": "0x…"} of a relocatable file; `address` is .text's too. */
static struct error *load_sections(struct session *s, const char *file, const cJSON *args)
{
    const cJSON *item, *sections = cJSON_GetObjectItemCaseSensitive(args, "sections");
    size_t count = 0, room = (size_t)cJSON_GetArraySize(sections) + 1;
    BASE_FREE struct section_address *list = xcalloc(room, sizeof *list);
    if (arg_given(args, "offset"))
        return error_new(ERR_USAGE, "`sections` and `offset` do not go together");
    if (arg_given(args, "address")) {
        list[count].name = ".text";
        TRY(arg_unsigned(args, "address", 0, &list[count++].address));
    }
    cJSON_ArrayForEach (item, sections) {
        list[count].name = item->string;
        TRY(arg_unsigned(sections, item->string, 0, &list[count++].address));
    }
    return session_add_sections(s, file, list, count);
}

static struct error *load_file(struct session *s, const char *file, const cJSON *args)
{
    uint64_t address, offset;
    if (arg_given(args, "sections"))
        return load_sections(s, file, args);
    TRY(arg_unsigned(args, "address", 0, &address));
    TRY(arg_unsigned(args, "offset", 0, &offset));
    BASE_FREE char *spec = arg_given(args, "address") ? xasprintf("%s@0x%" PRIx64, file, address)
                                                      : xasprintf("%s@+0x%" PRIx64, file, offset);
    return session_add_symbols(s, spec);
}

static struct error *remove_file(struct session *s, const char *path)
{
    struct symbol_file *f = symbol_map_find(s->target->map, path);
    if (!f)
        return error_hint(error_new(ERR_USAGE, "cannot remove %s: no symbols of it are loaded", path),
                          "`symbols` lists the files that are");
    kernel_remove_file(s->target, f);
    return NULL;
}

static struct error *run_symbols(struct session *s, const cJSON *args, cJSON **ret)
{
    const char *file = arg_text(args, "file");
    if (file && arg_true(args, "remove")) {
        TRY(remove_file(s, file));
    } else if (file) {
        TRY(load_file(s, file, args));
        bool placed = arg_given(args, "sections") || arg_given(args, "address") || arg_given(args, "offset");
        if (!placed && program_named_late(s->target, symbol_map_count(s->target->map) - 1))
            libraries_attached(s->control);
        kernel_find_slide(s->target, &s->control->last_stop, false);
        if (s->target->state == TARGET_STOPPED && s->control->breakpoints.count)
            TRY(breakpoints_reinsert(s->control));
    }
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "files");
    for (size_t i = 0; i < symbol_map_count(s->target->map); i++)
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

/* FILE [ADDRESS] [-s SECTION ADDRESS]..., as gdb's add-symbol-file. */
static struct error *parse_symbols(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    cJSON *sections = NULL;
    for (char *word; (word = prompt_word(&text)) != NULL; free(word)) {
        if (strcmp(word, "-s") == 0) {
            BASE_FREE char *name = prompt_word(&text), *address = prompt_word(&text);
            if (!sections)
                sections = cJSON_AddObjectToObject(args, "sections");
            if (name && address)
                cJSON_AddStringToObject(sections, name, address);
            continue;
        }
        const char *which = !arg_given(args, "file")      ? "file"
                            : !arg_given(args, "address") ? "address"
                                                          : NULL;
        if (which) {
            cJSON_AddStringToObject(args, which, word);
            continue;
        }
        struct error *e = error_new(ERR_USAGE, "what is %s for, behind a file and its address?", word);
        free(word);
        return error_hint(e, "sections are given as -s NAME ADDRESS");
    }
    return NULL;
}

static const struct command_arg symbols_args[] = {
    {"file", ARG_TEXT, false, NULL, "an ELF file to load; none: list"},
    {"address", ARG_ANY, false, NULL, "where its .text was loaded"},
    {"offset", ARG_ANY, false, NULL, "how far it was moved (KASLR slide)"},
    {"sections", ARG_OBJECT, false, NULL, "a module's sections and their addresses"},
    {"remove", ARG_BOOLEAN, false, NULL, "forget the file"},
    {0}};

const struct command command_symbols = {
    .name = "symbols",
    .group = "symbols",
    .aliases = "file symbol-file add-symbol-file info-files info-sharedlibrary",
    .usage = "[FILE [ADDRESS] [-s SECTION ADDRESS]...]",
    .about = "load a file's symbols, or list the files loaded",
    .args = symbols_args,
    .run = run_symbols,
    .parse = parse_symbols,
    .text = symbols_text,
};

static struct error *run_lookup(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t address;
    const char *at = arg_text(args, "at");
    TRY(at ? location_of(s->target, at, &address) : arg_address(s, args, "at", &address));
    struct symbol_place place;
    symbols_lookup(s->target->map, address, &place);
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
    if (!arg_given(result, "symbol") && !arg_given(result, "section"))
        buf_add_text(out, " belongs to no symbol");
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
    struct type *type;
    TRY(values_type(s->target, arg_text(args, "name"), &type));
    *ret = type_to_json(type, arg_true(args, "offsets"));
    const char *name = json_text_or_null(*ret, "name");
    if (arg_true(args, "brief") && name)
        cJSON_ReplaceItemInObjectCaseSensitive(*ret, "text", cJSON_CreateString(name));
    return NULL;
}

static struct error *parse_type(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    char format[8];
    if (strcmp(alias, "whatis") == 0)
        cJSON_AddTrueToObject(args, "brief");
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
    {"brief", ARG_BOOLEAN, false, NULL, "show its name alone (whatis)"},
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

/* What the stub itself says of its memory. */
static bool add_memory_map(struct session *s, cJSON *list)
{
    const struct memory_map *m = memory_map_of(s->target);
    for (size_t i = 0; i < m->count; i++) {
        const struct memory_region *r = &m->regions[i];
        bool writable = r->kind == MEMORY_RAM;
        add_region(list, r->start, r->start + r->length, writable ? "rwx" : "r-x", NULL);
        cJSON *o = cJSON_GetArrayItem(list, cJSON_GetArraySize(list) - 1);
        cJSON_AddStringToObject(o, "kind", memory_kind_name(r->kind));
    }
    return m->count > 0;
}

static void add_files(struct session *s, cJSON *list)
{
    for (size_t i = 0; i < symbol_map_count(s->target->map); i++) {
        uint64_t offset;
        struct symbol_file *f = symbol_map_file(s->target->map, i, &offset);
        const struct symbol_section *sections;
        size_t count = symbol_file_sections(f, &sections);
        for (size_t k = 0; k < count; k++) {
            char access[] = {'r', sections[k].writable ? 'w' : '-', sections[k].executable ? 'x' : '-', '\0'};
            add_region(list, sections[k].address + offset, sections[k].address + offset + sections[k].size,
                       access, sections[k].name);
        }
    }
}

static struct error *run_maps(struct session *s, const cJSON *args, cJSON **ret)
{
    (void)args;
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "regions");
    bool told = add_memory_map(s, list);
    if (!told)
        add_files(s, list);
    cJSON_AddStringToObject(*ret, "source", told ? "memory-map" : "file");
    return NULL;
}

static void maps_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "regions"))
        buf_printf(out, "%-18s %-18s %s %s%s\n", json_text(o, "from"), json_text(o, "to"),
                   json_text(o, "access"), json_text(o, "name"), json_text(o, "kind"));
    buf_printf(out, "(from: %s)\n", json_text(result, "source"));
}

const struct command command_maps = {
    .name = "maps",
    .group = "symbols",
    .aliases = "info-proc-mappings info-mem",
    .usage = "",
    .about = "what is where in memory, as the stub's memory map tells, or else the loaded files",
    .run = run_maps,
    .text = maps_text,
};
