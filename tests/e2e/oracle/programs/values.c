/* Values of every shape C has, for the oracle: nothing here is interesting to run, everything to look at. */
#include <complex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>
#include <wchar.h>

#include "values.h"

#define KEEP __attribute__((noinline, noclone))
#if defined(__clang__)
#undef KEEP
#define KEEP __attribute__((noinline))
#endif

#ifdef __SIZEOF_INT128__
typedef __int128 wide_signed;
typedef unsigned __int128 wide_unsigned;
enum { WIDE_SHIFT = 64 };
#else
typedef long long wide_signed;
typedef unsigned long long wide_unsigned;
enum { WIDE_SHIFT = 16 };
#endif

enum colour { RED, GREEN, BLUE = 7, AZURE = 7, LAST = 100 };
enum negative { MINUS_TWO = -2, MINUS_ONE, ZERO, BIG = 0x7fffffff };
enum flags { FLAG_NONE = 0, FLAG_A = 1, FLAG_B = 2, FLAG_C = 4, FLAG_AB = 3, FLAG_HIGH = 0x40 };
enum plain_flags { P_A = 1, P_B = 2, P_C = 4, P_D = 0x80000000u };
enum wide { WIDE_SMALL = 1, WIDE_BIG = 0x100000000ull };

struct bits {
    unsigned a : 1, b : 2, c : 3, d : 5, e : 7;
    int f : 3, g : 9;
    unsigned long long h : 33;
    long long i : 31, j : 40;
    signed char k : 4;
    bool l : 1;
    enum colour m : 8;
    enum flags n : 7;
    unsigned : 0;
    unsigned o : 13;
    short p : 11;
    int : 3;
    unsigned char q : 2, r : 6;
};
struct __attribute__((packed)) tight {
    char a;
    int b;
    short c : 5;
    long long d : 51;
    unsigned e : 27;
    double f;
};
struct holes {
    char a;
    double b;
    char c;
    short d;
    char e;
    long f;
    char g[3];
    struct {
        char h;
        int i;
    } in;
    char j;
};
struct __attribute__((aligned(32))) aligned {
    char a;
    __attribute__((aligned(16))) int b;
};
union number {
    unsigned char bytes[8];
    float f;
    double d;
    int64_t i;
    uint64_t u;
    struct {
        uint32_t low, high;
    };
    struct bits *p;
};
struct anonymous {
    int first;
    union {
        int as_int;
        float as_float;
        struct {
            short low;
            short high;
        };
    };
    struct {
        int x, y;
        union {
            long deep;
            char *deep_text;
        };
    };
    struct {
        int named;
    } inner;
};
struct flexible {
    int count;
    struct pair {
        short key;
        char value[6];
    } items[];
};
struct zero {
    int count;
    int nothing[0];
};
struct empty {
};
struct node {
    struct node *next, *previous;
    const char *label;
    int value;
    struct tree {
        struct tree *left, *right;
        struct node *owner;
    } tree;
};
typedef int (*binary_fn)(int, int);
typedef struct operation {
    const char *name;
    binary_fn apply;
    int (*(*maker)(int))(int, int);
    void (*with_list)(const char *, ...);
    struct operation *(*self)(struct operation *);
} operation;
typedef int grid[3][4];
typedef const char *const text_list[3];
typedef float v4 __attribute__((vector_size(16)));
typedef int v8i __attribute__((vector_size(32)));
typedef struct opaque opaque;
typedef volatile unsigned int register_type;
typedef struct {
    int unnamed_tag;
    enum { IN_ONE, IN_TWO } kind;
} untagged;

struct everything {
    bool yes, no;
    char c;
    signed char sc;
    unsigned char uc;
    short s;
    unsigned short us;
    int i;
    unsigned u;
    long l;
    unsigned long ul;
    long long ll;
    unsigned long long ull;
    float f;
    double d;
    long double ld;
    float _Complex fc;
    double _Complex dc;
    char text[12];
    unsigned char raw[5];
    wchar_t wide;
    char16_t c16;
    char32_t c32;
    enum colour colour;
    enum flags flags;
    int *pi;
    const char *ps;
    void *pv;
    binary_fn fn;
    int table[2][3];
    struct bits bits;
    union number number;
    const volatile int cv;
    int *restrict rp;
    int *const cp;
    opaque *unknown;
};

static int hidden = 11;
int counter = 42;
int zeroes[32];
int numbers[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
int runs[40] = {[0] = 5, [1 ... 14] = 7, [15] = 1, [20 ... 39] = -1};
grid matrix = {{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}};
int (*row)[4] = &matrix[1];
int *pointers[4] = {&numbers[0], &numbers[3], &counter, NULL};
const char *message = "hello, world";
const char *odd_text = "tab\tbell\a\"quote\" back\\slash \xff\xfe \303\251 \033[31m";
char buffer[300];
char padded[16] = "abc";
char full[4] = {'f', 'u', 'l', 'l'};
char nul_inside[10] = {'a', 0, 'b', 0, 0, 'c'};
char repeats[64] = "aaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbcde";
unsigned char octets[8] = {0, 1, 127, 128, 255, 'x', '\n', '\''};
signed char octets_signed[4] = {-1, -128, 0, 'A'};
wchar_t wide_text[] = L"wide \u00e9\u4e2d";
char16_t text16[] = u"sixteen";
char32_t text32[] = U"thirty-two";
const wchar_t *wide_pointer = L"pointed at";
struct bits bit_fields = {
    1, 2, 5, 19, 100, -2, -200, 0x1ffffffffull, -5, -77, -3, true, BLUE, FLAG_A | FLAG_C, 4711, -9, 1, 33};
struct tight tight = {'t', -70000, -7, -123456789, 0x5555555, 2.5};
struct holes holes = {'a', 1.5, 'c', -3, 'e', 1l << 40, "xy", {'h', 77}, 'j'};
struct aligned aligned[2] = {{'1', 1}, {'2', 2}};
union number number = {.d = 3.14159};
struct anonymous anonymous = {.first = 1, .as_float = 2.5f, .x = 3, .y = -4, .deep = 5, .inner = {6}};
struct zero zero = {3};
struct empty empty;
struct node ring[3];
struct flexible *flexible;
enum colour colour = AZURE;
enum colour no_colour = (enum colour)55;
enum negative negative = MINUS_TWO;
enum flags flags = FLAG_A | FLAG_C;
enum flags flags_ab = FLAG_AB;
enum flags flags_odd = (enum flags)(FLAG_B | 0x100);
enum flags flags_none = FLAG_NONE;
enum plain_flags plain_flags = (enum plain_flags)(P_A | P_C);
enum plain_flags plain_none = (enum plain_flags)0;
enum plain_flags plain_high = P_D;
enum wide wide = WIDE_BIG;
float floats[] = {
    0, -0.0f, 1, 0.1f, 1e10f, 1e-10f, 3.4e38f, __builtin_inff(), -__builtin_inff(), __builtin_nanf("")};
double doubles[] = {
    0, -0.0, 1, 0.1, 1e100, 1e-300, 123456789.0, 1234567890123456789.0, __builtin_inf(), -__builtin_nan("")};
double smallest = 4.9e-324, third = 1.0 / 3;
long double long_doubles[] = {0, 1, 0.1L, 1e300L, -2.5L};
float _Complex complex_float;
double _Complex complex_double;
wide_signed big_signed;
wide_unsigned big_unsigned;
#if defined(__SIZEOF_FLOAT128__) && !defined(__powerpc__)
__float128 quad = 0.1Q;
#endif
#ifdef HAS_FLOAT16
_Float16 half = 1.5f16;
#endif
v4 vector = {1, 2.5f, -3, 0};
v8i vector_int = {1, 2, 3, 4, 5, 6, 7, 8};
volatile int volatile_int = 5;
const int const_int = 6;
const volatile long both = 7;
register_type device = 0xffffffffu;
text_list texts = {"one", "two", NULL};
void *untyped = &counter;
void *wild = (void *)0x1234;
opaque *never;
untagged tagless = {4, IN_TWO};
size_t a_size = sizeof(struct everything);
ptrdiff_t difference = -12;
intptr_t pointer_number;
uint8_t u8 = 200;
int8_t s8 = -100;
uint16_t u16 = 50000;
int64_t s64 = INT64_MIN;
uint64_t u64 = UINT64_MAX;
bool yes = true;
_Atomic int atomic = 9;
__thread int per_thread = 33;
static __thread long per_thread_static = -4;
__thread struct node thread_node;
__attribute__((section(".oddity"))) int in_section = 17;

KEEP static int add(int a, int b)
{
    return a + b + hidden;
}
KEEP static int multiply(int a, int b)
{
    return a * b - counter;
}
KEEP static int (*choose(int which))(int, int)
{
    return which ? add : multiply;
}
KEEP static void say(const char *format, ...)
{
    va_list list;
    char line[80];
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    counter += (int)strlen(line);
}
KEEP static operation *identity(operation *op)
{
    return op;
}
operation operations[2] = {{"add", add, choose, say, identity},
                           {"multiply", multiply, choose, NULL, identity}};
binary_fn selected = add;
binary_fn *selected_pointer = &selected;
void (*handler_pointer)(int) = NULL;

static inline __attribute__((always_inline)) int twice(int x)
{
    int doubled = x * 2;
    return doubled + numbers[x & 7];
}
static inline __attribute__((always_inline)) int nested(int x, struct node *n)
{
    int inner = twice(x + 1);
    if (n)
        inner += n->value;
    return inner + twice(inner & 15);
}

KEEP int use_everything(struct everything e, const struct everything *p, int depth)
{
    struct everything copy = e;
    copy.i += p->i + depth;
    {
        int shadow = copy.i;
        {
            double shadow2 = shadow * 1.5;
            copy.d += shadow2;
        }
        counter += shadow;
    }
    e.i++;
    return copy.i + (int)copy.d + e.i;
}

KEEP int use_bits(struct bits b, struct tight t, union number n)
{
    struct bits other = b;
    other.f = b.c;
    other.h += b.a;
    t.b += other.g;
    n.i ^= t.d;
    return other.f + t.b + (int)n.i;
}

KEEP long use_floats(float f, double d, long double ld, float _Complex fc, double _Complex dc, v4 v)
{
    double sum = f + d;
    long double wide_sum = sum + ld;
    double _Complex product = fc * dc;
    v4 twice_v = v + v;
    counter += (int)twice_v[1];
    return (long)wide_sum + (long)creal(product);
}

KEEP wide_signed use_wide(wide_signed a, wide_unsigned b, int64_t c)
{
    wide_signed sum = a + (wide_signed)b;
    counter++;
    return sum - c;
}

KEEP int use_vla(int n, const char *text)
{
    int vla[n];
    char grid2[n][3];
    for (int i = 0; i < n; i++) {
        vla[i] = i * i;
        memset(grid2[i], 'a' + i, 3);
    }
    char *on_stack = __builtin_alloca((size_t)n * 4 + 1);
    memset(on_stack, 'z', (size_t)n * 4);
    on_stack[n * 4] = 0;
    counter += (int)sizeof vla + (int)strlen(on_stack) + grid2[1][1];
    return vla[n - 1] + (text ? (int)strlen(text) : 0);
}

KEEP int recurse(int depth, struct node *n)
{
    static int calls;
    struct node here = {.next = n, .label = "here", .value = depth};
    calls++;
    if (depth <= 0)
        return nested(calls, n);
    int below = recurse(depth - 1, &here);
    here.value += below;
    return here.value + nested(depth, &here);
}

KEEP int tail(int n)
{
    volatile int local = n;
    return recurse(local & 3, NULL);
}

KEEP int many(int a, int b, int c, int d, int e, int f, int g, int h, char i, short j, long long k,
              struct pair l)
{
    int sum = a + b + c + d + e + f + g + h;
    long more = sum + i + j + k;
    return (int)more + l.key;
}

KEEP static void caught(int signal_number)
{
    int seen = signal_number;
    counter += seen;
}

KEEP static int same_name(int x)
{
    static int state = 1;
    state += x;
    return state;
}

/* The stack pointer is realigned: frames are found through another register. */
KEEP int realigned(int x)
{
    struct aligned local[2] = {{'l', x}, {'m', x + 1}};
    counter += local[1].b;
    return use_vla(3 + (x & 1), local[0].a == 'l' ? message : NULL);
}

__attribute__((section(".text.elsewhere"))) KEEP int elsewhere(int x)
{
    int y = x ^ 0x55;
    counter += y;
    return add(y, x);
}

/* The out-of-line callee of a tail call, at -O2 a jump. */
KEEP int jumper(int x)
{
    return elsewhere(x + 1);
}

KEEP static void leave(int status)
{
    fflush(stdout);
    _Exit(status & 0);
}

KEEP static void prepare(struct everything *e)
{
    for (int i = 0; i < 3; i++)
        ring[i] =
            (struct node){&ring[(i + 1) % 3], &ring[(i + 2) % 3], texts[i], i * 10, {NULL, NULL, &ring[i]}};
    ring[0].tree.left = &ring[1].tree;
    flexible = malloc(sizeof *flexible + 3 * sizeof flexible->items[0]);
    flexible->count = 3;
    for (int i = 0; i < 3; i++)
        flexible->items[i] = (struct pair){(short)i, "value"};
    complex_float = 1.5f + 2.5f * I;
    complex_double = -1.0 + 0.1 * I;
    big_signed = -((wide_signed)1 << (WIDE_SHIFT + 36));
    big_unsigned = ((wide_unsigned)0xdeadbeef << WIDE_SHIFT) + 12345;
    memset(buffer, 'b', 250);
    pointer_number = (intptr_t)&counter;
    handler_pointer = caught;
    e->yes = true;
    e->c = 'c';
    e->sc = -5;
    e->uc = 250;
    e->s = -30000;
    e->us = 60000;
    e->i = -2000000000;
    e->u = 4000000000u;
    e->l = -1l << 50;
    e->ul = 1ul << 63;
    e->ll = -7;
    e->ull = ~0ull;
    e->f = 0.5f;
    e->d = -1e-5;
    e->ld = 1e10L;
    e->fc = complex_float;
    e->dc = complex_double;
    strcpy(e->text, "in struct");
    memcpy(e->raw, "\1\2xyz", 5);
    e->wide = L'\u4e2d';
    e->c16 = u'q';
    e->c32 = U'\U0001f600';
    e->colour = GREEN;
    e->flags = FLAG_B | FLAG_HIGH;
    e->pi = &numbers[4];
    e->ps = message;
    e->pv = e;
    e->fn = multiply;
    e->table[1][2] = 12;
    e->bits = bit_fields;
    e->number = number;
    e->rp = numbers;
}

/* What lies on the stack before a variable has a value is the same in every run. */
KEEP static void scrub(void)
{
    volatile unsigned char deep[1 << 16];
    for (unsigned i = 0; i < sizeof deep; i++)
        deep[i] = (unsigned char)(i * 7 + (i >> 8));
#ifdef __x86_64__
    /* nor is the C library's random canary, of which copies lie about (nobody returns from main) */
    __asm__ volatile("movq %0, %%fs:0x28" : : "r"(0x1122334455667700));
#endif
}

int main(int argc, char **argv)
{
    static struct everything every;
    struct everything local = every;
    (void)argv;
    scrub();
    signal(SIGUSR1, caught);
    prepare(&every);
    int total = argc;
    for (int round = 0; round < 3; round++) {
        total += use_everything(every, &local, round);
        total += use_bits(bit_fields, tight, number);
        total +=
            (int)use_floats(floats[3], doubles[3], long_doubles[2], complex_float, complex_double, vector);
        total += (int)use_wide(big_signed, big_unsigned, s64);
        total += realigned(round);
        total += recurse(3, &ring[round]);
        total += tail(round + 1);
        total += many(1, 2, 3, 4, 5, 6, 7, 8, 'i', -10, 11ll << 40, (struct pair){12, "pair"});
        total += same_name(round) + other_same_name(round, &local);
        total += selected(round, total) + operations[round & 1].apply(total, 3) + jumper(round);
        per_thread += round;
        per_thread_static -= round;
        thread_node.value = per_thread;
        raise(SIGUSR1);
        say("%d %s", total, ring[round].label ? ring[round].label : "none");
    }
    identity(&operations[0]);
    leave(total);
    return 0;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
