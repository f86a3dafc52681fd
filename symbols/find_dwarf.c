/*
 * Functions that the ELF symbol table does not know: every copy was inlined, or the file is stripped of
 * symbols. The name index says which CUs to open.
 */
#include <string.h>

#include "symbols/index/dwarf_index.h"
#include "symbols/map_internal.h"

/* A static inline of a kernel header is in a thousand CUs; each costs about a millisecond. */
enum { UNIT_LIMIT = 256 };

static void search_unit(struct map_entry *e, struct dwarf_unit *u, const char *name, const char *file,
                        struct match_list *l)
{
    const struct function_table *t = unit_functions(u);
    for (size_t i = 0; i < t->count; i++) {
        const struct unit_function *f = &t->functions[i];
        bool named = (f->name && strcmp(f->name, name) == 0) ||
                     (f->linkage_name && strcmp(f->linkage_name, name) == 0);
        if (named && (!file || file_matches(line_file(unit_lines(u), f->file), file) ||
                      file_matches(u->head->name, file)))
            match_function(e, u, (long)i, l);
    }
}

void find_in_dwarf(struct map_entry *e, const char *name, const char *file, struct match_list *l)
{
    struct dwarf *d = dwarf_of(e->file);
    if (!d)
        return;
    const struct dwarf_index *x = dwarf_index_of(d);
    size_t opened = 0;
    for (const struct index_entry *i = dwarf_index_find(x, name, NULL); i && opened < UNIT_LIMIT;
         i = dwarf_index_find(x, name, i)) {
        if (i->tag != DW_TAG_subprogram)
            continue;
        dwarf_units_trim(d, UNITS_KEPT);
        struct dwarf_unit *u = dwarf_unit_get(d, i->unit);
        opened++;
        if (u)
            search_unit(e, u, name, file, l);
    }
}
