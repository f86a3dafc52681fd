/*
 * engine/values/render.h - values as text (as gdb prints) and as JSON (as the interface says).
 *
 * Bounded: 200 elements or characters of one array, 20 levels, 64 KiB of text. What cannot be read inside a
 * struct is shown in its place, so that one bad member does not hide the others. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_VALUES_RENDER_H
#define ALLSTOP_ENGINE_VALUES_RENDER_H

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "engine/values/value.h"

enum { RENDER_ELEMENTS = 200, RENDER_DEPTH = 20, RENDER_TEXT = 64 << 10, REPEATS = 10 };

/* `format`: a letter of gdb's /x, or 0. The error of the outermost value; inner ones are text. */
struct error *render_text(struct pool *p, struct value *v, char format, struct buf *out) BASE_MUST_CHECK;
/* *truncated is set when an array or string was cut. */
struct error *render_json(struct pool *p, struct value *v, bool *truncated, cJSON **ret) BASE_MUST_CHECK;
/* The enumerator of a value, or NULL. */
const char *enumerator_name(struct type *t, int64_t value);
/* The string behind a character pointer: at most RENDER_ELEMENTS bytes; false when it cannot be read. */
bool string_behind(struct pool *p, uint64_t address, struct buf *bytes, bool *cut);
/* True for char, signed char and unsigned char elements. */
bool is_character(struct type *t);
void add_float_text(struct buf *out, long double number, size_t size);

#endif
