#include "symbols/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

enum { SOURCE_LIMIT = 16 * 1024 * 1024, TRIED_LIMIT = 1200 };

struct source_file {
    atomic_uint references;
    char *path;
    char *text;
    size_t size;
    size_t *starts; /* offset of each line, and one behind the last */
    size_t line_count;
    time_t mtime;
};

struct source_cache {
    struct {
        char *asked; /* as source_load() was asked */
        struct source_file *file;
    } * entries;
    size_t count, capacity;
    char **directories;
    size_t directory_count, directory_capacity;
};

struct source_cache *source_cache_create(void)
{
    return xcalloc(1, sizeof(struct source_cache));
}

void source_cache_free(struct source_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->count; i++) {
        free(c->entries[i].asked);
        source_unref(c->entries[i].file);
    }
    for (size_t i = 0; i < c->directory_count; i++)
        free(c->directories[i]);
    free(c->entries);
    free(c->directories);
    free(c);
}

void source_cache_add_directory(struct source_cache *c, const char *directory)
{
    ARRAY_RESERVE(c->directories, c->directory_count, c->directory_capacity);
    c->directories[c->directory_count++] = xstrdup(directory);
}

static void split_lines(struct source_file *s)
{
    size_t capacity = 0, at = 0;
    while (at < s->size) {
        ARRAY_RESERVE(s->starts, s->line_count, capacity);
        s->starts[s->line_count++] = at;
        const char *newline = memchr(s->text + at, '\n', s->size - at);
        at = newline ? (size_t)(newline - s->text) + 1 : s->size;
    }
}

/* All of a regular file; NULL with the reason in *why. */
static char *read_all(const char *path, struct stat *st, size_t *size, const char **why)
{
    *st = (struct stat){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    *why = NULL;
    if (fd < 0 || fstat(fd, st) != 0)
        *why = strerror(errno);
    else if (!S_ISREG(st->st_mode))
        *why = "not a regular file";
    else if (st->st_size > SOURCE_LIMIT)
        *why = "larger than 16 MiB";
    char *text = NULL;
    *size = 0;
    if (!*why) {
        size_t room = (size_t)st->st_size;
        text = xmalloc(room + 1);
        while (*size < room) {
            ssize_t n = read(fd, text + *size, room - *size);
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                break;
            *size += (size_t)n;
        }
    }
    if (fd >= 0)
        close(fd);
    return text;
}

static struct source_file *try_path(const char *path, struct buf *tried)
{
    struct stat st;
    size_t size;
    const char *why;
    char *text = read_all(path, &st, &size, &why);
    if (!text) {
        if (tried->length < TRIED_LIMIT)
            buf_printf(tried, "%s%s (%s)", tried->length ? ", " : "", path, why);
        return NULL;
    }
    struct source_file *s = xcalloc(1, sizeof *s);
    *s = (struct source_file){.path = xstrdup(path), .text = text, .size = size, .mtime = st.st_mtime};
    atomic_init(&s->references, 1);
    split_lines(s);
    return s;
}

/* DIRECTORY/a/b/c.c, DIRECTORY/b/c.c, DIRECTORY/c.c: the tree may have been moved. */
static struct source_file *try_directory(const char *directory, const char *path, struct buf *tried)
{
    struct source_file *s = NULL;
    for (const char *rest = path; rest && !s;) {
        rest += strspn(rest, "/");
        BASE_FREE char *joined = xasprintf("%s/%s", directory, rest);
        s = try_path(joined, tried);
        rest = strchr(rest, '/');
    }
    return s;
}

struct error *source_load(struct source_cache *c, const char *path, struct source_file **ret)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->entries[i].asked, path) == 0) {
            *ret = source_ref(c->entries[i].file);
            return NULL;
        }
    }
    BASE_BUF struct buf tried = {0};
    struct source_file *s = try_path(path, &tried);
    for (size_t i = 0; i < c->directory_count && !s; i++)
        s = try_directory(c->directories[i], path, &tried);
    if (!s)
        return error_hint(error_new(ERR_NO_SOURCE, "cannot read source %s: tried %s", path, buf_text(&tried)),
                          "name the directory that has the sources");
    ARRAY_RESERVE(c->entries, c->count, c->capacity);
    c->entries[c->count].asked = xstrdup(path);
    c->entries[c->count++].file = s;
    *ret = source_ref(s);
    return NULL;
}

struct source_file *source_ref(struct source_file *s)
{
    atomic_fetch_add(&s->references, 1);
    return s;
}

void source_unref(struct source_file *s)
{
    if (!s || atomic_fetch_sub(&s->references, 1) != 1)
        return;
    free(s->path);
    free(s->text);
    free(s->starts);
    free(s);
}

const char *source_path(const struct source_file *s)
{
    return s->path;
}

size_t source_line_count(const struct source_file *s)
{
    return s->line_count;
}

const char *source_line(const struct source_file *s, size_t line, size_t *length)
{
    if (line == 0 || line > s->line_count)
        return NULL;
    size_t from = s->starts[line - 1];
    size_t to = line < s->line_count ? s->starts[line] : s->size;
    if (to > from && s->text[to - 1] == '\n')
        to--;
    *length = to - from;
    return s->text + from;
}

time_t source_mtime(const struct source_file *s)
{
    return s->mtime;
}
