/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/beside.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"

char *beside(const char *session, const char *file)
{
    const char *slash = strrchr(session, '/');
    if (*file == '/' || !slash)
        return xstrdup(file);
    return xasprintf("%.*s/%s", (int)(slash - session), session, file);
}

char *beside_or_here(const char *session, const char *file)
{
    char *path = session && strcmp(session, "-") != 0 ? beside(session, file) : xstrdup(file);
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return xstrdup(file);
}

char *seen_from(const char *folder, const char *file)
{
    BASE_FREE char *from = realpath(folder, NULL);
    BASE_FREE char *to = realpath(file, NULL);
    if (!from || !to)
        return xstrdup(file);
    size_t shared = 0; /* both are absolute: what they share ends with a slash, or with the folder */
    for (size_t i = 0; to[i] && (from[i] == to[i] || (!from[i] && to[i] == '/')); i++) {
        if (to[i] == '/')
            shared = i;
        if (!from[i])
            break;
    }
    BASE_BUF struct buf b = {0};
    const char *rest = strlen(from) > shared ? from + shared : "";
    for (; *rest; rest++)
        if (*rest == '/' && rest[1])
            buf_add_text(&b, "../");
    buf_add_text(&b, to + shared + 1);
    return xstrdup(buf_text(&b));
}
