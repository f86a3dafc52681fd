/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits for a slow face is bounded, and answers are never dropped. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "engine/face/worker_private.h"

/* Only what the queue needs: no engine runs. */
static int set_up(void **state)
{
    struct worker *w = xcalloc(1, sizeof *w);
    pthread_mutex_init(&w->lock, NULL);
    w->message_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->last_message = &w->first_message;
    *state = w;
    return w->message_fd < 0;
}

static int tear_down(void **state)
{
    struct worker *w = *state;
    struct worker_message m;
    while (worker_take(w, &m))
        worker_message_free(&m);
    close(w->message_fd);
    pthread_mutex_destroy(&w->lock);
    free(w);
    return 0;
}

static void event(struct worker *w, double number, size_t bytes)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "output");
    cJSON_AddNumberToObject(o, "number", number);
    BASE_FREE char *text = xcalloc(bytes + 1, 1);
    memset(text, 'x', bytes);
    cJSON_AddStringToObject(o, "text", text);
    worker_send(w, &(struct worker_message){.kind = WORKER_EVENT, .event = o});
}

static void answer(struct worker *w, uint64_t id)
{
    worker_send(w, &(struct worker_message){.kind = WORKER_ANSWER, .id = id});
}

static double number_of(const struct worker_message *m, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(m->event, name);
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

/* Takes all: how many events and answers there were; what was told to be dropped, and how often it was told.
 */
struct taken {
    size_t events, answers, views, told;
    double dropped, first, last;
};

static struct taken take_all(struct worker *w)
{
    struct taken t = {.first = -1};
    struct worker_message m;
    while (worker_take(w, &m)) {
        t.answers += m.kind == WORKER_ANSWER;
        t.views += m.kind == WORKER_VIEW;
        bool event = m.kind == WORKER_EVENT, told = event && number_of(&m, "count") > 0;
        if (told) {
            t.told++;
            t.dropped += number_of(&m, "count");
            assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(m.event, "event")), "dropped");
        } else if (event) {
            t.events++;
            t.first = t.first < 0 ? number_of(&m, "number") : t.first;
            assert_true(t.events == 1 || number_of(&m, "number") == t.last + 1);
            t.last = number_of(&m, "number");
        }
        worker_message_free(&m);
    }
    return t;
}

static void test_within_bounds(void **state)
{
    struct worker *w = *state;
    for (int i = 0; i < WORKER_EVENTS_MOST; i++)
        event(w, i, 10);
    struct taken t = take_all(w);
    assert_int_equal(t.events, WORKER_EVENTS_MOST);
    assert_int_equal(t.told, 0);
}

static void test_too_many(void **state)
{
    struct worker *w = *state;
    enum { SENT = 3 * WORKER_EVENTS_MOST };
    for (int i = 0; i < SENT; i++) {
        event(w, i, 10);
        if (i % 1000 == 0)
            answer(w, (uint64_t)i);
    }
    assert_true(w->event_count <= WORKER_EVENTS_MOST);
    struct taken t = take_all(w);
    assert_int_equal(t.answers, (SENT + 999) / 1000);
    assert_int_equal(t.told, 1);
    assert_true(t.events + 1 <= WORKER_EVENTS_MOST);
    assert_true((double)t.events + t.dropped == SENT);
    assert_true(t.first == t.dropped && t.last == SENT - 1); /* the oldest went */
    assert_int_equal(w->event_count, 0);
    assert_int_equal(w->event_bytes, 0);
}

static void test_too_much_text(void **state)
{
    struct worker *w = *state;
    enum { SENT = 100, BYTES = WORKER_TEXT_MOST / 20 };
    for (int i = 0; i < SENT; i++)
        event(w, i, BYTES);
    assert_true(w->event_bytes <= WORKER_TEXT_MOST);
    struct taken t = take_all(w);
    assert_true(t.told == 1 && t.events > 10 && (double)t.events + t.dropped == SENT);
    event(w, 0, 2 * WORKER_TEXT_MOST); /* the newest is kept in any case */
    t = take_all(w);
    assert_true(t.events == 1 && t.told == 0);
}

/* A second flood, behind what the face has taken, is told by itself. */
static void test_again(void **state)
{
    struct worker *w = *state;
    struct worker_message m;
    for (int i = 0; i < WORKER_EVENTS_MOST + 10; i++)
        event(w, i, 1);
    assert_true(worker_take(w, &m));
    assert_true(number_of(&m, "count") == 11); /* its own place counts as one */
    worker_message_free(&m);
    for (int i = WORKER_EVENTS_MOST + 10; i < WORKER_EVENTS_MOST + 20; i++)
        event(w, i, 1);
    struct taken t = take_all(w);
    assert_true(t.told == 1 && t.dropped == 10);
    assert_true(t.first == 21 && t.last == WORKER_EVENTS_MOST + 19);
}

/* Whoever presses a key has the old text skipped: nothing else, and all of it counted. */
static void test_skipped(void **state)
{
    struct worker *w = *state;
    struct worker_message m;
    cJSON *stop = cJSON_CreateObject();
    worker_send(w, &(struct worker_message){
                       .kind = WORKER_EVENT, .event = stop, .event_kind = EVENT_STOPPED}); /* not text */
    for (int i = 0; i < 100; i++)
        event(w, i, 94); /* 100 bytes with its name */
    answer(w, 1);
    worker_skip_text(w, 10000);
    assert_true(w->event_count == 101 && !w->dropped); /* that much may wait */
    worker_skip_text(w, 1050);
    worker_skip_text(w, 1050);
    event(w, 100, 94);
    worker_skip_text(w, 1050);
    assert_true(worker_take(w, &m) && m.event == stop);
    worker_message_free(&m);
    assert_true(worker_take(w, &m) && number_of(&m, "count") == 91);
    worker_message_free(&m);
    struct taken t = take_all(w);
    assert_true(t.events == 10 && t.first == 91 && t.last == 100 && t.answers == 1 && t.told == 0);
    event(w, 0, 94);
    worker_skip_text(w, 0);
    t = take_all(w);
    assert_true(t.events == 0 && t.dropped == 1);
    worker_skip_text(w, 0); /* of nothing */
    assert_true(w->event_count == 0 && w->event_bytes == 0);
}

/* Only the last view counts, so one message stands for all that were not taken. */
static void test_views(void **state)
{
    struct worker *w = *state;
    for (int i = 0; i < 1000; i++)
        worker_send(w, &(struct worker_message){.kind = WORKER_VIEW});
    assert_int_equal(take_all(w).views, 1);
    worker_send(w, &(struct worker_message){.kind = WORKER_VIEW});
    assert_int_equal(take_all(w).views, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_within_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_much_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_skipped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_views, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
