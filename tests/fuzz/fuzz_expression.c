/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expressions, places and prompt lines of any bytes, over the symbols of the program named in FUZZ_PROGRAM,
 * and over none. There is no target: nothing is run, everything else answers from the file.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/command.h"
#include "engine/commands/type_json.h"
#include "engine/commands/value_json.h"
#include "engine/inspect/location.h"
#include "engine/session/session_private.h"
#include "engine/inspect/values/values.h"
#include "engine/face/worker.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct session *bare, *with_file;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    const struct session_options options = {.cancel_fd = -1};
    bare = session_create(&options);
    with_file = session_create(&options);
    const char *program = getenv("FUZZ_PROGRAM");
    struct error *e = session_set_program(with_file, program ? program : "build/targets/race", NULL);
    error_free(e); /* then there are two bare ones */
    return 0;
}

static void try_value(struct session *s, const char *text, char format)
{
    cJSON *value = NULL;
    struct error *e = evaluate_to_json(s->target, text, format, &value);
    if ((e == NULL) != (value != NULL))
        abort();
    cJSON_Delete(value);
    error_free(e);
    uint64_t address, size;
    e = values_place(s->target, text, &address, &size);
    error_free(e);
    struct type *type = NULL;
    e = values_type(s->target, text, &type);
    if (!e)
        cJSON_Delete(type_to_json(type, true));
    error_free(e);
}

static void try_location(struct session *s, const char *text)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    struct error *e = location_find(s->target, text, &matches, &count);
    if (!e && count == 0)
        abort();
    free(matches);
    error_free(e);
}

static void try_line(struct session *s, const char *text)
{
    const struct command *command = NULL;
    cJSON *args = NULL;
    struct error *e = command_parse_line(s, text, &command, &args);
    if (!e && !command)
        abort();
    cJSON_Delete(args);
    error_free(e);
    size_t length = strlen(text), start = 0;
    worker_words_free(command_complete(s, text, length, &start));
    if (start > length)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct session *s = data[0] & 1 ? with_file : bare;
    char *text = xstrndup((const char *)data + 1, size - 1);
    char format = "\0xduotacfsi"[(data[0] >> 1) % 11];
    switch (data[0] >> 6) {
    case 0:
        try_location(s, text);
        break;
    case 1:
        try_line(s, text);
        break;
    default:
        try_value(s, text, format);
    }
    free(text);
    return 0;
}
