/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In this order: where they live is computed, then what they hold is read at once, then the strings they
 * point to. */
#include "engine/inspect/render/locals.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/printers/printers.h"
#include "engine/inspect/values/evaluate.h"
#include "engine/inspect/render/render.h"

enum { WANTS_AT_ONCE = 64, WANT_BYTES = 4096, STRINGS_DEPTH = 3, STRINGS_ELEMENTS = 16 };

struct row {
    struct value *value;
    struct error *failed;
};

struct locals {
    struct evaluation evaluation;
    struct variable *variables; /* those that are shown */
    struct row *rows;           /* of each */
    size_t count, next;
    struct local local; /* the one that is out, with its strings */
    char *type;
    struct buf text;
    struct error *cut_short; /* nothing more can be asked, or NULL */
};

struct wants {
    struct memory_want list[WANTS_AT_ONCE];
    size_t count;
};

static void want(struct target *target, struct wants *w, uint64_t address, size_t length)
{
    unsigned char probe[1];
    for (size_t i = 0; i < w->count; i++)
        if (w->list[i].address == address && w->list[i].length >= length)
            return;
    if (w->count < WANTS_AT_ONCE && length && length <= WANT_BYTES &&
        !memory_from_file(target, address, probe, sizeof probe))
        w->list[w->count++] = (struct memory_want){address, length};
}

/* What cannot be read is said where it is shown. */
static struct error *fetch(struct target *target, const struct wants *w)
{
    struct error *e = w->count ? memory_prefetch(target, w->list, w->count) : NULL;
    if (error_ends_asking(e))
        return e;
    error_free(e);
    return NULL;
}

static struct error *want_values(struct target *target, const struct row *rows, size_t count)
{
    struct wants w = {.count = 0};
    for (size_t i = 0; i < count; i++)
        if (!rows[i].failed && rows[i].value->place == PLACE_MEMORY)
            want(target, &w, rows[i].value->address, rows[i].value->size);
    return fetch(target, &w);
}

static void want_strings(struct pool *p, struct value *v, unsigned depth, struct wants *w);

static void want_string(struct pool *p, struct value *v, unsigned width, struct wants *w)
{
    uint64_t address = 0;
    struct error *e = v->implicit_file ? NULL : value_as_integer(p, v, &address);
    if (!e && address)
        want(p->target, w, address, (RENDER_ELEMENTS + 1) * (size_t)width);
    error_free(e);
}

static void want_of_elements(struct pool *p, struct value *v, unsigned depth, struct wants *w)
{
    struct value *inner = NULL;
    struct error *e = NULL;
    uint64_t elements = 0;
    if (!value_count(p, v, &elements))
        return;
    for (uint64_t i = 0; i < elements && i < STRINGS_ELEMENTS && !e; i++)
        if (!(e = value_index(p, v, (int64_t)i, &inner)))
            want_strings(p, inner, depth + 1, w);
    error_free(e);
}

static void want_of_members(struct pool *p, struct value *v, unsigned depth, struct wants *w)
{
    struct value *inner = NULL;
    struct error *e = NULL;
    const struct type_member *members;
    size_t n = type_members(type_strip(v->type), &members);
    /* What is found by a virtual table is read when it is shown: the table may be anything. */
    for (size_t i = 0; i < n && !e; i++)
        if (members[i].known_offset && !(e = value_of_member(p, v, &members[i], &inner)))
            want_strings(p, inner, depth + 1, w);
    error_free(e);
}

/* Strings behind the character pointers of a value, of its members and elements. */
static void want_strings(struct pool *p, struct value *v, unsigned depth, struct wants *w)
{
    struct type *t = type_strip(v->type);
    struct text_kind kind;
    if (v->optimised_out || depth > STRINGS_DEPTH || v->size > WANT_BYTES)
        return;
    if (t->kind == TYPE_POINTER && text_kind_of(type_target(t), 0, &kind))
        want_string(p, v, kind.width, w);
    else if (t->kind == TYPE_ARRAY)
        want_of_elements(p, v, depth, w);
    else if (kind_is_struct(t->kind))
        want_of_members(p, v, depth, w);
}

/* -- one by one -------------------------------------------------------------------------------------- */

enum local_state local_state_of(const struct error *failed)
{
    if (!failed)
        return LOCAL_SHOWN;
    return error_is(failed, ERR_OPTIMISED_OUT) ? LOCAL_OPTIMISED_OUT : LOCAL_NO_MEMORY;
}

const char *local_state_name(enum local_state state)
{
    static const char *const names[] = {
        [LOCAL_SHOWN] = "",
        [LOCAL_OPTIMISED_OUT] = "optimised-out",
        [LOCAL_NO_MEMORY] = "no-memory",
    };
    return names[state];
}

/* What has a text and yet no value: a pointer that was optimised away, and an array too big to be read as a
 * whole. Nothing is read here that is to be read again. */
static struct error *need_whole(struct pool *p, struct value *v)
{
    uint64_t count;
    for (unsigned i = 0; i < RENDER_DEPTH && kind_is_reference(value_kind(v)); i++)
        TRY(value_dereference(p, v, &v));
    bool too_big = v->size > VALUE_BYTES_MAX && value_count(p, v, &count);
    return too_big || v->implicit_file ? value_load(p, v) : NULL;
}

static struct error *show(struct locals *l, const struct row *row)
{
    struct pool *p = &l->evaluation.pool;
    if (row->value->optimised_out)
        return error_new(ERR_OPTIMISED_OUT, "the value is optimised out here");
    TRY(render_text(p, row->value, 0, &l->text));
    return need_whole(p, row->value);
}

const struct local *locals_next(struct locals *l)
{
    if (l->next == l->count)
        return NULL;
    const struct variable *variable = &l->variables[l->next];
    struct row *row = &l->rows[l->next++];
    buf_clear(&l->text);
    free(l->type);
    if (!row->failed)
        row->failed = show(l, row);
    if (error_ends_asking(row->failed)) {
        l->cut_short = row->failed;
        row->failed = NULL;
        l->next = l->count;
        return NULL;
    }
    enum local_state state = local_state_of(row->failed);
    struct value *v = state == LOCAL_SHOWN ? row->value : NULL;
    l->type = type_name(v ? v->type : variable->type);
    l->local = (struct local){
        .name = variable->name,
        .type = l->type,
        .text = v ? buf_text(&l->text) : "",
        .state = state,
        .argument = variable->argument,
        .has_address = v && value_has_address(v),
        .address = v ? v->address : 0,
        .value = v,
        .pool = &l->evaluation.pool,
    };
    return &l->local;
}

/* -- all of them ------------------------------------------------------------------------------------- */

/* What the compiler made up is nobody's variable, but for C++'s `this`, and arrays of Fortran that gfortran
 * passes as a descriptor of its own; lengths of texts and the like begin with a character that no name has
 * there. */
static bool is_made_up(const struct variable *v)
{
    if (!v->artificial || strcmp(v->name, "this") == 0)
        return false;
    return type_language(v->type) != LANGUAGE_FORTRAN || !isalpha((unsigned char)*v->name);
}

static void drop_made_up(struct locals *l)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++)
        if (!is_made_up(&l->variables[i]))
            l->variables[kept++] = l->variables[i];
    l->count = kept;
}

/* What containers among them lead to, of all at once. */
static struct error *fetch_containers(struct locals *l)
{
    struct pool *p = &l->evaluation.pool;
    struct contents_wants wants = {.count = 0};
    for (size_t i = 0; i < l->count; i++) {
        struct value *v = l->rows[i].failed ? NULL : l->rows[i].value;
        if (!v || !kind_is_struct(value_kind(v)) || !v->size || v->size > WANT_BYTES || v->optimised_out)
            continue;
        struct error *e = value_load(p, v);
        if (!e)
            contents_want(p, v, 0, &wants);
        if (error_ends_asking(e))
            return e;
        error_free(e); /* it is said where it is shown */
    }
    return contents_fetch(p, &wants);
}

static struct error *place_and_read(struct locals *l)
{
    struct evaluation *e = &l->evaluation;
    struct wants strings = {.count = 0};
    l->rows = xcalloc(l->count + 1, sizeof *l->rows);
    for (size_t i = 0; i < l->count; i++) {
        struct error *failed = scope_variable(e, &l->variables[i], &l->rows[i].value);
        if (error_ends_asking(failed))
            return failed;
        l->rows[i].failed = failed;
    }
    TRY(want_values(e->pool.target, l->rows, l->count));
    for (size_t i = 0; i < l->count; i++)
        if (!l->rows[i].failed)
            want_strings(&e->pool, l->rows[i].value, 0, &strings);
    TRY(fetch(e->pool.target, &strings));
    return fetch_containers(l);
}

struct error *locals_begin(struct target *target, struct locals **ret)
{
    struct locals *l = xcalloc(1, sizeof *l);
    struct error *failed = evaluation_begin(target, &l->evaluation);
    if (!failed)
        failed = scope_variables(&l->evaluation, &l->variables, &l->count);
    if (failed) {
        l->count = 0;
        error_free(locals_end(l));
        return failed;
    }
    drop_made_up(l);
    failed = place_and_read(l);
    if (failed) {
        error_free(locals_end(l));
        return failed;
    }
    *ret = l;
    return NULL;
}

size_t locals_count(const struct locals *l)
{
    return l->count;
}

struct error *locals_end(struct locals *l)
{
    struct error *cut_short = l->cut_short;
    for (size_t i = 0; i < l->count; i++)
        error_free(l->rows[i].failed);
    free(l->rows);
    free(l->variables);
    free(l->type);
    buf_free(&l->text);
    evaluation_end(&l->evaluation);
    free(l);
    return cut_short;
}
