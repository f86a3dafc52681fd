/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/launch/start.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/session/limits.h"
#include "engine/session/session_private.h"
#include "engine/inspect/location.h"

static const char *const words[] = {[START_ENTRY] = "entry", [START_MAIN] = "main", [START_NOWHERE] = "none"};

bool start_at_parse(const char *word, enum start_at *ret)
{
    for (unsigned i = 0; i < ARRAY_LENGTH(words); i++)
        if (strcmp(words[i], word) == 0) {
            *ret = (enum start_at)i;
            return true;
        }
    return false;
}

const char *start_at_name(enum start_at at)
{
    return words[at];
}

/* -- the language's own ----------------------------------------------------------------------------- */

enum { RUST_HASH = 16 };

/* gnatbind, b~NAME.adb: `Ada_Main_Program_Name : constant String := "_ada_hello" & NUL`. */
static char *ada_name(struct symbol_file *f, const struct elf_symbol *s)
{
    char name[ADA_NAME_MOST];
    size_t got = symbol_file_read(f, s->value, name, s->size && s->size < sizeof name ? s->size : 1);
    return got > 1 && name[got - 1] == '\0' && *name ? xstrdup(name) : NULL;
}

/* `_ZN` LENGTH CRATE `4main17h` HASH `E`: the function main of a crate, and no deeper one (legacy mangling,
 * the default; rustc book, "Symbol Mangling"). */
static bool is_rust_main(const char *name)
{
    char *end;
    if (strncmp(name, "_ZN", 3) != 0)
        return false;
    unsigned long n = strtoul(name + 3, &end, 10);
    if (end == name + 3 || n > strlen(end))
        return false;
    end += n;
    return strncmp(end, "4main17h", 8) == 0 && strlen(end) == 8 + RUST_HASH + 1 && end[8 + RUST_HASH] == 'E';
}

static bool is_function(const struct elf_symbol *s)
{
    return s->section != SHN_UNDEF && (s->type == STT_FUNC || s->type == STT_NOTYPE);
}

char *start_main_name(struct symbol_file *f)
{
    /* In gdb's order. */
    static const char *const own[] = {"_Dmain", "main.main", "MAIN__", NULL, "main"};
    enum { RUST = 3 };
    const struct elf_symbol *list, *found[ARRAY_LENGTH(own)] = {0};
    size_t count = symbol_file_symbols(f, &list);
    for (size_t i = 0; i < count; i++) {
        char *ada = strcmp(list[i].name, "__gnat_ada_main_program_name") == 0 ? ada_name(f, &list[i]) : NULL;
        if (ada)
            return ada;
        for (size_t k = 0; k < ARRAY_LENGTH(own); k++)
            if (is_function(&list[i]) &&
                (own[k] ? strcmp(list[i].name, own[k]) == 0 : is_rust_main(list[i].name)))
                found[k] = &list[i];
    }
    for (size_t k = 0; k < ARRAY_LENGTH(own); k++)
        if (found[k])
            return xstrdup(found[k]->name);
    return NULL;
}

/* -- going there ------------------------------------------------------------------------------------ */

static struct symbol_file *program_file(struct session *s)
{
    return symbol_map_count(s->target->map) ? symbol_map_file(s->target->map, 0, NULL) : NULL;
}

/* Its places, behind the prologue; false: there are none. */
static bool aim_at_main(struct session *s, struct plan *plan)
{
    struct symbol_file *f = program_file(s);
    BASE_FREE char *name = f ? start_main_name(f) : NULL;
    struct symbol_match *matches = NULL;
    size_t count = 0;
    if (name)
        symbols_find_name(s->target->map, name, &matches, &count);
    for (size_t i = 0; i < count; i++)
        if (!matches[i].data)
            plan_add_target(s->control, plan, matches[i].address, 0);
    free(matches);
    return plan->target_count > 0;
}

static void tell_no_main(struct session *s)
{
    BASE_FREE char *text =
        xasprintf("%s has no main that is known by name: it stands at its entry\n", s->program);
    target_say(s->target, text);
}

struct error *start_from_entry(struct session *s, enum start_at at, bool *told)
{
    struct plan plan = {.kind = PLAN_CONTINUE};
    *told = at == START_ENTRY;
    if (at == START_ENTRY)
        return NULL;
    if (at == START_MAIN) {
        plan = (struct plan){.kind = PLAN_TO, .final_at_target = true, .starts = true};
        if (!aim_at_main(s, &plan)) {
            tell_no_main(s);
            *told = true;
            return NULL;
        }
    }
    return plan_start(s->control, &plan);
}
