/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list: source text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/limits.h"
#include "engine/inspect/location.h"

enum { LIST_LINES = 10 };

/* What is there instead of a source that is not: the code, and why. `problem` is taken over. */
static struct error *list_code(struct session *s, const struct line_place *at, uint64_t count,
                               struct error *problem, cJSON **ret)
{
    if (!at->has_code)
        return problem;
    BASE_ERROR struct error *missing = problem;
    cJSON *args = cJSON_CreateObject(), *code = NULL;
    json_add_address(args, "from", at->address);
    cJSON_AddNumberToObject(args, "count", (double)(count < 100 ? count : 100));
    struct error *e = command_disassemble.run(s, args, &code);
    cJSON_Delete(args);
    if (e)
        return e;
    *ret = code;
    cJSON_AddStringToObject(code, "file", at->file);
    cJSON_AddNumberToObject(code, "line", (double)at->line);
    cJSON_AddStringToObject(code, "problem", missing->message);
    if (missing->hint)
        cJSON_AddStringToObject(code, "hint", missing->hint);
    return NULL;
}

/* Once a file: the text may not be what was compiled. */
static void warn_newer(struct session *s, const struct line_place *at, struct source_file *source, cJSON *ret)
{
    uint64_t offset;
    struct symbol_file *f = at->has_code ? symbol_map_file_at(s->target->map, at->address, &offset) : NULL;
    if (!f || source_mtime(source) <= symbol_file_mtime(f) || !source_first_asked(source))
        return;
    BASE_FREE char *warning =
        xasprintf("%s is newer than %s: lines may not fit", source_path(source), symbol_file_path(f));
    cJSON_AddStringToObject(ret, "warning", warning);
}

static void add_lines(const struct source_file *source, uint64_t first, uint64_t behind, cJSON *ret)
{
    cJSON *lines = cJSON_AddArrayToObject(ret, "lines");
    for (uint64_t i = first; i < behind; i++) {
        size_t n;
        const char *bytes = source_line(source, i, &n);
        BASE_BUF struct buf shown = {0};
        text_add_visible(&shown, bytes, n, true);
        cJSON_AddItemToArray(lines, cJSON_CreateString(buf_text(&shown)));
    }
}

/* Which lines are asked for: [first, last], both counted from 1. */
struct lines {
    uint64_t first, last;
};

static struct lines from_line(uint64_t first, uint64_t count)
{
    return (struct lines){first, first + count - 1};
}

/* As many as asked for, with the line in the middle of them. */
static struct lines around(uint64_t line, uint64_t count)
{
    return from_line(line > count / 2 ? line - count / 2 : 1, count);
}

static struct lines up_to(uint64_t last, uint64_t count)
{
    return (struct lines){last > count ? last - count + 1 : 1, last};
}

/* A plain `list` goes on where the last one ended, unless the target or the selected frame has moved since.
 */
static bool goes_on(const struct session *s)
{
    const struct listing *l = &s->listing;
    return l->file && l->epoch == s->target->epoch && l->frame == s->target->frame &&
           (!s->target->threads.has_current || ptid_equal(l->thread, s->target->threads.current));
}

/* "FIRST,LAST", "FIRST," and ",LAST": the two places, either of them empty. */
static struct error *range_lines(struct session *s, const char *at, const char *to, uint64_t count,
                                 struct line_place *place, struct lines *ret)
{
    struct line_place end = {0};
    if (*at)
        TRY(location_line(s->target, at, NULL, place));
    if (!*to) {
        *ret = from_line(place->line, count);
        return NULL;
    }
    if (*at && *to == '+' && isdigit((unsigned char)to[1])) {
        uint64_t more;
        if (!text_parse_u64(to + 1, &more) || more > LIST_LINES_MOST)
            return error_new(ERR_USAGE, "list: %s is no number of lines", to);
        *ret = from_line(place->line, more + 1);
        return NULL;
    }
    TRY(location_line(s->target, to, *at ? place->file : NULL, &end));
    if (!*at)
        *place = end;
    if (strcmp(place->file, end.file) != 0)
        return error_new(ERR_USAGE, "list: %s is in %s, and %s in %s", at, path_base(place->file), to,
                         path_base(end.file));
    *ret = *at ? (struct lines){place->line, end.line} : up_to(end.line, count);
    if (ret->last < ret->first)
        return error_new(ERR_USAGE, "list: line %llu comes before line %llu", (unsigned long long)ret->last,
                         (unsigned long long)ret->first);
    return NULL;
}

static struct error *asked_lines(struct session *s, const cJSON *args, uint64_t count,
                                 struct line_place *place, struct lines *ret)
{
    const char *at = arg_text(args, "at"), *to = arg_text(args, "to");
    const struct listing *l = &s->listing;
    bool back = at && strcmp(at, "-") == 0;
    if (to)
        return range_lines(s, at ? at : "", to, count, place, ret);
    if (goes_on(s) && (!at || back || strcmp(at, "+") == 0)) {
        *place = (struct line_place){.file = l->file};
        if (back && l->first <= 1)
            return error_new(ERR_NO_SOURCE, "list: the beginning of %s was shown already",
                             path_base(l->file));
        *ret = back ? up_to(l->first - 1, count) : from_line(l->last + 1, count);
        return NULL;
    }
    TRY(location_line(s->target, at && !back && strcmp(at, "+") != 0 ? at : "", NULL, place));
    *ret = around(place->line, count);
    return NULL;
}

static void remember(struct session *s, const char *file, const struct lines *shown)
{
    struct listing *l = &s->listing;
    char *kept = xstrdup(file); /* it may be the one that is there */
    free(l->file);
    *l = (struct listing){.file = kept,
                          .first = shown->first,
                          .last = shown->last,
                          .epoch = s->target->epoch,
                          .frame = s->target->frame,
                          .thread = s->target->threads.current};
}

static struct error *show(struct session *s, const struct line_place *place, struct lines lines,
                          struct source_file *source, cJSON **ret)
{
    uint64_t count = source_line_count(source);
    if (lines.first > count)
        return error_new(ERR_NO_SOURCE, "list: %s has %llu lines, there is no line %llu",
                         path_base(source_path(source)), (unsigned long long)count,
                         (unsigned long long)(place->line > count ? place->line : lines.first));
    if (lines.last > count)
        lines.last = count;
    *ret = cJSON_CreateObject();
    cJSON_AddStringToObject(*ret, "file", source_path(source));
    cJSON_AddNumberToObject(*ret, "first", (double)lines.first);
    add_lines(source, lines.first, lines.last + 1, *ret);
    warn_newer(s, place, source, *ret);
    remember(s, place->file, &lines);
    return NULL;
}

static struct error *run_list(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t count;
    struct line_place place = {0};
    struct lines lines = {0};
    TRY(arg_unsigned(args, "count", LIST_LINES, &count));
    if (count == 0 || count > LIST_LINES_MOST)
        return error_new(ERR_USAGE, "list: `count` is 1 to %d", LIST_LINES_MOST);
    TRY(asked_lines(s, args, count, &place, &lines));
    if (lines.last - lines.first >= LIST_LINES_MOST)
        lines.last = lines.first + LIST_LINES_MOST - 1;
    struct source_file *source;
    struct error *problem = source_load(s->sources, place.file, &source);
    if (problem)
        return list_code(s, &place, count, problem, ret);
    struct error *e = show(s, &place, lines, source, ret);
    source_unref(source);
    return e;
}

/* "FIRST,LAST" in two; a comma inside parentheses or a template's brackets belongs to a name. */
static struct error *parse_list(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    int depth = 0;
    const char *p = text;
    for (; *p && (*p != ',' || depth); p++)
        depth += (*p == '(' || *p == '<') - (*p == ')' || *p == '>');
    size_t n = (size_t)(p - text);
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    BASE_FREE char *at = xstrndup(text, n);
    if (*at)
        cJSON_AddStringToObject(args, "at", at);
    if (*p)
        cJSON_AddStringToObject(args, "to", p + 1 + strspn(p + 1, " \t"));
    return NULL;
}

static void list_text(const cJSON *result, struct buf *out)
{
    double line = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(result, "first"));
    const cJSON *o;
    json_append(out, "", result, "warning", "\n");
    json_append(out, "", result, "problem", "\n");
    json_append(out, "  ", result, "hint", "\n");
    if (cJSON_GetObjectItemCaseSensitive(result, "problem"))
        command_disassemble.text(result, out);
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "lines"))
        buf_printf(out, "%.0f\t%s\n", line++, o->valuestring);
}

static const struct command_arg list_args[] = {
    {"at", ARG_TEXT, false, NULL, "a place; none: go on, or around the selected frame; - goes back"},
    {"to", ARG_TEXT, false, NULL, "the last line: a place, +COUNT, or \"\" for `count` lines from `at` on"},
    {"count", ARG_UNSIGNED, false, NULL, "how many lines (10)"},
    {0}};

const struct command command_list = {
    .name = "list",
    .group = "symbols",
    .aliases = "l",
    .usage = "[PLACE|FIRST,LAST|FIRST,|,LAST|-]",
    .about = "source text",
    .args = list_args,
    .run = run_list,
    .parse = parse_list,
    .text = list_text,
};
