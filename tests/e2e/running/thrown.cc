/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exceptions from everywhere; lines are found by the comments behind them. */
#include <stdexcept>

extern int from_library(int n);
extern int caught_in_library(int n);
static volatile int sink;

struct guard {
    int *to;
    ~guard() { *to += 1; }
};

static void third(int n)
{
    if (n > 0)
        throw std::runtime_error("third"); /* throws */
    sink++;
}

static void second(int n)
{
    third(n); /* in second */
    sink = -1;
}

static void first(int n)
{
    second(n); /* in first */
    sink = -1;
}

static int own()
{
    try {
        throw 7;          /* own throws */
    } catch (int value) { /* own catches */
        sink = value;     /* own caught */
    }
    return sink; /* own ends */
}

static int again()
{
    try {
        first(1);                      /* again calls */
    } catch (std::exception &) {       /* again catches */
        sink++;                        /* again caught */
        throw;                         /* rethrows */
    }
    return sink;
}

static int inside()
{
    try {
        first(1);
    } catch (...) {
        sink++;
    }
    return sink; /* inside ends */
}

static int cleans(int *count)
{
    guard g = {count}; /* guard */
    first(1);          /* cleans calls */
    return *count;
}

int main()
{
    int count = 0;
    try {
        first(1);                  /* main calls */
    } catch (std::exception &e) {  /* main catches */
        sink++;                    /* main caught */
    }
    own();              /* main own */
    sink = inside();    /* main inside */
    try {
        again();            /* main again */
    } catch (...) {         /* main catches again */
        sink++;             /* main caught again */
    }
    try {
        cleans(&count); /* main cleans */
    } catch (...) {     /* main cleaned */
        sink++;         /* main behind cleans */
    }
    sink = caught_in_library(1); /* main library */
    try {
        from_library(1); /* main from library */
    } catch (int) {      /* main catches library's */
        sink++;          /* main caught library's */
    }
    return sink & 1; /* main ends */
}
