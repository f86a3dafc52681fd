/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By which means a breakpoint is inserted, and what is said of those that a stub refused. */
#include "engine_played.h"
#include "test_symbols_support.h"

#include "engine/control/breakpoints/insertion.h"

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    BASE_FREE char *home = xasprintf("%s/state", scratch);
    setenv("XDG_STATE_HOME", home, 1);
    write_file("later.s", ".globl _start, second\n.type _start, @function\n_start: .fill 64, 1, 0x90\n"
                          ".size _start, 64\n.type second, @function\nsecond: movl $1, %eax\n"
                          ".fill 59, 1, 0x90\n.size second, 64\n"
                          ".section .note.GNU-stack,\"\",@progbits\n");
    free(run("gcc -nostdlib -static -no-pie -Wl,-Ttext=0x1100,--build-id=none -o later later.s"));
    return 0;
}

/* The program, whose code is there or not. */
static void load(bool there)
{
    BASE_FREE char *path = xasprintf("%s/later", scratch);
    must(session_add_symbols(session, path));
    memset(played.memory + 0x100, there ? 0x90 : 0, 128);
    if (there)
        memcpy(played.memory + 0x140, "\xb8\1\0\0\0", 5);
}

static void tried(const struct breakpoint *b, size_t i, enum site_type type, const char *outcome)
{
    assert_true(i < b->attempt_count);
    assert_int_equal(b->attempts[i].type, type);
    if (!strstr(b->attempts[i].outcome, outcome))
        fail_msg("'%s' was due, and is '%s'", outcome, b->attempts[i].outcome);
}

static struct error *set(const struct breakpoint_request *request)
{
    struct breakpoint *b = NULL;
    return breakpoint_set(session->control, request, &b);
}
#define SET(...) set(&(struct breakpoint_request){__VA_ARGS__})

static void refused(struct error *e, enum error_code code, const char *message, const char *hint)
{
    assert_non_null(e);
    assert_non_null(strstr(e->message, message));
    assert_non_null(e->hint);
    assert_non_null(strstr(e->hint, hint));
    must_fail(e, code);
}

/* -- one after the other --------------------------------------------------------------------------- */

static void test_auto(void **state)
{
    (void)state;
    const struct breakpoint *b = BREAK(.at = "*0x1200");
    assert_int_equal(b->locations[0].site->type, SITE_SOFTWARE);
    assert_int_equal(b->attempt_count, 1);
    tried(b, 0, SITE_SOFTWARE, "OK");
    rule("Z0", "E01");
    b = BREAK(.at = "*0x1201");
    assert_int_equal(b->locations[0].site->type, SITE_MEMORY);
    assert_int_equal(b->attempt_count, 2);
    tried(b, 0, SITE_SOFTWARE, "E01");
    tried(b, 1, SITE_MEMORY, "OK");
    assert_int_equal(b->attempts[1].address, 0x1201);
    rule("M", "E02");
    b = BREAK(.at = "*0x1202");
    assert_int_equal(b->locations[0].site->type, SITE_HARDWARE);
    assert_int_equal(b->attempt_count, 3);
    tried(b, 1, SITE_MEMORY, "E02");
    assert_null(b->reason);
    rule("Z1", "E03");
    b = BREAK(.at = "*0x1203"); /* kept, and says why */
    assert_null(b->locations[0].site);
    assert_int_equal(b->attempt_count, 3);
    assert_non_null(strstr(b->reason, "E03"));
    assert_int_equal(session->control->breakpoints.sites.count, 3);
    rule("Z0", "OK");
    must(breakpoints_reinsert(session->control)); /* tried again, and what was said is forgotten */
    assert_int_equal(b->locations[0].site->type, SITE_SOFTWARE);
    assert_null(b->reason);
    assert_int_equal(b->attempt_count, 1);
    rule("M", "OK");
}

/* What the stub was seen not to know is not sent again. */
static void test_unknown(void **state)
{
    (void)state;
    rule("Z0", "");
    rule("Z1", "");
    const struct breakpoint *b = BREAK(.at = "*0x1200");
    tried(b, 0, SITE_SOFTWARE, "the stub does not support Z0");
    assert_int_equal(b->locations[0].site->type, SITE_MEMORY);
    assert_int_equal(sent("Z0"), 1);
    b = BREAK(.at = "*0x1201");
    tried(b, 0, SITE_SOFTWARE, "the stub does not support Z0");
    assert_int_equal(b->locations[0].site->type, SITE_MEMORY);
    assert_int_equal(sent("Z0"), 1);
    refused(SET(.at = "*0x1202", .kind = BREAKPOINT_HARDWARE), ERR_UNSUPPORTED, "does not support Z1",
            "try kind `software`");
    refused(SET(.at = "*0x1202", .kind = BREAKPOINT_HARDWARE), ERR_UNSUPPORTED, "does not support Z1",
            "auto tries them all");
    refused(SET(.at = "*0x1202", .kind = BREAKPOINT_SOFTWARE), ERR_UNSUPPORTED, "does not support Z0",
            "auto tries them all");
    assert_int_equal(sent("Z1"), 1);
    assert_int_equal(session->control->breakpoints.sites.count, 2);
}

/* A kind that was asked for is that and nothing else. */
static void test_kinds(void **state)
{
    (void)state;
    static const enum breakpoint_kind kinds[] = {BREAKPOINT_SOFTWARE, BREAKPOINT_HARDWARE, BREAKPOINT_MEMORY};
    static const enum site_type types[] = {SITE_SOFTWARE, SITE_HARDWARE, SITE_MEMORY};
    for (size_t i = 0; i < 3; i++) {
        const struct breakpoint *b = BREAK(.at = "*0x1200", .kind = kinds[i]);
        assert_int_equal(b->locations[0].site->type, types[i]);
        assert_int_equal(b->attempt_count, 1);
    }
    rule("Z", "E01");
    rule("M", "E02");
    refused(SET(.at = "*0x1300", .kind = BREAKPOINT_SOFTWARE), ERR_REFUSED, "E01 to Z0 at 0x1300",
            "`maps` shows");
    refused(SET(.at = "*0x1300", .kind = BREAKPOINT_HARDWARE), ERR_NO_SLOT, "E01 to Z1 at 0x1300", "");
    refused(SET(.at = "*0x1300", .kind = BREAKPOINT_MEMORY), ERR_REFUSED, "E02 to a trap", "");
    assert_int_equal(session->control->breakpoints.sites.count, 3);
    rule("M", "OK");
}

/* -- watches --------------------------------------------------------------------------------------- */

static struct error *try_watch(uint64_t address, unsigned length, enum site_type type,
                               enum breakpoint_kind kind, struct breakpoint **ret)
{
    return watchpoint_set(session->control, &(struct breakpoint_request){.at = "it", .kind = kind}, address,
                          length, type, ret);
}

static void test_watches(void **state)
{
    (void)state;
    struct breakpoint *b = NULL;
    must(try_watch(0x1800, 4, SITE_READ, BREAKPOINT_AUTO, &b));
    assert_int_equal(b->locations[0].site->type, SITE_READ);
    assert_int_equal(b->locations[0].site->length, 4);
    sent_nothing_yet();
    must(try_watch(0x1800, 4, SITE_WRITE, BREAKPOINT_SOFTWARE, &b));
    assert_int_equal(b->locations[0].site->type, SITE_STEPPED);
    assert_int_equal(sent("Z"), 0);
    rule("Z2,1807", "E01"); /* one part of it: all of it is done by stepping */
    must(try_watch(0x1807, 9, SITE_WRITE, BREAKPOINT_AUTO, &b));
    assert_int_equal(b->count, 2);
    assert_int_equal(b->locations[0].site->type, SITE_STEPPED);
    assert_int_equal(b->locations[1].site->type, SITE_STEPPED);
    assert_int_equal(sent("z2,1808,8"), 1);
    rule("Z", "E01");
    must(try_watch(0x1900, 4, SITE_ACCESS, BREAKPOINT_AUTO, &b)); /* stepping sees no reads */
    assert_null(b->locations[0].site);
    assert_non_null(b->reason);
    must_fail(try_watch(0x1900, 4, SITE_WRITE, BREAKPOINT_HARDWARE, &b), ERR_NO_SLOT);
    assert_null(session->control->breakpoints.items[session->control->breakpoints.count - 1]->warning);
}

/* -- code that is not there yet -------------------------------------------------------------------- */

/* An answer that was lost is no sign that nothing stands there. */
static void test_look_without_an_answer(void **state)
{
    (void)state;
    rule("m1300", "zz");
    assert_int_equal(BREAK(.at = "*0x1300")->locations[0].site->type, SITE_SOFTWARE);
    rule("m1310", NULL);
    int64_t usual = rsp_timeout(session->target->connection);
    rsp_set_timeout(session->target->connection, 1); /* nobody answers that, however fast or slow he is */
    must_fail(SET(.at = "*0x1310"), ERR_TIMEOUT);
    rsp_set_timeout(session->target->connection, usual);
    unsigned char byte;
    must(memory_read(session->target, 0x1320, &byte, 1)); /* all that was sent before has come by then */
    assert_int_equal(sent("m1310"), 1);
    assert_int_equal(sent("Z"), 1);
}

static void test_no_code(void **state)
{
    (void)state;
    load(false);
    struct breakpoint *a = BREAK(.at = "_start"), *b = BREAK(.at = "second"), *there = BREAK(.at = "*0x1300");
    struct breakpoint *asked = BREAK(.at = "_start", .kind = BREAKPOINT_HARDWARE);
    assert_int_equal(a->locations[0].site->type, SITE_HARDWARE);
    assert_string_equal(a->warning, "there is no code at 0x1100 yet");
    assert_true(session->control->breakpoints.waits_for_code);
    assert_int_equal(there->locations[0].site->type, SITE_SOFTWARE); /* the file says nothing of it */
    assert_null(there->warning);
    assert_null(asked->warning);
    sent_nothing_yet();
    must(insertion_upgrade(session->control));
    assert_int_equal(sent("Z") + sent("z"), 0);
    assert_true(session->control->breakpoints.waits_for_code);
    memset(played.memory + 0x100, 0x90, 64);
    must(insertion_upgrade(session->control));
    assert_int_equal(a->locations[0].site->type, SITE_SOFTWARE);
    assert_null(a->warning);
    assert_int_equal(b->locations[0].site->type, SITE_HARDWARE);
    assert_non_null(b->warning);
    assert_true(told("\"id\":1") && !told("\"id\":2") && !told("\"id\":3") && !told("\"id\":4"));
    assert_int_equal(asked->locations[0].site->type, SITE_HARDWARE);
    assert_int_equal(sent("Z0,1100"), 1);
    assert_int_equal(sent("z1"), 0); /* the other one needs it */
    memset(played.memory + 0x140, 0x90, 64);
    must(insertion_upgrade(session->control));
    assert_int_equal(b->locations[0].site->type, SITE_SOFTWARE);
    assert_int_equal(sent("z1,1140"), 1);
    assert_false(session->control->breakpoints.waits_for_code);
    sent_nothing_yet();
    must(insertion_upgrade(session->control));
    assert_int_equal(sent(""), 0);
}

/* Z0 is refused once the code is there: the hardware stays. */
static void test_upgrade_refused(void **state)
{
    (void)state;
    load(false);
    struct breakpoint *a = BREAK(.at = "_start"), *off = BREAK(.at = "second");
    must(breakpoint_enable(session->control, off, false));
    rule("Z0", "E01");
    memset(played.memory + 0x100, 0x90, 128);
    sent_nothing_yet();
    must(insertion_upgrade(session->control));
    assert_int_equal(a->locations[0].site->type, SITE_HARDWARE);
    assert_true(a->locations[0].site->inserted);
    assert_int_equal(session->control->breakpoints.sites.count, 1);
    tried(a, a->attempt_count - 1, SITE_SOFTWARE, "E01");
    assert_int_equal(sent("z"), 0);
    assert_int_equal(sent("m"), 1);
    assert_null(off->locations[0].site);
}

static void test_hardware_is_silent(void **state)
{
    (void)state;
    load(false);
    slots_mark_not_firing(session->control, SITE_HARDWARE, "never fires");
    assert_int_equal(BREAK(.at = "_start")->locations[0].site->type, SITE_SOFTWARE);
}

static void test_no_hardware(void **state)
{
    (void)state;
    load(false);
    rule("Z1", "E01");
    const struct breakpoint *b = BREAK(.at = "_start");
    assert_int_equal(b->locations[0].site->type, SITE_SOFTWARE);
    tried(b, 0, SITE_HARDWARE, "E01");
    tried(b, 1, SITE_SOFTWARE, "OK");
}

/* -- inside of an instruction ---------------------------------------------------------------------- */

static void test_inside(void **state)
{
    (void)state;
    load(true);
    const struct breakpoint *b = BREAK(.at = "*0x1142");
    assert_int_equal(b->locations[0].inside, 0x1140);
    assert_string_equal(b->warning, "0x1142 is not the start of an instruction: that is at 0x1140");
    refused(SET(.at = "*0x1142", .kind = BREAKPOINT_MEMORY), ERR_REFUSED,
            "a trap at 0x1142 would change the instruction at 0x1140", "");
    assert_int_equal(sent("M"), 0);
    b = BREAK(.at = "*0x1140", .kind = BREAKPOINT_MEMORY);
    assert_int_equal(b->locations[0].inside, 0);
    assert_null(b->warning);
}

static void test_unreadable(void **state)
{
    (void)state;
    session->target->is_process = true; /* nobody looks before */
    rule("Z0", "E01");
    const struct breakpoint *b = BREAK(.at = "*0x9000");
    assert_int_equal(b->locations[0].site->type, SITE_HARDWARE);
    assert_string_equal(b->warning, "nothing can be read at 0x9000");
}

/* It may be there: it is taken out before the target is left, or runs. */
static void test_unanswered(void **state)
{
    (void)state;
    struct rsp_connection *c = session->target->connection;
    int64_t usual = rsp_timeout(c);
    rule("Z0", NULL);
    rsp_set_timeout(c, 3000); /* what else is asked is answered long before that, also on a busy machine */
    must_fail(SET(.at = "*0x1200"), ERR_TIMEOUT);
    rsp_set_timeout(c, usual);
    must(sites_remove_all(session->control));
    assert_true(sent("z0,1200,1") >= 1);
    assert_int_equal(session->control->breakpoints.sites.count, 0);
}

/* -- run control ----------------------------------------------------------------------------------- */

static enum site_type for_run(uint64_t address)
{
    struct site *p = insertion_for_run(session->control, address);
    enum site_type type = p->type;
    assert_int_equal(p->address, address);
    site_release(session->control, p);
    return type;
}

static void test_for_run(void **state)
{
    (void)state;
    assert_int_equal(for_run(0x1200), SITE_SOFTWARE);
    struct breakpoint *hard = BREAK(.at = "*0x1300", .kind = BREAKPOINT_HARDWARE);
    assert_int_equal(for_run(0x1300), SITE_HARDWARE); /* like the one that is there */
    slots_mark_not_firing(session->control, SITE_HARDWARE, "never fires");
    assert_int_equal(for_run(0x1300), SITE_SOFTWARE);
    slots_mark_firing(session->control, SITE_HARDWARE);
    hard->locations[0].site->state = SITE_FAILED;
    assert_int_equal(for_run(0x1300), SITE_SOFTWARE);
    hard->locations[0].site->state = SITE_ARMED;
    struct rsp_features *f = rsp_features(session->target->connection);
    f->state[FEATURE_Z0].works = TRI_NO;
    assert_int_equal(for_run(0x1200), SITE_HARDWARE);
    f->state[FEATURE_Z0 + 1].works = TRI_NO;
    assert_int_equal(for_run(0x1200), SITE_MEMORY);
}

/* ROM takes no trap. */
static int rom(void **state)
{
    (void)state;
    played_start(";qXfer:memory-map:read+", "vCont;c;C;s;S");
    rule("qXfer:memory-map:read",
         "l<memory-map><memory type=\"rom\" start=\"0x1000\" length=\"0x800\"/><memory "
         "type=\"flash\" start=\"0x1800\" length=\"0x400\"/><memory type=\"ram\" "
         "start=\"0x1c00\" length=\"0x1400\"/></memory-map>");
    return 0;
}

static void test_rom(void **state)
{
    (void)state;
    assert_int_equal(BREAK(.at = "*0x1200")->locations[0].site->type, SITE_HARDWARE);
    assert_int_equal(BREAK(.at = "*0x1900")->locations[0].site->type, SITE_HARDWARE);
    assert_int_equal(BREAK(.at = "*0x1d00")->locations[0].site->type, SITE_SOFTWARE);
    assert_int_equal(sent("Z0"), 1);
    assert_int_equal(for_run(0x1210), SITE_HARDWARE);
    assert_int_equal(for_run(0x1910), SITE_HARDWARE);
    assert_int_equal(for_run(0x1d10), SITE_SOFTWARE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(played_machine, test_auto),
        TEST_ON(played_machine, test_unknown),
        TEST_ON(played_machine, test_kinds),
        TEST_ON(played_machine, test_watches),
        TEST_ON(played_machine, test_look_without_an_answer),
        TEST_ON(played_machine, test_no_code),
        TEST_ON(played_machine, test_upgrade_refused),
        TEST_ON(played_machine, test_hardware_is_silent),
        TEST_ON(played_machine, test_no_hardware),
        TEST_ON(played_machine, test_inside),
        TEST_ON(played_machine, test_unreadable),
        TEST_ON(played_machine, test_unanswered),
        TEST_ON(played_machine, test_for_run),
        TEST_ON(rom, test_rom),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
