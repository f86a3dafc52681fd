/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user wants to stop at, by a played stub: numbers, what a request says, where a place is now that
 * symbols came or went, and what is sent for it. */
#include "engine_played.h"
#include "test_symbols_support.h"

#include "engine/inspect/kernel/kernel.h"
#include "engine/control/breakpoints/breakpoint.h"
#include "symbols/names.h"

/* -- two files ------------------------------------------------------------------------------------- */

enum { LIBRARY = 0x700000 };

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    BASE_FREE char *home = xasprintf("%s/state", scratch);
    setenv("XDG_STATE_HOME", home, 1);
    setenv("XDG_CACHE_HOME", "/dev/null/none", 1); /* each session indexes names anew */
    write_file("a.c", "int work(int n)\n{\n    return n + 1;\n}\nint once(void)\n{\n    return 7;\n}\n"
                      "int main(void)\n{\n    return work(1) + once();\n}\n"
                      "int f(void)\n{\n    return 1;\n}\n");
    write_file("moved.c",
               "int first(void)\n{\n    return 2;\n}\nint work(int n)\n{\n    return n + first();\n}\n"
               "int main(void)\n{\n    return work(1);\n}\n");
    write_file("b.c", "int work(int n)\n{\n    return n + 2;\n}\nint afar(int n)\n{\n    return n + 3;\n}\n");
    /* one whose debug information is so large that its names are indexed behind our back */
    write_file("filler.s", ".section .debug_abbrev,\"\",@progbits\nabbrev: .byte 0\n"
                           ".section .debug_info,\"\",@progbits\n.long end - begin\nbegin: .short 4\n"
                           ".long abbrev\n.byte 8\n.zero 9000000\nend:\n"
                           ".section .note.GNU-stack,\"\",@progbits\n");
    free(run("gcc -g -O0 -c a.c && gcc -c filler.s && gcc -no-pie a.o filler.o -o large"));
    free(run("gcc -g -O0 -no-pie a.c -o a && gcc -g -O0 -no-pie moved.c -o moved && "
             "gcc -g -O0 -shared -fPIC -nostdlib b.c -o b.so"));
    return 0;
}

static void load(const char *name, uint64_t offset)
{
    BASE_FREE char *spec =
        offset ? xasprintf("%s/%s@+0x%" PRIx64, scratch, name, offset) : xasprintf("%s/%s", scratch, name);
    must(session_add_symbols(session, spec));
}

static void unload(const char *name)
{
    BASE_FREE char *path = xasprintf("%s/%s", scratch, name);
    kernel_remove_file(session->target, symbol_map_find(session->target->map, path));
}

static uint64_t address_of(const char *name)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    symbols_find_name(session->target->map, name, &matches, &count);
    assert_true(count > 0);
    uint64_t address = matches[0].address;
    free(matches);
    return address;
}

static struct breakpoint_table *table(void)
{
    return &session->control->breakpoints;
}

static bool sent_point(const char *what, uint64_t address)
{
    BASE_FREE char *packet = xasprintf("%s,%" PRIx64 ",", what, address);
    return sent(packet) > 0;
}

static struct error *set(const struct breakpoint_request *request)
{
    struct breakpoint *b = NULL;
    return breakpoint_set(session->control, request, &b);
}
#define SET(...) set(&(struct breakpoint_request){__VA_ARGS__})

/* -- numbers --------------------------------------------------------------------------------------- */

static void test_numbers(void **state)
{
    (void)state;
    enum { BREAKPOINTS = 12 };
    for (int i = 1; i <= BREAKPOINTS; i++) {
        BASE_FREE char *place = xasprintf("*0x%x", 0x1100 + i);
        assert_int_equal(BREAK(.at = place)->id, i);
    }
    for (int i = 1; i <= BREAKPOINTS; i++)
        assert_int_equal(breakpoint_find(session->control, i)->id, i);
    assert_null(breakpoint_find(session->control, 0));
    assert_null(breakpoint_find(session->control, -1));
    assert_null(breakpoint_find(session->control, BREAKPOINTS + 1));
    static const int order[] = {5, 1, 12, 7};
    for (size_t i = 0; i < 4; i++) {
        must(breakpoint_delete(session->control, breakpoint_find(session->control, order[i])));
        assert_null(breakpoint_find(session->control, order[i]));
        assert_int_equal(sent("z0"), i + 1); /* at once */
    }
    assert_int_equal(table()->count, BREAKPOINTS - 4);
    for (size_t i = 0; i < table()->count; i++) {
        assert_true(i == 0 || table()->items[i - 1]->id < table()->items[i]->id);
        assert_ptr_equal(breakpoint_find(session->control, table()->items[i]->id), table()->items[i]);
    }
    assert_int_equal(BREAK(.at = "*0x1300")->id,
                     BREAKPOINTS + 1); /* the number of one that is gone is not used again */
    assert_ptr_equal(breakpoint_find(session->control, BREAKPOINTS + 1), table()->items[table()->count - 1]);
}

/* One that cannot be set leaves nothing behind, not even a gap in the numbers. */
static void test_refused(void **state)
{
    (void)state;
    BREAK(.at = "*0x1100");
    struct error *e = SET(.at = "nowhere");
    assert_string_equal(e->message,
                        "set a breakpoint at nowhere: there is no function or symbol named nowhere");
    must_fail(e, ERR_NO_SYMBOL);
    must_fail(SET(.at = "*(", .pending = true), ERR_SYNTAX);
    must_fail(SET(.at = "*0x1200", .thread = "77"), ERR_NO_THREAD);
    must_fail(SET(.at = "*0x1200", .condition = "nothing == 1"), ERR_NO_SYMBOL);
    assert_int_equal(sent("Z"), 1);
    rule("Z0,1200", "E01");
    must_fail(SET(.at = "*0x1200", .kind = BREAKPOINT_SOFTWARE), ERR_REFUSED);
    assert_int_equal(table()->count, 1);
    assert_null(site_at(session->control, 0x1200));
    assert_int_equal(table()->sites.count, 1);
    session->target->state = TARGET_RUNNING;
    must_fail(SET(.at = "*0x1300"), ERR_NOT_STOPPED);
    session->target->state = TARGET_STOPPED;
    assert_int_equal(table()->count, 1);
    assert_int_equal(BREAK(.at = "*0x1300")->id, 2);
}

static void test_request(void **state)
{
    (void)state;
    const struct breakpoint *b =
        BREAK(.at = "*0x1100", .kind = BREAKPOINT_HARDWARE, .condition = "$rax == 1", .ignore = 3,
              .once = true, .thread = "2", .commands = "[{\"do\":\"continue\"}]");
    assert_string_equal(b->at, "*0x1100");
    assert_int_equal(b->kind, BREAKPOINT_HARDWARE);
    assert_string_equal(b->condition, "$rax == 1");
    assert_string_equal(b->commands, "[{\"do\":\"continue\"}]");
    assert_int_equal(b->ignore, 3);
    assert_true(b->once && b->enabled && b->has_thread);
    assert_int_equal(b->thread.tid, 2);
    assert_false(b->is_watch || b->pending || b->spent || b->incomplete || b->in_library);
    assert_int_equal(b->hits, 0);
    assert_int_equal(b->count, 1);
    assert_true(sent_point("Z1", 0x1100));
    b = BREAK(.at = "*0x1200", .condition = "");
    assert_null(b->condition);
    assert_null(b->commands);
    assert_null(b->reason);
    assert_false(b->once || b->has_thread);
    assert_true(sent_point("Z0", 0x1200));
    assert_null(b->warning);
    assert_string_equal(BREAK(.at = "*0x9000")->warning, "there is no code at 0x9000 yet");
}

/* The stub hangs up while one is set: nobody wants what was sent of it. */
static void test_hung_up(void **state)
{
    (void)state;
    BREAK(.at = "*0x1100")->spent = true;
    shutdown(played.peer.fd, SHUT_RDWR);
    must_fail(SET(.at = "*0x1200"), ERR_LOST);
    assert_int_equal(table()->count, 1);
    const struct site *p = site_at(session->control, 0x1200);
    assert_true(!p || (p->users == 0 && p->count == 0));
    table()->any_spent = true;
    session->target->state = TARGET_STOPPED; /* as where nobody has noticed yet */
    breakpoints_drop_spent(session->control);
    assert_int_equal(table()->count, 0);
    session->target->state = TARGET_DISCONNECTED;
}

/* -- who is there ---------------------------------------------------------------------------------- */

static void test_several_at_a_place(void **state)
{
    (void)state;
    BREAK(.at = "*0x1300");
    struct breakpoint *hard = BREAK(.at = "*0x1100", .kind = BREAKPOINT_HARDWARE);
    struct breakpoint *soft = BREAK(.at = "*0x1100"), *again = BREAK(.at = "*0x1100");
    BASE_FREE int *ids = NULL;
    assert_int_equal(breakpoints_at(session->control, 0x1100, &ids), 3);
    assert_int_equal(ids[0] + ids[1] + ids[2], 2 + 3 + 4);
    assert_ptr_equal(breakpoint_at(session->control, 0x1100), hard); /* the lowest */
    must(breakpoint_enable(session->control, hard, false));
    assert_ptr_equal(breakpoint_at(session->control, 0x1100), soft);
    must(breakpoint_delete(session->control, soft));
    assert_ptr_equal(breakpoint_at(session->control, 0x1100), again);
    assert_true(sent_point("z1", 0x1100));
    assert_false(sent_point("z0", 0x1100)); /* the other one needs it */
    must(breakpoint_delete(session->control, again));
    assert_true(sent_point("z0", 0x1100));
    assert_null(breakpoint_at(session->control, 0x1100));
    int *none = NULL;
    assert_int_equal(breakpoints_at(session->control, 0x1100, &none), 0);
    assert_null(none);
}

static void test_enabled(void **state)
{
    (void)state;
    struct breakpoint *b = BREAK(.at = "*0x1100");
    sent_nothing_yet();
    must(breakpoint_enable(session->control, b, true)); /* it is */
    assert_int_equal(sent(""), 0);
    session->target->state = TARGET_RUNNING;
    must_fail(breakpoint_enable(session->control, b, false), ERR_NOT_STOPPED);
    assert_true(b->enabled && b->locations[0].site);
    session->target->state = TARGET_STOPPED;
    must(breakpoint_enable(session->control, b, false));
    assert_false(b->enabled || b->locations[0].site);
    assert_true(sent_point("z0", 0x1100));
    sent_nothing_yet();
    must(breakpoint_enable(session->control, b, false));
    assert_int_equal(sent(""), 0);
    session->target->state = TARGET_RUNNING;
    must_fail(breakpoint_enable(session->control, b, true), ERR_NOT_STOPPED);
    assert_false(b->enabled);
    session->target->state = TARGET_STOPPED;
    must(breakpoint_enable(session->control, b, true));
    assert_true(b->enabled && b->locations[0].site->inserted);
    assert_true(sent_point("Z0", 0x1100));
    must(breakpoint_enable(session->control, b, false));
    rule("Z", "E01");
    b->kind = BREAKPOINT_SOFTWARE;
    must_fail(breakpoint_enable(session->control, b, true), ERR_REFUSED);
    assert_false(b->enabled);
}

/* Once the program has ended everything can be changed, and nothing is sent. */
static void test_after_the_end(void **state)
{
    (void)state;
    struct breakpoint *a = BREAK(.at = "*0x1100"), *b = BREAK(.at = "*0x1200"), *off = BREAK(.at = "*0x1300");
    must(breakpoint_enable(session->control, off, false));
    sent_nothing_yet();
    session->target->state = TARGET_EXITED;
    must(breakpoint_enable(session->control, a, false));
    assert_false(a->enabled);
    must(breakpoint_delete(session->control, b));
    must(breakpoint_enable(session->control, off, true));
    assert_true(off->enabled);
    assert_null(off->locations[0].site);
    assert_int_equal(BREAK(.at = "*0x1400")->id, 4);
    assert_int_equal(sent(""), 0);
    session->target->state = TARGET_STOPPED;
    must(sites_flush(session->control));
    assert_int_equal(sent("z0"), 2);
}

/* A watch that is switched on again compares with what is there by then. */
static void test_watch_is_enabled(void **state)
{
    (void)state;
    struct breakpoint *b = NULL;
    must(watchpoint_set(session->control, &(struct breakpoint_request){.at = "it"}, 0x1800, 4, SITE_WRITE,
                        &b));
    assert_memory_equal(b->watch_old, "\x90\x90\x90\x90", 4);
    must(breakpoint_enable(session->control, b, false));
    assert_memory_equal(b->watch_old, "\x90\x90\x90\x90", 4);
    memcpy(played.memory + 0x800, "\1\2\3\4", 4);
    memory_forget(session->target);
    must(breakpoint_enable(session->control, b, true));
    assert_memory_equal(b->watch_old, "\1\2\3\4", 4);
    assert_true(b->watch_old_known);
    assert_false(b->watch_new_known);
    sent_nothing_yet();
    struct breakpoint *plain = BREAK(.at = "*0x1100"); /* a breakpoint reads nothing for that */
    must(breakpoint_enable(session->control, plain, false));
    sent_nothing_yet();
    memory_forget(session->target);
    must(breakpoint_enable(session->control, plain, true));
    assert_int_equal(sent("m"), 0);
}

static void test_spent(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        BASE_FREE char *place = xasprintf("*0x%x", 0x1100 + i);
        BREAK(.at = place)->spent = i % 2 == 0;
    }
    breakpoints_drop_spent(session->control);
    assert_int_equal(table()->count, 5); /* nobody said so */
    table()->any_spent = true;
    breakpoints_drop_spent(session->control);
    assert_false(table()->any_spent);
    assert_int_equal(table()->count, 2);
    assert_int_equal(table()->items[0]->id, 2);
    assert_int_equal(table()->items[1]->id, 4);
    assert_int_equal(sent("z0"), 3);
}

/* -- names that are not complete ------------------------------------------------------------------- */

/* Inlined copies are looked for behind the names of functions; an address and a line have all they need. */
static void test_which_are_incomplete(void **state)
{
    (void)state;
    load("large", 0);
    static const char *const complete[] = {"*0x1100", "a.c:3", "a.c:7", "3", "+1", "-1", "*main"};
    played.registers[1][PLAYED_RIP] = address_of("once");
    target_forget(session->target);
    for (size_t i = 0; i < sizeof complete / sizeof *complete; i++) {
        assert_false(BREAK(.at = complete[i])->incomplete);
        assert_false(table()->any_unfinished);
    }
    const struct breakpoint *b = BREAK(.at = "work");
    assert_true(b->incomplete);
    assert_true(table()->any_unfinished);
    assert_string_equal(b->locations[0].function, "work");
    assert_non_null(strstr(b->locations[0].file, "a.c"));
    assert_int_equal(b->locations[0].line, 3);
    size_t done, total;
    while (!symbols_have_names(session->target->map, &done, &total)) /* begun by that */
        assert_true(clock_now_ns() < session->target->deadline_ns);
    must(breakpoints_complete(session->control));
    assert_false(b->incomplete);
    assert_false(table()->any_unfinished);
    assert_false(BREAK(.at = "once")->incomplete); /* all names are known by now */
}

static void test_function_of_a_file(void **state)
{
    (void)state;
    load("large", 0);
    struct breakpoint *b = BREAK(.at = "a.c:f");
    assert_true(b->incomplete);
    must(breakpoints_complete(session->control)); /* which waits */
    assert_false(b->incomplete);
    assert_int_equal(b->count, 1);
}

static void test_completed(void **state)
{
    (void)state;
    load("a", 0);
    struct breakpoint *lines = BREAK(.at = "a.c:3"), *more = BREAK(.at = "work"), *same = BREAK(.at = "once");
    struct breakpoint *off = BREAK(.at = "work");
    must(breakpoint_enable(session->control, off, false));
    more->incomplete = same->incomplete = off->incomplete = true;
    table()->any_unfinished = false;
    load("b.so", LIBRARY);
    sent_nothing_yet();
    must(breakpoints_complete(session->control));
    assert_true(more->incomplete); /* nobody said that any is */
    table()->any_unfinished = true;
    must(breakpoints_complete(session->control));
    assert_false(more->incomplete || same->incomplete || off->incomplete);
    assert_int_equal(lines->count, 1);
    assert_int_equal(more->count, 2);
    assert_int_equal(same->count, 1);
    assert_int_equal(off->count, 2);
    assert_true(more->locations[0].site && more->locations[0].site->inserted);
    assert_true(more->locations[1].site && more->locations[1].site->inserted);
    assert_null(off->locations[1].site);
    assert_int_equal(sent("Z"), 1); /* the new place, and nothing twice */
    assert_int_equal(sent("z"), 0);
    assert_int_equal(same->locations[0].site->users, 1); /* nothing is wanted twice */
    assert_int_equal(more->locations[0].site->users, 2); /* by the line, too */
    assert_true(told("\"id\":2"));
    assert_false(told("\"id\":1,") || told("\"id\":3,"));
    assert_true(table()->any_unfinished); /* one is in a library, and nobody tells when that goes */
}

/* -- libraries ------------------------------------------------------------------------------------- */

static void test_in_library(void **state)
{
    (void)state;
    load("a", 0);
    load("b.so", LIBRARY);
    must(symbols_wait_names(session->target->map) ? NULL : error_new(ERR_TIMEOUT, "no names"));
    assert_false(BREAK(.at = "a.c:3")->in_library);
    assert_false(table()->any_unfinished);
    assert_false(BREAK(.at = "*0x9000")->in_library); /* in no file */
    assert_false(table()->any_unfinished);
    const struct breakpoint *b = BREAK(.at = "afar");
    assert_true(b->in_library);
    assert_true(table()->any_unfinished);
    must(breakpoints_complete(session->control));
    assert_true(table()->any_unfinished);
    assert_true(BREAK(.at = "work")->in_library); /* one of its places */
    session->target->is_process = false;          /* the files of a machine come by a command, and stay */
    assert_false(BREAK(.at = "afar", .kind = BREAKPOINT_SOFTWARE)->in_library);
}

/* Whichever of its places comes first. */
static void test_in_library_below(void **state)
{
    (void)state;
    load("a", 0);
    load("b.so", 0x10000);
    assert_true(BREAK(.at = "work")->in_library);
    session->control->breakpoints.any_unfinished = false;
    unload("a");
    load("a", 0);
    assert_true(BREAK(.at = "work")->in_library);
}

/* The linker's place is inserted when something waits for it, and then nothing is left to do before a run. */
static void test_linker_is_watched(void **state)
{
    (void)state;
    load("a", 0);
    load("b.so", LIBRARY);
    session->target->loader_base = 0x7f0000000000;
    BREAK(.at = "a.c:3");
    must(breakpoints_complete(session->control));
    assert_null(session->control->loader_site);
    BREAK(.at = "afar")->incomplete = false;
    must(breakpoints_complete(session->control));
    assert_non_null(session->control->loader_site);
    assert_false(table()->any_unfinished);
    BREAK(.at = "nowhere", .pending = true);
    must(breakpoints_complete(session->control));
    assert_true(table()->any_unfinished);
}

static void test_pending_watches_the_linker(void **state)
{
    (void)state;
    load("a", 0);
    session->target->loader_base = 0x7f0000000000;
    assert_true(BREAK(.at = "nowhere", .pending = true)->pending);
    assert_true(table()->any_unfinished);
    must(breakpoints_complete(session->control));
    assert_non_null(session->control->loader_site);
}

/* What stood in a library that is closed went with its memory: nothing is sent for it. */
static void test_library_goes(void **state)
{
    (void)state;
    load("a", 0);
    load("b.so", LIBRARY);
    must(symbols_wait_names(session->target->map) ? NULL : error_new(ERR_TIMEOUT, "no names"));
    uint64_t there = address_of("afar");
    struct breakpoint *b = BREAK(.at = "afar"), *both = BREAK(.at = "work"), *line = BREAK(.at = "a.c:7");
    struct breakpoint *off = BREAK(.at = "afar");
    must(breakpoint_enable(session->control, off, false));
    assert_int_equal(both->count, 2);
    unload("b.so");
    sent_nothing_yet();
    must(breakpoints_reinsert(session->control));
    assert_int_equal(sent("z"), 0);
    assert_int_equal(sent("Z"), 0);
    assert_null(site_at(session->control, there));
    assert_true(b->pending && !b->locations && b->count == 0);
    assert_true(strncmp(b->reason, "pending: there is no ", 21) == 0);
    assert_true(off->pending);
    assert_int_equal(both->count, 1);
    assert_false(both->pending || both->in_library);
    assert_true(both->locations[0].site->inserted);
    assert_true(line->locations[0].site->inserted);
    load("b.so", LIBRARY + 0x1000); /* and it comes again, elsewhere */
    sent_nothing_yet();
    must(breakpoints_resolve_pending(session->control));
    assert_false(b->pending || off->pending);
    assert_int_equal(b->locations[0].address, there + 0x1000);
    assert_true(b->locations[0].site->inserted);
    assert_null(off->locations[0].site);
    assert_null(b->reason);
    assert_int_equal(sent("Z"), 1);
    assert_true(told("breakpoint-changed") && told("\"id\":1") && told("\"id\":4"));
    assert_false(told("\"id\":2") || told("\"id\":3"));
    assert_int_equal(both->count, 1); /* not one that waited */
}

/* -- pending --------------------------------------------------------------------------------------- */

static void test_pending(void **state)
{
    (void)state;
    load("a", 0);
    struct breakpoint *name = BREAK(.at = "afar", .pending = true), *here = BREAK(.at = "a.c:3");
    struct breakpoint *line = BREAK(.at = "nothing.c:7", .pending = true),
                      *found = BREAK(.at = "once", .pending = true);
    struct breakpoint *last = BREAK(.at = "b.c:3", .pending = true, .condition = "unknown == 1");
    assert_true(name->pending && line->pending && last->pending);
    assert_false(here->pending || found->pending);
    assert_int_equal(name->count, 0);
    assert_string_equal(name->reason, "pending: there is no function or symbol named afar");
    assert_null(found->reason);
    assert_int_equal(sent("Z"), 2);
    sent_nothing_yet();
    must(breakpoints_resolve_pending(session->control));
    assert_int_equal(sent("Z") + sent("z"), 0);
    assert_false(told("breakpoint-changed"));
    assert_true(name->pending && line->pending);
    load("b.so", LIBRARY);
    must(breakpoints_resolve_pending(session->control));
    assert_false(name->pending || last->pending);
    assert_true(line->pending);
    assert_int_equal(name->count, 1);
    assert_true(name->locations[0].site->inserted && last->locations[0].site->inserted);
    assert_int_equal(sent("Z"), 2);
    assert_true(told("\"id\":1") && told("\"id\":5"));
    assert_false(told("\"id\":2") || told("\"id\":3") || told("\"id\":4"));
}

/* The hint of why a place is not known is kept with the reason. */
static void test_pending_with_a_hint(void **state)
{
    (void)state;
    load("a", 0);
    assert_string_equal(BREAK(.at = "worl", .pending = true)->reason,
                        "pending: there is no function or symbol named worl; did you mean work?");
}

/* -- another program ------------------------------------------------------------------------------- */

static void test_reinserted(void **state)
{
    (void)state;
    load("a", 0);
    must(symbols_wait_names(session->target->map) ? NULL : error_new(ERR_TIMEOUT, "no names"));
    uint64_t before = address_of("work");
    struct breakpoint *b = BREAK(.at = "work"), *gone = BREAK(.at = "once"), *fixed = BREAK(.at = "*0x1100");
    struct breakpoint *watch = NULL, *off = BREAK(.at = "work");
    must(watchpoint_set(session->control, &(struct breakpoint_request){.at = "work"}, 0x1800, 4, SITE_WRITE,
                        &watch));
    must(breakpoint_enable(session->control, off, false));
    unload("a");
    load("moved", 0);
    must(symbols_wait_names(session->target->map) ? NULL : error_new(ERR_TIMEOUT, "no names"));
    uint64_t now = address_of("work");
    assert_int_not_equal(before, now);
    sent_nothing_yet();
    must(breakpoints_reinsert(session->control));
    assert_true(sent_point("z0", before) && sent_point("Z0", now));
    assert_int_equal(sent("z"), 2); /* `once` as well */
    assert_int_equal(sent("Z"), 1);
    assert_int_equal(b->locations[0].address, now);
    assert_int_equal(b->locations[0].line, 7);
    assert_non_null(strstr(b->locations[0].file, "moved.c"));
    assert_true(b->locations[0].site->inserted);
    assert_ptr_equal(breakpoint_at(session->control, now), b);
    assert_null(breakpoint_at(session->control, before));
    assert_true(gone->pending && table()->any_unfinished);
    assert_true(fixed->locations[0].site->inserted && watch->locations[0].site->inserted);
    assert_false(fixed->pending || watch->pending);
    assert_int_equal(fixed->locations[0].address, 0x1100);
    assert_int_equal(off->locations[0].address, now);
    assert_null(off->locations[0].site);
}

/* What an expression was is the user's word for an address: it is not asked again. */
static void test_reinserted_address(void **state)
{
    (void)state;
    const struct breakpoint *b = BREAK(.at = "*$rax+0x1100");
    assert_int_equal(b->locations[0].address, 0x1100);
    played.registers[1][0] = 0x100;
    target_forget(session->target);
    threads_resumed(session->target);
    must(breakpoints_reinsert(session->control));
    assert_int_equal(b->locations[0].address, 0x1100);
    assert_int_equal(b->locations[0].site->users, 1);
}

/* Nothing is inserted any more: what stood there is taken out. */
static void test_reinserted_nowhere(void **state)
{
    (void)state;
    load("a", 0);
    BREAK(.at = "once");
    unload("a");
    must(breakpoints_reinsert(session->control));
    assert_int_equal(sent("z0"), 1);
}

/* The first that cannot be inserted is told, and the others are. */
static void test_reinserted_as_far_as_it_goes(void **state)
{
    (void)state;
    struct breakpoint *a = BREAK(.at = "*0x1100", .kind = BREAKPOINT_SOFTWARE), *b = BREAK(.at = "*0x1200");
    struct breakpoint *c = BREAK(.at = "*0x1300", .kind = BREAKPOINT_SOFTWARE);
    sites_lost(session->control);
    rule("Z0,1100", "E01");
    rule("Z0,1300", "E02");
    sent_nothing_yet();
    struct error *e = breakpoints_reinsert(session->control);
    assert_non_null(strstr(e->message, "E01"));
    must_fail(e, ERR_REFUSED);
    assert_null(a->locations[0].site);
    assert_true(b->locations[0].site->inserted);
    assert_null(c->locations[0].site);
}

/* The target is gone, and with it what it said. */
static void test_lost(void **state)
{
    (void)state;
    load("a", 0);
    rule("Z", "E01");
    rule("M", "E01");
    struct breakpoint *refused = BREAK(.at = "*0x1100"), *off = BREAK(.at = "*0x1200");
    struct breakpoint *waits = BREAK(.at = "afar", .pending = true), *last = BREAK(.at = "*0x1300");
    assert_non_null(refused->reason);
    assert_true(refused->attempt_count > 0);
    must(breakpoint_enable(session->control, off, false));
    assert_non_null(off->reason);
    breakpoints_lost(session->control);
    assert_null(refused->reason);
    assert_int_equal(refused->attempt_count, 0);
    assert_null(last->reason);
    assert_non_null(off->reason);
    assert_non_null(waits->reason);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(played_machine, test_numbers),
        TEST_ON(played_process, test_refused),
        TEST_ON(played_machine, test_request),
        TEST_ON(played_machine, test_hung_up),
        TEST_ON(played_machine, test_several_at_a_place),
        TEST_ON(played_machine, test_enabled),
        TEST_ON(played_machine, test_after_the_end),
        TEST_ON(played_process, test_watch_is_enabled),
        TEST_ON(played_machine, test_spent),
        TEST_ON(played_process, test_which_are_incomplete),
        TEST_ON(played_process, test_function_of_a_file),
        TEST_ON(played_process, test_completed),
        TEST_ON(played_process, test_in_library),
        TEST_ON(played_process, test_in_library_below),
        TEST_ON(played_process, test_linker_is_watched),
        TEST_ON(played_process, test_pending_watches_the_linker),
        TEST_ON(played_process, test_library_goes),
        TEST_ON(played_process, test_pending),
        TEST_ON(played_process, test_pending_with_a_hint),
        TEST_ON(played_process, test_reinserted),
        TEST_ON(played_process, test_reinserted_address),
        TEST_ON(played_process, test_reinserted_nowhere),
        TEST_ON(played_process, test_reinserted_as_far_as_it_goes),
        TEST_ON(played_process, test_lost),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
