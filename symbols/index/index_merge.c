/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/index_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/limits.h"

/* A name or scope of one part, on its way to its number in the image. */
struct local_name {
    uint32_t hash, part, name;
};

struct local_scope {
    uint32_t parent, name; /* numbers in the image */
    uint32_t part, scope;
};

struct merge {
    const struct merge_input *in;
    uint32_t **name_map, **scope_map; /* by part and number in the part */
    struct part_name *names;          /* of the image; [0] unused */
    uint32_t *name_part;              /* whose text it is, where that is a part's own */
    size_t name_count;
    struct image_scope *scopes; /* `text` is a number of `names` until it is written */
    size_t scope_count;
    struct part_entry *entries; /* by name */
    size_t *first;              /* of a name; one more at the end */
    size_t entry_count;
    struct buf text, postings;
    uint32_t *texts; /* where a name's text is in the image */
};

/* Least significant digit first, 11 bits at a time: by hash. Stable. */
static void sort_by_hash(struct local_name *list, size_t n)
{
    enum { BITS = 11, DIGITS = 1 << BITS };
    struct local_name *from = list, *to = xreallocarray(NULL, n + 1, sizeof *to), *spare = to;
    for (unsigned shift = 0; shift < 32; shift += BITS) {
        size_t counts[DIGITS] = {0}, at = 0;
        for (size_t i = 0; i < n; i++)
            counts[from[i].hash >> shift & (DIGITS - 1)]++;
        for (size_t d = 0; d < DIGITS; d++) {
            size_t here = counts[d];
            counts[d] = at;
            at += here;
        }
        for (size_t i = 0; i < n; i++)
            to[counts[from[i].hash >> shift & (DIGITS - 1)]++] = from[i];
        struct local_name *swap = from;
        from = to;
        to = swap;
    }
    if (from != list)
        memcpy(list, from, n * sizeof *list);
    free(spare);
}

static const char *text_of(const struct merge *m, const struct local_name *n)
{
    return part_name_text(&m->in->parts[n->part], n->name);
}

static int by_text(const void *a, const void *b, void *context)
{
    const struct merge *m = context;
    return strcmp(text_of(m, a), text_of(m, b));
}

/* Equal names get one number; a text in .debug_str is preferred, the first there. */
static void number_name(struct merge *m, const struct local_name *n, bool same)
{
    const struct part_name *local = &m->in->parts[n->part].names[n->name];
    if (!same) {
        m->names[m->name_count] = *local;
        m->name_part[m->name_count++] = n->part;
    }
    struct part_name *kept = &m->names[m->name_count - 1];
    if (local->text < kept->text) {
        kept->text = local->text;
        m->name_part[m->name_count - 1] = n->part;
    }
    m->name_map[n->part][n->name] = (uint32_t)m->name_count - 1;
}

static void merge_names(struct merge *m)
{
    size_t total = 0, k = 0;
    for (size_t i = 0; i < m->in->count; i++)
        total += m->in->parts[i].name_count;
    struct local_name *list = xreallocarray(NULL, total + 1, sizeof *list);
    for (size_t i = 0; i < m->in->count; i++) {
        const struct index_part *p = &m->in->parts[i];
        m->name_map[i] = xcalloc(p->name_count, sizeof **m->name_map);
        for (uint32_t n = 1; n < p->name_count; n++)
            list[k++] = (struct local_name){.hash = p->names[n].hash, .part = (uint32_t)i, .name = n};
    }
    sort_by_hash(list, k);
    m->names = xcalloc(k + 1, sizeof *m->names);
    m->name_part = xcalloc(k + 1, sizeof *m->name_part);
    m->name_count = 1;
    for (size_t i = 0, end; i < k; i = end) {
        for (end = i + 1; end < k && list[end].hash == list[i].hash; end++)
            ;
        if (end - i > 1)
            qsort_r(list + i, end - i, sizeof *list, by_text, m);
        for (size_t n = i; n < end; n++)
            number_name(m, &list[n], n > i && strcmp(text_of(m, &list[n - 1]), text_of(m, &list[n])) == 0);
    }
    free(list);
}

static int by_parent(const void *a, const void *b)
{
    const struct local_scope *x = a, *y = b;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

/* Numbers the scopes of one depth; those around them have theirs. */
static void number_scopes(struct merge *m, struct local_scope *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct part_scope *s = &m->in->parts[list[i].part].scopes[list[i].scope];
        list[i].parent = m->scope_map[list[i].part][s->parent];
        list[i].name = m->name_map[list[i].part][s->name];
    }
    if (n)
        qsort(list, n, sizeof *list, by_parent);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || by_parent(&list[i], &list[i - 1]) != 0)
            m->scopes[m->scope_count++] =
                (struct image_scope){.parent = list[i].parent, .text = list[i].name};
        if (m->in->parts[list[i].part].scopes[list[i].scope].exported)
            m->scopes[m->scope_count - 1].parent |= IMAGE_EXPORTED;
        m->scope_map[list[i].part][list[i].scope] = (uint32_t)m->scope_count - 1;
    }
}

static void merge_scopes(struct merge *m)
{
    size_t total = 0, done = 0;
    for (size_t i = 0; i < m->in->count; i++)
        total += m->in->parts[i].scope_count;
    struct local_scope *list = xreallocarray(NULL, total + 1, sizeof *list);
    m->scopes = xcalloc(total + 1, sizeof *m->scopes);
    m->scope_count = 1;
    uint32_t **depths = xcalloc(m->in->count + 1, sizeof *depths);
    for (size_t i = 0; i < m->in->count; i++) {
        const struct index_part *p = &m->in->parts[i];
        m->scope_map[i] = xcalloc(p->scope_count, sizeof **m->scope_map);
        depths[i] = xcalloc(p->scope_count, sizeof **depths);
        for (size_t k = 1; k < p->scope_count; k++)
            depths[i][k] = depths[i][p->scopes[k].parent] + 1;
        done += 1;
    }
    for (uint32_t depth = 1; done < total; depth++) {
        size_t n = 0;
        for (size_t i = 0; i < m->in->count; i++)
            for (size_t k = 1; k < m->in->parts[i].scope_count; k++)
                if (depths[i][k] == depth)
                    list[n++] = (struct local_scope){.part = (uint32_t)i, .scope = (uint32_t)k};
        number_scopes(m, list, n);
        done += n;
    }
    for (size_t i = 0; i < m->in->count; i++)
        free(depths[i]);
    free(depths);
    free(list);
}

/* All entries in the image's numbers, by name. */
static void gather_entries(struct merge *m)
{
    size_t total = 0;
    m->first = xcalloc(m->name_count + 2, sizeof *m->first);
    for (size_t i = 0; i < m->in->count; i++) {
        const struct index_part *p = &m->in->parts[i];
        total += p->entry_count;
        for (size_t k = 0; k < p->entry_count; k++)
            m->first[m->name_map[i][p->entries[k].name] + 2]++;
    }
    for (size_t n = 2; n < m->name_count + 2; n++)
        m->first[n] += m->first[n - 1];
    m->entries = xreallocarray(NULL, total + 1, sizeof *m->entries);
    for (size_t i = 0; i < m->in->count; i++) {
        const struct index_part *p = &m->in->parts[i];
        for (size_t k = 0; k < p->entry_count; k++) {
            struct part_entry e = p->entries[k];
            e.name = m->name_map[i][e.name];
            e.scope = m->scope_map[i][e.scope];
            m->entries[m->first[e.name + 1]++] = e;
        }
    }
}

static int by_kind(const void *a, const void *b)
{
    const struct part_entry *x = a, *y = b;
    if (x->tag != y->tag)
        return x->tag < y->tag ? -1 : 1;
    if (x->scope != y->scope)
        return x->scope < y->scope ? -1 : 1;
    if ((x->flags ^ y->flags) & ENTRY_LINKAGE)
        return x->flags & ENTRY_LINKAGE ? 1 : -1;
    if ((x->flags ^ y->flags) & ENTRY_DECLARATION)
        return x->flags & ENTRY_DECLARATION ? 1 : -1;
    return x->die < y->die ? -1 : x->die > y->die;
}

static int by_die(const void *a, const void *b)
{
    const struct part_entry *x = a, *y = b;
    return x->die < y->die ? -1 : x->die > y->die ? 1 : by_kind(a, b);
}

/* Does `e`, which follows `kept` in the order of by_kind(), say nothing new? A function is kept once for each
 * unit: its abstract instance and its code are one. Variables are all different. */
static bool repeats(const struct part_entry *kept, const struct part_entry *e)
{
    if (kept->tag != e->tag || kept->scope != e->scope || (kept->flags ^ e->flags) & ENTRY_LINKAGE)
        return false;
    if (e->tag == IMAGE_FUNCTION)
        return kept->unit == e->unit;
    return e->tag != IMAGE_VARIABLE || kept->die == e->die;
}

static size_t drop_repeats(struct part_entry *list, size_t n)
{
    size_t kept = 0;
    if (n > 1)
        qsort(list, n, sizeof *list, by_kind);
    for (size_t i = 0; i < n; i++)
        if (!kept || !repeats(&list[kept - 1], &list[i]))
            list[kept++] = list[i];
    if (kept > 1)
        qsort(list, kept, sizeof *list, by_die);
    return kept;
}

static void add_leb(struct buf *b, uint64_t v)
{
    do {
        buf_add_char(b, (char)((v & 0x7f) | (v > 0x7f ? 0x80 : 0)));
        v >>= 7;
    } while (v);
}

static void write_postings(struct merge *m, const struct part_entry *list, size_t n)
{
    uint64_t die = 0;
    for (size_t i = 0; i < n; i++) {
        const struct part_entry *e = &list[i];
        int flags = e->tag | (e->flags & ENTRY_DECLARATION ? POSTING_DECLARATION : 0) |
                    (e->flags & ENTRY_LINKAGE ? POSTING_LINKAGE : 0) | (e->scope ? POSTING_SCOPE : 0) |
                    (i + 1 == n ? POSTING_LAST : 0);
        buf_add_char(&m->postings, (char)flags);
        add_leb(&m->postings, e->die - die);
        if (e->scope)
            add_leb(&m->postings, e->scope);
        die = e->die;
    }
}

/* Where a name's text is in the image: in .debug_str, or copied once. */
static uint32_t place_text(struct merge *m, uint32_t name)
{
    const struct part_name *n = &m->names[name];
    if (!(n->text & IMAGE_OWN_TEXT))
        return n->text;
    if (m->texts[name] == UINT32_MAX) {
        const char *s = m->in->parts[m->name_part[name]].text.data + (n->text & ~IMAGE_OWN_TEXT);
        m->texts[name] = (uint32_t)m->text.length | IMAGE_OWN_TEXT;
        buf_add(&m->text, s, strlen(s) + 1);
    }
    return m->texts[name];
}

static int by_unit(const void *a, const void *b)
{
    const struct image_import *x = a, *y = b;
    if (x->unit != y->unit)
        return x->unit < y->unit ? -1 : 1;
    return x->importer < y->importer ? -1 : x->importer > y->importer;
}

static struct image_import *merge_imports(const struct merge_input *in, size_t *count)
{
    struct image_import *list = NULL;
    size_t n = 0, capacity = 0, kept = 0;
    for (size_t i = 0; i < in->count; i++) {
        for (size_t k = 0; k < in->parts[i].import_count; k++) {
            const struct part_import *import = &in->parts[i].imports[k];
            long unit = scan_unit_holding(in->units, in->unit_count, import->target);
            if (unit < 0)
                continue;
            ARRAY_RESERVE(list, n, capacity);
            list[n++] = (struct image_import){.unit = in->units[unit].unit, .importer = import->importer};
        }
    }
    if (n)
        qsort(list, n, sizeof *list, by_unit);
    for (size_t i = 0; i < n; i++)
        if (!kept || by_unit(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    *count = kept;
    return list;
}

/* Appends a part and notes it in the header. */
static void add_part(struct buf *b, struct image_header *h, enum image_part_id id, const void *bytes,
                     size_t size)
{
    static const char zeros[8];
    buf_add(b, zeros, (8 - b->length % 8) % 8);
    h->offsets[id] = (uint32_t)b->length;
    h->sizes[id] = (uint32_t)size;
    if (size)
        buf_add(b, bytes, size);
}

static uint8_t *write_image(struct merge *m, const uint32_t *hashes, const struct image_name *names,
                            size_t name_count, size_t *size)
{
    struct image_header h = {0};
    struct buf b = {0};
    size_t imports;
    BASE_FREE struct image_import *import_list = merge_imports(m->in, &imports);
    const struct merge_input *in = m->in;
    bool fits = m->postings.length + m->text.length + name_count * 12 + m->scope_count * 8 + imports * 8 +
                    in->range_count * sizeof *in->ranges <
                INDEX_IMAGE_LIMIT;
    size_t all = fits ? SIZE_MAX : 0;
    buf_add(&b, &h, sizeof h);
    add_part(&b, &h, IMAGE_HASHES, hashes, name_count * sizeof *hashes & all);
    add_part(&b, &h, IMAGE_NAMES, names, name_count * sizeof *names & all);
    add_part(&b, &h, IMAGE_SCOPES, m->scopes, m->scope_count * sizeof *m->scopes & all);
    add_part(&b, &h, IMAGE_POSTINGS, m->postings.data, m->postings.length & all);
    add_part(&b, &h, IMAGE_TEXT, m->text.data, m->text.length & all);
    add_part(&b, &h, IMAGE_RANGES, in->ranges, in->range_count * sizeof *in->ranges & all);
    add_part(&b, &h, IMAGE_IMPORTS, import_list, imports * sizeof *import_list & all);
    *size = b.length;
    uint8_t *bytes = (uint8_t *)buf_take(&b);
    memcpy(bytes, &h, sizeof h);
    image_header_finish(bytes, *size, in->binding);
    return bytes;
}

static uint8_t *finish(struct merge *m, size_t *size)
{
    BASE_FREE uint32_t *hashes = xcalloc(m->name_count, sizeof *hashes);
    BASE_FREE struct image_name *names = xcalloc(m->name_count, sizeof *names);
    size_t n = 0;
    m->texts = xreallocarray(NULL, m->name_count, sizeof *m->texts);
    memset(m->texts, 0xff, m->name_count * sizeof *m->texts);
    for (uint32_t i = 1; i < m->name_count; i++) {
        struct part_entry *list = m->entries + m->first[i];
        size_t count = drop_repeats(list, m->first[i + 1] - m->first[i]);
        if (!count)
            continue; /* a scope's */
        hashes[n] = m->names[i].hash;
        names[n++] = (struct image_name){.text = place_text(m, i), .postings = (uint32_t)m->postings.length};
        write_postings(m, list, count);
    }
    for (size_t i = 1; i < m->scope_count; i++)
        m->scopes[i].text = place_text(m, m->scopes[i].text);
    return write_image(m, hashes, names, n, size);
}

uint8_t *index_merge(const struct merge_input *in, size_t *size)
{
    struct merge m = {.in = in};
    m.name_map = xcalloc(in->count + 1, sizeof *m.name_map);
    m.scope_map = xcalloc(in->count + 1, sizeof *m.scope_map);
    merge_names(&m);
    merge_scopes(&m);
    gather_entries(&m);
    uint8_t *bytes = finish(&m, size);
    for (size_t i = 0; i < in->count; i++) {
        free(m.name_map[i]);
        free(m.scope_map[i]);
    }
    free(m.name_map);
    free(m.scope_map);
    free(m.names);
    free(m.name_part);
    free(m.scopes);
    free(m.entries);
    free(m.first);
    free(m.texts);
    buf_free(&m.text);
    buf_free(&m.postings);
    return bytes;
}
