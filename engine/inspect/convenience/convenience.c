/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/convenience/convenience.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/convenience/kept.h"
#include "engine/inspect/limits.h"
#include "engine/inspect/values/variable_rules.h"
#include "engine/target/target.h"

struct kept_variable {
    struct kept value;
    char *name;
    bool is_set;
};

struct convenience {
    struct kept_variable **variables; /* each stays where it is: values point to them */
    size_t count, capacity;
    struct kept *history;      /* a ring of HISTORY_VALUES_MOST, number n in slot n % that */
    unsigned long first, last; /* numbers that are there; last 0: none */
    size_t bytes;              /* of those */
    struct siginfo_layout siginfo;
};

/* -- variables ------------------------------------------------------------------------------------------- */

static struct kept_variable *look_up(const struct convenience *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->variables[i]->name, name) == 0)
            return c->variables[i];
    return NULL;
}

/* NULL: there are too many. */
static struct kept_variable *made(struct convenience *c, const char *name)
{
    struct kept_variable *v = look_up(c, name);
    if (v || c->count == VARIABLES_MOST)
        return v;
    v = xcalloc(1, sizeof *v);
    v->name = xstrdup(name);
    ARRAY_RESERVE(c->variables, c->count, c->capacity);
    return c->variables[c->count++] = v;
}

void convenience_set(struct pool *p, const char *name, struct value *v)
{
    struct kept_variable *variable = made(p->target->convenience, name);
    if (!variable)
        return;
    variable->is_set = true;
    kept_take(p, v, &variable->value);
    variable->value.in_memory =
        false; /* a copy: to assign to it is not to assign to what it was taken from */
}

void convenience_set_integer(struct target *target, const char *name, int64_t number)
{
    struct pool pool = {.target = target};
    convenience_set(&pool, name, value_integer(&pool, basic_type(&pool, "int"), (uint64_t)number));
    pool_free(&pool);
}

void convenience_forget(struct target *target, const char *name)
{
    struct kept_variable *variable = look_up(target->convenience, name);
    if (!variable)
        return;
    kept_clear(&variable->value);
    variable->is_set = false;
}

const char *convenience_name(const struct target *target, size_t i)
{
    const struct convenience *c = target->convenience;
    for (size_t k = 0; k < c->count; k++)
        if (c->variables[k]->is_set && i-- == 0)
            return c->variables[k]->name;
    return NULL;
}

bool convenience_has(const struct target *target, const char *name)
{
    const struct kept_variable *variable = look_up(target->convenience, name);
    return (variable && variable->is_set) || known_may_come(name) || known_has(name);
}

/* -- the history ------------------------------------------------------------------------------------------
 */

static struct kept *slot(const struct convenience *c, unsigned long number)
{
    return &c->history[number % HISTORY_VALUES_MOST];
}

static void drop_oldest(struct convenience *c)
{
    struct kept *k = slot(c, c->first++);
    c->bytes -= k->bytes ? k->size : 0;
    kept_clear(k);
}

unsigned long convenience_remember(struct pool *p, struct value *v)
{
    struct convenience *c = p->target->convenience;
    struct kept kept = {0};
    if (!c || !kept_take(p, v, &kept))
        return 0;
    if (!c->history)
        c->history = xcalloc(HISTORY_VALUES_MOST, sizeof *c->history);
    c->bytes += kept.bytes ? kept.size : 0;
    c->last++;
    while (c->first < c->last && (c->last - c->first >= HISTORY_VALUES_MOST || c->bytes > HISTORY_BYTES_MOST))
        drop_oldest(c);
    *slot(c, c->last) = kept;
    return c->last;
}

unsigned long convenience_last(const struct target *target)
{
    return target->convenience->last;
}

static struct error *of_history(struct evaluation *e, const char *name, bool *ours, struct value **ret)
{
    struct convenience *c = e->pool.target->convenience;
    const char *digits = name + (*name == '$');
    bool from_end = digits > name || !*digits;
    *ours = !digits[strspn(digits, "0123456789")] && (from_end || *digits);
    if (!*ours)
        return NULL;
    if (c->last == 0 && (from_end || strcmp(digits, "0") == 0)) {
        *ret = value_new(&e->pool, basic_type(&e->pool, "void"));
        return NULL;
    }
    unsigned long long back = !*digits ? (unsigned long long)(digits > name) : strtoull(digits, NULL, 10);
    unsigned long long number = from_end ? c->last - back : back ? back : c->last;
    if ((from_end && back >= c->last) || number > c->last || number < 1)
        return error_hint(error_new(ERR_NO_SYMBOL, "the history has no value $%s", name),
                          "it has been given %lu so far", c->last);
    if (number < c->first)
        return error_hint(error_new(ERR_NO_SYMBOL, "the history has no value $%s any more", name),
                          "$%lu is the oldest that is kept", c->first);
    return kept_value(e, slot(c, (unsigned long)number), ret);
}

struct siginfo_layout *siginfo_layout(const struct target *target)
{
    return &target->convenience->siginfo;
}

/* -- what expressions ask ---------------------------------------------------------------------------------
 */

static struct error *find(struct evaluation *e, const char *name, struct value **ret)
{
    bool ours;
    TRY(of_history(e, name, &ours, ret));
    if (!ours)
        TRY(known_find(e, name, ret));
    if (ours || *ret)
        return NULL;
    struct kept_variable *variable = look_up(e->pool.target->convenience, name);
    if (!variable || !variable->is_set) {
        if (known_may_come(name))
            *ret = value_new(&e->pool, basic_type(&e->pool, "void"));
        return NULL;
    }
    TRY(kept_value(e, &variable->value, ret));
    (*ret)->place = PLACE_VARIABLE;
    (*ret)->variable = variable;
    return NULL;
}

static struct error *place(struct evaluation *e, const char *name, struct value **ret)
{
    bool history;
    struct value *known = NULL;
    TRY(of_history(e, name, &history, &known));
    if (!history)
        TRY(known_find(e, name, &known));
    if (history || known)
        return error_hint(error_new(ERR_TYPE_MISMATCH, "$%s cannot be assigned to", name),
                          "any other name makes a variable: set $x = %s", "VALUE");
    struct kept_variable *variable = made(e->pool.target->convenience, name);
    if (!variable)
        return error_hint(error_new(ERR_UNSUPPORTED, "$%s would be one variable too many", name),
                          "there may be %d", VARIABLES_MOST);
    if (variable->is_set)
        return find(e, name, ret);
    *ret = value_new(&e->pool, basic_type(&e->pool, "void"));
    (*ret)->place = PLACE_VARIABLE;
    (*ret)->variable = variable;
    return NULL;
}

static struct error *store(struct pool *p, struct value *to, struct value *from)
{
    struct kept_variable *variable = to->variable;
    TRY(value_load(p, from));
    convenience_set(p, variable->name, from);
    to->type = from->type;
    to->size = from->size;
    free(to->bytes);
    free(to->known);
    to->bytes = xmemdup(from->bytes, from->size);
    to->known = from->known ? xmemdup(from->known, from->size) : NULL;
    to->bit_size = from->bit_size;
    to->bit_offset = from->bit_offset;
    return NULL;
}

static const struct variable_rules rules = {.find = find, .place = place, .store = store};

void convenience_create(struct target *target)
{
    target->convenience = xcalloc(1, sizeof *target->convenience);
    target->convenience->first = 1;
    target->variable_rules = &rules;
}

void convenience_free(struct target *target)
{
    struct convenience *c = target->convenience;
    if (!c)
        return;
    for (size_t i = 0; i < c->count; i++) {
        kept_clear(&c->variables[i]->value);
        free(c->variables[i]->name);
        free(c->variables[i]);
    }
    for (size_t i = 0; c->history && i < HISTORY_VALUES_MOST; i++)
        kept_clear(&c->history[i]);
    free(c->variables);
    free(c->history);
    free(c);
    target->convenience = NULL;
    target->variable_rules = NULL;
}
