/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What QEMU's monitor says about time, and snapshots in its qcow2 drives. */
#include "engine/control/time/qemu.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/control/control.h"
#include "engine/control/limits.h"

bool time_qemu_info(const struct buf *text, const char *mode, char **file, uint64_t *position)
{
    static const char middle[] = "': instruction count = ";
    BASE_FREE char *begin = xasprintf("%s execution '", mode);
    const char *start = strstr(buf_text(text), begin), *at = NULL;
    for (const char *p = start ? strstr(start, middle) : NULL; p; p = strstr(p + 1, middle))
        at = p; /* the name of a file may hold anything */
    if (!at)
        return false;
    start += strlen(begin);
    if (file)
        *file = xstrndup(start, (size_t)(at - start));
    *position = strtoull(at + sizeof middle - 1, NULL, 10);
    return true;
}

struct error *time_qemu_save(struct control *c, const char *name)
{
    return time_monitor_quiet(c, "savevm %s", name);
}

struct error *time_qemu_remove(struct control *c, const char *name)
{
    return time_monitor_quiet(c, "delvm %s", name);
}

static uint64_t parse_size(const char *number, const char *unit)
{
    double n = strtod(number, NULL);
    const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    for (size_t i = 0; i < ARRAY_LENGTH(units) && n >= 0 && n < 1e9; i++, n *= 1024)
        if (strcmp(unit, units[i]) == 0)
            return (uint64_t)n;
    return 0;
}

/* "--  init  350 KiB 2026-01-01 10:00:00 00:00:00.000          0": the columns behind the name are counted
 * from the end, since a name may have blanks. The last is empty where instructions are not counted. */
static bool parse_row(char *line, struct time_snapshot *ret)
{
    char *words[QEMU_SNAPSHOT_WORDS];
    size_t n = 0;
    for (char *p = strtok_r(line, " \t", &line); p && n < QEMU_SNAPSHOT_WORDS;
         p = strtok_r(NULL, " \t", &line))
        words[n++] = p;
    if (n != 7 && n != 8)
        return false; /* another's name with blanks in it: never ours, and not needed */
    char *end = NULL;
    *ret = (struct time_snapshot){.position = n == 8 ? strtoull(words[7], &end, 10) : UINT64_MAX};
    if (n == 8 && (*end || end == words[7]))
        ret->position = UINT64_MAX;
    ret->bytes = parse_size(words[2], words[3]);
    ret->name = xstrdup(words[1]);
    return true;
}

struct error *time_qemu_list(struct control *c, struct time_snapshot **ret, size_t *count)
{
    BASE_BUF struct buf out = {0};
    *ret = NULL;
    *count = 0;
    TRY(time_monitor(c, &out, "info snapshots"));
    size_t capacity = 0;
    bool rows = false;
    char *rest = NULL;
    for (char *line = strtok_r(out.data, "\n", &rest); line && *count < QEMU_SNAPSHOTS_MOST;
         line = strtok_r(NULL, "\n", &rest)) {
        struct time_snapshot one;
        if (strncmp(line, "List of partial", 15) == 0)
            break;
        if (strncmp(line, "ID ", 3) == 0) {
            rows = true;
        } else if (rows && parse_row(line, &one)) {
            ARRAY_RESERVE(*ret, *count, capacity);
            (*ret)[(*count)++] = one;
        }
    }
    return NULL;
}
