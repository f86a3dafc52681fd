/* Threads that count, each for itself, without ever waiting: one that is held shows by a count that stays.
 * The last of them comes by a function now and then. */
#include <pthread.h>
#include <stdlib.h>

enum { SPINNERS_MAX = 64 };

static volatile long counts[SPINNERS_MAX];
static volatile long ready;
static long spinners;

__attribute__((noinline)) static void pass(void)
{
    __asm__ volatile("");
}

__attribute__((noinline)) static void all_ready(void)
{
    __asm__ volatile("");
}

static void *spin(void *arg)
{
    long me = (long)arg;
    __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
    for (;;) {
        counts[me]++;
        if (me == spinners - 1 && counts[me] % 100000 == 0)
            pass();
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    spinners = argc > 1 ? atol(argv[1]) : 4;
    if (spinners > SPINNERS_MAX)
        spinners = SPINNERS_MAX;
    for (long i = 0; i < spinners; i++)
        pthread_create(&thread, NULL, spin, (void *)i);
    while (ready < spinners || counts[0] == 0)
        ;
    all_ready();
    pthread_join(thread, NULL);
    return 0;
}
