/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binary trees in order, from the first node on. What is known of the order is a sequence: nodes that were
 * read, and between them subtrees and ways up that were not. In each round all of these that lie in front of
 * the last element that is shown are read at once; so the first 200 of any number of elements need as many
 * turns as their own subtree is high, on the way up and down again, or fewer: what came with the memory
 * around other nodes is followed first.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/printers/nodes.h"

enum place_kind { STEP_NODE, STEP_SUBTREE, STEP_UP };

struct place {
    enum place_kind kind;
    uint64_t address; /* the root of the subtree; on the way up the node to read */
    uint64_t below;   /* on the way up: where it came from */
    struct value *node;
};

struct order {
    struct nodes *n;
    struct place *list;
    size_t count, capacity;
};

static void put(struct order *o, struct place place)
{
    bool leads_nowhere = place.kind != STEP_NODE && nodes_is_end(o->n, place.address);
    if (leads_nowhere)
        return;
    ARRAY_RESERVE(o->list, o->count, o->capacity);
    o->list[o->count++] = place;
}

static struct error *put_up(struct order *o, struct value *node, uint64_t below)
{
    uint64_t parent = 0;
    TRY(nodes_next(o->n, node, PART_PARENT, &parent));
    put(o, (struct place){.kind = STEP_UP, .address = parent, .below = below});
    return NULL;
}

static struct error *put_below(struct order *o, struct value *node, enum printer_part part)
{
    uint64_t child = 0;
    TRY(nodes_next(o->n, node, part, &child));
    put(o, (struct place){.kind = STEP_SUBTREE, .address = child});
    return NULL;
}

/* What a place turns out to be, one level further. */
static struct error *open_place(struct order *o, const struct place *place)
{
    struct value *node = NULL;
    uint64_t left = 0;
    TRY(nodes_visit(o->n, place->address, &node));
    if (!node) {
        put(o, *place);
        return NULL;
    }
    struct place itself = {.kind = STEP_NODE, .node = node};
    if (place->kind == STEP_SUBTREE) {
        TRY(put_below(o, node, PART_LEFT));
        put(o, itself);
        return put_below(o, node, PART_RIGHT);
    }
    TRY(nodes_next(o->n, node, PART_LEFT, &left));
    if (left == place->below) {
        put(o, itself);
        TRY(put_below(o, node, PART_RIGHT));
    }
    return put_up(o, node, place->address);
}

/* How many places lie in front of the last element that is followed, itself with them; *open: how many of
 * these are to be read. */
static size_t in_front(const struct order *o, size_t *open)
{
    size_t nodes = 0, i = 0;
    *open = 0;
    for (; i < o->count && nodes <= o->n->limit; i++) {
        nodes += o->list[i].kind == STEP_NODE;
        *open += o->list[i].kind != STEP_NODE && nodes < o->n->limit;
    }
    return i;
}

static struct error *fetch_open(const struct order *o, size_t count)
{
    struct contents_wants wants = {.count = 0};
    size_t size = (size_t)type_size(type_strip(o->n->type));
    for (size_t i = 0; o->list && i < count; i++)
        if (o->list[i].kind != STEP_NODE)
            want_node(o->n->r->p, o->list[i].address, size, &wants);
    return contents_fetch(o->n->r->p, &wants);
}

/* Is it to be read, and was its memory before? */
static bool is_at_hand(const struct order *o, const struct place *place)
{
    size_t size = (size_t)type_size(type_strip(o->n->type)), probe = size < 64 ? size : 64;
    return place->kind != STEP_NODE && memory_cached(o->n->r->p->target, place->address, probe);
}

static bool some_at_hand(const struct order *o, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_at_hand(o, &o->list[i]))
            return true;
    return false;
}

/* `at_hand`: those alone that cost no turn. */
static struct error *open_all(struct order *o, size_t count, bool at_hand)
{
    struct order next = {.n = o->n};
    struct error *e = NULL;
    size_t nodes = 0;
    for (size_t i = 0; i < count && !e; i++) {
        const struct place *place = &o->list[i];
        nodes += place->kind == STEP_NODE;
        /* Behind damage nothing more is opened. */
        if (place->kind == STEP_NODE || nodes >= o->n->limit || o->n->r->c->broken ||
            (at_hand && !is_at_hand(o, place)))
            put(&next, *place);
        else
            e = open_place(&next, place);
    }
    free(o->list);
    *o = next;
    return e;
}

static struct error *in_order(struct order *o)
{
    struct contents *c = o->n->r->c;
    struct value *first = NULL;
    size_t open = 0, added = 0;
    TRY(nodes_visit(o->n, o->n->first, &first));
    if (!first)
        return NULL;
    put(o, (struct place){.kind = STEP_NODE, .node = first});
    TRY(put_below(o, first, PART_RIGHT));
    TRY(put_up(o, first, o->n->first));
    for (size_t count = in_front(o, &open); open && !c->broken; count = in_front(o, &open)) {
        bool at_hand = some_at_hand(o, count);
        if (!at_hand)
            TRY(fetch_open(o, count));
        TRY(open_all(o, count, at_hand));
    }
    /* Of a damaged tree, as far as nothing is left out. */
    for (; added < o->count && added < o->n->limit && o->list[added].kind == STEP_NODE; added++)
        TRY(nodes_add(o->n, o->list[added].node));
    bool all = added == o->count;
    if (!c->broken)
        nodes_end(o->n, all);
    return NULL;
}

struct error *read_tree_contents(struct reading *r)
{
    struct nodes n;
    TRY(nodes_begin(r, &n));
    if (r->c->broken)
        return NULL;
    if (nodes_is_end(&n, n.first) || !n.limit) {
        nodes_end(&n, nodes_is_end(&n, n.first));
        return NULL;
    }
    struct order o = {.n = &n};
    struct contents_wants wants = {.count = 0};
    want_node(r->p, n.first, (size_t)type_size(type_strip(n.type)), &wants);
    TRY(contents_fetch(r->p, &wants));
    struct error *e = in_order(&o);
    free(o.list);
    return e;
}
