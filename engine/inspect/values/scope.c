/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/values/scope.h"
#include "engine/inspect/frames/inlined.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/target/target.h"
#include "engine/inspect/frames/expression.h"
#include "engine/target/registers.h"
#include "engine/inspect/values/qualified.h"
#include "engine/inspect/values/scope_kernel.h"
#include "engine/inspect/values/variable_rules.h"
#include "symbols/scoped.h"

/* How far callers are looked at for values at entry. */
enum { ENTRY_FRAMES = 64, ENTRY_FRAMES_THRIFTY = 8 };

void scope_frame_free(struct scope_frame *f)
{
    frames_free(&f->list);
    frames_free(&f->longer);
}

/* Callers are unwound only where a value depends on them. */
const struct frame_list *scope_callers(void *owner)
{
    struct evaluation *e = owner;
    struct target *target = e->pool.target;
    struct thread *t;
    if (!e->frame.tried_longer) {
        e->frame.tried_longer = true;
        struct error *failed = threads_current(target, &t);
        if (!failed)
            failed = frames_read(
                target, t, target->frame + (target_is_thrifty(target) ? ENTRY_FRAMES_THRIFTY : ENTRY_FRAMES),
                true, &e->frame.longer);
        error_free(failed);
    }
    return e->frame.longer.count > e->frame.level ? &e->frame.longer : &e->frame.list;
}

struct error *evaluation_begin(struct target *target, struct evaluation *e)
{
    *e = (struct evaluation){.pool = {.target = target,
                                      .implicit = scope_implicit,
                                      .settle = scope_settle,
                                      .shared = scope_shared,
                                      .method = scope_method,
                                      .truth_type = scope_truth_type}};
    struct thread *t =
        target->threads.has_current ? threads_find(&target->threads, target->threads.current) : NULL;
    if (target->state != TARGET_STOPPED || !t || !target->arch || target->frame)
        return NULL;
    struct error *failed = thread_pc(target, t, &e->pool.pc);
    e->pool.has_pc = !failed;
    if (error_is(failed, ERR_LOST))
        return failed;
    error_free(failed); /* names are looked up without it */
    return NULL;
}

void evaluation_end(struct evaluation *e)
{
    pool_free(&e->pool);
    scope_frame_free(&e->frame);
}

/* The selected frame with its registers, and the caller's for entry values. */
struct error *scope_need_frame(struct evaluation *e)
{
    struct target *target = e->pool.target;
    struct thread *t;
    if (e->frame.tried)
        return NULL;
    e->frame.tried = true;
    if (target->state != TARGET_STOPPED)
        return NULL;
    TRY(threads_current(target, &t));
    struct error *failed = frames_read(target, t, target->frame + 1, true, &e->frame.list);
    if (error_is(failed, ERR_UNSUPPORTED) && !target->arch) {
        error_free(failed); /* what is at a fixed address is there without a frame */
        return NULL;
    }
    TRY(failed);
    if (target->frame >= e->frame.list.count)
        return error_new(ERR_USAGE, "frame %u is no longer there", target->frame);
    e->frame.found = true;
    e->frame.level = target->frame;
    unsigned i = target->frame;
    for (; i > 0 && e->frame.list.items[i - 1].inlined; i--)
        e->frame.inlined++;
    if (i == 0)
        e->frame.inlined += inlined_hidden(t, e->frame.list.items[0].pc);
    const struct frame *f = &e->frame.list.items[target->frame];
    e->pool.pc = f->pc - (f->exact ? 0 : 1);
    e->pool.has_pc = true;
    return NULL;
}

const struct frame *scope_selected(const struct evaluation *e)
{
    return e->frame.found ? &e->frame.list.items[e->frame.level] : NULL;
}

void scope_context(struct evaluation *e, struct frame_context *c)
{
    *c = (struct frame_context){.target = e->pool.target, .pc = e->pool.pc};
    const struct frame *f = scope_selected(e);
    if (!f)
        return;
    c->registers = f->registers;
    c->cfa = f->cfa;
    c->has_cfa = f->has_cfa;
    c->frames = &e->frame.list;
    c->level = e->frame.level;
    c->more = scope_callers;
    c->owner = e;
}

struct error *scope_variables(struct evaluation *e, struct variable **ret, size_t *count)
{
    *ret = NULL;
    *count = 0;
    TRY(scope_need_frame(e));
    if (!e->frame.found)
        return NULL;
    symbols_variables_at(e->pool.target->map, e->pool.pc, e->frame.inlined, ret, count);
    return NULL;
}

/* -- names ------------------------------------------------------------------------------------------- */

struct error *scope_local(struct evaluation *e, const char *name, struct value **ret)
{
    *ret = NULL;
    struct variable *variables = NULL;
    size_t count = 0, best = SIZE_MAX;
    struct error *failed = scope_variables(e, &variables, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(variables[i].name, name) == 0 &&
            (best == SIZE_MAX || variables[i].depth > variables[best].depth))
            best = i;
    if (!failed && best != SIZE_MAX)
        failed = scope_variable(e, &variables[best], ret);
    free(variables);
    return failed;
}

static struct type *bare_type(struct evaluation *e, const struct symbol_match *m)
{
    struct type *function = m->data ? NULL : symbols_function_type(e->pool.target->map, m->entry, 0);
    if (function)
        return function;
    if (!m->data)
        return type_bare_function(basic_type(&e->pool, "void"));
    return basic_type(&e->pool, m->size == 8   ? "long"
                                : m->size == 4 ? "int"
                                : m->size == 2 ? "short"
                                               : "char");
}

/* A symbol of the ELF table that no DWARF describes: a function, or data whose type nobody knows. */
static bool bare_symbol(struct evaluation *e, const char *name, struct value **ret)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    symbols_find_name(e->pool.target->map, name, &matches, &count);
    if (count) {
        struct type *declared =
            matches[0].data
                ? symbols_declared_type(e->pool.target->map, name, e->pool.has_pc ? e->pool.pc : UINT64_MAX)
                : NULL;
        bool known = declared && (type_size(declared) || type_strip(declared)->kind == TYPE_ARRAY);
        *ret = value_at(&e->pool, known ? declared : bare_type(e, &matches[0]), matches[0].entry);
        (*ret)->is_unsized_symbol = matches[0].data && !known;
    }
    free(matches);
    return count > 0;
}

static struct error *unknown_name(struct evaluation *e, const char *name)
{
    struct error *failed = error_new(ERR_NO_SYMBOL, "there is no symbol %s in the current context", name);
    char *near = symbols_near(e->pool.target->map, name);
    if (near)
        failed = error_hint(failed, "did you mean %s?", near);
    else if (symbol_map_count(e->pool.target->map) == 0)
        failed = error_hint(failed, "no symbols are loaded: `symbols FILE` loads them");
    free(near);
    return failed;
}

/* Statics are where they are whether their function runs or not (DW_OP_addr, DW_OP_addrx, thread-locals). */
static bool is_static(const struct variable *v)
{
    uint8_t op = v->where == VARIABLE_LOCATION && v->expression.size ? v->expression.bytes[0] : 0;
    return op == 0x03 || op == 0xa1 || op == 0xfb || op == 0x0e || op == 0x08 || op == 0x0a || op == 0x0c;
}

/* Of C++'s functions the name alone, which is shown with parameters. */
static bool is_called(const char *shown, const char *name)
{
    const char *bare = symbols_without_returned(shown);
    size_t n = strlen(name);
    return strncmp(bare, name, n) == 0 && (!bare[n] || bare[n] == '(');
}

/* FUNCTION::NAME: a static of that function, or a variable of the selected frame if that runs it. */
static struct error *in_function(struct evaluation *e, const char *file, const char *name, struct value **ret)
{
    const char *colons = qualified_last(name) - 2;
    if (colons <= name)
        return NULL;
    BASE_FREE char *function = xstrndup(name, (size_t)(colons - name));
    BASE_FREE char *full = file ? xasprintf("%s:%s", file, function) : xstrdup(function);
    struct symbol_match *matches = NULL;
    struct variable *variables = NULL;
    size_t count = 0, found = 0;
    struct error *failed = NULL;
    TRY(scope_need_frame(e));
    symbols_find_name(e->pool.target->map, full, &matches, &found);
    const struct frame *f = scope_selected(e);
    bool here = f && f->function && is_called(f->function, function);
    if (here)
        failed = scope_variables(e, &variables, &count);
    else if (found)
        symbols_variables_at(e->pool.target->map, matches[0].entry, 0, &variables, &count);
    for (size_t i = 0; i < count && !failed && !*ret; i++) {
        if (strcmp(variables[i].name, colons + 2) != 0)
            continue;
        failed = here || is_static(&variables[i])
                     ? scope_variable(e, &variables[i], ret)
                     : error_hint(error_new(ERR_NO_SYMBOL, "%s is a variable of frames of %s only",
                                            colons + 2, function),
                                  "select one with `frame`");
    }
    free(matches);
    free(variables);
    return failed;
}

bool scope_is_constant(const struct target *target, uint64_t pc, const char *name)
{
    static const char *const words[] = {"true", "false", "nullptr"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (strcmp(words[i], name) != 0)
            continue;
        enum symbols_language is = symbols_language(target->map, pc);
        return is == LANGUAGE_CPLUS || (*name != 'n' && (is == LANGUAGE_RUST || is == LANGUAGE_D));
    }
    return false;
}

/* C++'s constants. */
static struct error *constant(struct evaluation *e, const char *name, struct value **ret)
{
    if (!scope_is_constant(e->pool.target, e->pool.has_pc ? e->pool.pc : UINT64_MAX, name))
        return NULL;
    *ret = *name == 'n' ? value_integer(&e->pool, type_pointer_to(basic_type(&e->pool, "void")), 0)
                        : value_comparison(&e->pool, *name == 't');
    return NULL;
}

/* Members of classes, where the language has them: by themselves those of `this`, which hide what is global.
 */
static struct error *in_classes(struct evaluation *e, const char *name, struct value **ret)
{
    uint64_t pc = e->pool.has_pc ? e->pool.pc : UINT64_MAX;
    bool qualified = qualified_last(name) != name;
    if (symbols_language(e->pool.target->map, pc) == LANGUAGE_C || (!qualified && !e->frame.found))
        return NULL;
    return qualified ? scope_class_member(e, name, ret) : scope_this_member(e, name, ret);
}

/* What C++ means by the name at this place. */
static struct error *scoped_name(struct evaluation *e, const char *name, struct value **ret)
{
    struct scoped_name n;
    struct error *failed = NULL;
    if (!symbols_scoped(e->pool.target->map, name, e->pool.has_pc ? e->pool.pc : UINT64_MAX, false, &n))
        return NULL;
    if (n.kind == SCOPED_ENUMERATOR)
        *ret = value_integer(&e->pool, n.type, (uint64_t)n.number);
    else if (n.kind == SCOPED_VARIABLE && n.variable.where != VARIABLE_OPTIMISED_OUT)
        failed = scope_variable(e, &n.variable, ret);
    else if (n.kind == SCOPED_FUNCTION)
        bare_symbol(e, n.qualified, ret);
    scoped_name_free(&n);
    return failed;
}

/* What a name means at this place, before it is looked for everywhere. */
static struct error *near_name(struct evaluation *e, const char *name, struct value **ret)
{
    bool qualified = qualified_last(name) != name;
    TRY(scope_local(e, name, ret));
    if (!*ret && !qualified)
        TRY(scope_enclosing(e, name, ret));
    if (!*ret)
        TRY(constant(e, name, ret));
    if (!*ret && qualified) /* it says itself where it is */
        TRY(scoped_name(e, name, ret));
    if (!*ret)
        TRY(in_classes(e, name, ret));
    return *ret || qualified ? NULL : scoped_name(e, name, ret);
}

static struct error *find_name(struct evaluation *e, const char *file, const char *name, struct value **ret)
{
    struct target *target = e->pool.target;
    *ret = NULL;
    if (!file)
        TRY(near_name(e, name, ret));
    if (!*ret)
        TRY(in_function(e, file, name, ret));
    if (*ret)
        return NULL;
    BASE_FREE char *full = file ? xasprintf("%s:%s", file, name) : xstrdup(name);
    struct variable variable;
    if (symbols_find_variable(target->map, full, e->pool.has_pc ? e->pool.pc : UINT64_MAX, &variable))
        return scope_variable(e, &variable, ret);
    int64_t number;
    struct type *type;
    if (!file && symbols_find_enumerator(target->map, name, &type, &number)) {
        *ret = value_integer(&e->pool, type, (uint64_t)number);
        return NULL;
    }
    return bare_symbol(e, full, ret) ? NULL : unknown_name(e, name);
}

/* What the packages around the selected function have, "pkg__name" of "pkg.proc"; else `failed` stays. */
static struct error *in_packages(struct evaluation *e, const char *name, struct error *failed,
                                 struct value **ret)
{
    const struct frame *f = scope_selected(e);
    const char *around = f && f->function ? f->function : "";
    for (size_t n = strlen(around); n > 0; n--) {
        if (around[n - 1] != '.')
            continue;
        BASE_BUF struct buf whole = {0};
        for (const char *c = around; c < around + n; c++)
            buf_add_text(&whole, *c == '.' ? "__" : (char[]){*c, 0});
        buf_add_text(&whole, name);
        struct error *again = find_name(e, NULL, buf_text(&whole), ret);
        if (!error_is(again, ERR_NO_SYMBOL)) {
            error_free(failed);
            return again;
        }
        error_free(again);
    }
    return failed;
}

struct error *scope_name(struct evaluation *e, const char *file, const char *name, struct value **ret)
{
    struct error *failed = find_name(e, file, name, ret);
    enum symbols_language is = error_is(failed, ERR_NO_SYMBOL) ? scope_language(e) : LANGUAGE_UNKNOWN;
    BASE_FREE char *small = text_lower(name);
    if (strcmp(small, name) != 0 && (is == LANGUAGE_FORTRAN || is == LANGUAGE_ADA)) {
        error_free(failed);
        failed = find_name(e, file, small, ret);
    }
    if (error_is(failed, ERR_NO_SYMBOL) && is == LANGUAGE_ADA)
        failed = in_packages(e, small, failed, ret);
    return failed ? failed : scope_per_cpu(e, *ret);
}

static struct type *register_type(struct evaluation *e, const struct rsp_register *r)
{
    struct target *target = e->pool.target;
    bool is_pc = strcmp(r->name, target->arch->pc) == 0, is_sp = strcmp(r->name, target->arch->sp) == 0;
    if (is_pc || strcmp(r->type, "code_ptr") == 0)
        return type_pointer_to(type_function_of(basic_type(&e->pool, "void"), NULL, 0, false));
    if (is_sp || strcmp(r->type, "data_ptr") == 0)
        return type_pointer_to(basic_type(&e->pool, "void"));
    if (strncmp(r->type, "ieee", 4) == 0 || strncmp(r->type, "i387", 4) == 0)
        return basic_type(&e->pool, r->size == 4 ? "float" : r->size == 8 ? "double" : "long double");
    switch (r->size) {
    case 1:
        return basic_type(&e->pool, "signed char");
    case 2:
        return basic_type(&e->pool, "short");
    case 4:
        return basic_type(&e->pool, "int");
    case 8:
        return basic_type(&e->pool, "long long");
    default:
        return type_array_of(basic_type(&e->pool, "unsigned char"), r->size);
    }
}

/* What the register is in the selected frame. */
static struct error *in_frame(struct evaluation *e, const char *name, const struct rsp_register *r,
                              struct value **ret)
{
    struct target *target = e->pool.target;
    struct value *v = *ret = value_new(&e->pool, register_type(e, r));
    /* The innermost frame has the thread's own registers: the stack, which costs a turn, is not looked at. */
    if (target->frame > 0)
        TRY(scope_need_frame(e));
    if (target->frame == 0 || e->frame.level == e->frame.inlined) {
        v->place = PLACE_REGISTER;
        v->reg = r;
        return NULL;
    }
    const struct frame *f = scope_selected(e);
    if (strcmp(r->name, target->arch->pc) == 0) {
        *ret = value_integer(&e->pool, v->type, f->pc);
        return NULL;
    }
    for (unsigned i = 0; i < FRAME_REGISTERS; i++) {
        struct arch_place place;
        if (arch_dwarf_place(target->arch, i, &place) && place.share == 1 && strcmp(place.name, r->name) == 0)
            return scope_in_register(e, i, v);
    }
    return error_new(ERR_OPTIMISED_OUT, "$%s is not known in frame %u", name, target->frame);
}

struct error *scope_register(struct evaluation *e, const char *name, struct value **ret)
{
    struct target *target = e->pool.target;
    const struct rsp_register *r = target->arch ? register_find(target, name) : NULL;
    *ret = NULL;
    if (!r && target->variable_rules)
        TRY(target->variable_rules->find(e, name, ret));
    if (*ret)
        return NULL;
    TRY(target_need_stopped(target));
    if (!r)
        TRY(scope_kernel_register(e, name, ret));
    if (*ret)
        return NULL;
    if (!r)
        return error_hint(error_new(ERR_NO_SYMBOL, "there is no register and no variable $%s", name),
                          "`registers all` lists registers; `set $%s = VALUE` makes a variable", name);
    return in_frame(e, name, r, ret);
}
