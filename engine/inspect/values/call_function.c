/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in front of the parentheses of a call: a function, what points to one, a method and its object,
 * an object with operator(); and of several functions of one name the one that takes the arguments. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/values/bases.h"
#include "engine/inspect/values/calls.h"
#include "engine/inspect/values/evaluate.h"
#include "engine/inspect/values/member_pointer.h"
#include "engine/inspect/values/parse.h"
#include "engine/inspect/values/qualified.h"
#include "engine/target/target.h"

/* -- of several ------------------------------------------------------------------------------------------ */

/* The nearest so far. */
struct choice {
    int distance;
    bool is_tied;
    struct value *function;
    const struct type_method *method;
};

static bool is_nearer(struct choice *best, int distance)
{
    bool first = !best->function && !best->method;
    if (distance < 0 || (!first && distance > best->distance))
        return false;
    best->is_tied = !first && distance == best->distance;
    bool nearer = first || distance < best->distance;
    best->distance = distance;
    return nearer;
}

static struct error *tied(const char *name)
{
    return error_hint(
        error_new(ERR_AMBIGUOUS, "%s: several functions of that name take these arguments", name),
        "name the parameters of the one that is meant: %s(int)(…)", name);
}

static struct error *none_takes(const char *name)
{
    return error_hint(
        error_new(ERR_TYPE_MISMATCH, "%s: no function of that name takes these arguments", name),
        "`lookup %s` shows them; a cast makes an argument what is wanted", name);
}

/* Of C++'s functions the name without parameters, as it is shown; malloc'd, NULL: none is known. */
static char *bare_name(struct symbol_map *map, uint64_t code)
{
    struct symbol_place place;
    if (!symbols_lookup(map, code, &place))
        return NULL;
    const char *shown =
        place.inlined_count ? place.inlined[place.inlined_count - 1].function : place.function;
    if (!shown)
        return NULL;
    const char *name = symbols_without_returned(shown);
    size_t length = qualified_length(name, NULL, NULL);
    return length ? xstrndup(name, length) : NULL;
}

/* Functions of one name, by what they take. */
static struct error *choose(struct evaluation *e, struct value *const *values, size_t count,
                            struct value **function)
{
    struct symbol_map *map = e->pool.target->map;
    BASE_FREE char *name = bare_name(map, (*function)->address);
    struct symbol_match *matches = NULL;
    struct choice best = {.function = NULL};
    size_t found = 0, functions = 0;
    if (!name)
        return NULL;
    symbols_find_name(map, name, &matches, &found);
    for (size_t i = 0; i < found; i++) {
        struct type *type =
            matches[i].data || matches[i].inlined ? NULL : symbols_function_type(map, matches[i].entry, 0);
        if (!type || (best.function && best.function->address == matches[i].entry))
            continue;
        functions++;
        if (is_nearer(&best, call_distance(type_strip(type), 0, values, count)))
            best.function = value_at(&e->pool, type, matches[i].entry);
    }
    free(matches);
    if (functions < 2)
        return NULL;
    if (!best.function)
        return none_takes(name);
    *function = best.function;
    return best.is_tied ? tied(name) : NULL;
}

/* Methods of one class. */
static struct error *choose_method(struct type *class, const char *name, struct value *const *values,
                                   size_t count, const struct type_method **ret)
{
    const struct type_method *methods;
    struct choice best = {.function = NULL};
    size_t all = type_methods(class, &methods), of_name = 0;
    for (size_t i = 0; i < all; i++) {
        if (strcmp(methods[i].name, name) != 0)
            continue;
        of_name++;
        if (is_nearer(&best, call_distance(type_strip(methods[i].type), methods[i].has_this, values, count)))
            best.method = &methods[i];
    }
    if (of_name < 2)
        return NULL;
    if (!best.method)
        return none_takes(name);
    *ret = best.method;
    return best.is_tied ? tied(name) : NULL;
}

/* -- methods --------------------------------------------------------------------------------------------- */

/* `qualified`: the class is named, and what overrides the method is not asked. */
static struct error *method_of(struct evaluation *e, struct value *object, const struct member_path *path,
                               bool qualified, struct value *const *values, size_t count, struct callee *ret)
{
    const struct type_method *method = path->method;
    struct value *part = object;
    uint64_t code = 0;
    TRY(choose_method(path->class, method->name, values, count, &method));
    ret->has_this = method->has_this;
    if (!method->has_this)
        return scope_method(&e->pool, path->class, method, &ret->function);
    TRY(bases_walk(&e->pool, object, path, &part));
    if (!value_has_address(part))
        return error_hint(error_new(ERR_TYPE_MISMATCH, "%s: the object is in no memory that it could work on",
                                    method->name),
                          "methods are called of variables, and of what pointers lead to");
    ret->object = part->address;
    if (method->slot < 0 || qualified || e->pool.types_only) {
        if (e->pool.types_only) {
            ret->function = value_at(&e->pool, method->type, 0);
            return NULL;
        }
        return scope_method(&e->pool, path->class, method, &ret->function);
    }
    TRY(vtable_entry(&e->pool, part->address, method->slot, &code));
    ret->function = value_at(&e->pool, method->type, function_code(e->pool.target, code));
    return NULL;
}

/* object.name(…): *found where that is a method. */
static struct error *member_method(struct evaluation *e, const struct node *n, struct value *const *values,
                                   size_t count, struct callee *ret, bool *found)
{
    struct value *object = NULL;
    struct member_path path;
    struct type *class = NULL;
    *found = false;
    TRY(evaluate_node(e, n->left, &object));
    if (kind_is_reference(value_kind(object)) || n->kind == NODE_ARROW || value_kind(object) == TYPE_POINTER)
        TRY(value_dereference(&e->pool, object, &object));
    if (kind_is_reference(value_kind(object)))
        TRY(value_dereference(&e->pool, object, &object));
    if (n->file)
        TRY(scope_type(e, n->file, &class));
    if (class)
        TRY(value_cast(&e->pool, object, class, &object));
    *found =
        kind_is_struct(value_kind(object)) && bases_find_member(object->type, n->text, &path) && path.method;
    return *found ? method_of(e, object, &path, n->file != NULL, values, count, ret) : NULL;
}

/* (object.*pointer)(…), (object->*pointer)(…) */
static struct error *pointed_method(struct evaluation *e, const struct node *n, struct callee *ret)
{
    struct value *object = NULL, *pointer = NULL;
    TRY(evaluate_node(e, n->left, &object));
    TRY(evaluate_node(e, n->right, &pointer));
    if (n->op == '>')
        TRY(value_dereference(&e->pool, object, &object));
    TRY(method_pointed_to(&e->pool, object, pointer, &ret->function, &ret->object));
    ret->has_this = true;
    ret->function =
        value_at(&e->pool, ret->function->type, function_code(e->pool.target, ret->function->address));
    return NULL;
}

/* object(…) of a class that has operator(). */
static struct error *called_object(struct evaluation *e, struct value *object, struct value *const *values,
                                   size_t count, struct callee *ret)
{
    struct member_path path;
    ret->function = object;
    if (!kind_is_struct(value_kind(object)) || !bases_find_member(object->type, "operator()", &path) ||
        !path.method)
        return NULL;
    return method_of(e, object, &path, false, values, count, ret);
}

/* name(…) within a method of the same object. */
static struct error *own_method(struct evaluation *e, const struct node *n, struct value *const *values,
                                size_t count, struct callee *ret, bool *found)
{
    struct value *local = NULL, *pointer = NULL, *object = NULL;
    struct member_path path;
    *found = false;
    if (n->file || strstr(n->text, "::") || strchr(n->text, '('))
        return NULL;
    TRY(scope_local(e, n->text, &local));
    if (!local)
        TRY(scope_local(e, "this", &pointer));
    if (!pointer || value_kind(pointer) != TYPE_POINTER)
        return NULL;
    struct type *class = type_target(type_strip(pointer->type));
    if (!kind_is_struct(type_strip(class)->kind) || !bases_find_member(class, n->text, &path) || !path.method)
        return NULL;
    *found = true;
    TRY(value_dereference(&e->pool, pointer, &object));
    return method_of(e, object, &path, false, values, count, ret);
}

/* -- all ---------------------------------------------------------------------------------------------------
 */

/* A function may be chosen among those of its name, unless its parameters were written. */
static struct error *named_function(struct evaluation *e, const struct node *n, struct value *const *values,
                                    size_t count, struct value **function)
{
    if (value_kind(*function) != TYPE_FUNCTION || strchr(n->text, '(') ||
        type_language((*function)->type) == LANGUAGE_C)
        return NULL;
    return choose(e, values, count, function);
}

struct error *call_find(struct evaluation *e, const struct node *n, struct value *const *values, size_t count,
                        struct callee *ret)
{
    bool found = false;
    if (n->kind == NODE_MEMBER || n->kind == NODE_ARROW)
        TRY(member_method(e, n, values, count, ret, &found));
    else if (n->kind == NODE_NAME)
        TRY(own_method(e, n, values, count, ret, &found));
    else if (n->kind == NODE_TO_MEMBER)
        return pointed_method(e, n, ret);
    if (found)
        return NULL;
    struct value *v = NULL;
    TRY(evaluate_node(e, n, &v));
    if (kind_is_reference(value_kind(v)))
        TRY(value_dereference(&e->pool, v, &v));
    bool leads =
        value_kind(v) == TYPE_POINTER && type_strip(type_target(type_strip(v->type)))->kind == TYPE_FUNCTION;
    if (leads)
        TRY(value_dereference(&e->pool, v, &v));
    else if (n->kind == NODE_NAME)
        TRY(named_function(e, n, values, count, &v));
    if (value_kind(v) != TYPE_FUNCTION)
        return called_object(e, v, values, count, ret);
    ret->function = value_at(&e->pool, v->type, function_code(e->pool.target, v->address));
    return NULL;
}
