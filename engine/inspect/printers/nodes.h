/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/printers/nodes.h - inside of the room: nodes that lead to other nodes, which list.c and
 * tree.c have in common (nodes.c). A node is met once: what leads to one again goes round in a circle.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_PRINTERS_NODES_H
#define ALLSTOP_ENGINE_INSPECT_PRINTERS_NODES_H

#include "engine/inspect/printers/description.h"

struct nodes {
    struct reading *r;
    struct type *type;    /* of a node */
    uint64_t first, stop; /* `stop` is no node: what leads there has come to the end, as what leads to 0 */
    int64_t size;         /* as the object says; -1: it does not */
    size_t limit;         /* so many are followed */
    uint64_t seen[CONTAINER_NODES_MOST];
    size_t seen_count;
};

/* What the description says of the whole. */
struct error *nodes_begin(struct reading *r, struct nodes *ret) BASE_MUST_CHECK;
bool nodes_is_end(const struct nodes *n, uint64_t address);
/* The node there, read; *ret is NULL where it was met before or cannot be, and the contents are broken. */
struct error *nodes_visit(struct nodes *n, uint64_t address, struct value **ret) BASE_MUST_CHECK;
/* Where a part of a node leads. */
struct error *nodes_next(struct nodes *n, struct value *node, enum printer_part part,
                         uint64_t *ret) BASE_MUST_CHECK;
struct error *nodes_add(struct nodes *n, struct value *node) BASE_MUST_CHECK;
/* All were met, or as many as are followed: does that fit with what the object says? */
void nodes_end(struct nodes *n, bool all);

#endif
