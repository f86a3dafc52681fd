/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"

enum { GUARDS = 256 };

struct guard {
    atomic_uintptr_t start; /* 0: free */
    atomic_size_t size;
    atomic_bool hit;
};

/* Chunks are only ever added: the handler may be walking along them. */
struct chunk {
    struct guard guards[GUARDS];
    struct chunk *_Atomic next;
};

static struct {
    struct chunk first;
    pthread_mutex_t lock; /* of who adds; the handler takes none */
    pthread_once_t once;
    uintptr_t page;
    struct sigaction before;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER, .once = PTHREAD_ONCE_INIT};

bool guard_mend(void *address)
{
    uintptr_t at = (uintptr_t)address;
    for (struct chunk *c = &all.first; c; c = atomic_load(&c->next)) {
        for (size_t i = 0; i < GUARDS; i++) {
            struct guard *g = &c->guards[i];
            uintptr_t start = atomic_load(&g->start);
            if (!start || at - start >= atomic_load(&g->size))
                continue;
            int kept = errno;
            void *page = (void *)(at & ~(all.page - 1));
            void *zeros = mmap(page, all.page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            errno = kept;
            atomic_store(&g->hit, true);
            return zeros != MAP_FAILED;
        }
    }
    return false;
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)context;
    /* Not ours: the instruction runs again, and meets who was there before. */
    if (!guard_mend(info->si_addr))
        sigaction(number, &all.before, NULL);
}

static void install(void)
{
    struct sigaction action = {.sa_sigaction = on_bus_error,
                               .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    all.page = (uintptr_t)sysconf(_SC_PAGESIZE);
    sigaction(SIGBUS, &action, &all.before);
}

static struct guard *free_place(void)
{
    for (struct chunk *c = &all.first;; c = atomic_load(&c->next)) {
        for (size_t i = 0; i < GUARDS; i++)
            if (!atomic_load(&c->guards[i].start))
                return &c->guards[i];
        if (!atomic_load(&c->next))
            atomic_store(&c->next, xcalloc(1, sizeof(struct chunk)));
    }
}

struct guard *guard_add(void *start, size_t size)
{
    pthread_once(&all.once, install);
    if (!start || !size)
        return NULL;
    pthread_mutex_lock(&all.lock);
    struct guard *g = free_place();
    atomic_store(&g->hit, false);
    atomic_store(&g->size, size);
    atomic_store(&g->start, (uintptr_t)start);
    pthread_mutex_unlock(&all.lock);
    return g;
}

void guard_remove(struct guard *g)
{
    if (g)
        atomic_store(&g->start, (uintptr_t)0);
}

bool guard_was_hit(const struct guard *g)
{
    return g && atomic_load(&g->hit);
}
