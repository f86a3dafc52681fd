/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Without a target: the table of sites, the slots of a processor, and which trap stands where and who sees
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "engine/commands/slots_json.h"
#include "engine/session/session_private.h"

static struct session *session;

static int setup(void **state)
{
    (void)state;
    const struct session_options options = {.cancel_fd = -1};
    session = session_create(&options);
    session->target->arch = &arch_x86_64;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    session_destroy(session);
    return 0;
}

static struct site *inserted(enum site_type type, uint64_t address, unsigned length)
{
    struct site *p = site_acquire(session->control, type, address, length);
    p->inserted = true;
    p->stale = false;
    site_changed(session->control, p);
    return p;
}

/* -- which trap ------------------------------------------------------------------------------------- */

static void test_lengths(void **state)
{
    (void)state;
    static const unsigned char compressed[][4] = {
        {0x01, 0, 0, 0}, {0x02, 0x90, 0, 0}, {0x00, 0, 0, 0}, {0xfe, 0xff, 0, 0}};
    static const unsigned char whole[][4] = {
        {0x13, 0, 0, 0}, {0x73, 0, 0x10, 0}, {0xff, 0xff, 0xff, 0xff}, {0x03, 0, 0, 0}};
    const struct arch *const riscv[] = {&arch_riscv64, &arch_riscv32};
    for (size_t k = 0; k < 2; k++) {
        session->target->arch = riscv[k];
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(site_length_at(session->control, 0x1000, false, compressed[i]), 2);
            assert_int_equal(site_length_at(session->control, 0x1000, false, whole[i]), 4);
        }
        assert_int_equal(site_length_at(session->control, 0x1000, false, NULL),
                         4); /* nothing is known of it */
    }
    session->target->arch = &arch_arm;
    assert_int_equal(site_length_at(session->control, 0x1000, true, NULL), 2);
    assert_int_equal(site_length_at(session->control, 0x1000, false, NULL), 4);
    session->target->arch = &arch_aarch64;
    assert_int_equal(site_length_at(session->control, 0x1000, true, compressed[0]), 4);
    session->target->arch = &arch_x86_64;
    assert_int_equal(site_length_at(session->control, 0x1000, false, compressed[0]), 1);
    session->target->arch = NULL;
    assert_int_equal(site_length_at(session->control, 0x1000, false, NULL), 1);
}

static void expect_trap(const struct arch *arch, bool big, unsigned length, const char *bytes)
{
    unsigned char trap[TRAP_MAX], wanted[TRAP_MAX] = {0};
    memcpy(wanted, bytes, length);
    memset(trap, 0x55, sizeof trap);
    session->target->arch = arch;
    session->target->big_endian = big;
    trap_bytes(session->control, length, trap);
    assert_memory_equal(trap, wanted, TRAP_MAX);
}

static void test_traps(void **state)
{
    (void)state;
    expect_trap(&arch_x86_64, false, 1, "\xcc");
    expect_trap(&arch_aarch64, false, 4, "\x00\x00\x20\xd4");
    expect_trap(&arch_riscv64, false, 4, "\x73\x00\x10\x00");
    expect_trap(&arch_riscv64, false, 2, "\x02\x90");
    expect_trap(&arch_arm, false, 2, "\x01\xde");
    expect_trap(&arch_arm, false, 4, "\xf0\x01\xf0\xe7");
    expect_trap(&arch_ppc64, true, 4, "\x7f\xe0\x00\x08");
    expect_trap(&arch_mips, true, 4, "\x00\x05\x00\x0d");
    expect_trap(&arch_s390x, true, 2, "\x00\x01");
}

/* -- who sees it ------------------------------------------------------------------------------------ */

static struct site *trap_at(uint64_t address, const char *saved)
{
    struct site *p = inserted(SITE_MEMORY, address, session->target->arch->breakpoint_kind);
    memcpy(p->saved, saved, p->length);
    p->saved_known = true;
    session->control->breakpoints.sites.in_memory++;
    return p;
}

/* Every window over a trap of four bytes: what it covers of the trap is what was there before. */
static void test_hidden_in_every_window(void **state)
{
    (void)state;
    session->target->arch = &arch_aarch64;
    trap_at(0x1008, "abcd");
    static const unsigned char trap[] = {0x00, 0x00, 0x20, 0xd4};
    for (uint64_t from = 0x1000; from < 0x1010; from++)
        for (size_t n = 0; n <= 16; n++) {
            unsigned char bytes[16], wanted[16];
            for (size_t i = 0; i < n; i++) {
                uint64_t at = from + i;
                bool covered = at >= 0x1008 && at < 0x100c;
                bytes[i] = covered ? trap[at - 0x1008] : (unsigned char)at;
                wanted[i] = covered ? (unsigned char)"abcd"[at - 0x1008] : (unsigned char)at;
            }
            traps_hide(session->control, from, bytes, n);
            if (n)
                assert_memory_equal(bytes, wanted, n);
        }
}

/* A write through the same windows goes beneath the trap, and the trap stays. */
static void test_diverted_in_every_window(void **state)
{
    (void)state;
    session->target->arch = &arch_aarch64;
    struct site *p = trap_at(0x1008, "abcd");
    static const unsigned char trap[] = {0x00, 0x00, 0x20, 0xd4};
    for (uint64_t from = 0x1000; from < 0x1010; from++)
        for (size_t n = 1; n <= 16; n++) {
            unsigned char bytes[16], under[4];
            memcpy(p->saved, "abcd", 4);
            memcpy(under, "abcd", 4);
            for (size_t i = 0; i < n; i++) {
                bytes[i] = (unsigned char)(0x80 + i);
                if (from + i >= 0x1008 && from + i < 0x100c)
                    under[from + i - 0x1008] = bytes[i];
            }
            traps_divert(session->control, from, bytes, n);
            assert_memory_equal(p->saved, under, 4);
            for (size_t i = 0; i < n; i++) {
                bool covered = from + i >= 0x1008 && from + i < 0x100c;
                assert_int_equal(bytes[i], covered ? trap[from + i - 0x1008] : 0x80 + i);
            }
        }
}

/* What is not there, not ours to hide, or of another kind, is read as it stands. */
static void test_shown(void **state)
{
    (void)state;
    unsigned char bytes[] = {0xcc, 0xcc};
    struct site *p = trap_at(0x1000, "a");
    p->inserted = false;
    traps_hide(session->control, 0x1000, bytes, 2);
    assert_memory_equal(bytes, "\xcc\xcc", 2);
    p->inserted = true;
    p->saved_known = false;
    traps_hide(session->control, 0x1000, bytes, 2);
    assert_memory_equal(bytes, "\xcc\xcc", 2);
    p->saved_known = true;
    traps_hide(session->control, 0x1000, bytes, 2);
    assert_memory_equal(bytes, "a\xcc", 2);
    /* KVM shows its own traps, other stubs do not */
    struct site *z0 = inserted(SITE_SOFTWARE, 0x1001, 1);
    z0->saved_known = true;
    z0->saved[0] = 'b';
    traps_hide(session->control, 0x1000, bytes, 2);
    assert_memory_equal(bytes, "ab", 2);
    traps_hide(session->control, 0x1000, bytes, 2);
    assert_memory_equal(bytes, "ab", 2);
    memcpy(bytes, "xy", 2);
    traps_divert(session->control, 0x1000, bytes, 2); /* sent as it is but for the one in memory */
    assert_memory_equal(bytes,
                        "\xcc"
                        "y",
                        2);
    assert_int_equal(z0->saved[0], 'y'); /* what a stub that shows its trap has beneath it now */
    assert_int_equal(p->saved[0], 'x');
    struct site *watch = inserted(SITE_WRITE, 0x1002, 1);
    watch->saved_known = true;
    bytes[0] = 0xcc;
    traps_hide(session->control, 0x1002, bytes, 1);
    assert_int_equal(bytes[0], 0xcc);
}

/* -- the table -------------------------------------------------------------------------------------- */

static void test_shared_sites(void **state)
{
    (void)state;
    struct site *a = site_acquire(session->control, SITE_SOFTWARE, 0x1000, 1);
    assert_int_equal(sites_dirty(session->control), 1);
    assert_true(sites_any(session->control));
    assert_ptr_equal(site_acquire(session->control, SITE_SOFTWARE, 0x1000, 1), a);
    assert_int_equal(a->users, 2);
    assert_int_equal(sites_dirty(session->control), 1);
    struct site *other = site_acquire(session->control, SITE_HARDWARE, 0x1000, 1);
    assert_ptr_not_equal(other, a);
    struct site *longer = site_acquire(session->control, SITE_SOFTWARE, 0x1000, 2);
    assert_ptr_not_equal(longer, a);
    assert_int_equal(session->control->breakpoints.sites.count, 3);
    site_release(session->control, a);
    assert_int_equal(a->users, 1);
    site_release(session->control, a); /* never sent: nothing to take out */
    assert_int_equal(session->control->breakpoints.sites.count, 2);
    assert_int_equal(sites_dirty(session->control), 2);
    site_release(session->control, other);
    site_release(session->control, longer);
    assert_false(sites_any(session->control));
    assert_int_equal(sites_dirty(session->control), 0);
    assert_null(site_at(session->control, 0x1000));
}

static void test_what_is_to_be_sent(void **state)
{
    (void)state;
    struct site *p = inserted(SITE_SOFTWARE, 0x1000, 1);
    assert_int_equal(sites_dirty(session->control), 0);
    site_remove(session->control, p, true);
    assert_int_equal(sites_dirty(session->control), 1); /* to be taken out */
    site_remove(session->control, p, false);
    assert_int_equal(sites_dirty(session->control), 0);
    sites_remove_at(session->control, 0x1000, true);
    assert_true(p->removed);
    sites_remove_at(session->control, 0x1000, false);
    site_set_conditions(session->control, p, xstrdup(";X1,00"));
    assert_true(p->renew);
    assert_int_equal(sites_dirty(session->control), 1);
    p->renew = false;
    site_changed(session->control, p);
    site_set_conditions(session->control, p, xstrdup(";X1,00")); /* the same again */
    assert_false(p->renew);
    assert_int_equal(sites_dirty(session->control), 0);
    site_set_conditions(session->control, p, NULL);
    assert_true(p->renew);
    assert_null(p->conditions);
    p->renew = false;
    site_changed(session->control, p);
    p->stale = true;
    site_changed(session->control, p);
    assert_int_equal(sites_dirty(session->control), 1);
    p->state = SITE_FAILED;
    site_changed(session->control, p);
    assert_int_equal(sites_dirty(session->control), 0); /* not asked again */
    site_release(session->control, p);
    assert_int_equal(sites_dirty(session->control), 1); /* but taken out */
    p->inserted = false;
    site_changed(session->control, p);
    assert_false(sites_any(session->control));
    struct site *failed = site_acquire(session->control, SITE_SOFTWARE, 0x2000, 1);
    failed->state = SITE_FAILED;
    site_changed(session->control, failed);
    assert_int_equal(sites_dirty(session->control), 0);
    site_set_conditions(session->control, failed, xstrdup(";X1,00"));
    assert_false(failed->renew); /* it is not there */
}

/* Watches are no code: they are neither found at a pc nor removed there. */
static void test_code_and_data(void **state)
{
    (void)state;
    static const bool code[] = {true, true, false, false, false, true, false};
    static const bool hardware[] = {false, true, true, true, true, false, false};
    for (int type = SITE_SOFTWARE; type <= SITE_STEPPED; type++) {
        struct site *p = inserted((enum site_type)type, 0x1000 + (uint64_t)type, 1);
        assert_int_equal(site_is_code(p), code[type]);
        assert_int_equal(site_in_hardware(p), hardware[type]);
        assert_ptr_equal(site_at(session->control, p->address), code[type] ? p : NULL);
        sites_remove_at(session->control, p->address, true);
        assert_int_equal(p->removed, code[type]);
    }
    assert_false(site_in_hardware(NULL));
}

static bool collect(void *context, int breakpoint)
{
    *(int *)context = *(int *)context * 10 + breakpoint;
    return breakpoint == 3;
}

static void test_breakpoints_of_a_place(void **state)
{
    (void)state;
    int seen = 0;
    assert_false(sites_breakpoints_at(session->control, 0x1000, collect, &seen));
    struct site *p = site_acquire_for(session->control, 1, SITE_SOFTWARE, 0x1000, 1);
    site_acquire_for(session->control, 2, SITE_SOFTWARE, 0x1000, 1);
    site_acquire_for(session->control, 9, SITE_WRITE, 0x1000, 1);
    site_acquire_for(session->control, 8, SITE_SOFTWARE, 0x1001, 1);
    assert_int_equal(p->users, 2);
    assert_false(sites_breakpoints_at(session->control, 0x1000, collect, &seen));
    assert_int_equal(seen, 12);
    site_acquire_for(session->control, 3, SITE_SOFTWARE, 0x1000, 1);
    site_acquire_for(session->control, 4, SITE_SOFTWARE, 0x1000, 1);
    seen = 0;
    assert_true(sites_breakpoints_at(session->control, 0x1000, collect, &seen));
    assert_int_equal(seen, 123);
    site_release_for(session->control, 2, p);
    seen = 0;
    sites_breakpoints_at(session->control, 0x1000, collect, &seen);
    assert_int_equal(seen, 13);
    assert_int_equal(p->users, 3);
    site_release_for(session->control, 4, p);
    site_release_for(session->control, 1, p);
    seen = 0;
    sites_breakpoints_at(session->control, 0x1000, collect, &seen);
    assert_int_equal(seen, 3);
    assert_int_equal(p->count, 1);
    site_acquire(session->control, SITE_SOFTWARE, 0x1000, 1); /* run control, which is no breakpoint */
    site_release_for(session->control, 3, p);
    assert_false(sites_breakpoints_at(session->control, 0x1000, collect, &seen));
    assert_int_equal(p->count, 0);
}

/* Against a plain list, with as many places as make the chains grow, and addresses that are close. */
static void test_many_places(void **state)
{
    (void)state;
    enum { PLACES = 700 };
    unsigned char users[PLACES] = {0};
    unsigned seed = 1;
    struct site *sites[PLACES] = {0};
    for (int round = 0; round < 20000; round++) {
        int i = rand_r(&seed) % PLACES;
        uint64_t address = 0x400000 + (uint64_t)i * 4;
        if (rand_r(&seed) % 2 && users[i] < 200) {
            sites[i] = site_acquire(session->control, SITE_SOFTWARE, address, 1);
            users[i]++;
        } else if (users[i]) {
            site_release(session->control, sites[i]);
            users[i]--;
        }
        const struct site *p = site_at(session->control, address);
        assert_int_equal(p != NULL, users[i] > 0);
        if (p)
            assert_int_equal(p->users, users[i]);
    }
    size_t wanted = 0;
    for (int i = 0; i < PLACES; i++)
        wanted += users[i] > 0;
    assert_int_equal(session->control->breakpoints.sites.count, wanted);
    assert_int_equal(sites_dirty(session->control), wanted);
}

static void test_seen(void **state)
{
    (void)state;
    struct site *hard = inserted(SITE_HARDWARE, 0x1000, 1), *trap = trap_at(0x1000, "a");
    hard->state = SITE_SUSPECT;
    hard->reason = xstrdup("does not fire");
    trap->state = SITE_UNVERIFIED;
    trap->reason = xstrdup("may be delivered");
    struct site *elsewhere = inserted(SITE_HARDWARE, 0x1001, 1);
    slots_mark_not_firing(session->control, SITE_HARDWARE, "never fires");
    session->control->plan_active = true;
    session->control->plan.phase = PHASE_STEP; /* a step gets there without it */
    sites_seen_at(session->control, 0x1000);
    assert_int_equal(hard->state, SITE_SUSPECT);
    assert_int_equal(trap->state, SITE_ARMED);
    assert_non_null(slots_not_firing(session->control, SITE_HARDWARE));
    session->control->plan.phase = PHASE_OFF;
    sites_seen_at(session->control, 0x1000);
    assert_int_equal(hard->state, SITE_SUSPECT);
    session->control->plan.phase = PHASE_RUN;
    sites_seen_at(session->control, 0x1000);
    assert_int_equal(hard->state, SITE_ARMED);
    assert_null(hard->reason);
    assert_null(slots_not_firing(session->control, SITE_HARDWARE));
    assert_true(hard->seen && trap->seen);
    assert_false(elsewhere->seen);
    session->control->plan_active = false;
}

static void test_lost(void **state)
{
    (void)state;
    struct site *p = trap_at(0x1000, "a");
    p->state = SITE_UNVERIFIED;
    p->reason = xstrdup("may be delivered");
    p->journalled = p->seen = p->removed = p->comes_back = p->renew = true;
    struct site *nobody = inserted(SITE_SOFTWARE, 0x2000, 1);
    site_release(session->control, nobody);
    session->control->breakpoints.sites.stepped = session->control->breakpoints.sites.hardware_live = 1;
    sites_lost(session->control);
    assert_int_equal(session->control->breakpoints.sites.count, 1); /* what nobody wants is forgotten */
    assert_false(p->inserted || p->journalled || p->seen || p->removed || p->comes_back || p->renew ||
                 p->saved_known);
    assert_int_equal(p->state, SITE_PLANNED);
    assert_null(p->reason);
    assert_int_equal(sites_dirty(session->control), 1);
    assert_int_equal(session->control->breakpoints.sites.in_memory, 0);
    assert_int_equal(session->control->breakpoints.sites.stepped, 0);
    assert_int_equal(session->control->breakpoints.sites.hardware_live, 0);
}

static void test_lately_gone(void **state)
{
    (void)state;
    struct site_table *t = &session->control->breakpoints.sites;
    assert_false(site_was_at(session->control, 0));
    for (unsigned i = 0; i < SITES_GONE; i++) {
        t->gone[t->gone_count++] = 0x1000 + i;
        for (unsigned k = 0; k < SITES_GONE; k++)
            assert_int_equal(site_was_at(session->control, 0x1000 + k), k <= i);
    }
    t->gone[t->gone_count++ % SITES_GONE] = 0x2000;
    assert_false(site_was_at(session->control, 0x1000));
    assert_true(site_was_at(session->control, 0x1001));
    assert_true(site_was_at(session->control, 0x2000));
    assert_false(site_was_at(session->control, t->gone_count)); /* nothing behind the ring is one of them */
}

/* -- slots ------------------------------------------------------------------------------------------ */

static void fails(struct error *e, enum error_code code, const char *text)
{
    assert_non_null(e);
    assert_int_equal(e->code, code);
    if (!strstr(e->message, text))
        fail_msg("\"%s\" lacks \"%s\"", e->message, text);
    error_free(e);
}

static void check_slots(const char *wanted)
{
    cJSON *o = slots_to_json(session->control);
    char *text = cJSON_PrintUnformatted(o);
    assert_string_equal(text, wanted);
    free(text);
    cJSON_Delete(o);
}

static void check_counts(enum site_type type, const char *wanted)
{
    cJSON *o = slots_type_to_json(session->control, type);
    char *text = cJSON_PrintUnformatted(o);
    assert_string_equal(text, wanted);
    free(text);
    cJSON_Delete(o);
}

/* On x86 all kinds share four registers, and what is there at a refusal is how many there are. */
static void test_one_pool(void **state)
{
    (void)state;
    check_counts(SITE_HARDWARE, "{\"total\":null,\"free\":null}");
    struct site *code = site_acquire_for(session->control, 7, SITE_HARDWARE, 0x1000, 1);
    code->inserted = true;
    struct site *data = inserted(SITE_WRITE, 0x2000, 4);
    inserted(SITE_SOFTWARE, 0x3000, 1);
    site_acquire(session->control, SITE_HARDWARE, 0x4000, 1); /* not there yet: takes none */
    assert_null(slots_may_take(session->control, SITE_ACCESS));
    fails(slots_refused(session->control, SITE_ACCESS, 0x5000, "E22"), ERR_NO_SLOT,
          "the stub answered E22 to Z4 at 0x5000: the hardware slots (2) are held by breakpoint 7, a step "
          "under way");
    check_counts(SITE_ACCESS, "{\"total\":2,\"free\":0}");
    check_slots("{\"pools\":[{\"for\":[\"hardware\",\"write\",\"read\",\"any\"],\"total\":2,\"free\":0,\"at_"
                "most\":true,"
                "\"holders\":[{\"slot\":1,\"id\":7,\"kind\":\"hardware\",\"address\":\"0x1000\"},"
                "{\"slot\":2,\"kind\":\"write\",\"address\":\"0x2000\"}]}]}");
    fails(slots_may_take(session->control, SITE_HARDWARE), ERR_NO_SLOT, "the stub refused one more before: ");
    session->target->epoch++; /* it ran: others may have given theirs back */
    assert_null(slots_may_take(session->control, SITE_HARDWARE));
    session->target->epoch--;
    data->inserted = false;
    check_counts(SITE_WRITE, "{\"total\":2,\"free\":1}");
    assert_null(slots_may_take(session->control, SITE_HARDWARE));
    data->inserted = true;
    inserted(SITE_READ, 0x6000, 1); /* there were more after all */
    check_counts(SITE_WRITE, "{\"total\":3,\"free\":0}");
    slots_forget(session->control);
    check_counts(SITE_WRITE, "{\"total\":null,\"free\":null}");
}

static void test_reads_alone(void **state)
{
    (void)state;
    fails(slots_refused(session->control, SITE_READ, 0x5000, "E01"), ERR_UNSUPPORTED,
          "no watch for reads alone");
    check_counts(SITE_READ, "{\"total\":null,\"free\":null}");
    session->target->arch = &arch_aarch64;
    fails(slots_refused(session->control, SITE_READ, 0x5000, "E01"), ERR_NO_SLOT,
          "none is held by this session");
    check_counts(SITE_READ, "{\"total\":0,\"free\":0}");
}

static void test_two_pools(void **state)
{
    (void)state;
    session->target->arch = &arch_aarch64;
    inserted(SITE_HARDWARE, 0x1000, 4);
    inserted(SITE_WRITE, 0x2000, 8);
    inserted(SITE_ACCESS, 0x3000, 8);
    fails(slots_refused(session->control, SITE_WRITE, 0x4000, "E01"), ERR_NO_SLOT,
          "(2) are held by a step under way, a step under way");
    check_counts(SITE_WRITE, "{\"total\":2,\"free\":0}");
    check_counts(SITE_HARDWARE, "{\"total\":null,\"free\":null}");
    assert_null(slots_may_take(session->control, SITE_HARDWARE));
    fails(slots_may_take(session->control, SITE_ACCESS), ERR_NO_SLOT, "refused one more");
    check_slots(
        "{\"pools\":[{\"for\":[\"hardware\"],\"total\":null,\"free\":null,\"at_most\":true,\"holders\":"
        "[{\"slot\":1,\"kind\":\"hardware\",\"address\":\"0x1000\"}]},"
        "{\"for\":[\"write\",\"read\",\"any\"],\"total\":2,\"free\":0,\"at_most\":true,\"holders\":"
        "[{\"slot\":1,\"kind\":\"write\",\"address\":\"0x2000\"},{\"slot\":2,\"kind\":\"any\",\"address\":"
        "\"0x3000\"}]}]}");
}

/* Who holds those of one pool is not who holds the other's. */
static void test_holders_of_a_pool(void **state)
{
    (void)state;
    session->target->arch = &arch_aarch64;
    struct site *code = site_acquire_for(session->control, 7, SITE_HARDWARE, 0x1000, 4);
    code->inserted = true;
    inserted(SITE_WRITE, 0x2000, 8);
    inserted(SITE_SOFTWARE, 0x3000, 4);
    fails(slots_refused(session->control, SITE_WRITE, 0x4000, "E01"), ERR_NO_SLOT,
          "(1) are held by a step under way");
    fails(slots_refused(session->control, SITE_HARDWARE, 0x4000, "E01"), ERR_NO_SLOT,
          "(1) are held by breakpoint 7");
}

/* What the user says of them is believed, and outlives a connection. */
static void test_total_by_user(void **state)
{
    (void)state;
    slots_set_total(session->control, SLOTS_DATA, 1); /* of one pool, whatever it is called */
    check_counts(SITE_HARDWARE, "{\"total\":1,\"free\":1}");
    assert_null(slots_may_take(session->control, SITE_HARDWARE));
    struct site *p = inserted(SITE_HARDWARE, 0x1000, 1);
    fails(slots_may_take(session->control, SITE_WRITE), ERR_NO_SLOT,
          "as many as you said there are: the hardware slots (1)");
    error_free(slots_refused(session->control, SITE_WRITE, 0x5000, "E22"));
    check_counts(SITE_HARDWARE, "{\"total\":1,\"free\":0}");
    slots_forget(session->control);
    check_counts(SITE_HARDWARE, "{\"total\":1,\"free\":0}");
    slots_set_total(session->control, SLOTS_CODE, 0); /* nothing said */
    check_counts(SITE_HARDWARE, "{\"total\":null,\"free\":null}");
    site_release(session->control, p);
    session->target->arch = &arch_aarch64;
    slots_set_total(session->control, SLOTS_DATA, 3);
    slots_set_total(session->control, SLOTS_CODE, 5);
    check_counts(SITE_WRITE, "{\"total\":3,\"free\":3}");
    check_counts(SITE_HARDWARE, "{\"total\":5,\"free\":4}");
}

static void test_silence(void **state)
{
    (void)state;
    session->target->arch = &arch_aarch64;
    slots_mark_not_firing(session->control, SITE_WRITE, "first");
    slots_mark_not_firing(session->control, SITE_WRITE, "never fires");
    assert_string_equal(slots_not_firing(session->control, SITE_ACCESS), "never fires");
    assert_null(slots_not_firing(session->control, SITE_HARDWARE));
    assert_null(slots_not_firing(session->control, SITE_SOFTWARE));
    assert_null(slots_not_firing(session->control, SITE_MEMORY));
    cJSON *o = slots_to_json(session->control);
    const cJSON *data = cJSON_GetArrayItem(cJSON_GetObjectItem(o, "pools"), 1);
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(data, "fires")));
    assert_string_equal(cJSON_GetObjectItem(data, "reason")->valuestring, "never fires");
    cJSON_Delete(o);
    slots_mark_firing(session->control, SITE_READ);
    assert_null(slots_not_firing(session->control, SITE_WRITE));
    slots_mark_not_firing(session->control, SITE_HARDWARE, "again");
    slots_mark_not_firing(session->control, SITE_WRITE, "again");
    session->control->breakpoints.printk.length = 3;
    slots_forget(session->control);
    assert_null(slots_not_firing(session->control, SITE_HARDWARE));
    assert_null(slots_not_firing(session->control, SITE_WRITE));
    assert_int_equal(session->control->breakpoints.printk.length,
                     0); /* nor half a line of another target's log */
}

/* A kernel runs again while requests are on their way: who wanted the sites is gone before their answers are
 * weighed. */
static void test_gone_on_the_way(void **state)
{
    (void)state;
    struct control *c = session->control;
    struct rsp_request requests[2];
    const struct site_table *t = &c->breakpoints.sites;
    site_release(c, inserted(SITE_HARDWARE, 0x1000, 1));
    assert_int_equal(sites_requests(c, requests, 2), 1);
    sites_lost(c);
    assert_int_equal(t->count, 1);
    sites_cut_off(c, requests, 1);
    assert_int_equal(t->count, 0);
    assert_int_equal(sites_dirty(c), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lengths),
        TEST(test_traps),
        TEST(test_hidden_in_every_window),
        TEST(test_diverted_in_every_window),
        TEST(test_shown),
        TEST(test_shared_sites),
        TEST(test_what_is_to_be_sent),
        TEST(test_code_and_data),
        TEST(test_breakpoints_of_a_place),
        TEST(test_many_places),
        TEST(test_seen),
        TEST(test_lost),
        TEST(test_gone_on_the_way),
        TEST(test_lately_gone),
        TEST(test_one_pool),
        TEST(test_reads_alone),
        TEST(test_two_pools),
        TEST(test_holders_of_a_pool),
        TEST(test_total_by_user),
        TEST(test_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
