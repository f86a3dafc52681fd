/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/breakpoints/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/journal_file.h"
#include "engine/control/control.h"

enum { READ_BATCH = 32 };

static struct ptid current_id(const struct control *c)
{
    return c->target->threads.has_current ? c->target->threads.current : (struct ptid){0, 0};
}

static struct error *save(struct control *c, struct site *p)
{
    struct rsp_read read = {.address = p->address, .length = p->length, .bytes = p->saved};
    TRY(target_check(c->target, rsp_read_memory(c->target->connection, current_id(c), &read, 1, false)));
    error_free(read.error);
    p->saved_known = read.got == p->length;
    traps_hide(c, p->address, p->saved, read.got);
    return p->saved_known ? NULL
                          : error_hint(error_new(ERR_NO_MEMORY,
                                                 "a trap at 0x%" PRIx64 ": what stands there cannot be read",
                                                 p->address),
                                       "`maps` shows what is mapped");
}

static struct error *open_journal(struct control *c)
{
    struct journal *j = &c->journal;
    if (j->fd > 0)
        return NULL;
    j->path = journal_path(c->target->spec);
    if (!j->path)
        return error_hint(
            error_new(ERR_REFUSED, "a trap is not written: there is nowhere to keep its journal"),
            "set XDG_STATE_HOME or HOME");
    struct error *e = journal_open(j->path, &j->fd);
    if (e) {
        free(j->path);
        *j = (struct journal){0};
    }
    return e;
}

struct error *journal_note(struct control *c, struct site *p)
{
    if (!p->saved_known)
        TRY(save(c, p));
    if (p->journalled)
        return NULL;
    TRY(open_journal(c));
    struct journal_entry entry = {.address = p->address, .length = p->length};
    memcpy(entry.saved, p->saved, sizeof entry.saved);
    trap_bytes(c, p->length, entry.trap);
    BASE_BUF struct buf line = {0};
    journal_line(&entry, &line);
    TRY(journal_append(c->journal.path, c->journal.fd, buf_text(&line)));
    p->journalled = true;
    return NULL;
}

static void take_back(struct control *c, uint64_t address)
{
    char line[40];
    snprintf(line, sizeof line, "- %" PRIx64 "\n", address);
    struct error *e = journal_append(c->journal.path, c->journal.fd, line);
    error_free(e);
}

void journal_forget(struct control *c, struct site *p)
{
    if (p->journalled && c->journal.fd > 0)
        take_back(c, p->address);
    p->journalled = false;
}

void journal_forget_removed(struct control *c)
{
    const struct site_table *t = &c->breakpoints.sites;
    for (size_t i = 0; i < t->count; i++)
        if (!t->items[i]->inserted)
            journal_forget(c, t->items[i]);
}

void journal_close(struct control *c, bool gone)
{
    struct journal *j = &c->journal;
    if (j->fd <= 0)
        return;
    struct journal_entry *left;
    size_t count;
    close(j->fd);
    journal_read(j->path, &left, &count);
    if (gone || count == 0)
        unlink(j->path);
    free(left);
    free(j->path);
    *j = (struct journal){0};
}

/* Keeps those of `list` whose trap is still in memory. */
static struct error *still_there(struct control *c, struct journal_entry *list, size_t *count)
{
    size_t kept = 0;
    for (size_t first = 0; first < *count; first += READ_BATCH) {
        struct rsp_read reads[READ_BATCH];
        unsigned char bytes[READ_BATCH][TRAP_MAX];
        size_t n = *count - first < READ_BATCH ? *count - first : READ_BATCH;
        for (size_t i = 0; i < n; i++)
            reads[i] = (struct rsp_read){
                .address = list[first + i].address, .length = list[first + i].length, .bytes = bytes[i]};
        TRY(target_check(c->target, rsp_read_memory(c->target->connection, current_id(c), reads, n, false)));
        for (size_t i = 0; i < n; i++) {
            struct journal_entry e = list[first + i];
            if (reads[i].got == e.length && memcmp(bytes[i], e.trap, e.length) == 0)
                list[kept++] = e;
            error_free(reads[i].error);
        }
    }
    *count = kept;
    return NULL;
}

struct error *journal_left_behind(struct control *c, struct journal_entry **ret, size_t *count)
{
    BASE_FREE char *path = c->target->spec ? journal_path(c->target->spec) : NULL;
    *ret = NULL;
    *count = 0;
    if (!path)
        return NULL;
    journal_read(path, ret, count);
    struct error *e = *count ? still_there(c, *ret, count) : NULL;
    if (e || *count == 0) {
        free(*ret);
        *ret = NULL;
        *count = 0;
    }
    return e;
}

struct error *journal_restore(struct control *c, size_t *count)
{
    BASE_FREE struct journal_entry *list = NULL;
    size_t n;
    *count = 0;
    TRY(journal_left_behind(c, &list, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(memory_write(c->target, list[i].address, list[i].saved, list[i].length));
        ++*count;
        if (c->journal.fd > 0)
            take_back(c, list[i].address);
    }
    BASE_FREE char *path = journal_path(c->target->spec);
    if (path && c->journal.fd <= 0)
        unlink(path);
    return NULL;
}
