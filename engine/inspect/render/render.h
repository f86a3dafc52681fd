/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/render/render.h - values as text, as gdb prints them.
 *
 * Strings, vectors, maps and their like are shown as what is in them (engine/inspect/printers), unless the
 * pool says `raw`.
 *
 * Bounded: 200 elements or characters of one array, 20 levels, 64 KiB of text. What cannot be read inside a
 * struct is shown in its place, so that one bad member does not hide the others. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_RENDER_RENDER_H
#define ALLSTOP_ENGINE_INSPECT_RENDER_RENDER_H

#include "base/buf.h"
#include "engine/inspect/limits.h"
#include "engine/inspect/values/value.h"

enum { REPEATS = 10 };

/* `format`: a letter of gdb's /x, or 0. The error of the outermost value; inner ones are text. */
struct error *render_text(struct pool *p, struct value *v, char format, struct buf *out) BASE_MUST_CHECK;
/* The enumerator of a value, or NULL. */
const char *enumerator_name(struct type *t, int64_t value);
/* True for char, signed char and unsigned char elements. */
bool is_character(struct type *t);

/* -- structs (struct.c) ------------------------------------------------------------------------- */

/* One value that is being written, with all that is in it. */
struct rendering {
    struct pool *p;
    char format;
    struct buf *out;
    uint64_t shared[STATICS_SHOWN_MOST]; /* where the static members are that are being shown */
    size_t shared_count;
};
/* Virtual bases of one object that were shown: each is, once. */
struct bases_shown {
    struct type *list[VIRTUAL_BASES_MOST];
    size_t count;
};
/* Notes a virtual base; false: it was shown already. */
bool bases_show(struct bases_shown *shown, struct type *base);
/* `shown` is NULL for an object as a whole. */
struct error *struct_text(struct rendering *r, struct value *v, unsigned depth,
                          struct bases_shown *shown) BASE_MUST_CHECK;
/* The same in Rust's way (rust.c), also of references to slices. */
struct error *rust_text(struct rendering *r, struct value *v, unsigned depth) BASE_MUST_CHECK;
/* What is told instead of a value that is not there. */
struct error *absent_text(struct rendering *r, const struct value *v) BASE_MUST_CHECK;
/* The bytes of a slice as a string (rust.c). */
struct error *slice_string_text(struct rendering *r, struct value *bytes) BASE_MUST_CHECK;
/* Is it a tuple, or a struct whose fields have numbers for names? */
bool is_tuple(struct type *t);
/* The same in Fortran's way (fortran.c), of all that looks different there; false: this does not. */
bool fortran_text(struct rendering *r, struct value *v, unsigned depth, struct error **failed);
/* A record in Ada's way (ada.c). */
struct error *ada_text(struct rendering *r, struct value *v, unsigned depth) BASE_MUST_CHECK;
/* A complex number's real or imaginary part, of one that was read. */
struct value *complex_part(struct pool *p, struct value *v, bool imaginary);
/* An array of known length in the brackets of its language (text.c). */
struct error *elements_in_brackets(struct rendering *r, struct value *v, unsigned depth) BASE_MUST_CHECK;
/* A member alone, without its name, as languages with a text of their own show it. */
void field_text(struct rendering *r, struct value *v, const struct type_member *m, unsigned depth);
/* A value inside of another: what is wrong with it is text. */
void inner_text(struct rendering *r, struct value *v, unsigned depth);

/* -- containers, as engine/inspect/printers reads them (container.c) ------------------------------------ */

/* *shown is false where nothing describes the object: it is to be shown as it is. */
struct error *container_text(struct rendering *r, struct value *v, unsigned depth,
                             bool *shown) BASE_MUST_CHECK;

/* -- characters and strings (string.c) ------------------------------------------------------- */

struct text_kind {
    unsigned width; /* bytes of a character: 1, 2 or 4 */
    char prefix;    /* L, u, U or 0 */
};
/* False: values of this type are no characters (in this format). */
bool text_kind_of(struct type *t, char format, struct text_kind *ret);
/* One character in quotes, of kind->width bytes in target order. */
void add_character(struct buf *out, const struct text_kind *kind, const unsigned char *bytes, bool big);
/* A string in quotes, all of `bytes` at most RENDER_ELEMENTS of them; `more`: it goes on behind. */
void add_string(struct buf *out, const struct text_kind *kind, const unsigned char *bytes, size_t size,
                bool big, bool more);

/* -- what a character pointer leads to (pointer.c) -------------------------------------------- */

struct string_behind {
    struct buf bytes; /* without its end */
    bool more;        /* it goes on behind RENDER_ELEMENTS characters */
    bool unreadable;  /* it ends where memory cannot be read, at `failed_at` */
    uint64_t failed_at;
};
/* The string at an address, up to its first NUL; the bytes are the caller's to free. */
void read_string(struct pool *p, uint64_t address, const struct text_kind *kind, struct string_behind *ret);
void add_pointer(struct pool *p, struct value *v, uint64_t address, unsigned depth, struct buf *out);
/* " <symbol+4>" where there is one. */
void add_symbol(struct pool *p, uint64_t address, struct buf *out);

/* -- pointers to members (member_pointer.c) ---------------------------------------------------------- */

struct error *member_pointer_text(struct pool *p, struct value *v, struct buf *out) BASE_MUST_CHECK;

/* -- numbers (number.c) ----------------------------------------------------------------------- */

/* A scalar in a format of gdb's /x. */
struct error *add_formatted(struct pool *p, struct value *v, char format, struct buf *out) BASE_MUST_CHECK;
struct error *add_number(struct pool *p, struct value *v, struct buf *out) BASE_MUST_CHECK;
void add_wide(unsigned __int128 number, bool is_signed, struct buf *out);

#endif
