/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/breakpoints/journal_file.h"

#include <errno.h>
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
#include "engine/control/limits.h"

static const char first_line[] = "allstop-journal 1\n";

char *journal_path(const char *target)
{
    BASE_FREE char *folder = file_state_path("journal");
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *p = target; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    return folder ? xasprintf("%s/%016" PRIx64, folder, hash) : NULL;
}

static struct error *failed(const char *what, const char *path)
{
    BASE_FREE char *shown = text_visible(path, strlen(path));
    return error_hint(
        error_new(ERR_REFUSED, "a trap is not written: %s the journal %s: %s", what, shown, strerror(errno)),
        "free some space, or set XDG_STATE_HOME to a folder that can be written");
}

struct error *journal_open(const char *path, int *ret)
{
    file_make_folders(path);
    *ret = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*ret < 0)
        return failed("cannot open", path);
    struct stat st;
    struct error *e = NULL;
    if (fstat(*ret, &st) != 0 || !S_ISREG(st.st_mode))
        e = error_new(ERR_REFUSED, "a trap is not written: the journal %s is not a file", path);
    else if (st.st_size == 0)
        e = journal_append(path, *ret, first_line);
    if (e)
        close(*ret);
    return e;
}

struct error *journal_append(const char *path, int fd, const char *line)
{
    size_t n = strlen(line);
    ssize_t written = write(fd, line, n);
    if (written < 0 || (size_t)written != n || fdatasync(fd) != 0) {
        if (written >= 0 && (size_t)written != n)
            errno = ENOSPC;
        return failed("cannot write", path);
    }
    return NULL;
}

void journal_line(const struct journal_entry *e, struct buf *out)
{
    buf_printf(out, "+ %" PRIx64 " ", e->address);
    hex_encode(out, e->saved, e->length);
    buf_add_char(out, ' ');
    hex_encode(out, e->trap, e->length);
    buf_add_char(out, '\n');
}

static bool parse_hex(const char *text, unsigned char bytes[TRAP_MAX], unsigned *length)
{
    size_t n = strspn(text, "0123456789abcdef");
    if (n == 0 || n % 2 || n / 2 > TRAP_MAX)
        return false;
    for (size_t i = 0; i < n / 2; i++) {
        const char pair[] = {text[2 * i], text[2 * i + 1], '\0'};
        bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    *length = (unsigned)(n / 2);
    return true;
}

static bool parse_entry(const char *line, struct journal_entry *ret)
{
    char saved[2 * TRAP_MAX + 2], trap[2 * TRAP_MAX + 2];
    unsigned length;
    *ret = (struct journal_entry){0};
    if (sscanf(line, "+ %" SCNx64 " %17s %17s", &ret->address, saved, trap) != 3)
        return false;
    return parse_hex(saved, ret->saved, &ret->length) && parse_hex(trap, ret->trap, &length) &&
           length == ret->length;
}

/* A line, in the order of the file: `+` or `-`. */
struct journal_row {
    struct journal_entry entry;
    size_t number;
    bool added;
};

static int by_address(const void *a, const void *b)
{
    const struct journal_row *x = a, *y = b;
    if (x->entry.address != y->entry.address)
        return x->entry.address < y->entry.address ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

static size_t read_rows(char *text, struct journal_row **ret)
{
    size_t count = 0, capacity = 0;
    *ret = NULL;
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        struct journal_row row = {.number = count};
        *end = '\0';
        row.added = parse_entry(line, &row.entry);
        if (!row.added && sscanf(line, "- %" SCNx64, &row.entry.address) != 1)
            continue;
        ARRAY_RESERVE(*ret, count, capacity);
        (*ret)[count++] = row;
    }
    return count;
}

/* The last word about each address counts. */
static void parse_lines(char *text, struct journal_entry **ret, size_t *count)
{
    BASE_FREE struct journal_row *rows = NULL;
    size_t n = read_rows(text, &rows), capacity = 0;
    if (n)
        qsort(rows, n, sizeof *rows, by_address);
    for (size_t i = 0; i < n && *count < JOURNAL_ENTRY_LIMIT; i++) {
        bool last = i + 1 == n || rows[i + 1].entry.address != rows[i].entry.address;
        if (!last || !rows[i].added)
            continue;
        ARRAY_RESERVE(*ret, *count, capacity);
        (*ret)[(*count)++] = rows[i].entry;
    }
}

void journal_read(const char *path, struct journal_entry **ret, size_t *count)
{
    *ret = NULL;
    *count = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= JOURNAL_FILE_LIMIT) {
        BASE_FREE char *text = xcalloc(1, (size_t)st.st_size + 1);
        size_t n = fd_read_all(fd, text, (size_t)st.st_size);
        if (n >= sizeof first_line - 1 && memcmp(text, first_line, sizeof first_line - 1) == 0)
            parse_lines(text, ret, count);
    }
    close(fd);
}
