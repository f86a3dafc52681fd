/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "scripts/runner.h"

enum { FRAMES_LOOKED_AT = 12, FRAMES_TOLD = 8 };

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

/* {function file line} */
static cJSON *frame_row(const cJSON *frame)
{
    static const char *const names[] = {"function", "file", "line"};
    cJSON *row = cJSON_CreateObject();
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(frame, names[i]);
        if (item)
            cJSON_AddItemToObject(row, names[i], cJSON_Duplicate(item, true));
    }
    return row;
}

/* The innermost frame in a file that has points is where the user looks first. */
static cJSON *describe(const struct race *race, const struct race_result *result, unsigned thread,
                       const cJSON *frames, bool *outside)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "name", race->threads[thread].name);
    cJSON_AddStringToObject(o, "thread", result->ids[thread]);
    cJSON *told = cJSON_AddArrayToObject(o, "frames");
    bool own = false;
    const cJSON *frame;
    cJSON_ArrayForEach (frame, frames) {
        const char *file = json_text(frame, "file");
        cJSON *row = frame_row(frame);
        const cJSON *line = cJSON_GetObjectItemCaseSensitive(row, "line");
        if (!own && line && cJSON_GetObjectItemCaseSensitive(result->files, file)) {
            own = true;
            cJSON_AddStringToObject(o, "file", file);
            cJSON_AddNumberToObject(o, "line", line->valuedouble);
        }
        *outside |= !own && waits_outside(json_text(frame, "function"));
        if (cJSON_GetArraySize(told) < FRAMES_TOLD)
            cJSON_AddItemToArray(told, row);
        else
            cJSON_Delete(row);
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

/* Nobody in the program, named or not, has moved, and nobody will wake up by itself. */
bool waiting_is_still(const cJSON *before, const cJSON *after)
{
    const cJSON *was = cJSON_GetObjectItemCaseSensitive(before, "threads")->child;
    const cJSON *row;
    cJSON_ArrayForEach (row, cJSON_GetObjectItemCaseSensitive(after, "threads")) {
        if (!was || strcmp(json_text(row, "id"), json_text(was, "id")) != 0 ||
            strcmp(json_text(row, "pc"), json_text(was, "pc")) != 0 ||
            waits_outside(json_text(row, "function")))
            return false;
        was = was->next;
    }
    return was == NULL;
}

struct error *waiting_look_at_all(struct run *r, const struct race *race, struct race_result *result)
{
    cJSON_Delete(result->waiting);
    result->waiting = NULL;
    for (unsigned i = 0; i < race->thread_count; i++) {
        bool outside;
        TRY(waiting_look(r, race, result, i, &outside));
    }
    return NULL;
}
