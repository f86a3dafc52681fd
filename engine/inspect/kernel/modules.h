/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/kernel/modules.h - the modules of a running kernel, and their symbols.
 *
 * The kernel's list is read when somebody asks (`modules`), or waits for a name that may be in a module; how
 * they are followed as they come and go is engine/control/kernel/module_events.h. A module's file is looked
 * for in the folder that the user named, beside the kernel's, and in /lib/modules; it is taken only if its
 * build ID is that of the module's notes in memory, where both have one. Owned by the session. Engine thread,
 * target stopped. Errors: those of kernel.h; a module whose file is not found, or does not fit, has no
 * symbols, and says why.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_KERNEL_MODULES_H
#define ALLSTOP_ENGINE_INSPECT_KERNEL_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/inspect/kernel/layout.h"
#include "rsp/stop_reply.h"

struct target;
struct symbol_file;

struct kernel_module {
    char *name;
    uint64_t structure;  /* of struct module */
    uint64_t base, size; /* of its text; of all of it */
    uint64_t sections;   /* of struct module_sect_attrs, 0: none */
    const char *state;   /* "live", "coming", "going" */
    int64_t references;  /* -1: not known */
    uint64_t per_cpu, per_cpu_size;
    struct symbol_file *file; /* in the map, or NULL */
    bool removed;             /* its file, by the user or a new program: it is not looked for again */
    char *problem;            /* why there is none */
    bool listed;
};

struct kernel_modules {
    struct kernel_module *items;
    size_t count, capacity;
    char *path; /* where the user said that files are, or NULL */
    struct module_files *files;
};

/* Reads the list and loads what can be found; *ret is the session's. */
struct error *modules_read(struct target *target, const struct kernel_modules **ret) BASE_MUST_CHECK;
/* Where their files are; NULL: as before. What is there is looked for again. */
void modules_set_path(struct target *target, const char *path);
/* Looks for modules that came unseen; true when there were. */
bool modules_unseen(struct target *target);
/* The module of this struct module is complete: its symbols are loaded. */
struct error *modules_come(struct target *target, uint64_t structure) BASE_MUST_CHECK;
/* It is about to be freed: its symbols go; true when it had some. */
bool modules_go(struct target *target, uint64_t structure);
void modules_forget(struct target *target);
/* The user removed this file: its module is without symbols until it comes anew. */
void modules_forget_file(struct target *target, const struct symbol_file *f);

/* -- module_read.c ---------------------------------------------------------------------------------- */

enum { MODULE_MEM_TYPES = 8 };
struct module_fields {
    struct kernel_field next, state, name, base, references, sections, per_cpu, per_cpu_size;
    struct kernel_field sizes[MODULE_MEM_TYPES];
    size_t size_count;
};
/* ERR_UNSUPPORTED: the kernel's debug information lacks them. */
struct error *module_fields_find(struct target *target, struct module_fields *f) BASE_MUST_CHECK;
/* Reads the struct module at this address; `state` is NULL while it is not filled in. The name is *m's, also
 * after an error. */
struct error *module_read(struct target *target, const struct module_fields *f, uint64_t at,
                          struct kernel_module *m) BASE_MUST_CHECK;

/* -- module_files.c --------------------------------------------------------------------------------- */

/* Files named NAME.ko below some folders; a walk is bounded. */
struct module_files *module_files_create(void);
void module_files_free(struct module_files *f);
void module_files_scan(struct module_files *f, const char *folder);
/* The one of that module, `from` counts on; NULL: no more. - and _ are alike. A compressed one ends so. */
const char *module_files_find(const struct module_files *f, const char *name, size_t *from);

/* -- module_place.c --------------------------------------------------------------------------------- */

/* Opens `path` with its sections where the module's are and adds it to the map; ERR_USAGE where it is not
 * that module's file. */
struct error *module_place(struct target *target, const struct kernel_module *m, const char *path,
                           struct symbol_file **ret) BASE_MUST_CHECK;

#endif
