/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/index/index_image.h"

#include <string.h>

#include "base/alloc.h"
#include "symbols/dwarf/dwarf_compat.h"

static const char magic[8] = {'a', 'l', 'l', 's', 't', 'o', 'p', 'I'};
enum { BYTE_ORDER_MARK = 0x01020304 };

static const uint16_t tags[] = {
    DW_TAG_base_type,
    DW_TAG_structure_type,
    DW_TAG_union_type,
    DW_TAG_class_type,
    DW_TAG_enumeration_type,
    DW_TAG_typedef,
    DW_TAG_enumerator,
    [IMAGE_FUNCTION] = DW_TAG_subprogram,
    [IMAGE_VARIABLE] = DW_TAG_variable,
};

int image_tag_code(uint16_t tag)
{
    static const int8_t codes[DW_TAG_variable + 1] = {
        [DW_TAG_base_type] = 1,
        [DW_TAG_structure_type] = 2,
        [DW_TAG_union_type] = 3,
        [DW_TAG_class_type] = 4,
        [DW_TAG_enumeration_type] = 5,
        [DW_TAG_typedef] = 6,
        [DW_TAG_enumerator] = 7,
        [DW_TAG_subprogram] = IMAGE_FUNCTION + 1,
        [DW_TAG_variable] = IMAGE_VARIABLE + 1,
        [DW_TAG_constant] = IMAGE_VARIABLE + 1, /* Fortran's `parameter` */
    };
    return tag < ARRAY_LENGTH(codes) ? codes[tag] - 1 : -1;
}

size_t name_base_length(const char *name, size_t n)
{
    const char *angle = memchr(name, '<', n);
    /* `operator<`, `operator<<`, and names such as `<closure>` that begin with one. */
    if (!angle || angle == name || (n > 8 && memcmp(name, "operator", 8) == 0 && angle <= name + 9))
        return n;
    return (size_t)(angle - name);
}

uint32_t image_name_hash(const char *name)
{
    size_t n = name_base_length(name, strlen(name));
    uint32_t h = 0x811c9dc5;
    for (size_t i = 0; i < n; i++)
        if (name[i] != ' ')
            h = (h ^ (unsigned char)name[i]) * 0x01000193;
    return h;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15ull;
    return h ^ h >> 29;
}

uint64_t image_checksum(const void *bytes, size_t size)
{
    /* Four sums side by side, as a multiplication takes longer than a load. */
    uint64_t h[4] = {size, 1, 2, 3}, v[4];
    const uint8_t *p = bytes;
    for (; size >= sizeof v; p += sizeof v, size -= sizeof v) {
        memcpy(v, p, sizeof v);
        for (int i = 0; i < 4; i++)
            h[i] = mix(h[i], v[i]);
    }
    memset(v, 0, sizeof v);
    if (size)
        memcpy(v, p, size);
    uint64_t sum = size;
    for (int i = 0; i < 4; i++)
        sum = mix(mix(sum, h[i]), v[i]);
    return sum;
}

enum { SUMMED_FROM = offsetof(struct image_header, binding) };

void image_header_finish(uint8_t *bytes, size_t size, uint64_t binding)
{
    struct image_header h;
    memcpy(&h, bytes, sizeof h);
    memcpy(h.magic, magic, sizeof magic);
    h.version = IMAGE_VERSION;
    h.byte_order = BYTE_ORDER_MARK;
    h.binding = binding;
    h.size = size;
    memcpy(bytes, &h, sizeof h);
    h.checksum = image_checksum(bytes + SUMMED_FROM, size - SUMMED_FROM);
    memcpy(bytes, &h, sizeof h);
}

/* A part as an array of elements of `element` bytes. */
static const void *part(const struct image *m, const struct image_header *h, enum image_part_id id,
                        size_t element, size_t *count)
{
    uint32_t offset = h->offsets[id], size = h->sizes[id];
    *count = 0;
    if (offset % 8 || offset < sizeof *h || offset > m->size || size > m->size - offset || size % element)
        return NULL;
    *count = size / element;
    return m->bytes + offset;
}

static const char *check_header(const struct image_header *h, const uint8_t *bytes, size_t size,
                                uint64_t binding)
{
    if (memcmp(h->magic, magic, sizeof magic) != 0)
        return "it is no name index";
    if (h->version != IMAGE_VERSION || h->byte_order != BYTE_ORDER_MARK)
        return "it is of another version";
    if (h->size != size)
        return "it is truncated";
    if (h->binding != binding)
        return "it is for another file";
    if (h->checksum != image_checksum(bytes + SUMMED_FROM, size - SUMMED_FROM))
        return "its checksum does not fit";
    return NULL;
}

bool image_open(const uint8_t *bytes, size_t size, uint64_t binding, struct image *m, const char **why)
{
    struct image_header h;
    *m = (struct image){.bytes = bytes, .size = size, .text = "", .strings = ""};
    *why = "it is truncated";
    if (size < sizeof h)
        return false;
    memcpy(&h, bytes, sizeof h);
    if ((*why = check_header(&h, bytes, size, binding)))
        return false;
    size_t hashes, ignored;
    *why = "its parts are damaged";
    m->hashes = part(m, &h, IMAGE_HASHES, sizeof *m->hashes, &hashes);
    m->names = part(m, &h, IMAGE_NAMES, sizeof *m->names, &m->name_count);
    m->scopes = part(m, &h, IMAGE_SCOPES, sizeof *m->scopes, &m->scope_count);
    m->ranges = part(m, &h, IMAGE_RANGES, sizeof *m->ranges, &m->range_count);
    m->imports = part(m, &h, IMAGE_IMPORTS, sizeof *m->imports, &m->import_count);
    m->text = part(m, &h, IMAGE_TEXT, 1, &m->text_size);
    if (!m->hashes || !m->names || !m->scopes || !m->ranges || !m->imports || !m->text ||
        !part(m, &h, IMAGE_POSTINGS, 1, &ignored) || hashes != m->name_count ||
        (m->text_size && m->text[m->text_size - 1]))
        return false;
    *why = NULL;
    return true;
}

const char *image_text(const struct image *m, uint32_t text)
{
    if (text & IMAGE_OWN_TEXT) {
        text &= ~IMAGE_OWN_TEXT;
        return text < m->text_size ? m->text + text : "";
    }
    /* The last byte of .debug_str was seen to be a NUL when the image was taken into use. */
    return text < m->strings_size ? m->strings + text : "";
}

struct cursor image_postings(const struct image *m, size_t i)
{
    struct image_header h;
    memcpy(&h, m->bytes, sizeof h);
    size_t size;
    const uint8_t *bytes = part(m, &h, IMAGE_POSTINGS, 1, &size);
    struct cursor c = cursor_from(bytes, size, m->names[i].postings, false);
    return c;
}

bool image_posting_next(const struct image *m, struct cursor *c, struct posting *p)
{
    uint8_t flags = cursor_u8(c);
    if (c->bad || (flags & POSTING_TAG) >= (int)ARRAY_LENGTH(tags))
        return false;
    p->tag = tags[flags & POSTING_TAG];
    p->declaration = flags & POSTING_DECLARATION;
    p->linkage = flags & POSTING_LINKAGE;
    p->die += cursor_uleb(c);
    uint64_t scope = flags & POSTING_SCOPE ? cursor_uleb(c) : 0;
    p->scope = scope < m->scope_count ? (uint32_t)scope : 0;
    bool ok = !c->bad;
    if (flags & POSTING_LAST)
        c->at = c->end;
    return ok;
}

size_t image_find(const struct image *m, uint32_t hash)
{
    size_t low = 0, high = m->name_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (m->hashes[mid] < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low < m->name_count && m->hashes[low] == hash ? low : m->name_count;
}

size_t image_importers(const struct image *m, uint32_t unit, const struct image_import **ret)
{
    size_t low = 0, high = m->import_count, n = 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (m->imports[mid].unit < unit)
            low = mid + 1;
        else
            high = mid;
    }
    while (low + n < m->import_count && m->imports[low + n].unit == unit)
        n++;
    *ret = m->imports + low;
    return n;
}
