#include "engine/values/scope.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/core.h"
#include "engine/frames/expression.h"
#include "engine/registers.h"

void scope_frame_free(struct scope_frame *f)
{
    frames_free(&f->list);
}

void evaluation_begin(struct session *s, struct evaluation *e)
{
    *e = (struct evaluation){.pool = {.session = s}};
    struct thread *t = s->threads.has_current ? threads_find(&s->threads, s->threads.current) : NULL;
    if (s->state != SESSION_STOPPED || !t || !s->arch || s->frame)
        return;
    struct error *failed = thread_pc(s, t, &e->pool.pc);
    e->pool.has_pc = !failed;
    error_free(failed);
}

void evaluation_end(struct evaluation *e)
{
    pool_free(&e->pool);
    scope_frame_free(&e->frame);
}

/* The selected frame with its registers, and the caller's for entry values. */
static struct error *need_frame(struct evaluation *e)
{
    struct session *s = e->pool.session;
    struct thread *t;
    if (e->frame.tried)
        return NULL;
    e->frame.tried = true;
    if (s->state != SESSION_STOPPED)
        return NULL;
    TRY(threads_current(s, &t));
    TRY(frames_read(s, t, s->frame + 2, true, &e->frame.list));
    if (s->frame >= e->frame.list.count)
        return error_new(ERR_USAGE, "frame %u is no longer there", s->frame);
    e->frame.found = true;
    e->frame.level = s->frame;
    for (unsigned i = s->frame; i > 0 && e->frame.list.items[i - 1].inlined; i--)
        e->frame.inlined++;
    const struct frame *f = &e->frame.list.items[s->frame];
    e->pool.pc = f->pc - (f->level == e->frame.inlined ? 0 : 1);
    e->pool.has_pc = true;
    return NULL;
}

static const struct frame *selected(const struct evaluation *e)
{
    return e->frame.found ? &e->frame.list.items[e->frame.level] : NULL;
}

static void fill_context(struct evaluation *e, struct frame_context *c)
{
    *c = (struct frame_context){.session = e->pool.session, .pc = e->pool.pc};
    const struct frame *f = selected(e);
    if (!f)
        return;
    c->registers = f->registers;
    c->cfa = f->cfa;
    c->has_cfa = f->has_cfa;
    for (size_t i = e->frame.level + 1; i < e->frame.list.count && !c->caller; i++)
        if (e->frame.list.items[i].registers != f->registers)
            c->caller = e->frame.list.items[i].registers;
}

/* -- where a variable lives -------------------------------------------------------------------------- */

/* In the innermost frame a register variable can be written; in a caller only its saved value is known. */
static struct error *in_register(struct evaluation *e, unsigned number, struct value *v)
{
    struct session *s = e->pool.session;
    const char *name = number < s->arch->dwarf_count ? s->arch->dwarf_names[number] : NULL;
    const struct rsp_register *r = name ? register_find(s, name) : NULL;
    bool innermost = e->frame.level == e->frame.inlined;
    if (innermost && r && r->size <= 64) {
        v->place = PLACE_REGISTER;
        v->reg = r;
        return NULL;
    }
    uint64_t number_value = 0;
    struct frame_context c;
    struct dwarf_callbacks callbacks;
    fill_context(e, &c);
    frame_callbacks(&c, &callbacks);
    TRY(callbacks.read_register(callbacks.context, number, &number_value));
    v->bytes = xcalloc(v->size ? v->size : 1, 1);
    size_t n = v->size < 8 ? v->size : 8;
    arch_store(v->bytes + (s->big_endian ? v->size - n : 0), n, s->big_endian, number_value);
    return NULL;
}

/* Byte-sized pieces put together; a piece that is gone makes the whole unknown. */
static struct error *from_pieces(struct evaluation *e, const struct dwarf_location *l, struct value *v)
{
    struct session *s = e->pool.session;
    unsigned char *bytes = xcalloc(v->size ? v->size : 1, 1);
    size_t at = 0;
    struct error *failed = NULL;
    for (size_t i = 0; i < l->count && !failed && at < v->size; i++) {
        const struct dwarf_piece *piece = &l->pieces[i];
        size_t n = piece->bit_size ? (size_t)(piece->bit_size / 8) : v->size - at;
        n = n > v->size - at ? v->size - at : n;
        struct value *part = value_new(&e->pool, v->type);
        part->size = n;
        if (piece->bit_size % 8 || piece->bit_offset)
            failed = error_new(ERR_UNSUPPORTED, "a value in pieces of bits");
        else if (piece->kind == PIECE_MEMORY)
            failed = memory_read(s, piece->address, bytes + at, n);
        else if (piece->kind == PIECE_REGISTER && !(failed = in_register(e, piece->reg, part)) &&
                 !(failed = value_load(&e->pool, part)))
            memcpy(bytes + at, part->bytes, n);
        else if (piece->kind == PIECE_VALUE && n <= 8)
            arch_store(bytes + at, n, s->big_endian, piece->value);
        else if (piece->kind == PIECE_BYTES)
            memcpy(bytes + at, piece->bytes, n < piece->size ? n : piece->size);
        else if (!failed)
            failed = error_new(ERR_OPTIMISED_OUT, "a part of the value is optimised out here");
        at += n;
    }
    if (failed)
        free(bytes);
    else
        v->bytes = bytes;
    return failed;
}

static struct error *place_value(struct evaluation *e, const struct dwarf_location *l, struct value *v)
{
    const struct dwarf_piece *piece = &l->pieces[0];
    if (l->count > 1 || piece->bit_size)
        return from_pieces(e, l, v);
    switch (piece->kind) {
    case PIECE_MEMORY:
        v->place = PLACE_MEMORY;
        v->address = piece->address;
        return NULL;
    case PIECE_REGISTER:
        return in_register(e, piece->reg, v);
    case PIECE_OPTIMISED_OUT:
    case PIECE_IMPLICIT_POINTER:
        v->optimised_out = true;
        return NULL;
    case PIECE_VALUE:
    case PIECE_BYTES:
        return from_pieces(e, l, v);
    }
    return NULL;
}

static struct error *constant_value(struct evaluation *e, const struct variable *from, struct value *v)
{
    size_t size = v->size ? v->size : 1;
    v->bytes = xcalloc(size, 1);
    if (from->expression.bytes)
        memcpy(v->bytes, from->expression.bytes, size < from->expression.size ? size : from->expression.size);
    else
        arch_store(v->bytes + (size > 8 && e->pool.session->big_endian ? size - 8 : 0), size < 8 ? size : 8,
                   e->pool.session->big_endian, from->constant);
    return NULL;
}

struct error *scope_variable(struct evaluation *e, const struct variable *from, struct value **ret)
{
    struct value *v = *ret = value_new(&e->pool, from->type);
    if (from->where == VARIABLE_OPTIMISED_OUT) {
        v->optimised_out = true;
        return NULL;
    }
    if (from->where == VARIABLE_CONSTANT)
        return constant_value(e, from, v);
    struct frame_context c;
    struct dwarf_callbacks callbacks;
    struct dwarf_location location;
    fill_context(e, &c);
    frame_callbacks(&c, &callbacks);
    struct error *failed = dwarf_evaluate(&from->expression, &callbacks, &location);
    if (!failed)
        failed = place_value(e, &location, v);
    if (error_is(failed, ERR_OPTIMISED_OUT)) {
        error_free(failed);
        v->optimised_out = true;
        return NULL;
    }
    return failed;
}

struct error *scope_variables(struct evaluation *e, struct variable **ret, size_t *count)
{
    *ret = NULL;
    *count = 0;
    TRY(need_frame(e));
    if (!e->frame.found)
        return NULL;
    symbols_variables_at(e->pool.session->map, e->pool.pc, e->frame.inlined, ret, count);
    return NULL;
}

/* -- names ------------------------------------------------------------------------------------------- */

static struct error *local_name(struct evaluation *e, const char *name, struct value **ret)
{
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

/* A symbol of the ELF table that no DWARF describes: a function, or data whose type nobody knows. */
static bool bare_symbol(struct evaluation *e, const char *name, struct value **ret)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    symbols_find_name(e->pool.session->map, name, &matches, &count);
    if (count) {
        struct type *type =
            matches[0].data ? NULL : symbols_function_type(e->pool.session->map, matches[0].entry, 0);
        bool data = matches[0].data;
        if (!type)
            type = basic_type(&e->pool, data && matches[0].size == 4   ? "int"
                                        : data && matches[0].size == 8 ? "long"
                                        : data && matches[0].size == 2 ? "short"
                                                                       : "char");
        *ret = value_at(&e->pool, type, matches[0].entry);
        (*ret)->is_unsized_symbol = data || !symbols_function_type(e->pool.session->map, matches[0].entry, 0);
    }
    free(matches);
    return count > 0;
}

static struct error *unknown_name(struct evaluation *e, const char *name)
{
    struct error *failed = error_new(ERR_NO_SYMBOL, "there is no symbol %s in the current context", name);
    char *near = symbols_near(e->pool.session->map, name);
    if (near)
        failed = error_hint(failed, "did you mean %s?", near);
    else if (symbol_map_count(e->pool.session->map) == 0)
        failed = error_hint(failed, "no symbols are loaded: `symbols FILE` loads them");
    free(near);
    return failed;
}

struct error *scope_name(struct evaluation *e, const char *file, const char *name, struct value **ret)
{
    struct session *s = e->pool.session;
    *ret = NULL;
    if (!file)
        TRY(local_name(e, name, ret));
    if (*ret)
        return NULL;
    BASE_FREE char *full = file ? xasprintf("%s:%s", file, name) : xstrdup(name);
    struct variable variable;
    if (symbols_find_variable(s->map, full, e->pool.has_pc ? e->pool.pc : UINT64_MAX, &variable))
        return scope_variable(e, &variable, ret);
    int64_t number;
    struct type *type;
    if (!file && symbols_find_enumerator(s->map, name, &type, &number)) {
        *ret = value_integer(&e->pool, type, (uint64_t)number);
        return NULL;
    }
    return bare_symbol(e, full, ret) ? NULL : unknown_name(e, name);
}

static struct type *register_type(struct evaluation *e, const struct rsp_register *r)
{
    struct session *s = e->pool.session;
    bool is_pc = strcmp(r->name, s->arch->pc) == 0, is_sp = strcmp(r->name, s->arch->sp) == 0;
    if (is_pc || is_sp || strcmp(r->type, "code_ptr") == 0 || strcmp(r->type, "data_ptr") == 0)
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

struct error *scope_register(struct evaluation *e, const char *name, struct value **ret)
{
    struct session *s = e->pool.session;
    TRY(session_need_stopped(s));
    const struct rsp_register *r = s->arch ? register_find(s, name) : NULL;
    if (!r)
        return error_hint(error_new(ERR_NO_SYMBOL, "there is no register $%s", name),
                          "`registers all` lists them");
    struct value *v = *ret = value_new(&e->pool, register_type(e, r));
    TRY(need_frame(e));
    if (e->frame.level == e->frame.inlined) {
        v->place = PLACE_REGISTER;
        v->reg = r;
        return NULL;
    }
    const struct frame *f = selected(e);
    if (strcmp(r->name, s->arch->pc) == 0) {
        *ret = value_integer(&e->pool, v->type, f->pc);
        return NULL;
    }
    for (unsigned i = 0; i < s->arch->dwarf_count; i++)
        if (s->arch->dwarf_names[i] && strcmp(s->arch->dwarf_names[i], r->name) == 0)
            return in_register(e, i, v);
    return error_new(ERR_OPTIMISED_OUT, "$%s is not known in frame %u", name, s->frame);
}
