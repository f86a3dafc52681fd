/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file in which the bookmarks of a record are kept: its name, and its bytes in and out. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/control/time/bookmarks.h"

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
        if (!sections[i].executable || !sections[i].has_bytes || sections[i].size > BOOKMARK_CODE_LIMIT)
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

/* -- its bytes -------------------------------------------------------------------------------------- */

struct error *bookmark_file_put_aside(const char *path, const char *what)
{
    BASE_FREE char *aside = xasprintf("%s.damaged", path);
    BASE_FREE char *shown = text_visible(aside, strlen(aside));
    bool moved = rename(path, aside) == 0;
    return error_hint(error_new(ERR_REFUSED, "the bookmarks of this recording cannot be read: %s", what),
                      moved ? "the file is kept as %s"
                            : "the file was to be kept as %s, but it could not be renamed",
                      shown);
}

struct error *bookmark_file_read(const char *path, char **ret, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    *ret = NULL;
    *n = 0;
    if (fd < 0)
        return NULL;
    bool good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= BOOKMARK_FILE_LIMIT;
    if (good) {
        *ret = xcalloc(1, (size_t)st.st_size + 1);
        *n = fd_read_all(fd, *ret, (size_t)st.st_size);
    }
    close(fd);
    return good ? NULL : bookmark_file_put_aside(path, "it is no file of ours");
}

struct error *bookmark_file_write(const char *path, const char *text)
{
    struct error *e = file_replace(path, text, strlen(text), true);
    return e ? error_hint(
                   error_while(e, "writing the bookmarks"),
                   "they hold for this session; free some space, or set XDG_STATE_HOME to a folder that "
                   "can be written")
             : NULL;
}
