/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions to be called from a debugger: each tells by its result whether its arguments came as they were
 * passed. */
#include <signal.h>
#include <stdarg.h>
#include <string.h>

enum colour { RED, GREEN = 5, BLUE };

struct small {
    int a;
};
struct pair {
    long a, b;
};
struct mixed {
    double d;
    int i;
};
struct floats {
    float x, y, z;
};
struct doubles {
    double x, y;
};
struct odd {
    char c[3];
};
struct nine {
    char c[9];
};
struct big {
    long a[5];
};
struct one {
    double d;
};
union either {
    int i;
    float f;
};

int counter = 7;
double scale = 2.5;
struct pair pair = {11, -22};
struct mixed mixed = {1.5, 4};
struct floats floats = {1, 2, 3};
struct doubles doubles = {1.25, 2.5};
struct odd odd = {{'A', 'B', 'C'}};
struct nine nine = {"abcdefgh"};
struct big big = {{1, 2, 3, 4, 5}};
struct one one = {6.5};
struct small small = {42};
union either either = {77};
char text[] = "text in memory";
volatile int stop_here;

int nothing_taken(void)
{
    return counter;
}
void nothing_returned(int n)
{
    counter += n;
}
int add(int a, int b)
{
    return a + b;
}
signed char narrow(signed char a, unsigned short b, _Bool c)
{
    return (signed char)(a + b + c);
}
unsigned whole(unsigned a)
{
    return a ^ 0x80000000u;
}
long long wide(long long a, int b, long long c)
{
    return a * b - c;
}
double twice(double d)
{
    return 2 * d;
}
float half(float f)
{
    return f / 2;
}
long double long_twice(long double d)
{
    return d + d;
}
double mix(int a, double b, long c, float d, char e)
{
    return a + 10 * b + 100 * (double)c + 1000 * (double)d + 10000 * e;
}
long many(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}
double many_doubles(double a, double b, double c, double d, double e, double f, double g, double h, double i,
                    double j)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}
double many_mixed(int a, double b, int c, float d, long long e, double f, char g, float h, int i, double j,
                  int k, double l, short m)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * (double)e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k +
           12 * l + 13 * m;
}
enum colour next_colour(enum colour c)
{
    return c == GREEN ? BLUE : GREEN;
}
int length(const char *s)
{
    return (int)strlen(s);
}
int letter(const char *s, int i)
{
    return s[i];
}
int *address(int *p)
{
    return p + 1;
}
int sum_of(int count, ...)
{
    va_list list;
    int sum = 0;
    va_start(list, count);
    for (int i = 0; i < count; i++)
        sum += va_arg(list, int);
    va_end(list);
    return sum;
}
double sum_of_doubles(int count, ...)
{
    va_list list;
    double sum = 0;
    va_start(list, count);
    for (int i = 0; i < count; i++)
        sum += va_arg(list, double);
    va_end(list);
    return sum;
}
int take_small(struct small s)
{
    return s.a;
}
long take_pair(struct pair p, int n)
{
    return p.a * n + p.b;
}
double take_mixed(int n, struct mixed m)
{
    return m.d * n + m.i;
}
float take_floats(struct floats f)
{
    return f.x + 10 * f.y + 100 * f.z;
}
double take_doubles(struct doubles d, double e)
{
    return d.x + 10 * d.y + 100 * e;
}
int take_odd(struct odd o, int n)
{
    return o.c[0] + o.c[1] + o.c[2] + n;
}
int take_nine(int n, struct nine o)
{
    return o.c[0] + o.c[7] + n;
}
long take_big(int n, struct big b, int m)
{
    return b.a[0] + b.a[4] * n + m;
}
double take_one(struct one o)
{
    return o.d;
}
int take_either(union either e)
{
    return e.i;
}
int take_late(int a, int b, int c, int d, int e, int f, struct pair p, int g)
{
    return a + b + c + d + e + f + (int)(p.a + p.b) + g;
}
struct small give_small(int a)
{
    return (struct small){a + 1};
}
struct pair give_pair(long a)
{
    return (struct pair){a, -a};
}
struct mixed give_mixed(int i)
{
    return (struct mixed){i / 2.0, i};
}
struct floats give_floats(float f)
{
    return (struct floats){f, f + 1, f + 2};
}
struct doubles give_doubles(double d)
{
    return (struct doubles){d, d * 2};
}
struct big give_big(long a, long b)
{
    return (struct big){{a, b, a + b, a - b, a * b}};
}
struct odd give_odd(char c)
{
    return (struct odd){{c, (char)(c + 1), (char)(c + 2)}};
}
int (*pointer)(int, int) = add;
int apply(int (*f)(int, int), int a, int b)
{
    return f(a, b);
}
int breaks(int n)
{
    stop_here = n;
    return stop_here * 2;
}
int crash(int n)
{
    *(volatile int *)0 = n;
    return n;
}
int raises(int n)
{
    raise(SIGUSR1);
    return n;
}
void spin(void)
{
    for (;;)
        stop_here++;
}
int deep(int n)
{
    return n ? n + deep(n - 1) : 0;
}

static double leaf(double d, int i)
{
    double kept = d * i;
    stop_here = i; /* in leaf */
    return kept + d;
}
static int caller(int n)
{
    double before = scale * n;
    return (int)(leaf(before, n) + before);
}

int main(void)
{
    signal(SIGUSR1, SIG_IGN);
    int result = caller(3);
    result +=
        nothing_taken() + narrow(1, 2, 1) + (int)whole(1) + (int)wide(1, 2, 3) + (int)twice(1) + (int)half(2);
    nothing_returned(0);
    return result == 0 || stop_here > 100; /* after */
}
