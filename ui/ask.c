/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/ask.h"

#include <string.h>

#include "ui/columns.h"
#include "ui/limits.h"
#include "ui/screen.h"

static void begin(struct screen *s, const char *question, const char *letters, ask_answer *answer)
{
    struct ask *a = &s->ask;
    a->open = true;
    a->question = question;
    a->letters = letters;
    a->answer = answer;
    buf_clear(&a->text);
}

void ask_text(struct screen *s, const char *question, ask_answer *answer)
{
    begin(s, question, NULL, answer);
}

void ask_letter(struct screen *s, const char *question, const char *letters, ask_answer *answer)
{
    begin(s, question, letters, answer);
}

/* The answer may ask the next question, so this one is over first. */
static void finish(struct screen *s, bool given)
{
    BASE_BUF struct buf text = s->ask.text;
    s->ask.text = (struct buf){0};
    s->ask.open = false;
    s->ask.answer(s, given ? buf_text(&text) : NULL);
}

static void rub_out(struct buf *text)
{
    while (text->length && ((unsigned char)text->data[text->length - 1] & 0xc0) == 0x80)
        text->data[--text->length] = '\0';
    if (text->length)
        text->data[--text->length] = '\0';
}

void ask_key(struct screen *s, unsigned key)
{
    struct ask *a = &s->ask;
    if (key == KEY_ESCAPE || key == KEY_CTRL('c')) {
        finish(s, false);
    } else if (a->letters) {
        if (key < 128 && key > 0 && strchr(a->letters, (int)key)) {
            buf_add_char(&a->text, (char)key);
            finish(s, true);
        }
    } else if (key == KEY_RETURN) {
        finish(s, true);
    } else if (key == KEY_RUBOUT) {
        rub_out(&a->text);
    } else if (key == KEY_CTRL('u')) {
        buf_clear(&a->text);
    } else if (key >= ' ' && key < KEY_PAD && a->text.length < ANSWER_BYTES) {
        columns_encode(&a->text, (wchar_t)key);
    }
}

void ask_row(const struct ask *a, struct row *out)
{
    row_add(out, STYLE_HINT, a->question);
    row_add(out, STYLE_INPUT, buf_text(&a->text));
}
