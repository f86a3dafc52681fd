/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a module's sections are: struct module_sect_attrs, what /sys/module/NAME/sections shows (Linux
 * 2.6 to 6.13, kernel/module/sysfs.c). Its entries are in the order of the file's sections, so the names need
 * not be read as long as what follows from that is sound.
 */
#include <elf.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/kernel/layout.h"
#include "engine/inspect/kernel/modules.h"
#include "symbols/type.h"

enum { NOTE_HEAD = 16 };

struct attrs {
    uint64_t first, stride, count;
    struct kernel_field name, address;
};

static bool find_attrs(struct target *target, const struct kernel_module *m, struct attrs *ret)
{
    struct kernel_field count, first;
    *ret = (struct attrs){0};
    if (!m->sections || !kernel_field(target, "struct module_sect_attrs", "nsections", &count) ||
        !kernel_field(target, "struct module_sect_attr", "address", &ret->address) ||
        !kernel_field_of(target, "struct module_sect_attr", &ret->name, "battr.attr.name", "mattr.attr.name",
                         (char *)NULL))
        return false;
    /* the array at its end has no length, and so no size */
    struct type *t = symbols_find_type(target->map, "struct module_sect_attrs", UINT64_MAX);
    ret->first = m->sections + type_size(type_strip(t));
    if (kernel_field(target, "struct module_sect_attrs", "attrs", &first))
        ret->first = m->sections + first.offset;
    ret->stride = kernel_type_size(target, "struct module_sect_attr");
    struct error *e = kernel_fetch_fields(target, m->sections, &count, 1);
    if (!e)
        e = kernel_number(target, m->sections, &count, &ret->count);
    bool ok = !e && ret->count > 0 && ret->count <= MODULE_SECTIONS_MOST && ret->stride;
    error_free(e);
    return ok;
}

static struct error *read_field(struct target *target, const struct attrs *a,
                                const struct kernel_field *field, uint64_t *ret)
{
    BASE_FREE struct memory_want *wants = xcalloc(a->count, sizeof *wants);
    for (size_t i = 0; i < a->count; i++)
        wants[i] = (struct memory_want){a->first + i * a->stride + field->offset, field->size};
    TRY(kernel_fetch(target, wants, a->count));
    for (size_t i = 0; i < a->count; i++)
        TRY(kernel_number(target, a->first + i * a->stride, field, &ret[i]));
    return NULL;
}

/* The file's sections in order stand for the entries: those of .symtab and .strtab may follow. True when
 * .text comes out where the module's text is. */
static bool by_order(const struct kernel_module *m, const struct symbol_section *sections, size_t count,
                     const struct attrs *a, const uint64_t *addresses, struct section_address *list,
                     size_t *used)
{
    bool sound = false;
    *used = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(sections[i].name, ".data..percpu") == 0)
            continue;
        if (*used >= a->count)
            return false;
        if (strcmp(sections[i].name, ".text") == 0)
            sound = addresses[*used] == m->base;
        list[*used] = (struct section_address){sections[i].name, addresses[*used]};
        ++*used;
    }
    return sound && (a->count == *used || a->count == *used + 2);
}

static struct error *by_name(struct target *target, const struct symbol_section *sections, size_t count,
                             const struct attrs *a, const uint64_t *addresses, struct section_address *list,
                             size_t *used)
{
    BASE_FREE uint64_t *names = xcalloc(a->count, sizeof *names);
    BASE_FREE struct memory_want *wants = xcalloc(a->count, sizeof *wants);
    *used = 0;
    TRY(read_field(target, a, &a->name, names));
    for (size_t i = 0; i < a->count; i++)
        wants[i] = (struct memory_want){names[i], MODULE_SECTION_NAME_BYTES};
    TRY(kernel_fetch(target, wants, a->count));
    for (size_t i = 0; i < a->count; i++) {
        BASE_FREE char *name = NULL;
        TRY(kernel_string(target, names[i], MODULE_SECTION_NAME_BYTES, &name));
        for (size_t k = 0; k < count && *used < count; k++)
            if (strncmp(sections[k].name, name, MODULE_SECTION_NAME_BYTES - 1) == 0) {
                list[(*used)++] = (struct section_address){sections[k].name, addresses[i]};
                break;
            }
    }
    return NULL;
}

/* The build ID, where the file and the module have one. */
static struct error *compare_ids(struct target *target, const struct kernel_module *m, struct symbol_file *f,
                                 const struct section_address *list, size_t count)
{
    const char *id = symbol_file_build_id(f);
    unsigned char here[MODULE_BUILD_ID_BYTES], there[MODULE_BUILD_ID_BYTES];
    size_t n = id ? strlen(id) / 2 : 0;
    if (n == 0 || n > MODULE_BUILD_ID_BYTES || hex_decode(id, n * 2, here, sizeof here) < 0)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, ".note.gnu.build-id") != 0)
            continue;
        struct memory_want want = {list[i].address + NOTE_HEAD, n};
        TRY(memory_prefetch_ram(target, &want, 1));
        TRY(memory_read(target, want.address, there, n));
        if (memcmp(here, there, n) != 0)
            return error_new(ERR_USAGE, "%s is of another build than the module %s that is loaded",
                             symbol_file_path(f), m->name);
    }
    return NULL;
}

static struct error *find_places(struct target *target, const struct kernel_module *m, struct symbol_file *f,
                                 struct section_address *list, size_t *used)
{
    const struct symbol_section *sections;
    struct attrs a;
    size_t count = symbol_file_sections(f, &sections);
    *used = 0;
    if (!find_attrs(target, m, &a)) {
        list[(*used)++] = (struct section_address){".text", m->base};
        return NULL;
    }
    BASE_FREE uint64_t *addresses = xcalloc(a.count, sizeof *addresses);
    TRY(read_field(target, &a, &a.address, addresses));
    if (!by_order(m, sections, count, &a, addresses, list, used))
        TRY(by_name(target, sections, count, &a, addresses, list, used));
    return NULL;
}

static struct error *place(struct target *target, const struct kernel_module *m, struct symbol_file *f)
{
    const struct symbol_section *sections;
    size_t count = symbol_file_sections(f, &sections), used;
    if (symbol_file_type(f) != ET_REL || !target->arch || symbol_file_machine(f) != target->arch->elf_machine)
        return error_new(ERR_USAGE, "%s is not a module for this kernel", symbol_file_path(f));
    BASE_FREE struct section_address *list = xcalloc(count + 2, sizeof *list);
    TRY(find_places(target, m, f, list, &used));
    TRY(compare_ids(target, m, f, list, used));
    for (size_t i = 0; i < count && m->per_cpu; i++)
        if (strcmp(sections[i].name, ".data..percpu") == 0)
            list[used++] = (struct section_address){".data..percpu", m->per_cpu};
    return symbol_map_add_sections(target->map, f, list, used);
}

struct error *module_place(struct target *target, const struct kernel_module *m, const char *path,
                           struct symbol_file **ret)
{
    struct symbol_file *f;
    *ret = NULL;
    TRY(symbol_file_open(path, &f));
    struct error *e = place(target, m, f);
    if (e)
        symbol_file_close(f);
    else
        *ret = f;
    return e;
}
