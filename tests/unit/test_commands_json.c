/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rooms below return, byte for byte as the documented JSON shows it; and files of bookmarks that are
 * refused. No session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "engine/commands/bookmark_text.h"
#include "engine/commands/counters_json.h"
#include "engine/commands/audit_json.h"
#include "engine/commands/event_json.h"

static void is(cJSON *o, const char *wanted)
{
    char *text = cJSON_PrintUnformatted(o);
    assert_string_equal(text, wanted);
    free(text);
    cJSON_Delete(o);
}

/* -- events ---------------------------------------------------------------------------------------- */

/* What is printed keeps its lines. A path is one line: a face prints it behind a word of its own, and what
 * stands behind a newline in it would look like something the debugger said. */
static void test_event_texts(void **state)
{
    (void)state;
    static const char bytes[] = "one\n\ttwo\033[2J";
    struct event event = {.kind = EVENT_CONSOLE, .text = {.bytes = bytes, .length = strlen(bytes)}};
    is(event_to_json(NULL, &event), "{\"event\":\"console\",\"text\":\"one\\n\\ttwo^[[2J\"}");
    event = (struct event){.kind = EVENT_LIBRARY, .path = bytes};
    is(event_to_json(NULL, &event), "{\"event\":\"library\",\"path\":\"one  two^[[2J\"}");
}

/* -- counters -------------------------------------------------------------------------------------- */

static void test_counters(void **state)
{
    (void)state;
    struct session_counters n = {.stops = 3,
                                 .wire = {.turns = 4,
                                          .packets_out = 5,
                                          .packets_in = 6,
                                          .bytes_out = 70,
                                          .bytes_in = UINT32_MAX,
                                          .violations = 9,
                                          .retransmits = 9}};
    is(counters_to_json(&n), "{\"violations\":0,\"stops\":3,\"turns\":4,\"packets\":11,\"bytes_out\":70,"
                             "\"bytes_in\":4294967295}");
    n.violations = 2;
    n.by_kind[1] = n.by_kind[AUDIT_KINDS - 1] = 1;
    is(counters_to_json(&n),
       "{\"violations\":2,\"by_kind\":{\"stop-instead-of-reply\":1,\"trap-flag-visible\":1},"
       "\"stops\":3,\"turns\":4,\"packets\":11,\"bytes_out\":70,\"bytes_in\":4294967295}");
}

/* -- the report of the checks ---------------------------------------------------------------------- */

static void test_report(void **state)
{
    (void)state;
    char evidence[] = "$m0,4#fd", note[] = "as said", sent[] = "m0,4", nothing[] = "", where[] = "tcp:x",
         stub[] = "x";
    struct audit_finding findings[] = {
        {.kind = RSP_BREACH_NO_REPLY,
         .has_thread = true,
         .thread = {1, 10},
         .epoch = 2,
         .ms = 1.5,
         .evidence = evidence},
        {.kind = RSP_BREACH_BAD_CHECKSUM, .epoch = 3, .ms = 2, .evidence = evidence},
    };
    struct audit_line lines[] = {
        {.check = "m", .group = "memory", .about = "RAM", .safe = true, .verdict = AUDIT_SKIPPED},
        {.check = "bad",
         .group = "errors",
         .about = "none",
         .verdict = AUDIT_VIOLATION,
         .note = note,
         .sent = sent,
         .received = nothing,
         .violations = findings,
         .violation_count = 2,
         .ms = 0.25},
    };
    struct audit_report r = {.target = where, .stub = stub};
    is(report_to_json(&r),
       "{\"target\":\"tcp:x\",\"stub\":\"x\",\"unsafe\":false,\"lines\":[],\"counts\":{"
       "\"ok\":0,\"violation\":0,"
       "\"differs\":0,\"unsupported\":0,\"skipped\":0},\"violations\":{},\"lost\":false}");
    r.architecture = "x86_64";
    r.unsafe = true;
    r.lines = lines;
    r.line_count = 2;
    r.counts[AUDIT_VIOLATION] = r.counts[AUDIT_SKIPPED] = 1;
    r.violations[8] = 7;
    r.end = AUDIT_END_SILENT;
    is(report_to_json(&r),
       "{\"target\":\"tcp:x\",\"stub\":\"x\",\"architecture\":\"x86_64\",\"unsafe\":true,\"lines\":["
       "{\"check\":\"m\",\"group\":\"memory\",\"about\":\"RAM\",\"safe\":true,\"verdict\":\"skipped\",\"ms\":"
       "0},"
       "{\"check\":\"bad\",\"group\":\"errors\",\"about\":\"none\",\"safe\":false,\"violations\":["
       "{\"kind\":\"no-reply\",\"thread\":\"p1.10\",\"epoch\":2,\"ms\":1.5,\"evidence\":\"$m0,4#fd\"},"
       "{\"kind\":\"bad-checksum\",\"epoch\":3,\"ms\":2,\"evidence\":\"$m0,4#fd\"}],"
       "\"verdict\":\"violation\",\"note\":\"as said\",\"sent\":\"m0,4\",\"received\":\"\",\"ms\":0.25}],"
       "\"counts\":{\"ok\":0,\"violation\":1,\"differs\":0,\"unsupported\":0,\"skipped\":1},"
       "\"violations\":{\"no-reply\":7},\"ended\":\"the stub has fallen silent\",\"lost\":true}");
}

/* The program's end ends the checks too, and nobody is to blame for it. */
static void test_ends(void **state)
{
    (void)state;
    struct audit_report r = {0};
    for (r.end = AUDIT_END_NONE; r.end <= AUDIT_END_LOST; r.end++) {
        bool blameless = r.end == AUDIT_END_NONE || r.end == AUDIT_END_PROGRAM;
        assert_int_equal(audit_report_lost(&r), !blameless);
        assert_int_equal(audit_end_text(r.end) != NULL, r.end != AUDIT_END_NONE);
    }
}

/* -- bookmarks ------------------------------------------------------------------------------------- */

static void test_bookmark(void **state)
{
    (void)state;
    char name[] = "here", note[] = "why", thread[] = "p1.1", function[] = "main", file[] = "a.c",
         kept[] = "b2";
    struct bookmark b = {.id = 2, .name = name, .position = 1000};
    is(bookmark_to_json(&b),
       "{\"id\":2,\"name\":\"here\",\"position\":1000,\"made\":0,\"state\":\"unchecked\"}");
    b = (struct bookmark){.id = 2,
                          .name = name,
                          .note = note,
                          .position = 1000,
                          .thread = thread,
                          .has_pc = true,
                          .pc = UINT64_MAX,
                          .function = function,
                          .file = file,
                          .line = 7,
                          .made = 1700000000,
                          .snapshot = kept,
                          .state = BOOKMARK_STALE};
    is(bookmark_to_json(&b),
       "{\"id\":2,\"name\":\"here\",\"note\":\"why\",\"position\":1000,\"thread\":\"p1.1\",\"pc\":"
       "\"0xffffffffffffffff\",\"function\":\"main\",\"file\":\"a.c\",\"line\":7,\"made\":1700000000,"
       "\"snapshot\":\"b2\",\"state\":\"stale\"}");
}

static char folder[64], path[96], aside[112];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/allstop-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/b.json", folder);
    snprintf(aside, sizeof aside, "%s.damaged", path);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* It is put aside, and told with these words. */
static struct bookmark_table *refused(const char *why)
{
    struct bookmark_table *t = xcalloc(1, sizeof *t);
    t->next_id = 1;
    BASE_ERROR struct error *e = bookmarks_read(path, t);
    assert_true(error_is(e, ERR_REFUSED));
    assert_non_null(strstr(e->message, why));
    assert_non_null(strstr(e->hint, ".damaged"));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(access(aside, F_OK), 0);
    return t;
}

static void holds(const char *text)
{
    BASE_ERROR struct error *e = file_replace(path, text, strlen(text), false);
    assert_null(e);
}

static void test_no_file_of_ours(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    bookmarks_free(refused("it is no file of ours"));
    assert_int_equal(rmdir(aside), 0);
    holds("");
    assert_int_equal(truncate(path, (16 << 20) + 1), 0);
    bookmarks_free(refused("it is no file of ours"));
    holds("{");
    assert_int_equal(truncate(path, 16 << 20), 0); /* as big as may be */
    bookmarks_free(refused("the file is no JSON"));
    assert_int_equal(unlink(aside), 0);
}

static void test_damaged(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "the file is no JSON"},
        {"[]", "the file is no JSON"},
        {"{}", "the file is of another version of this program"},
        {"{\"version\":2,\"bookmarks\":[]}", "the file is of another version of this program"},
        {"{\"version\":1.5,\"bookmarks\":[]}", "the file is of another version of this program"},
        {"{\"version\":1,\"bookmarks\":{}}", "the file holds no list"},
        {"{\"version\":1,\"bookmarks\":[{}]}", "an entry of the file is damaged"},
        {"{\"version\":1,\"bookmarks\":[{\"id\":0,\"name\":\"a\",\"position\":1}]}",
         "an entry of the file is damaged"},
        {"{\"version\":1,\"bookmarks\":[{\"id\":1,\"name\":\"a\",\"position\":-1}]}",
         "an entry of the file is damaged"},
        {"{\"version\":1,\"bookmarks\":[{\"id\":1,\"name\":\"a\",\"position\":1,\"snapshot\":\"mine\"}]}",
         "an entry of the file is damaged"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        holds(cases[i].text);
        struct bookmark_table *t = refused(cases[i].why);
        assert_int_equal(t->count, 0);
        bookmarks_free(t);
    }
    /* what is good in it is kept: of two with one number or one name the first */
    holds("{\"version\":1,\"program\":\"p\",\"bookmarks\":[{\"id\":4,\"name\":\"a\",\"position\":9},"
          "{\"id\":4,\"name\":\"b\",\"position\":1},{\"id\":5,\"name\":\"a\",\"position\":1},"
          "{\"id\":2,\"name\":\"c\",\"position\":1}]}");
    struct bookmark_table *t = refused("an entry of the file is damaged");
    assert_int_equal(t->count, 2);
    assert_string_equal(t->items[0]->name, "c");
    assert_string_equal(t->items[1]->name, "a");
    assert_int_equal(t->next_id, 5);
    assert_string_equal(t->program, "p");
    bookmarks_free(t);
    assert_int_equal(unlink(aside), 0);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event_texts),
        cmocka_unit_test(test_counters),
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_bookmark),
        IN_FOLDER(test_no_file_of_ours),
        IN_FOLDER(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
