/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/descriptor.h"

char *file_state_path(const char *name)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state && state[0] == '/')
        return xasprintf("%s/allstop/%s", state, name);
    return home && home[0] == '/' ? xasprintf("%s/.local/state/allstop/%s", home, name) : NULL;
}

char *file_config_path(const char *name)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && config[0] == '/')
        return xasprintf("%s/allstop/%s", config, name);
    return home && home[0] == '/' ? xasprintf("%s/.config/allstop/%s", home, name) : NULL;
}

void file_make_folders(const char *path)
{
    BASE_FREE char *part = xstrdup(path);
    for (char *p = *part ? strchr(part + 1, '/') : NULL; p; p = strchr(p + 1, '/')) {
        *p = '\0';
        mkdir(part, 0700);
        *p = '/';
    }
}

static struct error *failed(const char *path, int number)
{
    return error_hint(error_new(ERR_REFUSED, "write %s: %s", path, strerror(number)),
                      "look at the folder's rights and the free space");
}

struct error *file_replace(const char *path, const void *bytes, size_t n, bool durable)
{
    BASE_FREE char *name = xasprintf("%s.XXXXXX", path);
    file_make_folders(path);
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return failed(path, errno);
    int number = fd_write_all(fd, bytes, n);
    if (durable && !number && fsync(fd) < 0)
        number = errno;
    if (close(fd) < 0 && !number)
        number = errno;
    if (!number && rename(name, path) < 0)
        number = errno;
    if (!number)
        return NULL;
    unlink(name);
    return failed(path, number);
}
