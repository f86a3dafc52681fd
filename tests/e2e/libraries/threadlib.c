/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thread-local variables of a library: linked with the program, or (built with LATER) opened by it. */
#ifdef LATER
__thread long first_late = 71, late = 72;
__attribute__((noinline)) long late_add(long n)
{
    return late += n;
}
#else
__thread int linked = 31;
__thread char padding[100];
__attribute__((noinline)) int linked_add(int n)
{
    return linked += n + padding[0];
}
int counted = 42;
#endif
