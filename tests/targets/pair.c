/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two threads that pass through one function at the same time: what is right at each stop there follows from
 * who is there for which time. The arguments: how many times each, and `others` where main only waits.
 */
#include <pthread.h>
#include <stdlib.h>

enum { ROUNDS = 3 };

struct visitor {
    long who, rounds, sum;
};

struct visitor visitors[2];
static pthread_barrier_t together;

__attribute__((noinline)) static long visit(struct visitor *visitor, long round)
{
    long local = 100 * visitor->who + round;
    visitor->sum += local;
    visitor->rounds = round;
    return local;
}

static void *go(void *argument)
{
    struct visitor *visitor = argument;
    long last = visitor->rounds;
    pthread_barrier_wait(&together);
    visitor->rounds = 0;
    for (long round = 1; round <= last; round++)
        visit(visitor, round);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t other, second;
    long rounds = argc > 1 ? atol(argv[1]) : ROUNDS;
    for (long i = 0; i < 2; i++)
        visitors[i] = (struct visitor){i + 1, rounds, 0};
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&other, NULL, go, &visitors[1]);
    if (argc > 2) {
        pthread_create(&second, NULL, go, &visitors[0]);
        pthread_join(second, NULL);
    } else {
        go(&visitors[0]);
    }
    pthread_join(other, NULL);
    long due = 300 * rounds + rounds * (rounds + 1);
    return visitors[0].sum + visitors[1].sum == due ? 0 : 1;
}
