#include "scripts/waiting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/json.h"
#include "scripts/runner.h"

enum { FRAMES_LOOKED_AT = 12, FUNCTIONS_TOLD = 6, SPOT = 64 };

/* Where a thread is, for comparing. */
struct spot {
    char pc[SPOT / 2], sp[SPOT / 2];
};

static struct error *value_of(struct run *r, const char *thread, const char *expr, char *out, size_t n)
{
    cJSON *args = cJSON_CreateObject(), *result = NULL;
    cJSON_AddStringToObject(args, "expr", expr);
    cJSON_AddStringToObject(args, "thread", thread);
    cJSON_AddStringToObject(args, "format", "x");
    TRY(run_command(r, "eval", args, &result));
    snprintf(out, n, "%s", json_text(result, "text"));
    cJSON_Delete(result);
    return NULL;
}

static struct error *look_at(struct run *r, const char *thread, struct spot *ret)
{
    TRY(value_of(r, thread, "$pc", ret->pc, sizeof ret->pc));
    return value_of(r, thread, "$sp", ret->sp, sizeof ret->sp);
}

/* C library calls that end by themselves, or by what comes from outside; with or without the library's own
 * prefixes. */
static bool waits_outside(const char *function)
{
    static const char *const names[] = {
        "nanosleep", "usleep", "sleep",        "poll",    "ppoll",    "select",     "pselect", "read", "recv",
        "accept",    "pause",  "sigtimedwait", "recvmsg", "recvfrom", "epoll_wait", "waitpid", "wait4"};
    while (*function == '_')
        function++;
    if (strncmp(function, "GI_", 3) == 0)
        for (function += 3; *function == '_';)
            function++;
    if (strncmp(function, "libc_", 5) == 0)
        function += 5;
    if (strncmp(function, "clock_", 6) == 0)
        function += 6;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (strcmp(function, names[i]) == 0)
            return true;
    return false;
}

static cJSON *describe(const struct race *race, const struct race_result *result, unsigned thread,
                       const cJSON *frames, bool *outside)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "name", race->threads[thread].name);
    cJSON_AddStringToObject(o, "thread", result->ids[thread]);
    cJSON *functions = cJSON_AddArrayToObject(o, "functions");
    bool has_line = false;
    const cJSON *frame;
    cJSON_ArrayForEach (frame, frames) {
        const char *function = json_text(frame, "function");
        const cJSON *line = cJSON_GetObjectItemCaseSensitive(frame, "line");
        if (!has_line)
            *outside |= waits_outside(function);
        if (cJSON_GetArraySize(functions) < FUNCTIONS_TOLD && *function)
            cJSON_AddItemToArray(functions, cJSON_CreateString(function));
        if (line && !has_line) { /* the innermost place that has a source */
            has_line = true;
            cJSON_AddStringToObject(o, "file", json_text(frame, "file"));
            cJSON_AddNumberToObject(o, "line", line->valuedouble);
        }
    }
    return o;
}

struct error *waiting_look(struct run *r, const struct race *race, struct race_result *result,
                           unsigned thread, bool *outside)
{
    *outside = false;
    cJSON *args = cJSON_CreateObject(), *stack = NULL;
    cJSON_AddStringToObject(args, "thread", result->ids[thread]);
    cJSON_AddNumberToObject(args, "depth", FRAMES_LOOKED_AT);
    struct error *e = run_command(r, "backtrace", args, &stack);
    if (error_is(e, ERR_NO_THREAD)) { /* it has ended meanwhile */
        error_free(e);
        return NULL;
    }
    TRY(e);
    if (!result->waiting)
        result->waiting = cJSON_CreateArray();
    cJSON_AddItemToArray(
        result->waiting,
        describe(race, result, thread, cJSON_GetObjectItemCaseSensitive(stack, "frames"), outside));
    cJSON_Delete(stack);
    return NULL;
}

static struct error *run_half(struct run *r, const struct race *race, bool *quiet)
{
    session_set_deadline(r->session, clock_now_ns() + (int64_t)(race->patience_s * 5e8));
    struct error *e = run_command(r, "continue", NULL, NULL);
    *quiet = error_is(e, ERR_TIMEOUT) && session_state(r->session) == SESSION_STOPPED;
    if (error_is(e, ERR_TIMEOUT)) {
        error_free(e);
        e = NULL;
    }
    return e;
}

struct error *waiting_all_still(struct run *r, const struct race *race, struct race_result *result,
                                bool *still)
{
    struct spot before[RACE_THREADS_MAX], after;
    bool quiet = false;
    *still = false;
    for (unsigned i = 0; i < race->thread_count; i++)
        TRY(look_at(r, result->ids[i], &before[i]));
    TRY(run_half(r, race, &quiet));
    if (!quiet)
        return NULL;
    cJSON_Delete(result->waiting);
    result->waiting = NULL;
    for (unsigned i = 0; i < race->thread_count; i++) {
        bool outside = false;
        TRY(look_at(r, result->ids[i], &after));
        TRY(waiting_look(r, race, result, i, &outside));
        if (outside || strcmp(after.pc, before[i].pc) != 0 || strcmp(after.sp, before[i].sp) != 0)
            return NULL;
    }
    *still = true;
    return NULL;
}
