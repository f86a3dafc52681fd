/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/document.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "engine/commands/command.h"
#include "scripts/json_read.h"
#include "scripts/limits.h"

const char *const step_keys[] = {"do", "expect", "save", "label", "timeout", "on_fail", "note", NULL};

static struct error *read_all(FILE *f, const char *path, struct buf *b)
{
    char bytes[65536];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, f)) > 0) {
        buf_add(b, bytes, n);
        if (b->length > SESSION_FILE_LIMIT)
            return error_new(ERR_USAGE, "%s: longer than 16 MiB", path);
    }
    if (ferror(f))
        return error_new(ERR_USAGE, "read %s: %s", path, strerror(errno));
    return NULL;
}

/* `problem` is taken over. */
static struct error *wrong_text(const char *path, const struct buf *b, size_t where, struct error *problem)
{
    problem->code = ERR_USAGE;
    if (where == SIZE_MAX)
        return error_while(problem, "%s", path);
    unsigned line = 1, column = 1;
    for (size_t i = 0; i < where && i < b->length; i++) {
        column = b->data[i] == '\n' ? 1 : column + 1;
        line += b->data[i] == '\n';
    }
    return error_while(problem, "%s:%u:%u", path, line, column);
}

struct error *document_read(const char *path, cJSON **ret)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(path, "re");
    if (!f)
        return error_new(ERR_USAGE, "open %s: %s", path, strerror(errno));
    BASE_BUF struct buf b = {0};
    struct error *e = read_all(f, path, &b);
    if (!is_stdin)
        fclose(f);
    if (e)
        return e;
    size_t where;
    e = json_read(buf_text(&b), b.length, ret, &where);
    return e ? wrong_text(path, &b, where, e) : NULL;
}

static bool is_step_key(const char *name)
{
    for (size_t i = 0; step_keys[i]; i++)
        if (strcmp(step_keys[i], name) == 0)
            return true;
    return false;
}

bool step_holds_steps(const char *key)
{
    return strcmp(key, "steps") == 0 || strcmp(key, "then") == 0;
}

/* A remark on the step, but for the command that keeps one (`bookmark`). */
static bool takes_note(const cJSON *step)
{
    const char *name = json_text_or_null(step, "do");
    const struct command *c = name ? command_find(name) : NULL;
    for (const struct command_arg *a = c ? c->args : NULL; a && a->name; a++)
        if (strcmp(a->name, "note") == 0)
            return true;
    return false;
}

cJSON *step_arguments(const cJSON *step)
{
    cJSON *args = cJSON_CreateObject();
    const cJSON *item;
    bool note = takes_note(step);
    cJSON_ArrayForEach (item, step) {
        if (!is_step_key(item->string) || (note && strcmp(item->string, "note") == 0))
            cJSON_AddItemToObject(args, item->string, cJSON_Duplicate(item, true));
    }
    return args;
}
