/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/kernel/layout.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "symbols/type.h"

/* A read of its own costs about as many bytes of protocol as this many bytes of memory. */
enum { READ_COST = 14, READ_JOINED = 2048, AT_ONCE = 60 };

static bool find_member(struct type *t, const char *name, size_t n, unsigned depth, struct kernel_field *f)
{
    const struct type_member *members;
    t = type_strip(t);
    size_t count = depth < KERNEL_NESTING_MOST && t ? type_members(t, &members) : 0;
    for (size_t i = 0; i < count; i++) {
        const struct type_member *m = &members[i];
        uint64_t byte;
        unsigned bit;
        type_member_storage(m, &byte, &bit);
        if (m->name && strlen(m->name) == n && strncmp(m->name, name, n) == 0) {
            f->offset += byte;
            f->type = m->type;
            f->bit_offset = bit;
            f->bit_size = m->bit_size;
            return true;
        }
        struct kernel_field inner = *f;
        inner.offset += byte;
        if ((!m->name || !*m->name) && find_member(m->type, name, n, depth + 1, &inner)) {
            *f = inner;
            return true;
        }
    }
    return false;
}

/* "[3]" behind a name. */
static bool take_index(const char **path, struct kernel_field *f)
{
    char *end;
    unsigned long index = strtoul(*path + 1, &end, 10);
    struct type *array = type_strip(f->type);
    if (*end != ']' || array->kind != TYPE_ARRAY || !array->count_known || index >= array->count)
        return false;
    f->type = type_target(array);
    f->offset += index * type_size(f->type);
    *path = end + 1;
    return true;
}

bool kernel_field(struct target *target, const char *type, const char *path, struct kernel_field *ret)
{
    struct kernel_field f = {.type = symbols_find_type(target->map, type, UINT64_MAX)};
    *ret = (struct kernel_field){0};
    while (f.type && *path) {
        size_t n = strcspn(path, ".[");
        if (n == 0 || !find_member(f.type, path, n, 0, &f))
            return false;
        path += n;
        if (*path == '[' && !take_index(&path, &f))
            return false;
        path += *path == '.';
    }
    if (!f.type)
        return false;
    f.size = type_size(f.type);
    *ret = f;
    return f.size > 0;
}

bool kernel_field_of(struct target *target, const char *type, struct kernel_field *ret, ...)
{
    va_list paths;
    const char *path;
    bool found = false;
    va_start(paths, ret);
    while (!found && (path = va_arg(paths, const char *)) != NULL)
        found = kernel_field(target, type, path, ret);
    va_end(paths);
    return found;
}

uint64_t kernel_type_size(struct target *target, const char *type)
{
    struct type *t = symbols_find_type(target->map, type, UINT64_MAX);
    return t ? type_size(type_strip(t)) : 0;
}

struct error *kernel_fetch(struct target *target, struct memory_want *wants, size_t count)
{
    size_t n = 0;
    if (count)
        qsort(wants, count, sizeof *wants, memory_want_order);
    for (size_t i = 0; i < count; i++) {
        struct memory_want *last = n ? &wants[n - 1] : NULL;
        uint64_t end = wants[i].address + wants[i].length;
        bool joins = last && wants[i].address - last->address <= last->length + READ_COST &&
                     end - last->address <= READ_JOINED;
        if (!joins)
            wants[n++] = wants[i];
        else if (end - last->address > last->length)
            last->length = end - last->address;
    }
    for (size_t i = 0; i < n; i += AT_ONCE)
        TRY(memory_prefetch_ram(target, wants + i, n - i < AT_ONCE ? n - i : AT_ONCE));
    return NULL;
}

struct error *kernel_fetch_fields(struct target *target, uint64_t base, const struct kernel_field *fields,
                                  size_t count)
{
    BASE_FREE struct memory_want *wants = xcalloc(count + 1, sizeof *wants);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (fields[i].size && fields[i].size <= READ_JOINED)
            wants[n++] = (struct memory_want){base + fields[i].offset, fields[i].size};
    return kernel_fetch(target, wants, n);
}

struct error *kernel_number(struct target *target, uint64_t base, const struct kernel_field *f, uint64_t *ret)
{
    *ret = 0;
    if (f->size == 0 || f->size > 8)
        return error_new(ERR_UNSUPPORTED, "the kernel's debug information has not all that is needed");
    TRY(memory_read_number(target, base + f->offset, f->size, ret));
    if (f->bit_size && f->bit_size < 64) {
        unsigned shift =
            target->big_endian ? (unsigned)f->size * 8 - f->bit_offset - f->bit_size : f->bit_offset;
        *ret = *ret >> (shift & 63) & (((uint64_t)1 << f->bit_size) - 1);
    }
    return NULL;
}

uint64_t kernel_number_or_0(struct target *target, uint64_t base, const struct kernel_field *f)
{
    uint64_t value = 0;
    struct error *e = f->size ? kernel_number(target, base, f, &value) : NULL;
    error_free(e);
    return value;
}

struct error *kernel_pointer(struct target *target, uint64_t address, uint64_t *ret)
{
    *ret = 0;
    if (!target->arch)
        return error_new(ERR_UNSUPPORTED, "the target's architecture is not known");
    return memory_read_number(target, address, target->arch->address_size, ret);
}

struct error *kernel_string(struct target *target, uint64_t address, size_t n, char **ret)
{
    char bytes[KERNEL_STRING_BYTES];
    size_t got;
    if (n > sizeof bytes)
        n = sizeof bytes;
    *ret = NULL;
    TRY(memory_read_some(target, address, bytes, n, &got));
    if (got == 0)
        return error_new(ERR_NO_MEMORY, "read a name at 0x%" PRIx64 ": nothing can be read there", address);
    *ret = text_visible(bytes, strnlen(bytes, got));
    return NULL;
}
