/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/scoped.h - what a name of C++ means at an address: by the blocks, classes and namespaces around it,
 * with what `using` brings in, names of base classes, inline and anonymous namespaces.
 *
 * One CU is looked at, which describes all that its source mentions; who finds nothing here asks by name
 * alone (symbols/type.h, symbols/variable.h, symbols/map.h). In units of other languages nothing is found.
 * Thread and lifetimes as there.
 */
#ifndef ALLSTOP_SYMBOLS_SCOPED_H
#define ALLSTOP_SYMBOLS_SCOPED_H

#include "symbols/variable.h"

enum scoped_kind { SCOPED_NONE, SCOPED_TYPE, SCOPED_VARIABLE, SCOPED_ENUMERATOR, SCOPED_FUNCTION };

struct scoped_name {
    enum scoped_kind kind;
    struct type *type;        /* of a type, or the enumeration of an enumerator */
    struct variable variable; /* where it is declared, if it is defined elsewhere: then it is optimised out */
    int64_t number;           /* of an enumerator */
    char *qualified;          /* of a variable or function: "::ns::f"; malloc'd */
};

/* At `pc` (UINT64_MAX: at file scope, where `main` is). `types`: types alone are looked for, else all but
 * them. */
bool symbols_scoped(struct symbol_map *m, const char *name, uint64_t pc, bool types, struct scoped_name *ret);
/* The same in a class, and in its bases. */
bool symbols_scoped_in(struct symbol_map *m, struct type *class, const char *name, bool types,
                       struct scoped_name *ret);
void scoped_name_free(struct scoped_name *n);

#endif
