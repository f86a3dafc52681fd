/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/layout.h"

#include <string.h>

enum {
    CHILDREN = 8,     /* of one split, at most */
    LEAST_HEIGHT = 2, /* a row and the frame above it */
    LEAST_WIDTH = 9,  /* eight columns and the frame left of them */
    FRAME_HEIGHT = 6, /* smaller screens show one pane without a frame */
    FRAME_WIDTH = 20,
    GROWTH_LEAST = -3,
};

struct place {
    const struct layout_request *request;
    struct layout_result *result;
    enum pane_id in_main; /* PANE_NONE: the layout's own */
};

static bool fits(const struct layout_node *node, int height, int width)
{
    return height >= node->need_height && width >= node->need_width;
}

static bool node_has(const struct layout_node *node, enum pane_id pane, int height, int width)
{
    if (!fits(node, height, width))
        return false;
    if (node->kind == LAYOUT_PANE)
        return node->pane == pane;
    for (size_t i = 0; i < node->count; i++)
        if (node_has(&node->children[i], pane, height, width))
            return true;
    return false;
}

bool layout_has(const struct layout *layout, enum pane_id pane, int height, int width)
{
    return node_has(&layout->root, pane, height, width);
}

/* The pane that a leaf shows. */
static enum pane_id leaf_pane(const struct place *p, const struct layout_node *leaf)
{
    return leaf->main && p->in_main != PANE_NONE ? p->in_main : leaf->pane;
}

static bool holds(const struct place *p, const struct layout_node *node, enum pane_id pane)
{
    if (!fits(node, p->request->height, p->request->width))
        return false;
    if (node->kind == LAYOUT_PANE)
        return leaf_pane(p, node) == pane;
    for (size_t i = 0; i < node->count; i++)
        if (holds(p, &node->children[i], pane))
            return true;
    return false;
}

/* The weight in quarters, grown or shrunk by the user for the pane, or the largest among those inside. */
static int weight_of(const struct place *p, const struct layout_node *node)
{
    int growth = 0;
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        int g = p->request->growth[pane];
        if (g && holds(p, node, (enum pane_id)pane) && (g > growth || growth == 0))
            growth = g;
    }
    return node->weight * (4 + (growth < GROWTH_LEAST ? GROWTH_LEAST : growth));
}

/* Shares `total` cells by weight, at least `least` each; the last takes the rest. total >= count * least. */
static void share(const int *weights, size_t count, int total, int least, int *ret)
{
    int rest = total - (int)count * least;
    int weight_sum = 0;
    for (size_t i = 0; i < count; i++)
        weight_sum += weights[i];
    int given = 0, weight_given = 0;
    for (size_t i = 0; i < count; i++) {
        weight_given += weights[i];
        int upto = weight_sum ? (int)((long)rest * weight_given / weight_sum) : 0;
        if (i + 1 == count)
            upto = rest;
        ret[i] = least + upto - given;
        given = upto;
    }
}

/* The children that are shown: those whose need is met, and as many as there is room for. */
static size_t choose(const struct place *p, const struct layout_node *node, int room, int least,
                     const struct layout_node **ret)
{
    size_t count = 0;
    for (size_t i = 0; i < node->count && count < CHILDREN; i++)
        if (fits(&node->children[i], p->request->height, p->request->width))
            ret[count++] = &node->children[i];
    while (count > 1 && (int)count * least > room) {
        size_t victim = count - 1;
        if (holds(p, ret[victim], p->request->focus))
            victim--;
        memmove(ret + victim, ret + victim + 1, (count - victim - 1) * sizeof *ret);
        count--;
    }
    return count;
}

/* `box` includes the frame on all four sides. */
static void place_node(const struct place *p, const struct layout_node *node, struct area box)
{
    if (node->kind == LAYOUT_PANE) {
        p->result->panes[leaf_pane(p, node)] =
            (struct area){box.y + 1, box.x + 1, box.height - 2, box.width - 2};
        return;
    }
    bool rows = node->kind == LAYOUT_ROWS;
    int room = (rows ? box.height : box.width) - 1;
    int least = rows ? LEAST_HEIGHT : LEAST_WIDTH;
    const struct layout_node *shown[CHILDREN];
    size_t count = choose(p, node, room, least, shown);
    int weights[CHILDREN], sizes[CHILDREN];
    for (size_t i = 0; i < count; i++)
        weights[i] = weight_of(p, shown[i]);
    if (count)
        share(weights, count, room, (int)count * least <= room ? least : 0, sizes);
    int at = rows ? box.y : box.x;
    for (size_t i = 0; i < count; i++) {
        struct area child = rows ? (struct area){at, box.x, sizes[i] + 1, box.width}
                                 : (struct area){box.y, at, box.height, sizes[i] + 1};
        place_node(p, shown[i], child);
        at += sizes[i];
    }
}

static void place_alone(const struct layout_request *q, struct layout_result *r)
{
    memset(r->panes, 0, sizeof r->panes);
    if (r->framed)
        r->panes[q->focus] = (struct area){1, 1, q->height - 2, q->width - 2};
    else
        r->panes[q->focus] = (struct area){0, 0, q->height > 1 ? q->height - 1 : 0, q->width};
}

void layout_place(const struct layout_request *q, struct layout_result *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->framed = q->height >= FRAME_HEIGHT && q->width >= FRAME_WIDTH;
    ret->status_line = q->height - 1;
    if (q->zoom || !ret->framed) {
        place_alone(q, ret);
        return;
    }
    struct place p = {q, ret, q->in_main};
    if (p.in_main != PANE_NONE && layout_has(q->layout, p.in_main, q->height, q->width))
        p.in_main = PANE_NONE;
    if (!holds(&p, &q->layout->root, q->focus))
        p.in_main = q->focus;
    place_node(&p, &q->layout->root, (struct area){0, 0, q->height, q->width});
    const struct area *focus = &ret->panes[q->focus];
    if (focus->height <= 0 || focus->width <= 0)
        place_alone(q, ret);
}
