/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/face.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/face/worker.h"
#include "ui/columns.h"

enum { WORDS_SHOWN = 300, WORD_COLUMNS = 60 };

void face_last_words(const cJSON *event)
{
    const char *text = json_text_or_null(event, "text");
    fputs(text ? text : "", stderr);
}

void face_end(struct worker *w, enum face_ending ending)
{
    worker_stop(w, ending == ENDING_DETACH ? WORKER_DETACH
                   : ending == ENDING_KILL ? WORKER_KILL
                                           : WORKER_LEAVE);
}

bool face_has_sites(const struct view *v)
{
    if (!v || v->state == TARGET_DISCONNECTED || v->state == TARGET_EXITED)
        return false;
    bool launched = v->launched;
    for (size_t i = 0; i < v->breakpoint_count; i++) {
        enum view_mark mark = v->breakpoints[i].mark;
        launched = launched || mark == MARK_SOFTWARE || mark == MARK_HARDWARE || mark == MARK_MEMORY;
    }
    return launched;
}

bool face_is_deaf(const struct view *v)
{
    return v && v->state == TARGET_RUNNING && v->deaf;
}

bool face_is_quit(const char *line)
{
    static const char *const words[] = {"q", "quit", "exit"};
    line += strspn(line, " \t");
    size_t n = strcspn(line, " \t");
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
        if (strlen(words[i]) == n && strncmp(line, words[i], n) == 0)
            return line[n + strspn(line + n, " \t")] == '\0';
    return false;
}

static void add_word(struct buf *out, const char *word, size_t pad_to)
{
    BASE_FREE char *shown = text_visible(word, strlen(word));
    size_t width = columns_width(shown, strlen(shown));
    buf_add_text(out, shown);
    for (; width < pad_to; width++)
        buf_add_char(out, ' ');
}

void face_words(char *const *words, size_t width, struct buf *out)
{
    size_t count = 0, widest = 1;
    for (; words[count]; count++) {
        size_t columns = columns_width(words[count], strlen(words[count]));
        if (count < WORDS_SHOWN && columns > widest)
            widest = columns < WORD_COLUMNS ? columns : WORD_COLUMNS;
    }
    size_t shown = count < WORDS_SHOWN ? count : WORDS_SHOWN;
    size_t columns = (width + 2) / (widest + 2);
    if (columns == 0)
        columns = 1;
    for (size_t i = 0; i < shown; i++) {
        bool last = (i + 1) % columns == 0 || i + 1 == shown;
        add_word(out, words[i], last ? 0 : widest + 2);
        if (last)
            buf_add_char(out, '\n');
    }
    if (count > shown)
        buf_printf(out, "… and %zu more\n", count - shown);
}
