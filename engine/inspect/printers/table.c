/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The descriptions of a target: those that are built in, and in front of them those of files. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "engine/inspect/printers/description.h"
#include "engine/inspect/values/elements.h"
#include "engine/target/target.h"

static const struct element_rules rules = {
    .index = printer_index, .find = printer_find, .target = printer_target};

/* What was read goes in front, in its order. */
static void put_in_front(struct printers *t, struct printer *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ARRAY_RESERVE(t->list, t->count + i, t->capacity);
    memmove(t->list + count, t->list, t->count * sizeof *t->list);
    memcpy(t->list, list, count * sizeof *list);
    t->count += count;
}

static struct error *take_line(struct printers *t, const char *line, size_t length, struct printer **list,
                               size_t *count, size_t *capacity)
{
    struct printer d;
    bool any = false;
    if (length > PRINTER_LINE_MOST)
        return error_hint(error_new(ERR_USAGE, "the line is longer than %d bytes", PRINTER_LINE_MOST),
                          "a description is TYPE KIND PART=PATH...");
    if (t->count + *count >= PRINTERS_MOST)
        return error_new(ERR_USAGE, "there are more than %d descriptions", PRINTERS_MOST);
    TRY(printer_parse(line, length, &d, &any));
    if (!any)
        return NULL;
    while (*count >= *capacity)
        *list = array_grow(*list, capacity, sizeof **list);
    (*list)[(*count)++] = d;
    return NULL;
}

static struct error *take_text(struct printers *t, const char *name, const char *text, size_t length,
                               size_t *count)
{
    struct printer *list = NULL;
    size_t capacity = 0, line = 1;
    struct error *e = NULL;
    *count = 0;
    for (const char *at = text, *end = text + length; at < end && !e; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        e = take_line(t, at, (size_t)(stop - at), &list, count, &capacity);
        if (e)
            e = error_while(e, "%s:%zu", name, line);
        at = stop + 1;
    }
    for (size_t i = 0; i < *count; i++) {
        list[i].from = name;
        if (e)
            printer_free(&list[i]);
    }
    if (!e && *count)
        put_in_front(t, list, *count);
    free(list);
    return e;
}

struct error *printers_add_text(struct target *target, const char *name, const char *text, size_t length,
                                size_t *count)
{
    struct printers *t = target->printers;
    char *kept = xstrdup(name);
    ARRAY_RESERVE(t->files, t->file_count, t->file_capacity);
    t->files[t->file_count++] = kept;
    return take_text(t, kept, text, length, count);
}

/* No more than the limit and one byte: a device or a pipe may go on for ever. */
static struct error *read_file(const char *path, struct buf *text)
{
    char bytes[4096];
    struct stat st;
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool regular = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    while (regular && text->length <= PRINTERS_FILE_MOST && (n = read(fd, bytes, sizeof bytes)) > 0)
        buf_add(text, bytes, (size_t)n);
    int failed = fd < 0 || n < 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    if (failed)
        return error_new(ERR_USAGE, "read the printers of %s: %s", path, strerror(failed));
    if (!regular)
        return error_new(ERR_USAGE, "read the printers of %s: it is no file", path);
    if (text->length > PRINTERS_FILE_MOST)
        return error_new(ERR_USAGE, "read the printers of %s: it is longer than %d bytes", path,
                         PRINTERS_FILE_MOST);
    return NULL;
}

struct error *printers_add_file(struct target *target, const char *path, size_t *count)
{
    BASE_BUF struct buf text = {0};
    TRY(read_file(path, &text));
    return printers_add_text(target, path, buf_text(&text), text.length, count);
}

bool printers_at(const struct target *target, size_t i, const char **type, const char **kind,
                 const char **from)
{
    const struct printers *t = target->printers;
    if (!t || i >= t->count)
        return false;
    *type = t->list[i].type;
    *kind = printer_kind_name(t->list[i].kind);
    *from = t->list[i].from;
    return true;
}

void printers_create(struct target *target)
{
    size_t count;
    target->printers = xcalloc(1, sizeof *target->printers);
    target->element_rules = &rules;
    error_free(take_text(target->printers, "", printers_built_in, strlen(printers_built_in), &count));
}

void printers_free(struct target *target)
{
    struct printers *t = target->printers;
    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++)
        printer_free(&t->list[i]);
    for (size_t i = 0; i < t->file_count; i++)
        free(t->files[i]);
    free(t->list);
    free(t->files);
    free(t);
    target->printers = NULL;
    target->element_rules = NULL;
}
