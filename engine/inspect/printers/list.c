/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that each lead to the next: lists, and the elements of a hash table where they are linked. */
#include "engine/inspect/printers/nodes.h"

struct error *read_list_contents(struct reading *r)
{
    struct nodes n;
    TRY(nodes_begin(r, &n));
    uint64_t at = n.first;
    while (!r->c->broken && !nodes_is_end(&n, at) && r->c->count < n.limit) {
        struct contents_wants wants = {.count = 0};
        struct value *node = NULL;
        want_node(r->p, at, (size_t)type_size(type_strip(n.type)), &wants);
        TRY(contents_fetch(r->p, &wants));
        TRY(nodes_visit(&n, at, &node));
        if (!node)
            return NULL;
        TRY(nodes_next(&n, node, PART_NEXT, &at));
        TRY(nodes_add(&n, node));
    }
    if (!r->c->broken)
        nodes_end(&n, nodes_is_end(&n, at));
    return NULL;
}
