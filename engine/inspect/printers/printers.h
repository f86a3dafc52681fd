/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/printers/printers.h - containers as people read them: what is in a string, a vector or a map
 * of a library, by descriptions of how its classes are laid out.
 *
 * A description is a line of text: the name of a type, a kind, and where in an object of it things are
 * (doc/allstop.1, PRINTERS, has the format). Those of libstdc++, libc++ and Rust's library are built in; a
 * user adds others in files. A target owns its descriptions (printers_free() with it); what is read of one
 * object belongs to the caller, its values to the pool. Engine thread. Errors: of a file ERR_USAGE with file,
 * line and what is expected; of an object only those that end all asking. What is wrong with an object is in
 * what is read of it, and an object that no description fits has no contents: it is shown as it is.
 *
 * Bounded: RENDER_ELEMENTS of one container, CONTAINER_FOLLOWED_MOST of all containers in one value.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_PRINTERS_PRINTERS_H
#define ALLSTOP_ENGINE_INSPECT_PRINTERS_PRINTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/inspect/values/value.h"
#include "engine/target/memory.h"

/* -- the descriptions of a target (table.c) -------------------------------------------------------------- */

/* Makes those that are built in the target's; with them v[3] and *v of an expression lead into containers. */
void printers_create(struct target *target);
void printers_free(struct target *target);
/* Adds those of a file, in front of the others; none of it where a line is wrong. *count: how many. */
struct error *printers_add_file(struct target *target, const char *path, size_t *count) BASE_MUST_CHECK;
/* The same of a text; `name` stands for the file. */
struct error *printers_add_text(struct target *target, const char *name, const char *text, size_t length,
                                size_t *count) BASE_MUST_CHECK;
/* The i-th in the order in which they are tried: its type, its kind and the file it came from, "" for one
 * that is built in. False: there are no more. */
bool printers_at(const struct target *target, size_t i, const char **type, const char **kind,
                 const char **from);

/* -- one object (contents.c) ----------------------------------------------------------------------------- */

enum contents_shape {
    CONTENTS_NONE,    /* nothing describes it: the object as it is */
    CONTENTS_STRING,  /* `bytes` */
    CONTENTS_LIST,    /* the values of the items */
    CONTENTS_MAP,     /* their keys and values */
    CONTENTS_MEMBERS, /* their names and values */
    CONTENTS_POINTER, /* `pointer`, and one item where what it holds can be looked at */
    CONTENTS_VALUE,   /* one item */
    CONTENTS_EMPTY,   /* what may hold a value and holds none */
    CONTENTS_CHOICE,  /* one item of several that it may be, the one of number `index` */
};

struct contents_item {
    struct value *key;
    const char *name;
    struct value *value;
};

struct contents {
    enum contents_shape shape;
    struct contents_item *items;
    size_t count;
    uint64_t size; /* elements or characters in all, where `more` says that not all of them are here; else 0
                      where that is not known */
    bool more;
    struct error *broken; /* what is wrong with the object, behind the items; or NULL */
    struct type *character;
    unsigned char *bytes;
    size_t length; /* of `bytes` */
    struct value *pointer;
    bool has_uses, gone; /* a shared one; what it led to is gone */
    uint64_t uses, index;
};

/* What is in an object. */
struct error *contents_read(struct pool *p, struct value *v, struct contents *ret) BASE_MUST_CHECK;
/* Leaves it without contents. */
void contents_free(struct contents *c);

/* -- what is read at once (wants.c) ------------------------------------------------------------------------
 */

enum { CONTENTS_WANTS = 256 };

struct contents_wants {
    struct memory_want list[CONTENTS_WANTS];
    size_t count;
};
/* Memory behind an object whose bytes were read, and behind its members, that showing it will need. `depth`:
 * 0.
 */
void contents_want(struct pool *p, struct value *v, unsigned depth, struct contents_wants *ret);
/* Brings these into the cache, in few turns; what cannot be read is left out. The list is used up. */
struct error *contents_fetch(struct pool *p, struct contents_wants *w) BASE_MUST_CHECK;

#endif
