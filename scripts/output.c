/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scripts/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/output.h"
#include "base/text.h"

/* What the system names (files, arguments, terminals) need not be UTF-8, but JSON is: U+FFFD stands for a
 * byte that is not. */
static void add_text(struct buf *b, const char *text)
{
    size_t n = strlen(text);
    if (text_is_utf8(text, n)) {
        buf_add(b, text, n);
        return;
    }
    for (size_t i = 0, length; i < n; i += length ? length : 1) {
        length = text_utf8_length(text + i, n - i);
        if (length)
            buf_add(b, text + i, length);
        else
            buf_add_text(b, "\\uFFFD");
    }
}

void output_line(cJSON *line)
{
    char *text = cJSON_PrintUnformatted(line);
    cJSON_Delete(line);
    if (text) {
        BASE_BUF struct buf whole = {0};
        add_text(&whole, text);
        buf_add_char(&whole, '\n');
        output_write(whole.data, whole.length);
    }
    free(text);
}

cJSON *error_to_json(const struct error *e)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "code", error_code_name(e->code));
    cJSON_AddStringToObject(o, "message", e->message);
    if (e->hint)
        cJSON_AddStringToObject(o, "hint", e->hint);
    return o;
}

void output_error(const struct error *e)
{
    fprintf(stderr, "allstop: %s\n", e->message);
    if (e->hint)
        fprintf(stderr, "  %s\n", e->hint);
}
