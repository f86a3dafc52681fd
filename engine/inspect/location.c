/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/location.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/frames/frames.h"
#include "engine/inspect/frames/inlined.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/target/libraries.h"
#include "engine/target/registers.h"
#include "engine/inspect/values/values.h"

static void fill_address(struct target *target, uint64_t address, struct symbol_match *m)
{
    struct symbol_place place;
    symbols_lookup(target->map, address, &place);
    *m = (struct symbol_match){.address = address,
                               .entry = address,
                               .function = place.function,
                               .file = place.file,
                               .line = place.line};
}

static struct error *one_address(struct target *target, uint64_t address, struct symbol_match **ret,
                                 size_t *count)
{
    *ret = xcalloc(1, sizeof **ret);
    *count = 1;
    fill_address(target, address, *ret);
    return NULL;
}

/* An outer frame's line is that of its call, and an inlined one has its own. */
static struct error *outer_place(struct target *target, struct thread *t, struct symbol_place *place)
{
    struct frame_list list = {0};
    struct error *e = frames_read(target, t, target->frame + 1, true, &list);
    const struct frame *f = !e && target->frame < list.count ? &list.items[target->frame] : NULL;
    *place = (struct symbol_place){0};
    if (f)
        *place = (struct symbol_place){
            .address = f->pc, .function = f->function, .file = f->file, .line = f->line};
    frames_free(&list);
    return e;
}

/* Where the selected frame is, for a place that is relative to it. */
static bool here(struct target *target, struct symbol_place *place)
{
    struct thread *t =
        target->threads.has_current ? threads_find(&target->threads, target->threads.current) : NULL;
    uint64_t pc = 0;
    bool outer = target->frame > 0;
    *place = (struct symbol_place){0};
    if (!t || target->state != TARGET_STOPPED)
        return false;
    struct error *e = outer ? outer_place(target, t, place) : thread_pc(target, t, &pc);
    if (e) {
        error_free(e);
        return false;
    }
    return outer ? place->function != NULL : inlined_place(target, t, pc, place);
}

/* The file that a bare line number is in, and the line that +N and -N count from. */
static struct error *current_line(struct target *target, struct symbol_place *place, const char **file)
{
    *place = (struct symbol_place){0};
    *file = here(target, place) && place->file ? place->file : target->hooks.file_shown(target);
    if (*file)
        return NULL;
    struct symbol_match *matches = NULL;
    size_t count = 0;
    symbols_find_name(target->map, "main", &matches, &count);
    if (count) {
        *file = matches[0].file;
        place->line = matches[0].line;
    }
    free(matches);
    return *file ? NULL
                 : error_hint(error_new(ERR_NO_SOURCE, "no source file is current"),
                              "write FILE:LINE, or *ADDRESS for an address");
}

static struct error *line_number(const char *at, unsigned current, unsigned *ret)
{
    uint64_t line = 0;
    bool relative = *at == '+' || *at == '-';
    if (!text_parse_u64(relative ? at + 1 : at, &line) || line > SOURCE_LINE_MOST)
        return error_new(ERR_SYNTAX, "%s is no line number", at);
    if (*at == '-' && line >= current)
        return error_new(ERR_NO_SYMBOL, "there is no line %s from line %u", at, current);
    *ret = *at == '+' ? current + (unsigned)line : *at == '-' ? current - (unsigned)line : (unsigned)line;
    return *ret ? NULL : error_new(ERR_NO_SYMBOL, "there is no line %s", at);
}

static struct error *line_here(struct target *target, const char *at, struct symbol_match **ret,
                               size_t *count)
{
    struct symbol_place place;
    const char *file = NULL;
    unsigned line = 0;
    TRY(current_line(target, &place, &file));
    TRY(line_number(at, place.line, &line));
    return symbols_find_line(target->map, file, line, ret, count);
}

/* FILE:LINE, where FILE may hold colons and may stand in quotes, and the last part is all digits. */
static bool split_line(const char *at, char **file, unsigned *line)
{
    const char *colon = strrchr(at, ':');
    if (!colon || colon == at || !isdigit((unsigned char)colon[1]))
        return false;
    uint64_t number;
    if (!text_parse_u64(colon + 1, &number) || number == 0 || number > SOURCE_LINE_MOST)
        return false;
    size_t n = (size_t)(colon - at);
    bool quoted = n > 2 && (*at == '\'' || *at == '"') && at[n - 1] == *at;
    *file = xstrndup(at + quoted, n - 2 * (size_t)quoted);
    *line = (unsigned)number;
    return true;
}

/* A name that stands in quotes as a whole, without them; malloc'd, or NULL. */
static char *unquoted(const char *at)
{
    size_t n = strlen(at);
    bool whole = n > 2 && (*at == '\'' || *at == '"') && strchr(at + 1, *at) == at + n - 1;
    return whole ? xstrndup(at + 1, n - 2) : NULL;
}

static struct error *no_symbol(struct target *target, const char *name)
{
    struct error *e = error_new(ERR_NO_SYMBOL, "there is no function or symbol named %s", name);
    char *near = symbols_near(target->map, name);
    if (near)
        e = error_hint(e, "did you mean %s?", near);
    else if (symbol_map_count(target->map) == 0)
        e = error_hint(e, "no symbols are loaded: `symbols FILE` loads them");
    free(near);
    return e;
}

static bool is_line_text(const char *at)
{
    const char *p = *at == '+' || *at == '-' ? at + 1 : at;
    if (!isdigit((unsigned char)*p) || (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')))
        return false;
    while (isdigit((unsigned char)*p))
        p++;
    return *p == '\0';
}

/* The code of a function. */
static struct error *find_named(struct target *target, const char *at, struct symbol_match **ret,
                                size_t *count)
{
    BASE_FREE char *bare = unquoted(at);
    const char *name = bare ? bare : at;
    symbols_find_name(target->map, name, ret, count);
    if (!*count && libraries_ask(target))
        symbols_find_name(target->map, name, ret, count);
    size_t code = 0;
    for (size_t i = 0; *ret && i < *count; i++)
        if (!(*ret)[i].data)
            (*ret)[code++] = (*ret)[i];
    *count = code;
    if (code)
        return NULL;
    free(*ret);
    *ret = NULL;
    return no_symbol(target, at);
}

struct error *location_find(struct target *target, const char *at, struct symbol_match **ret, size_t *count)
{
    *ret = NULL;
    *count = 0;
    while (isspace((unsigned char)*at))
        at++;
    uint64_t address;
    if (*at == '*') {
        TRY(location_address(target, at, &address));
        return one_address(target, address, ret, count);
    }
    if (*at == '\0') {
        struct symbol_place place;
        if (!here(target, &place))
            return error_new(ERR_USAGE, "no place given, and no thread is stopped anywhere");
        return one_address(target, place.address, ret, count);
    }
    if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && text_parse_u64(at, &address))
        return one_address(target, address, ret, count);
    if (is_line_text(at))
        return line_here(target, at, ret, count);
    char *file;
    unsigned line;
    if (split_line(at, &file, &line)) {
        struct error *e = symbols_find_line(target->map, file, line, ret, count);
        if (e && libraries_ask(target)) {
            error_free(e);
            e = symbols_find_line(target->map, file, line, ret, count);
        }
        free(file);
        return e;
    }
    return find_named(target, at, ret, count);
}

/* A line with its file as the symbols know it; the code there, where there is some. */
static struct error *known_line(struct target *target, const char *file, unsigned line,
                                struct line_place *ret)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    struct error *e = symbols_find_line(target->map, file, line, &matches, &count);
    bool exact = !e && count && matches[0].line == line;
    if (error_is(e, ERR_NO_SYMBOL)) { /* behind the last line with code */
        error_free(e);
        e = symbols_find_line(target->map, file, 1, &matches, &count);
    }
    if (!e && count)
        *ret = (struct line_place){matches[0].file, line, exact ? matches[0].address : 0, exact};
    free(matches);
    return e;
}

struct error *location_line(struct target *target, const char *at, const char *file, struct line_place *ret)
{
    struct symbol_place place;
    unsigned line = 0;
    char *named;
    while (isspace((unsigned char)*at))
        at++;
    if (is_line_text(at)) {
        const char *current;
        TRY(current_line(target, &place, &current));
        TRY(line_number(at, place.line, &line));
        return known_line(target, file ? file : current, line, ret);
    }
    if (*at != '*' && split_line(at, &named, &line)) {
        struct error *e = known_line(target, named, line, ret);
        free(named);
        return e;
    }
    if (!*at && here(target, &place)) {
        *ret = (struct line_place){place.file, place.line, place.address, true};
    } else {
        struct symbol_match *matches = NULL;
        size_t count = 0;
        TRY(location_find(target, *at ? at : "main", &matches, &count));
        *ret = (struct line_place){matches[0].file, matches[0].line, matches[0].address, true};
        /* A function begins above the line that a breakpoint on it stands at. */
        if (matches[0].entry != matches[0].address && symbols_lookup(target->map, matches[0].entry, &place) &&
            place.file && place.line && !place.inlined_count)
            *ret = (struct line_place){place.file, place.line, matches[0].entry, true};
        free(matches);
    }
    return ret->file ? NULL
                     : error_hint(error_new(ERR_NO_SOURCE, "list %s: there is no line information",
                                            *at ? at : "here"),
                                  "`disassemble` shows the code");
}

struct error *location_address(struct target *target, const char *at, uint64_t *ret)
{
    if (text_parse_u64(at, ret))
        return NULL;
    struct symbol_match *matches = NULL;
    size_t count = 0;
    char *file;
    unsigned line;
    if (*at != '*' && split_line(at, &file, &line)) {
        free(file);
        TRY(location_find(target, at, &matches, &count));
        *ret = matches ? matches[0].address : 0;
        free(matches);
        return NULL;
    }
    /* `ns::f(int)`, `f<int>`, `f@plt`: names that an expression would read otherwise. */
    bool stub = strstr(at, "@plt") != NULL;
    if (stub || (*at != '*' && strpbrk(at, "<(:"))) {
        symbols_find_name(target->map, at + (stub && *at == '*'), &matches, &count);
        if (count)
            *ret = matches[0].entry;
        free(matches);
        if (count)
            return NULL;
    }
    return values_address(target, *at == '*' ? at + 1 : at, ret);
}

struct error *location_of(struct target *target, const char *at, uint64_t *ret)
{
    uint64_t size;
    size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:");
    bool name = n && at[n] == '\0' && !isdigit((unsigned char)at[0]);
    struct error *e = name ? values_place(target, at, ret, &size) : NULL;
    if (name && !e)
        return NULL;
    error_free(e);
    return location_address(target, at, ret);
}

bool location_may_come(struct target *target, const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    if (*at == '*' || *at == '\0' || is_line_text(at) || strncmp(at, "0x", 2) == 0)
        return false;
    uint64_t offset;
    const struct symbol_file *program =
        symbol_map_count(target->map) ? symbol_map_file(target->map, 0, &offset) : NULL;
    return (program && symbol_file_has_interpreter(program)) || kernel_file(target, NULL) != NULL;
}

void location_describe(struct target *target, uint64_t address, struct buf *out)
{
    struct symbol_place place;
    symbols_lookup(target->map, address, &place);
    if (place.symbol) {
        text_add_visible(out, place.symbol, strlen(place.symbol), false);
        if (place.offset)
            buf_printf(out, "+%" PRIu64, place.offset);
    } else {
        buf_printf(out, "0x%" PRIx64, address);
    }
}
