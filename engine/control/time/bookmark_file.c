/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file in which the bookmarks of a record are kept: its name, reading and writing it. */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/control/control.h"
#include "engine/control/time/bookmarks.h"

enum { FILE_LIMIT = 16 << 20, FILE_VERSION = 1, CODE_LIMIT = 64 << 20 };

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++) /* FNV-1a */
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        unsigned char byte = (unsigned char)(number >> shift);
        hash = hash_bytes(hash, &byte, 1);
    }
    return hash;
}

static uint64_t hash_code(const struct symbol_file *f)
{
    uint64_t hash = 0xcbf29ce484222325u;
    const struct symbol_section *sections;
    size_t count = symbol_file_sections(f, &sections);
    for (size_t i = 0; i < count; i++) {
        if (!sections[i].executable || !sections[i].has_bytes || sections[i].size > CODE_LIMIT)
            continue;
        BASE_FREE unsigned char *bytes = xmalloc(sections[i].size + 1);
        size_t n = symbol_file_read(f, sections[i].address, bytes, sections[i].size);
        hash = hash_bytes(hash, bytes, n);
    }
    return hash;
}

char *bookmark_program(struct control *c)
{
    if (symbol_map_count(c->target->map) == 0)
        return NULL;
    const struct symbol_file *f = symbol_map_file(c->target->map, 0, NULL);
    const char *id = symbol_file_build_id(f);
    return id ? xstrdup(id) : xasprintf("code-%016" PRIx64, hash_code(f));
}

/* The file of the record with its size and time; where it cannot be seen, its name and the program. */
char *bookmark_path(struct control *c)
{
    BASE_FREE char *where = file_state_path("bookmarks");
    BASE_FREE char *real = c->time.recording ? realpath(c->time.recording, NULL) : NULL;
    BASE_FREE char *program = real ? NULL : bookmark_program(c);
    struct stat st = {0};
    if (!where || !c->time.recording)
        return NULL;
    uint64_t hash = 0xcbf29ce484222325u;
    const char *name = real ? real : c->time.recording;
    hash = hash_bytes(hash, name, strlen(name) + 1);
    if (real && stat(real, &st) == 0) {
        hash = hash_number(hash, (uint64_t)st.st_size);
        hash = hash_number(hash, (uint64_t)st.st_mtim.tv_sec);
        hash = hash_number(hash, (uint64_t)st.st_mtim.tv_nsec);
    } else if (program) {
        hash = hash_bytes(hash, program, strlen(program));
    }
    return xasprintf("%s/%016" PRIx64 ".json", where, hash);
}

/* -- reading --------------------------------------------------------------------------------------- */

static char *text_member(const cJSON *o, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
    return text ? xstrndup(text, strnlen(text, BOOKMARK_TEXT_MOST)) : NULL;
}

static bool number_member(const cJSON *o, const char *name, uint64_t *ret)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, name);
    double d = cJSON_IsNumber(item) ? item->valuedouble : -1;
    if (d < 0 || d != floor(d) || d > 9007199254740992.0)
        return false;
    *ret = (uint64_t)d;
    return true;
}

static bool read_one(const cJSON *o, struct bookmark_table *t)
{
    struct bookmark *b = xcalloc(1, sizeof *b);
    uint64_t line = 0, made = 0;
    BASE_FREE char *pc = text_member(o, "pc");
    b->name = text_member(o, "name");
    b->note = text_member(o, "note");
    b->thread = text_member(o, "thread");
    b->function = text_member(o, "function");
    b->file = text_member(o, "file");
    b->snapshot = text_member(o, "snapshot");
    b->has_pc = pc && text_parse_u64(pc, &b->pc);
    bool good = number_member(o, "id", &b->id) && number_member(o, "position", &b->position) && b->name &&
                (!b->snapshot || time_snapshot_is_ours(b->snapshot)) && b->id > 0 &&
                !bookmarks_by_id(t, b->id) && !bookmarks_by_name(t, b->name);
    number_member(o, "line", &line);
    number_member(o, "made", &made);
    b->line = (unsigned)line;
    b->made = (int64_t)made;
    if (!good || t->count >= BOOKMARKS_MOST) {
        bookmark_free(b);
        return false;
    }
    bookmarks_insert(t, b);
    if (b->id >= t->next_id)
        t->next_id = b->id + 1;
    return true;
}

static struct error *not_ours(const char *path, const char *what)
{
    BASE_FREE char *aside = xasprintf("%s.damaged", path);
    BASE_FREE char *shown = text_visible(aside, strlen(aside));
    bool moved = rename(path, aside) == 0;
    return error_hint(error_new(ERR_REFUSED, "the bookmarks of this recording cannot be read: %s", what),
                      moved ? "the file is kept as %s"
                            : "the file was to be kept as %s, but it could not be renamed",
                      shown);
}

static struct error *parse(const char *path, const char *text, size_t n, struct bookmark_table *t)
{
    cJSON *o = cJSON_ParseWithLength(text, n);
    uint64_t version = 0;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(o, "bookmarks"), *one;
    const char *wrong = NULL;
    if (!cJSON_IsObject(o))
        wrong = "the file is no JSON";
    else if (!number_member(o, "version", &version) || version != FILE_VERSION)
        wrong = "the file is of another version of this program";
    else if (!cJSON_IsArray(list))
        wrong = "the file holds no list";
    free(t->program);
    t->program = wrong ? NULL : text_member(o, "program");
    if (!wrong) {
        cJSON_ArrayForEach (one, list)
            if (!read_one(one, t))
                wrong = "an entry of the file is damaged";
    }
    cJSON_Delete(o);
    return wrong ? not_ours(path, wrong) : NULL;
}

struct error *bookmark_read(const char *path, struct bookmark_table *t)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return NULL;
    struct error *e = NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_LIMIT) {
        BASE_FREE char *text = xcalloc(1, (size_t)st.st_size + 1);
        ssize_t n = read(fd, text, (size_t)st.st_size);
        e = parse(path, text, n > 0 ? (size_t)n : 0, t);
    } else {
        e = not_ours(path, "it is no file of ours");
    }
    close(fd);
    return e;
}

/* -- writing --------------------------------------------------------------------------------------- */

static char *as_text(const struct bookmark_table *t)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "version", FILE_VERSION);
    if (t->program)
        cJSON_AddStringToObject(o, "program", t->program);
    cJSON *list = cJSON_AddArrayToObject(o, "bookmarks");
    for (size_t i = 0; i < t->count; i++) {
        cJSON *one = bookmark_to_json(t->items[i]);
        cJSON_DeleteItemFromObjectCaseSensitive(one, "state");
        cJSON_AddItemToArray(list, one);
    }
    char *text = cJSON_Print(o);
    cJSON_Delete(o);
    return text;
}

struct error *bookmark_write(const struct bookmark_table *t)
{
    if (!t->path)
        return NULL;
    BASE_FREE char *text = as_text(t);
    struct error *e = file_replace(t->path, text, strlen(text), true);
    return e ? error_hint(
                   error_while(e, "writing the bookmarks"),
                   "they hold for this session; free some space, or set XDG_STATE_HOME to a folder that "
                   "can be written")
             : NULL;
}
