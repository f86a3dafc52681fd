/* A stack without locks whose pop is fooled when the top goes and comes back. Sessions refer to the lines. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

struct node {
    struct node *next;
    int in_use;
};

static struct node third = {NULL, 0}, second = {&third, 0}, first = {&second, 0};
static struct node *_Atomic top = &first;

__attribute__((noinline)) static struct node *pop(void)
{
    struct node *seen = atomic_load(&top);
    struct node *next = seen->next;
    while (!atomic_compare_exchange_strong(&top, &seen, next))
        next = seen->next;
    seen->in_use = 1;
    return seen;
}

__attribute__((noinline)) static void push(struct node *n)
{
    n->in_use = 0;
    n->next = atomic_load(&top);
    while (!atomic_compare_exchange_strong(&top, &n->next, n))
        ;
}

static void *taker(void *arg)
{
    pop();
    return arg;
}

static void *churner(void *arg)
{
    struct node *one = pop();
    pop();
    push(one);
    return arg;
}

int main(void)
{
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, taker, NULL);
    pthread_create(&threads[1], NULL, churner, NULL);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    return top->in_use; /* what lies on the stack belongs to nobody */
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
