/*
 * engine/values/scope.h - names to values: variables of the selected frame, statics and globals, functions,
 * enumerators, registers. Engine thread; nothing is kept beyond one evaluation.
 */
#ifndef ALLSTOP_ENGINE_VALUES_SCOPE_H
#define ALLSTOP_ENGINE_VALUES_SCOPE_H

#include "engine/frames/frames.h"
#include "engine/values/value.h"
#include "symbols/variable.h"

/* The selected frame and what lies under it; fetched when a name first needs it. */
struct scope_frame {
    bool tried, found;
    struct frame_list list;
    unsigned level;   /* in the list */
    unsigned inlined; /* how many inlined frames lie below it in the same function */
};
void scope_frame_free(struct scope_frame *f);

struct evaluation {
    struct pool pool;
    struct scope_frame frame;
};
/* Begins an evaluation in the selected thread and frame (or without any, when there is no stopped target). */
void evaluation_begin(struct session *s, struct evaluation *e);
void evaluation_end(struct evaluation *e);

/* `file` may be NULL. ERR_NO_SYMBOL with a near name. */
struct error *scope_name(struct evaluation *e, const char *file, const char *name,
                         struct value **ret) BASE_MUST_CHECK;
struct error *scope_register(struct evaluation *e, const char *name, struct value **ret) BASE_MUST_CHECK;
/* A variable's value where it lives in the selected frame. */
struct error *scope_variable(struct evaluation *e, const struct variable *v,
                             struct value **ret) BASE_MUST_CHECK;
/* All variables of the selected frame, *ret malloc'd; none: *count 0. */
struct error *scope_variables(struct evaluation *e, struct variable **ret, size_t *count) BASE_MUST_CHECK;
/* A type written as in C, with declarators: "struct x *", "int[3]"; ERR_NO_TYPE. */
struct error *scope_type(struct evaluation *e, const char *text, struct type **ret) BASE_MUST_CHECK;
bool scope_is_type(void *evaluation, const char *name);

#endif
