/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When they are set: whether they can be read, and whether their names are known where they count. */
#include "engine/control/breakpoints/conditions.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/agent/agent.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/inspect/convenience/convenience.h"
#include "engine/inspect/values/parse.h"
#include "engine/inspect/values/scope.h"
#include "engine/target/registers.h"
#include "symbols/variable.h"

/* A name of these variables; with `this` among them any other may be a member of it. */
static bool among(struct control *c, uint64_t pc, unsigned inlined, const char *name, bool *more)
{
    struct variable *list = NULL;
    size_t count = 0;
    *more = symbols_variables_at(c->target->map, pc, inlined, &list, &count);
    bool found = false;
    for (size_t i = 0; i < count && !found; i++)
        found = strcmp(list[i].name, name) == 0 || strcmp(list[i].name, "this") == 0;
    free(list);
    return found;
}

static bool local_name(struct control *c, uint64_t pc, const char *name)
{
    bool more = true;
    for (unsigned inlined = 0; more && inlined <= SYMBOL_INLINE_MAX; inlined++)
        if (among(c, pc, inlined, name, &more))
            return true;
    return false;
}

/* Names with `::` have ways of their own to be found, and are left to the evaluation. */
static bool known(struct control *c, uint64_t pc, const struct node *n)
{
    if (strstr(n->text, "::") || (!n->file && local_name(c, pc, n->text)) ||
        scope_is_constant(c->target, pc, n->text))
        return true;
    BASE_FREE char *full = n->file ? xasprintf("%s:%s", n->file, n->text) : xstrdup(n->text);
    struct variable v;
    struct type *type;
    int64_t number;
    if (symbols_find_variable(c->target->map, full, pc, &v) ||
        symbols_find_enumerator(c->target->map, n->text, &type, &number))
        return true;
    struct symbol_match *matches = NULL;
    size_t count = 0;
    symbols_find_name(c->target->map, full, &matches, &count);
    free(matches);
    return count > 0;
}

/* The first name in the tree (its depth is bounded by the parser) that is not known at `pc`, or NULL. */
static const struct node *unknown(struct control *c, uint64_t pc, const struct node *n)
{
    if (!n)
        return NULL;
    if (n->kind == NODE_NAME)
        return known(c, pc, n) ? NULL : n;
    if (n->kind == NODE_REGISTER)
        return !c->target->description || register_find(c->target, n->text) ||
                       convenience_has(c->target, n->text)
                   ? NULL
                   : n;
    const struct node *found = unknown(c, pc, n->left);
    if (!found)
        found = unknown(c, pc, n->right);
    return found ? found : unknown(c, pc, n->third);
}

static struct error *not_known(struct control *c, const struct breakpoint *b, const struct node *n)
{
    const char *what = n->kind == NODE_REGISTER ? "register $" : "symbol ";
    struct error *e = error_new(ERR_NO_SYMBOL, "the condition %s: there is no %s%s in that context",
                                b->condition, what, n->text);
    BASE_FREE char *near = n->kind == NODE_NAME ? symbols_near(c->target->map, n->text) : NULL;
    return near ? error_hint(e, "did you mean %s?", near) : e;
}

static struct error *check_names(struct control *c, const struct breakpoint *b, const struct node *tree)
{
    const struct node *missing = NULL;
    for (size_t i = 0; i < b->count; i++) {
        missing = unknown(c, b->locations[i].address, tree);
        if (!missing)
            return NULL;
    }
    return missing ? not_known(c, b, missing) : NULL;
}

struct error *condition_check(struct control *c, const struct breakpoint *b)
{
    struct evaluation evaluation;
    struct node *tree = NULL;
    if (!b->condition)
        return NULL;
    TRY(evaluation_begin(c->target, &evaluation));
    struct error *e = scope_parse(&evaluation, b->condition, &tree);
    if (e)
        e = error_while(e, "the condition");
    else if (!b->is_watch && !b->pending)
        e = check_names(c, b, tree);
    node_free(tree);
    evaluation_end(&evaluation);
    return e;
}

/* -- inside the stub --------------------------------------------------------------------------------- */

static bool add_condition(struct control *c, const struct breakpoint *b, uint64_t pc, struct buf *out)
{
    BASE_BUF struct buf code = {0};
    if (!b || !b->condition)
        return false;
    struct error *e = agent_compile(c, b->condition, pc, &code);
    bool ok = !e;
    error_free(e);
    if (ok) {
        buf_printf(out, ";X%zx,", code.length);
        hex_encode(out, (const unsigned char *)code.data, code.length);
    }
    return ok;
}

void conditions_update(struct control *c, struct site *p)
{
    BASE_BUF struct buf text = {0};
    p->stale = false;
    bool can = (p->type == SITE_SOFTWARE || p->type == SITE_HARDWARE) &&
               rsp_feature_usable(rsp_features(c->target->connection), FEATURE_CONDITIONAL_BREAKPOINTS) &&
               p->count && p->users == p->count;
    for (size_t i = 0; can && i < p->count; i++)
        can = add_condition(c, breakpoint_find(c, p->breakpoint_ids[i]), p->address, &text) &&
              text.length <= CONDITIONS_BYTES_MAX;
    site_set_conditions(c, p, can ? xstrdup(buf_text(&text)) : NULL);
}
