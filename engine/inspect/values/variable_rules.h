/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/variable_rules.h - what $name means where it is no register: variables of the user's
 * own, numbers of the history, and what is known of the stop (engine/inspect/convenience): hooks, as they
 * stand above values. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_VARIABLE_RULES_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_VARIABLE_RULES_H

#include "engine/inspect/values/scope.h"

struct variable_rules {
    /* The value of `name`, written without its first `$`; *ret stays NULL where there is none of this name.
     */
    struct error *(*find)(struct evaluation *e, const char *name, struct value **ret);
    /* A place of this name that can be assigned to (PLACE_VARIABLE), made where there is none yet. */
    struct error *(*place)(struct evaluation *e, const char *name, struct value **ret);
    /* Makes what PLACE_VARIABLE is about what `from` is, its type as well; `to` becomes that. */
    struct error *(*store)(struct pool *p, struct value *to, struct value *from);
};

#endif
