/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One entry of the kernel's list: struct module, as far as its debug information tells of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/inspect/limits.h"
#include "engine/target/target.h"
#include "engine/inspect/kernel/modules.h"

/* MODULE_NAME_LEN is 56 on 64-bit kernels; few names are longer than the first part that is read. */
enum { NAME_FIRST = 24 };

struct error *module_fields_find(struct target *target, struct module_fields *f)
{
    *f = (struct module_fields){0};
    bool found = kernel_field(target, "struct module", "list.next", &f->next) &&
                 kernel_field(target, "struct module", "state", &f->state) &&
                 kernel_field(target, "struct module", "name", &f->name) &&
                 kernel_field_of(target, "struct module", &f->base, "mem[0].base", "core_layout.base",
                                 "module_core", (char *)NULL);
    kernel_field(target, "struct module", "refcnt.counter", &f->references);
    kernel_field(target, "struct module", "sect_attrs", &f->sections);
    if (kernel_field(target, "struct module", "percpu", &f->per_cpu))
        kernel_field(target, "struct module", "percpu_size", &f->per_cpu_size);
    if (kernel_field_of(target, "struct module", &f->sizes[0], "core_layout.size", "core_size", (char *)NULL))
        f->size_count = 1;
    for (unsigned i = 0; !f->size_count && i < MODULE_MEM_TYPES; i++) {
        char path[24];
        snprintf(path, sizeof path, "mem[%u].size", i);
        if (!kernel_field(target, "struct module", path, &f->sizes[i])) {
            f->size_count = i;
            break;
        }
    }
    return found
               ? NULL
               : error_hint(error_new(ERR_UNSUPPORTED, "the kernel's debug information has no struct module"),
                            "a kernel with CONFIG_MODULES and CONFIG_DEBUG_INFO is needed");
}

static struct error *read_name(struct target *target, uint64_t at, char **ret)
{
    TRY(kernel_string(target, at, NAME_FIRST, ret));
    if (strlen(*ret) < NAME_FIRST)
        return NULL;
    free(*ret);
    return kernel_string(target, at, MODULE_NAME_MOST, ret);
}

/* enum module_state: live, coming, going, unformed (not filled in yet). */
static const char *state_name(uint64_t state)
{
    return state == 0 ? "live" : state == 1 ? "coming" : state == 2 ? "going" : NULL;
}

struct error *module_read(struct target *target, const struct module_fields *f, uint64_t at,
                          struct kernel_module *m)
{
    uint64_t state, head = f->name.size < NAME_FIRST ? f->name.size : NAME_FIRST;
    struct kernel_field wanted[8 + MODULE_MEM_TYPES] = {
        f->next,    f->state,       {f->name.offset, head, NULL, 0, 0}, f->base, f->references, f->sections,
        f->per_cpu, f->per_cpu_size};
    memcpy(wanted + 8, f->sizes, sizeof f->sizes);
    *m = (struct kernel_module){.structure = at, .references = -1};
    TRY(kernel_fetch_fields(target, at, wanted, 8 + f->size_count));
    TRY(kernel_number(target, at, &f->state, &state));
    m->state = state_name(state);
    TRY(kernel_number(target, at, &f->base, &m->base));
    for (size_t i = 0; i < f->size_count; i++)
        m->size += kernel_number_or_0(target, at, &f->sizes[i]);
    /* MODULE_REF_BASE is 1: the module's own */
    if (f->references.size)
        m->references = (int64_t)(int32_t)kernel_number_or_0(target, at, &f->references) - 1;
    m->sections = kernel_number_or_0(target, at, &f->sections);
    m->per_cpu = kernel_number_or_0(target, at, &f->per_cpu);
    m->per_cpu_size = kernel_number_or_0(target, at, &f->per_cpu_size);
    return read_name(target, at + f->name.offset, &m->name);
}
