/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/memory_map.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/target/target.h"

enum { DOCUMENT_LIMIT = 1 << 20, REGIONS_MAX = 1024 };

struct reading {
    struct memory_map *map;
    XML_Parser parser;
};

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

static void on_element(void *context, const char *name, const char **attributes)
{
    struct memory_map *m = ((struct reading *)context)->map;
    struct memory_region region = {0};
    const char *type = NULL, *start = NULL, *length = NULL;
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(attributes[i], "type") == 0)
            type = attributes[i + 1];
        else if (strcmp(attributes[i], "start") == 0)
            start = attributes[i + 1];
        else if (strcmp(attributes[i], "length") == 0)
            length = attributes[i + 1];
    }
    region.kind = kind_named(type);
    if (strcmp(name, "memory") != 0 || m->count >= REGIONS_MAX || !region.kind || !start || !length ||
        !text_parse_u64(start, &region.start) || !text_parse_u64(length, &region.length))
        return;
    ARRAY_RESERVE(m->regions, m->count, m->capacity);
    m->regions[m->count++] = region;
}

static void refuse_entity(void *context, const char *name, int is_parameter, const char *value, int length,
                          const char *base, const char *system, const char *public, const char *notation)
{
    const struct reading *r = context;
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public;
    (void)notation;
    XML_StopParser(r->parser, XML_FALSE);
}

static void parse(struct memory_map *m, const char *xml, size_t n)
{
    struct reading r = {.map = m, .parser = XML_ParserCreate(NULL)};
    XML_SetUserData(r.parser, &r);
    XML_SetStartElementHandler(r.parser, on_element);
    XML_SetEntityDeclHandler(r.parser, refuse_entity);
    if (XML_Parse(r.parser, xml, (int)n, 1) != XML_STATUS_OK)
        m->count = 0; /* half a map is worse than none */
    XML_ParserFree(r.parser);
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
    struct error *e =
        target_check(target, rsp_xfer_read(target->connection, "memory-map", "", DOCUMENT_LIMIT, &xml));
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
