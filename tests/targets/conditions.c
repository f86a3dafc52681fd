/* Values of all kinds for conditions evaluated in stubs; a function that is hit a thousand times. */
#include <stdint.h>
struct in {
    short s;
    unsigned char uc;
};
enum color { RED, GREEN = 5 };
struct node {
    int v;
    struct node *next;
    struct in in;
    int arr[4];
    enum color c;
    uint64_t big;
};
volatile int8_t sc = -3;
volatile uint16_t us = 65000;
volatile int neg = -70000;
volatile unsigned un = 4000000000u;
volatile long lo = -5000000000L;
char text[8] = "hello";
struct node n2 = {7, 0, {-2, 200}, {1, 2, 3, 4}, GREEN, 1ull << 63};
struct node n1 = {5, &n2, {3, 4}, {9, 8, 7, 6}, RED, 12};
volatile _Bool yes = 1;
int sum;
char spare[256] = {1}; /* nobody runs or reads it */
__attribute__((noinline)) void hit(int i, long l, struct node *p)
{
    int loc = i * 2;
    sum += loc + l + p->v;
}
int main(void)
{
    for (int i = 0; i < 1000; i++)
        hit(i, -i, &n1);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
