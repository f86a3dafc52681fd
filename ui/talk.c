/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "engine/commands/command.h"
#include "engine/target/stop.h"
#include "engine/commands/stop_json.h"

static void print(struct talk *t, enum style style, const char *text)
{
    t->print(t->context, style, text);
}

void talk_free(struct talk *t)
{
    cJSON_Delete(t->held_stop);
    t->held_stop = NULL;
}

void talk_posted(struct talk *t)
{
    t->awaited++;
}

/* `interrupt` and the command it interrupts are both answered with the stop. */
static bool is_told(struct talk *t, const cJSON *stop)
{
    const cJSON *epoch = cJSON_GetObjectItemCaseSensitive(stop, "epoch");
    if (!cJSON_IsNumber(epoch))
        return false;
    bool told = epoch->valuedouble == t->told_epoch;
    t->told_epoch = epoch->valuedouble;
    return told;
}

static void print_stop(struct talk *t, const cJSON *stop)
{
    if (is_told(t, stop))
        return;
    BASE_BUF struct buf text = {0};
    stop_to_text(stop, &text);
    print(t, STYLE_TEXT, buf_text(&text));
}

static void release_stop(struct talk *t, bool tell)
{
    if (t->held_stop && tell)
        print_stop(t, t->held_stop);
    cJSON_Delete(t->held_stop);
    t->held_stop = NULL;
}

void talk_error(struct talk *t, const struct error *e)
{
    BASE_BUF struct buf text = {0};
    buf_printf(&text, "%s\n", e->message);
    print(t, STYLE_ERROR, buf_text(&text));
    if (e->hint) {
        buf_clear(&text);
        buf_printf(&text, "  %s\n", e->hint);
        print(t, STYLE_HINT, buf_text(&text));
    }
}

/* An event that is told by its name and what it carries: "thread-created: thread p1.3, number 2". */
static void print_plain(struct talk *t, const char *name, const cJSON *event, enum style style)
{
    BASE_BUF struct buf raw = {0}, text = {0};
    const char *before = ": ";
    const cJSON *item;
    buf_add_text(&raw, name);
    cJSON_ArrayForEach (item, event) {
        if (strcmp(item->string, "event") == 0 || (!cJSON_IsString(item) && !cJSON_IsNumber(item)))
            continue;
        if (cJSON_IsString(item))
            buf_printf(&raw, "%s%s %s", before, item->string, item->valuestring);
        else
            buf_printf(&raw, "%s%s %.0f", before, item->string, item->valuedouble);
        before = ", ";
    }
    text_add_visible(&text, buf_text(&raw), raw.length, false);
    buf_add_char(&text, '\n');
    print(t, style, buf_text(&text));
}

static void print_connected(struct talk *t, const cJSON *event)
{
    BASE_BUF struct buf text = {0}, shown = {0};
    const char *target = json_text_or_null(event, "target"),
               *architecture = json_text_or_null(event, "architecture");
    const char *program = json_text_or_null(event, "program"), *runner = target ? strchr(target, ':') : NULL;
    if (program && runner) /* how its runner was called is nobody's business but the wire log's */
        buf_printf(&text, "started %s under %.*s", program, (int)strcspn(runner + 1, " "), runner + 1);
    else
        buf_printf(&text, "connected to %s", target ? target : "the target");
    buf_printf(&text, "%s%s", architecture ? ", " : "", architecture ? architecture : "");
    text_add_visible(&shown, buf_text(&text), text.length, false);
    buf_add_char(&shown, '\n');
    print(t, STYLE_EVENT, buf_text(&shown));
}

/* What is awaited fails by it, and says so itself. */
static void print_lost(struct talk *t, const cJSON *event)
{
    const char *message = json_text_or_null(event, "message"), *hint = json_text_or_null(event, "hint");
    if (t->awaited || !message)
        return;
    BASE_ERROR struct error *e = error_new(ERR_LOST, "%s", message);
    if (hint)
        e = error_hint(e, "%s", hint);
    talk_error(t, e);
}

void talk_event(struct talk *t, const cJSON *event)
{
    const char *name = json_text_or_null(event, "event");
    if (!name || strcmp(name, "progress") == 0)
        return;
    if (strcmp(name, "stopped") == 0) {
        release_stop(t, true);
        if (t->awaited)
            t->held_stop = cJSON_Duplicate(event, true);
        else
            print_stop(t, event);
    } else if (strcmp(name, "output") == 0 || strcmp(name, "console") == 0) {
        if (json_text_or_null(event, "text"))
            print(t, STYLE_TARGET, json_text_or_null(event, "text"));
    } else if (strcmp(name, "program") == 0) {
        if (json_text_or_null(event, "output"))
            print(t, STYLE_TARGET, json_text_or_null(event, "output"));
    } else if (strcmp(name, "connected") == 0) {
        print_connected(t, event);
    } else if (strcmp(name, "lost") == 0) {
        print_lost(t, event);
    } else {
        print_plain(t, name, event, strcmp(name, "violation") == 0 ? STYLE_ERROR : STYLE_EVENT);
    }
}

static void print_result(struct talk *t, const struct worker_message *m)
{
    if (m->text) {
        print(t, STYLE_TEXT, m->text);
    } else if (m->command && m->command->text && m->result) {
        BASE_BUF struct buf text = {0};
        m->command->text(m->result, &text);
        print(t, STYLE_TEXT, buf_text(&text));
    }
}

static bool worth_telling(const struct worker_message *m)
{
    if (!m->command)
        return false;
    if (m->command->flags & COMMAND_RUNS) {
        const char *reason = json_text_or_null(m->result, "reason");
        return reason && strcmp(reason, "step") != 0;
    }
    return strcmp(m->command->group, "breakpoints") == 0;
}

void talk_answer(struct talk *t, const struct worker_message *m, bool typed)
{
    if (t->awaited)
        t->awaited--;
    bool told = !m->error && m->command && (m->command->flags & COMMAND_RUNS);
    if (told || t->awaited == 0)
        release_stop(t, !told);
    if (m->error)
        talk_error(t, m->error);
    else if ((typed || worth_telling(m)) && !(told && is_told(t, m->result)))
        print_result(t, m);
}

void talk_ready(struct talk *t, const struct error *e)
{
    release_stop(t, true);
    if (e)
        talk_error(t, e);
}
