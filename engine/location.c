#include "engine/location.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/core.h"
#include "engine/libraries.h"
#include "engine/registers.h"
#include "engine/values/values.h"

const char *path_base(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

static void fill_address(struct session *s, uint64_t address, struct symbol_match *m)
{
    struct symbol_place place;
    symbols_lookup(s->map, address, &place);
    *m = (struct symbol_match){.address = address,
                               .entry = address,
                               .function = place.function,
                               .file = place.file,
                               .line = place.line};
}

static struct error *one_address(struct session *s, uint64_t address, struct symbol_match **ret,
                                 size_t *count)
{
    *ret = xcalloc(1, sizeof **ret);
    *count = 1;
    fill_address(s, address, *ret);
    return NULL;
}

/* The pc of the selected thread, where a place is relative to it. */
static bool here(struct session *s, struct symbol_place *place)
{
    struct thread *t = s->threads.has_current ? threads_find(&s->threads, s->threads.current) : NULL;
    uint64_t pc;
    if (!t || s->state != SESSION_STOPPED)
        return false;
    struct error *e = thread_pc(s, t, &pc);
    if (e) {
        error_free(e);
        return false;
    }
    return symbols_lookup(s->map, pc, place);
}

static struct error *line_here(struct session *s, const char *at, struct symbol_match **ret, size_t *count)
{
    struct symbol_place place = {0};
    const char *file = s->list_file;
    if (here(s, &place) && place.file)
        file = place.file;
    if (!file)
        return error_hint(error_new(ERR_NO_SOURCE, "line %s: no source file is current", at),
                          "write FILE:LINE, or *ADDRESS for an address");
    uint64_t line = 0;
    if (*at == '+' || *at == '-') {
        if (!text_parse_u64(at + 1, &line))
            return error_new(ERR_SYNTAX, "%s is no line offset", at);
        line = *at == '+' ? place.line + line : place.line - line;
    } else if (!text_parse_u64(at, &line)) {
        return error_new(ERR_SYNTAX, "%s is no line number", at);
    }
    if (line == 0 || line > 10000000)
        return error_new(ERR_NO_SYMBOL, "there is no line %s in %s", at, file);
    return symbols_find_line(s->map, file, (unsigned)line, ret, count);
}

/* FILE:LINE, where FILE may hold colons and the last part is all digits. */
static bool split_line(const char *at, char **file, unsigned *line)
{
    const char *colon = strrchr(at, ':');
    if (!colon || colon == at || !isdigit((unsigned char)colon[1]))
        return false;
    uint64_t number;
    if (!text_parse_u64(colon + 1, &number) || number == 0 || number > 10000000)
        return false;
    *file = xstrndup(at, (size_t)(colon - at));
    *line = (unsigned)number;
    return true;
}

static struct error *no_symbol(struct session *s, const char *name)
{
    struct error *e = error_new(ERR_NO_SYMBOL, "there is no function or symbol named %s", name);
    char *near = symbols_near(s->map, name);
    if (near)
        e = error_hint(e, "did you mean %s?", near);
    else if (symbol_map_count(s->map) == 0)
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

struct error *location_find(struct session *s, const char *at, struct symbol_match **ret, size_t *count)
{
    *ret = NULL;
    *count = 0;
    while (isspace((unsigned char)*at))
        at++;
    uint64_t address;
    if (*at == '*') {
        TRY(values_address(s, at + 1, &address));
        return one_address(s, address, ret, count);
    }
    if (*at == '\0') {
        struct symbol_place place;
        if (!here(s, &place))
            return error_new(ERR_USAGE, "no place given, and no thread is stopped anywhere");
        return one_address(s, place.address, ret, count);
    }
    if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && text_parse_u64(at, &address))
        return one_address(s, address, ret, count);
    if (is_line_text(at))
        return line_here(s, at, ret, count);
    char *file;
    unsigned line;
    if (split_line(at, &file, &line)) {
        struct error *e = symbols_find_line(s->map, file, line, ret, count);
        if (e && libraries_ask(s)) {
            error_free(e);
            e = symbols_find_line(s->map, file, line, ret, count);
        }
        free(file);
        return e;
    }
    symbols_find_name(s->map, at, ret, count);
    if (!*count && libraries_ask(s))
        symbols_find_name(s->map, at, ret, count);
    size_t code = 0;
    for (size_t i = 0; *ret && i < *count; i++)
        if (!(*ret)[i].data)
            (*ret)[code++] = (*ret)[i];
    *count = code;
    if (code)
        return NULL;
    free(*ret);
    *ret = NULL;
    return no_symbol(s, at);
}

struct error *location_address(struct session *s, const char *at, uint64_t *ret)
{
    if (text_parse_u64(at, ret))
        return NULL;
    struct symbol_match *matches = NULL;
    size_t count = 0;
    char *file;
    unsigned line;
    if (*at != '*' && split_line(at, &file, &line)) {
        free(file);
        TRY(location_find(s, at, &matches, &count));
        *ret = matches ? matches[0].address : 0;
        free(matches);
        return NULL;
    }
    /* `ns::f(int)`, `f<int>`: names that an expression would read otherwise. */
    if (*at != '*' && strpbrk(at, "<(:")) {
        symbols_find_name(s->map, at, &matches, &count);
        if (count)
            *ret = matches[0].entry;
        free(matches);
        if (count)
            return NULL;
    }
    return values_address(s, *at == '*' ? at + 1 : at, ret);
}

void location_describe(struct session *s, uint64_t address, struct buf *out)
{
    struct symbol_place place;
    symbols_lookup(s->map, address, &place);
    if (place.symbol) {
        text_add_visible(out, place.symbol, strlen(place.symbol), false);
        if (place.offset)
            buf_printf(out, "+%" PRIu64, place.offset);
    } else {
        buf_printf(out, "0x%" PRIx64, address);
    }
}
