/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/posts.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "ui/limits.h"

void posts_free(struct posts *p)
{
    posts_forget(p);
    for (size_t i = 0; i < p->count; i++)
        free(p->items[i].line);
    free(p->items);
    free(p->lines);
    free(p->repeat);
    *p = (struct posts){0};
}

void posts_add(struct posts *p, uint64_t id, const char *line, const char *command, bool runs)
{
    ARRAY_RESERVE(p->items, p->count, p->capacity);
    p->items[p->count++] = (struct post){.id = id,
                                         .line = xstrdup_or_null(line),
                                         .command = command,
                                         .runs = runs,
                                         .since_ns = clock_now_ns()};
}

bool posts_take(struct posts *p, uint64_t id, struct post *ret)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].id == id) {
            *ret = p->items[i];
            memmove(p->items + i, p->items + i + 1, (p->count - i - 1) * sizeof *p->items);
            p->count--;
            return true;
        }
    }
    return false;
}

bool posts_runs(const struct posts *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].runs)
            return true;
    return false;
}

bool posts_line_awaited(const struct posts *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].line)
            return true;
    return p->line_count > 0;
}

const char *posts_text(const struct post *p)
{
    return p->line ? p->line : p->command;
}

bool posts_queue_line(struct posts *p, const char *line)
{
    if (p->line_count == POSTS_LINES)
        return false;
    ARRAY_RESERVE(p->lines, p->line_count, p->line_capacity);
    p->lines[p->line_count++] = xstrdup(line);
    return true;
}

char *posts_next_line(struct posts *p)
{
    if (p->line_count == 0)
        return NULL;
    char *line = p->lines[0];
    memmove(p->lines, p->lines + 1, --p->line_count * sizeof *p->lines);
    return line;
}

bool posts_queue_step(struct posts *p, const char *command)
{
    if (p->step_count == POSTS_STEPS)
        return false;
    p->steps[p->step_count++] = command;
    return true;
}

const char *posts_next_step(struct posts *p)
{
    if (p->step_count == 0)
        return NULL;
    const char *command = p->steps[0];
    memmove(p->steps, p->steps + 1, --p->step_count * sizeof *p->steps);
    return command;
}

void posts_forget(struct posts *p)
{
    for (size_t i = 0; i < p->line_count; i++)
        free(p->lines[i]);
    p->line_count = 0;
    p->step_count = 0;
}
