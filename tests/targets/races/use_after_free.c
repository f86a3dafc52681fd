/* A reader looks whether there is a configuration, and uses it after a writer has freed it. Sessions refer to
 * the lines. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct config {
    char reserved[64];
    const char *name;
};

static struct config *volatile config;
static volatile int length;

__attribute__((noinline)) static void drop(struct config *old)
{
    memset(old, 0xdd, sizeof *old); /* what a debugging allocator does */
    free(old);
}

__attribute__((noinline)) static void look(void)
{
    struct config *seen = config;
    if (!seen)
        return;
    length = (int)strlen(seen->name);
}

static void *reader(void *arg)
{
    look();
    return arg;
}

static void *writer(void *arg)
{
    struct config *old = config;
    config = NULL;
    drop(old);
    return arg;
}

int main(void)
{
    pthread_t threads[2];
    config = calloc(1, sizeof *config);
    config->name = "default";
    pthread_create(&threads[0], NULL, reader, NULL);
    pthread_create(&threads[1], NULL, writer, NULL);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
