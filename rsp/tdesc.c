/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/tdesc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "rsp/limits.h"
#include "rsp/xml.h"

/* Everything that is read so far, over all documents. */
struct reading {
    rsp_fetch_document fetch;
    void *context;
    struct rsp_tdesc *tdesc;
    size_t capacity;
    uint32_t next_number; /* of a register without regnum */
    unsigned documents;
    bool placed; /* some registers carry `offset` (lldb-server) */
};

/* One document being parsed. */
struct document {
    struct reading *reading;
    struct rsp_xml xml;
    unsigned depth;
    char *feature;   /* name of the <feature> we are in */
    struct buf text; /* of <architecture> or <osabi> */
    bool takes_text;
    char ***includes; /* only collecting the names of the documents it includes */
    size_t include_count, include_capacity;
};

static struct error *parse_document(struct reading *r, const char *annex, unsigned depth) BASE_MUST_CHECK;

/* -- registers ------------------------------------------------------------------------------------- */

static bool has(const char *text, const char *part)
{
    return text && strstr(text, part) != NULL;
}

static bool begins(const char *text, const char *part)
{
    return text && strncmp(text, part, strlen(part)) == 0;
}

/* The group attribute where it is one of gdb's, else what the type and the feature's name suggest. */
static enum rsp_register_class classify(const char *group, const char *type, const char *feature)
{
    if (group && strcmp(group, "float") == 0)
        return REGISTER_FLOAT;
    if (group && strcmp(group, "vector") == 0)
        return REGISTER_VECTOR;
    if (group && strcmp(group, "system") == 0)
        return REGISTER_SYSTEM;
    if (group && strcmp(group, "general") == 0)
        return REGISTER_GENERAL;
    if (begins(type, "vec") || begins(type, "v4") || begins(type, "v2") || begins(type, "v8") ||
        begins(type, "uint128") || begins(type, "aarch64v") || begins(type, "aarch64_") || has(type, "vec"))
        return REGISTER_VECTOR;
    if (begins(type, "ieee_") || has(type, "_ext") || begins(type, "float"))
        return REGISTER_FLOAT;
    if (has(feature, ".altivec") || has(feature, ".vsx") || has(feature, ".sse") || has(feature, ".avx") ||
        has(feature, ".sve") || has(feature, ".neon") || has(feature, ".vector"))
        return REGISTER_VECTOR;
    if (has(feature, ".fpu") || has(feature, ".fpr") || has(feature, ".vfp") || has(feature, ".fpa"))
        return REGISTER_FLOAT;
    if (has(feature, ".sys") || has(feature, ".csr") || has(feature, ".cp0") || has(feature, ".segments") ||
        has(feature, ".virtual"))
        return REGISTER_SYSTEM;
    return REGISTER_GENERAL;
}

static bool read_number(const char *text, uint64_t most, uint64_t *ret)
{
    return text && text_parse_u64(text, ret) && *ret <= most;
}

/*
 * One word of printable ASCII: any other byte, a blank and `\` become \xNN, so that no two names become one.
 * XML can bring any character by its number, and names are printed, completed and typed: a newline would be
 * the end of the user's line, and a C1 an escape.
 */
static char *as_word(const char *text, size_t n)
{
    struct buf b = {0};
    for (size_t i = 0; i < n && text[i]; i++)
        if (text[i] == ' ')
            buf_add_text(&b, "\\x20");
        else
            text_add_ascii(&b, text + i, 1);
    char *word = xstrdup(buf_text(&b));
    buf_free(&b);
    return word;
}

static void add_register(struct document *d, const char **attributes)
{
    struct reading *r = d->reading;
    struct rsp_tdesc *t = r->tdesc;
    const char *name = rsp_xml_attribute(attributes, "name");
    const char *type = rsp_xml_attribute(attributes, "type");
    const char *regnum = rsp_xml_attribute(attributes, "regnum");
    const char *offset_text = rsp_xml_attribute(attributes, "offset");
    uint64_t bits, number = r->next_number, offset = 0;
    if (!name || !*name || strlen(name) > REGISTER_NAME_MOST) {
        rsp_xml_fail_here(&d->xml, "a register has no proper name");
        return;
    }
    if (!read_number(rsp_xml_attribute(attributes, "bitsize"), REGISTER_BYTES_MOST * 8, &bits) || bits == 0 ||
        (regnum && !read_number(regnum, REGISTER_NUMBER_MOST, &number)) || number > REGISTER_NUMBER_MOST ||
        (offset_text && !read_number(offset_text, REGISTER_BLOCK_MOST, &offset))) {
        rsp_xml_fail_here(&d->xml, "a register's bitsize, regnum or offset is no number in range");
        return;
    }
    if (t->count == REGISTERS_MOST) {
        rsp_xml_fail_here(&d->xml, "there are more than 4096 registers");
        return;
    }
    ARRAY_RESERVE(t->registers, t->count, r->capacity);
    t->registers[t->count++] = (struct rsp_register){
        .name = as_word(name, REGISTER_NAME_MOST),
        .type = as_word(type ? type : "int", REGISTER_NAME_MOST),
        .number = (uint32_t)number,
        .size = (uint32_t)((bits + 7) / 8),
        .offset = offset_text ? (size_t)offset : SIZE_MAX,
        .group = classify(rsp_xml_attribute(attributes, "group"), type, d->feature),
    };
    r->placed |= offset_text != NULL;
    r->next_number = (uint32_t)number + 1;
}

/* -- elements -------------------------------------------------------------------------------------- */

/* `include` in whatever prefix the document gives to XInclude's namespace. */
static bool is_include(const char *name)
{
    const char *colon = strrchr(name, ':');
    return strcmp(colon ? colon + 1 : name, "include") == 0;
}

static void add_include(struct document *d, const char *href)
{
    char **names = *d->includes;
    ARRAY_RESERVE(names, d->include_count, d->include_capacity);
    names[d->include_count++] = xstrdup(href);
    *d->includes = names;
}

static void on_include(struct document *d, const char *href)
{
    if (!href || !*href || strlen(href) > REGISTER_NAME_MOST) {
        rsp_xml_fail_here(&d->xml, "an include names no document");
        return;
    }
    if (d->includes) {
        if (d->include_count < DOCUMENTS_MOST)
            add_include(d, href);
        return;
    }
    struct error *e = parse_document(d->reading, href, d->depth + 1);
    if (e)
        rsp_xml_fail(&d->xml, e);
}

static void on_start(struct rsp_xml *x, const char *name, const char **attributes)
{
    struct document *d = x->context;
    d->takes_text = false;
    if (is_include(name)) {
        on_include(d, rsp_xml_attribute(attributes, "href"));
    } else if (d->includes) {
        return;
    } else if (strcmp(name, "reg") == 0) {
        add_register(d, attributes);
    } else if (strcmp(name, "feature") == 0) {
        const char *feature = rsp_xml_attribute(attributes, "name");
        free(d->feature);
        d->feature = feature ? xstrndup(feature, REGISTER_NAME_MOST) : NULL;
    } else if (strcmp(name, "architecture") == 0 || strcmp(name, "osabi") == 0) {
        d->takes_text = true;
        buf_clear(&d->text);
    }
}

static void on_text(struct rsp_xml *x, const char *text, size_t n)
{
    struct document *d = x->context;
    if (d->takes_text && d->text.length + n <= REGISTER_NAME_MOST)
        buf_add(&d->text, text, n);
}

static char *trimmed(const struct buf *b)
{
    const char *s = buf_text(b);
    s += strspn(s, " \t\r\n");
    return as_word(s, strcspn(s, " \t\r\n"));
}

static void on_end(struct rsp_xml *x, const char *name)
{
    struct document *d = x->context;
    if (!d->takes_text || d->includes)
        return;
    d->takes_text = false;
    struct rsp_tdesc *t = d->reading->tdesc;
    char **place = strcmp(name, "architecture") == 0 ? &t->architecture
                   : strcmp(name, "osabi") == 0      ? &t->osabi
                                                     : NULL;
    if (!place)
        return;
    free(*place);
    *place = trimmed(&d->text);
}

/* -- documents ------------------------------------------------------------------------------------- */

/* Some stubs count a NUL or a newline behind the end. */
static size_t without_tail(const char *text, size_t n)
{
    while (n > 0 && (text[n - 1] == '\0' || text[n - 1] == '\n'))
        n--;
    return n;
}

static struct error *run_parser(struct document *d, const char *annex, const char *text, size_t n)
{
    if (n > DOCUMENT_BYTES_MOST)
        return error_new(ERR_VIOLATION, "%.100s: it is longer than 1 MiB", annex);
    d->xml = (struct rsp_xml){.name = annex, .context = d, .start = on_start, .end = on_end, .text = on_text};
    struct error *e = rsp_xml_read(&d->xml, text, without_tail(text, n));
    free(d->feature);
    buf_free(&d->text);
    return e;
}

static struct error *parse_document(struct reading *r, const char *annex, unsigned depth)
{
    if (depth > DOCUMENT_LEVELS_MOST)
        return error_new(ERR_VIOLATION, "%.100s: includes are nested deeper than %d", annex,
                         DOCUMENT_LEVELS_MOST);
    if (++r->documents > DOCUMENTS_MOST)
        return error_new(ERR_VIOLATION, "%.100s: more than %d documents are included", annex, DOCUMENTS_MOST);
    char *text = NULL;
    size_t n = 0;
    struct error *e = r->fetch(r->context, annex, &text, &n);
    if (e)
        return error_while(e, "%.100s", annex);
    struct document d = {.reading = r, .depth = depth};
    e = run_parser(&d, annex, text, n);
    free(text);
    return e;
}

/* -- the whole ------------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    const struct rsp_register *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* `g` has the registers in the order of their numbers, unless the description places them itself. */
static struct error *lay_out(struct reading *r)
{
    struct rsp_tdesc *t = r->tdesc;
    if (t->count)
        qsort(t->registers, t->count, sizeof *t->registers, by_number);
    size_t next = 0;
    for (size_t i = 0; i < t->count; i++) {
        struct rsp_register *reg = &t->registers[i];
        if (i > 0 && reg->number == t->registers[i - 1].number)
            return error_new(ERR_VIOLATION, "registers %s and %s have the same number %u",
                             t->registers[i - 1].name, reg->name, reg->number);
        if (!r->placed || reg->offset == SIZE_MAX)
            reg->offset = next;
        next = reg->offset + reg->size;
        if (next > REGISTER_BLOCK_MOST)
            return error_new(ERR_VIOLATION, "the registers up to %s take %zu bytes, and %d are taken",
                             reg->name, next, REGISTER_BLOCK_MOST);
        if (next > t->g_size)
            t->g_size = next;
    }
    return NULL;
}

struct error *rsp_tdesc_read(rsp_fetch_document fetch, void *context, struct rsp_tdesc **ret)
{
    struct reading r = {.fetch = fetch, .context = context, .tdesc = xcalloc(1, sizeof *r.tdesc)};
    struct error *e = parse_document(&r, "target.xml", 0);
    if (!e)
        e = lay_out(&r);
    if (e) {
        rsp_tdesc_free(r.tdesc);
        return e;
    }
    *ret = r.tdesc;
    return NULL;
}

void rsp_tdesc_free(struct rsp_tdesc *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++) {
        free(t->registers[i].name);
        free(t->registers[i].type);
    }
    free(t->registers);
    free(t->architecture);
    free(t->osabi);
    free(t);
}

struct error *rsp_tdesc_includes(const char *document, size_t n, char ***ret)
{
    char **names = NULL;
    struct document d = {.includes = &names};
    struct error *e = run_parser(&d, "description", document, n);
    names = xreallocarray(names, d.include_count + 1, sizeof *names);
    names[d.include_count] = NULL;
    if (!e) {
        *ret = names;
        return NULL;
    }
    for (size_t i = 0; i < d.include_count; i++)
        free(names[i]);
    free(names);
    return e;
}

const struct rsp_register *rsp_tdesc_find(const struct rsp_tdesc *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->registers[i].name, name) == 0)
            return &t->registers[i];
    return NULL;
}

const struct rsp_register *rsp_tdesc_by_number(const struct rsp_tdesc *t, uint32_t number)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->registers[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->count && t->registers[low].number == number ? &t->registers[low] : NULL;
}
