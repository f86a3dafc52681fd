/* SPDX-License-Identifier: GPL-3.0-or-later */
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
#include "base/descriptor.h"
#include "symbols/limits.h"

struct source_file {
    atomic_uint references;
    char *path;
    char *text;
    size_t size;
    size_t *starts; /* offset of each line, and one behind the last */
    size_t line_count;
    time_t mtime;
    atomic_bool asked;
};

struct source_rule {
    char *from, *to;
};

struct source_cache {
    struct {
        char *asked; /* as source_load() was asked */
        struct source_file *file;
    } * entries;
    size_t count, capacity;
    char **directories;
    size_t directory_count, directory_capacity;
    struct source_rule *rules;
    size_t rule_count, rule_capacity;
};

struct source_cache *source_cache_create(void)
{
    return xcalloc(1, sizeof(struct source_cache));
}

/* What was found by other rules is looked for again. */
static void forget_files(struct source_cache *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->entries[i].asked);
        source_unref(c->entries[i].file);
    }
    c->count = 0;
}

void source_cache_reset(struct source_cache *c)
{
    forget_files(c);
    for (size_t i = 0; i < c->directory_count; i++)
        free(c->directories[i]);
    for (size_t i = 0; i < c->rule_count; i++) {
        free(c->rules[i].from);
        free(c->rules[i].to);
    }
    c->directory_count = c->rule_count = 0;
}

void source_cache_free(struct source_cache *c)
{
    if (!c)
        return;
    source_cache_reset(c);
    free(c->entries);
    free(c->directories);
    free(c->rules);
    free(c);
}

void source_cache_add_directory(struct source_cache *c, const char *directory)
{
    forget_files(c);
    for (size_t i = 0; i < c->directory_count; i++)
        if (strcmp(c->directories[i], directory) == 0)
            return;
    ARRAY_RESERVE(c->directories, c->directory_count, c->directory_capacity);
    c->directories[c->directory_count++] = xstrdup(directory);
}

void source_cache_substitute(struct source_cache *c, const char *from, const char *to)
{
    size_t i = 0;
    forget_files(c);
    while (i < c->rule_count && strcmp(c->rules[i].from, from) != 0)
        i++;
    if (i < c->rule_count) {
        free(c->rules[i].from);
        free(c->rules[i].to);
        c->rule_count--;
        memmove(c->rules + i, c->rules + i + 1, (c->rule_count - i) * sizeof *c->rules);
    }
    if (!to || !*to)
        return;
    ARRAY_RESERVE(c->rules, c->rule_count, c->rule_capacity);
    c->rules[c->rule_count++] = (struct source_rule){.from = xstrdup(from), .to = xstrdup(to)};
}

const char *source_cache_directory(const struct source_cache *c, size_t i)
{
    return i < c->directory_count ? c->directories[i] : NULL;
}

const char *source_cache_rule(const struct source_cache *c, size_t i, const char **to)
{
    *to = i < c->rule_count ? c->rules[i].to : NULL;
    return i < c->rule_count ? c->rules[i].from : NULL;
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
    else if (st->st_size > SOURCE_FILE_BYTES_MOST)
        *why = "larger than 16 MiB";
    char *text = NULL;
    *size = 0;
    if (!*why) {
        size_t room = (size_t)st->st_size;
        text = xmalloc(room + 1);
        *size = fd_read_all(fd, text, room);
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
        if (tried->length < SOURCE_TRIED_LIMIT)
            buf_printf(tried, "%s%s (%s)", tried->length ? ", " : "", path, why);
        return NULL;
    }
    struct source_file *s = xcalloc(1, sizeof *s);
    *s = (struct source_file){.path = xstrdup(path), .text = text, .size = size, .mtime = st.st_mtime};
    atomic_init(&s->references, 1);
    split_lines(s);
    return s;
}

/* The path by its components alone: without `.` and, where something stands in front, `..`; malloc'd. */
static char *shorten(const char *path)
{
    char *out = xmalloc(strlen(path) + 1);
    size_t used = 0;
    for (const char *p = path; *p;) {
        size_t n = strcspn(p, "/");
        bool up = n == 2 && memcmp(p, "..", 2) == 0;
        if (up) {
            while (used && out[--used] != '/') {
            }
        } else if (n && !(n == 1 && *p == '.')) {
            if (used || *path == '/')
                out[used++] = '/';
            memcpy(out + used, p, n);
            used += n;
        }
        p += n + strspn(p + n, "/");
    }
    out[used] = 0;
    return out;
}

/* DIRECTORY/a/b/c.c, DIRECTORY/b/c.c, DIRECTORY/c.c: the tree may have been moved. */
static struct source_file *try_directory(const char *directory, const char *path, struct buf *tried)
{
    struct source_file *s = NULL;
    BASE_FREE char *shortened = shorten(path);
    for (const char *rest = shortened; rest && !s;) {
        rest += strspn(rest, "/");
        BASE_FREE char *joined = xasprintf("%s/%s", directory, rest);
        s = *rest ? try_path(joined, tried) : NULL;
        rest = strchr(rest, '/');
    }
    return s;
}

/* `from` stands for whole components: /build/a is no start of /build/ab/c.c. */
static bool begins_with(const char *path, const char *from)
{
    size_t n = strlen(from);
    while (n > 1 && from[n - 1] == '/')
        n--;
    return n && strncmp(path, from, n) == 0 && (!path[n] || path[n] == '/' || from[n - 1] == '/');
}

static struct source_file *try_rules(const struct source_cache *c, const char *path, struct buf *tried)
{
    BASE_FREE char *shortened = shorten(path);
    const char *spellings[] = {shortened, path};
    for (size_t i = 0; i < c->rule_count; i++) {
        for (size_t k = 0; k < ARRAY_LENGTH(spellings); k++) {
            if (!begins_with(spellings[k], c->rules[i].from))
                continue;
            const char *rest = spellings[k] + strlen(c->rules[i].from);
            rest += strspn(rest, "/");
            BASE_FREE char *joined = xasprintf("%s/%s", c->rules[i].to, rest);
            return try_path(joined, tried);
        }
    }
    return NULL;
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
    struct source_file *s = try_rules(c, path, &tried);
    s = s ? s : try_path(path, &tried);
    for (size_t i = 0; i < c->directory_count && !s; i++)
        s = try_directory(c->directories[i], path, &tried);
    if (!s)
        return error_hint(
            error_new(ERR_NO_SOURCE, "cannot read source %s: tried %s", path, buf_text(&tried)),
            "`directory DIR` names a folder that has the sources, `set substitute-path FROM TO` where "
            "a part of the path is now");
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

bool source_first_asked(struct source_file *s)
{
    return !atomic_exchange(&s->asked, true);
}
