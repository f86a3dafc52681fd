/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Containers as text: "text", {1, 2, 3}, {[1] = "one"}, {first = 1, second = 2}; a smart pointer by its
 * address and what it holds, 0x4172b0: 5. What is cut tells how many there are: {1, 2, ...} of 1000.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/printers/printers.h"
#include "engine/inspect/render/render.h"
#include "engine/target/target.h"

static void add_broken(struct rendering *r, const struct contents *c, bool behind)
{
    if (c->broken)
        buf_printf(r->out, behind ? ", <error: %s>" : "<error: %s>", c->broken->message);
}

static void add_cut(struct rendering *r, const struct contents *c)
{
    if (c->more && c->size)
        buf_printf(r->out, " of %" PRIu64, c->size);
}

static bool is_text(struct rendering *r, const struct contents *c, struct text_kind *kind)
{
    /* Rust's text is made of u8. */
    struct type *t = type_strip(c->character);
    if (t->kind == TYPE_INTEGER && type_size(t) == 1 && !(r->format && r->format != 's')) {
        *kind = (struct text_kind){.width = 1};
        return true;
    }
    return text_kind_of(c->character, r->format, kind);
}

/* In a format that is for numbers, as an array of them. */
static void numbers_text(struct rendering *r, const struct contents *c, unsigned depth)
{
    size_t width = (size_t)type_size(type_strip(c->character));
    buf_add_char(r->out, '{');
    for (size_t i = 0; width && i < c->length / width; i++) {
        struct value *v = value_new(r->p, c->character);
        if (i)
            buf_add_text(r->out, ", ");
        v->bytes = xmemdup(c->bytes + i * width, width);
        inner_text(r, v, depth + 1);
    }
    buf_add_text(r->out, c->more ? "...}" : "}");
    add_cut(r, c);
}

static void string_text(struct rendering *r, const struct contents *c, unsigned depth)
{
    struct text_kind kind;
    if (!is_text(r, c, &kind)) {
        numbers_text(r, c, depth);
        return;
    }
    add_string(r->out, &kind, c->bytes, c->length, r->p->target->big_endian, c->more);
    add_cut(r, c);
}

static void item_text(struct rendering *r, const struct contents_item *item, unsigned depth)
{
    if (item->key) {
        buf_add_char(r->out, '[');
        inner_text(r, item->key, depth + 1);
        buf_add_text(r->out, "] = ");
    } else if (item->name) {
        buf_printf(r->out, "%s = ", item->name);
    }
    inner_text(r, item->value, depth + 1);
}

/* Runs of what has the same text are told by their number, as in arrays: ", 0 <repeats 20 times>". */
static void items_text(struct rendering *r, const struct contents *c, unsigned depth)
{
    BASE_BUF struct buf before = {0};
    struct buf *out = r->out;
    size_t i = 0, run = 0, run_from = 0;
    for (; i < c->count && out->length < RENDER_TEXT; i++) {
        if (i)
            buf_add_text(out, ", ");
        size_t begin = out->length;
        item_text(r, &c->items[i], depth);
        size_t length = out->length - begin;
        bool same =
            run && length == before.length && memcmp(out->data + begin, buf_text(&before), length) == 0;
        run = same ? run + 1 : 1;
        if (!same) {
            buf_clear(&before);
            buf_add(&before, out->data + begin, length);
            run_from = out->length;
        } else if (run > REPEATS) {
            buf_truncate(out, run_from);
            buf_printf(out, " <repeats %zu times>", run);
        }
    }
    if (i < c->count || c->more)
        buf_add_text(out, "...");
}

/* As each language writes it: Rust's sequences are [1, 2], its sets and maps {1, 2}. */
static bool has_brackets(const struct value *v, const struct contents *c)
{
    struct type *t = type_strip(v->type);
    return c->shape == CONTENTS_LIST && type_language(t) == LANGUAGE_RUST && t->name &&
           !strstr(t->name, "Set<");
}

static void list_text(struct rendering *r, const struct value *v, const struct contents *c, unsigned depth)
{
    bool brackets = has_brackets(v, c);
    buf_add_char(r->out, brackets ? '[' : '{');
    items_text(r, c, depth);
    add_broken(r, c, true);
    buf_add_char(r->out, brackets ? ']' : '}');
    add_cut(r, c);
}

static void pointer_text(struct rendering *r, const struct contents *c, unsigned depth)
{
    uint64_t address = 0;
    error_free(value_as_integer(r->p, c->pointer, &address));
    buf_printf(r->out, "0x%" PRIx64, address);
    add_symbol(r->p, address, r->out);
    if (c->gone)
        buf_add_text(r->out, " <gone>");
    else if (c->has_uses && c->uses != 1)
        buf_printf(r->out, " (%" PRIu64 " uses)", c->uses);
    if (!c->count || r->p->held)
        return;
    buf_add_text(r->out, ": ");
    r->p->held = true;
    inner_text(r, c->items[0].value, depth + 1);
    r->p->held = false;
}

static void contents_text(struct rendering *r, const struct value *v, const struct contents *c,
                          unsigned depth)
{
    switch (c->shape) {
    case CONTENTS_STRING:
        string_text(r, c, depth);
        break;
    case CONTENTS_POINTER:
        pointer_text(r, c, depth);
        break;
    case CONTENTS_VALUE:
        inner_text(r, c->items[0].value, depth + 1);
        break;
    case CONTENTS_CHOICE:
        buf_printf(r->out, "{[%" PRIu64 "] = ", c->index);
        inner_text(r, c->items[0].value, depth + 1);
        buf_add_char(r->out, '}');
        break;
    case CONTENTS_EMPTY:
        buf_add_text(r->out, "<empty>");
        break;
    default:
        list_text(r, v, c, depth);
        break;
    }
}

struct error *container_text(struct rendering *r, struct value *v, unsigned depth, bool *shown)
{
    struct contents c = {.shape = CONTENTS_NONE};
    *shown = false;
    if (depth >= RENDER_DEPTH)
        return NULL;
    TRY(contents_read(r->p, v, &c));
    if (c.broken && !c.count) { /* and how it is laid out, by which it may be seen what is wrong */
        add_broken(r, &c, false);
        buf_add_char(r->out, ' ');
    } else if (c.shape != CONTENTS_NONE) {
        contents_text(r, v, &c, depth);
        *shown = true;
    }
    contents_free(&c);
    return NULL;
}
