/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/memory_map.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/target/limits.h"
#include "engine/target/target.h"
#include "rsp/xml.h"

void memory_map_forget(struct memory_map *m)
{
    free(m->regions);
    *m = (struct memory_map){0};
}

static enum memory_kind kind_named(const char *name)
{
    for (enum memory_kind kind = MEMORY_RAM; name && kind <= MEMORY_FLASH; kind++)
        if (strcmp(name, memory_kind_name(kind)) == 0)
            return kind;
    return MEMORY_UNKNOWN;
}

static void on_element(struct rsp_xml *x, const char *name, const char **attributes)
{
    struct memory_map *m = x->context;
    struct memory_region region = {0};
    const char *start = rsp_xml_attribute(attributes, "start");
    const char *length = rsp_xml_attribute(attributes, "length");
    region.kind = kind_named(rsp_xml_attribute(attributes, "type"));
    if (strcmp(name, "memory") != 0 || m->count >= MEMORY_REGIONS_MOST || !region.kind || !start || !length ||
        !text_parse_u64(start, &region.start) || !text_parse_u64(length, &region.length))
        return;
    ARRAY_RESERVE(m->regions, m->count, m->capacity);
    m->regions[m->count++] = region;
}

static void parse(struct memory_map *m, const char *xml, size_t n)
{
    struct rsp_xml x = {.name = "memory map", .context = m, .start = on_element};
    struct error *e = rsp_xml_read(&x, xml, n);
    if (e)
        m->count = 0; /* half a map is worse than none */
    error_free(e);
}

const struct memory_map *memory_map_of(struct target *target)
{
    struct memory_map *m = &target->memory_map;
    if (m->asked || target->state != TARGET_STOPPED)
        return m;
    m->asked = true;
    if (!rsp_feature_usable(rsp_features(target->connection), FEATURE_XFER_MEMORY_MAP))
        return m;
    BASE_BUF struct buf xml = {0};
    struct error *e = target_check(
        target, rsp_xfer_read(target->connection, "memory-map", "", MEMORY_MAP_BYTES_MOST, &xml));
    if (!e)
        parse(m, buf_text(&xml), xml.length);
    error_free(e);
    return m;
}

enum memory_kind memory_kind_at(struct target *target, uint64_t address)
{
    const struct memory_map *m = memory_map_of(target);
    for (size_t i = 0; i < m->count; i++)
        if (address - m->regions[i].start < m->regions[i].length)
            return m->regions[i].kind;
    return MEMORY_UNKNOWN;
}

const char *memory_kind_name(enum memory_kind kind)
{
    static const char *const names[] = {NULL, "ram", "rom", "flash"};
    return names[kind];
}
