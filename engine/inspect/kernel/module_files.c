/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of kernel modules below a folder, found by the module's name. */
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/kernel/modules.h"
#include "engine/inspect/limits.h"

struct module_files {
    char **paths;
    size_t count, capacity;
};

struct module_files *module_files_create(void)
{
    return xcalloc(1, sizeof(struct module_files));
}

void module_files_free(struct module_files *f)
{
    for (size_t i = 0; f && i < f->count; i++)
        free(f->paths[i]);
    if (f)
        free(f->paths);
    free(f);
}

/* "x.ko", and as distributions have them "x.ko.xz", "x.ko.debug". */
static const char *suffix_of(const char *base)
{
    static const char *const behind[] = {"", ".debug", ".xz", ".zst", ".gz"};
    const char *ko = strstr(base, ".ko");
    for (size_t i = 0; ko && i < ARRAY_LENGTH(behind); i++)
        if (strcmp(ko + 3, behind[i]) == 0)
            return ko;
    return NULL;
}

void module_files_scan(struct module_files *f, const char *folder)
{
    BASE_FREE char *top = xstrdup(folder);
    char *const tops[] = {top, NULL};
    FTS *walk = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
    size_t entries = 0;
    for (FTSENT *e; walk && (e = fts_read(walk)) != NULL && entries++ < MODULE_ENTRIES_MOST;) {
        if (e->fts_level > MODULE_FOLDERS_MOST)
            fts_set(walk, e, FTS_SKIP);
        bool is_file = e->fts_info == FTS_F || e->fts_info == FTS_NSOK || e->fts_info == FTS_SL;
        if (!is_file || !suffix_of(e->fts_name) || f->count >= MODULE_FILES_MOST)
            continue;
        ARRAY_RESERVE(f->paths, f->count, f->capacity);
        f->paths[f->count++] = xstrdup(e->fts_path);
    }
    if (walk)
        fts_close(walk);
}

static bool is_named(const char *base, const char *name)
{
    const char *end = suffix_of(base);
    size_t n = strlen(name);
    if (!end || (size_t)(end - base) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((base[i] == '-' ? '_' : base[i]) != (name[i] == '-' ? '_' : name[i]))
            return false;
    return true;
}

const char *module_files_find(const struct module_files *f, const char *name, size_t *from)
{
    for (; *from < f->count; ++*from)
        if (is_named(path_base(f->paths[*from]), name))
            return f->paths[(*from)++];
    return NULL;
}
