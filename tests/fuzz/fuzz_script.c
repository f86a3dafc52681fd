/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Session files of any JSON: the check before a run, and the matcher over values of any shape. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "scripts/document.h"
#include "scripts/json_read.h"
#include "scripts/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a session includes is read from files, which is not for a fuzzer to choose. */
static bool mentions_include(const uint8_t *data, size_t size)
{
    return memmem(data, size, "include", 7) || memmem(data, size, "\\u", 2);
}

/* A matcher that passes its check can be matched, each failure of which is put down. */
static void try_match(const cJSON *expected)
{
    char *pointer = NULL;
    char *why = match_check(expected, &pointer);
    if (!why) {
        cJSON *failed = cJSON_CreateArray();
        bool fits = match_value(expected, expected->child, failed);
        if (fits != (cJSON_GetArraySize(failed) == 0))
            abort();
        cJSON_Delete(failed);
    }
    free(why);
    free(pointer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (mentions_include(data, size))
        return 0;
    cJSON *session;
    error_free(json_read((const char *)data, size, &session, NULL));
    if (!session)
        return 0;
    cJSON *names = cJSON_Parse("{\"times\":\"3\"}");
    struct error *e = document_check("fuzz.json", session, names);
    if (e && (e->code != ERR_USAGE || strncmp(e->message, "fuzz.json: /", 12) != 0))
        abort();
    error_free(e);
    cJSON_Delete(names);
    try_match(session);
    cJSON_Delete(session);
    return 0;
}
