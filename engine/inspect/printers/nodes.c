/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/printers/nodes.h"

#include <inttypes.h>

static struct error *node_type(struct nodes *n, struct value *first)
{
    struct reading *r = n->r;
    struct value *node = NULL;
    struct type *t = type_strip(first->type);
    if (r->d->parts[PART_NODE]) {
        TRY(part_value(r, PART_NODE, &node));
        n->type = node->type;
    } else if (t->kind == TYPE_POINTER) {
        n->type = type_target(t);
    }
    bool fits = n->type && kind_is_struct(type_strip(n->type)->kind) && type_size(type_strip(n->type));
    return fits ? NULL : error_new(ERR_TYPE_MISMATCH, "no nodes");
}

struct error *nodes_begin(struct reading *r, struct nodes *ret)
{
    struct value *first = NULL;
    int64_t stop = 0;
    *ret = (struct nodes){.r = r, .size = -1};
    r->c->shape = r->d->parts[PART_KEY] ? CONTENTS_MAP : CONTENTS_LIST;
    TRY(part_value(r, PART_FIRST, &first));
    if (value_kind(first) != TYPE_POINTER)
        return error_new(ERR_TYPE_MISMATCH, "no nodes");
    TRY(value_as_integer(r->p, first, &ret->first));
    TRY(node_type(ret, first));
    TRY(part_or(r, PART_STOP, 0, &stop));
    ret->stop = (uint64_t)stop;
    TRY(part_or(r, PART_SIZE, -1, &ret->size));
    if (r->d->parts[PART_SIZE] && !contents_size_fits(r->c, ret->size, type_size(type_strip(ret->type))))
        return NULL;
    ret->limit = contents_limit(r, ret->size < 0 ? UINT64_MAX : (uint64_t)ret->size);
    r->c->size = ret->size < 0 ? 0 : (uint64_t)ret->size;
    r->c->more = r->c->more && ret->size >= 0; /* else that shows at the end */
    return NULL;
}

bool nodes_is_end(const struct nodes *n, uint64_t address)
{
    return address == 0 || address == n->stop;
}

struct error *nodes_visit(struct nodes *n, uint64_t address, struct value **ret)
{
    struct contents *c = n->r->c;
    *ret = NULL;
    for (size_t i = 0; i < n->seen_count && !c->broken; i++)
        if (n->seen[i] == address)
            contents_break(c, "it goes round in a circle, back to 0x%" PRIx64, address);
    if (n->seen_count == CONTAINER_NODES_MOST)
        contents_break(c, "it has more nodes than elements");
    if (c->broken)
        return NULL;
    n->seen[n->seen_count++] = address;
    struct value *node = value_at(n->r->p, n->type, address);
    struct error *e = value_load(n->r->p, node);
    if (error_is(e, ERR_NO_MEMORY)) {
        contents_break(c, "Cannot access memory at address 0x%" PRIx64, address);
        error_free(e);
        return NULL;
    }
    TRY(e);
    *ret = node;
    return NULL;
}

struct error *nodes_next(struct nodes *n, struct value *node, enum printer_part part, uint64_t *ret)
{
    struct value *next = NULL;
    TRY(path_value(n->r->p, node, n->r->d->parts[part], &next));
    if (value_kind(next) != TYPE_POINTER)
        return error_new(ERR_TYPE_MISMATCH, "no pointer");
    return value_as_integer(n->r->p, next, ret);
}

struct error *nodes_add(struct nodes *n, struct value *node)
{
    struct value *element = NULL;
    TRY(path_value(n->r->p, node, n->r->d->parts[PART_ELEMENT], &element));
    if (element->size && element->size <= VALUE_BYTES_MAX)
        TRY(value_load(n->r->p, element));
    return contents_add(n->r, element);
}

void nodes_end(struct nodes *n, bool all)
{
    struct contents *c = n->r->c;
    if (n->size < 0)
        c->more = !all;
    else if (all && c->count < n->limit)
        contents_break(c, "it ends after %zu of %" PRId64 " elements", c->count, n->size);
    else if (!all && !c->more)
        contents_break(c, "it goes on behind its %" PRId64 " elements", n->size);
}
