/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What keys do, and the two tables of keys that are not a single pane's. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/command.h"
#include "ui/area.h"
#include "ui/list.h"
#include "ui/pane_disassembly.h"
#include "ui/pane_source.h"
#include "ui/screen.h"

enum { GROWTH_LEAST = -3, GROWTH_MOST = 12, SIDEWAYS = 8 };

static void run(struct screen *s, const char *command)
{
    screen_run(s, command, NULL);
}

/* Once the program has ended, or was never reached, it is started: nothing else could be meant. */
static void go_on(struct screen *s, const char *command)
{
    const struct view *v = s->view;
    bool gone = v && (v->state == TARGET_EXITED || v->state == TARGET_DISCONNECTED);
    run(s, gone && v->can_run && !posts_runs(&s->posts) ? "restart" : command);
}

/* Whether the target stands in a line of some source. */
static bool has_line(const struct view *v)
{
    bool line = v->source_line || (v->frame_count && v->frames[0].line);
    for (size_t i = 0; i < v->instruction_count; i++)
        line = line || (v->instructions[i].current && v->instructions[i].line);
    return line;
}

/* Where there are no lines a line at a time would be the whole function: it is an instruction at a time then.
 */
static void run_line(struct screen *s, const char *command)
{
    static const char *const pairs[][2] = {{"next", "nexti"},
                                           {"step", "stepi"},
                                           {"reverse-next", "reverse-nexti"},
                                           {"reverse-step", "reverse-stepi"}};
    bool lines = !s->view || s->view->state != TARGET_STOPPED || has_line(s->view);
    for (size_t i = 0; i < ARRAY_LENGTH(pairs) && !lines; i++)
        if (strcmp(pairs[i][0], command) == 0)
            command = pairs[i][1];
    screen_run(s, command, NULL);
}

/* An instruction is meant rather than a line. */
static bool means_code(const struct screen *s)
{
    return s->focus == PANE_DISASSEMBLY || (s->focus != PANE_SOURCE && !pane_source_line(s));
}

/* The place under the cursor, as `break` and `until` take it. */
static bool place_here(const struct screen *s, struct buf *out)
{
    uint64_t address;
    if (!means_code(s))
        return pane_source_place(s, out);
    if (!pane_disassembly_address(s, &address))
        return false;
    buf_printf(out, "*%#llx", (unsigned long long)address);
    return true;
}

/* The cursor stands where the target does. */
static bool is_here(const struct screen *s)
{
    uint64_t address;
    if (means_code(s))
        return pane_disassembly_address(s, &address) && s->view->has_pc && address == s->view->pc;
    return pane_source_line(s) && pane_source_line(s) == s->view->source_line;
}

static cJSON *at(const struct buf *place)
{
    cJSON *args = cJSON_CreateObject();
    cJSON_AddStringToObject(args, "at", buf_text(place));
    return args;
}

/* The next line after this one, or with the cursor somewhere else, that place. */
static void until(struct screen *s, const char *argument)
{
    (void)argument;
    BASE_BUF struct buf place = {0};
    bool chosen = (s->focus == PANE_SOURCE || s->focus == PANE_DISASSEMBLY) && !is_here(s);
    bool there = chosen && place_here(s, &place);
    screen_run(s, there ? "advance" : "until", there ? at(&place) : NULL);
}

static const struct view_breakpoint *breakpoint_here(const struct screen *s)
{
    uint64_t address = 0;
    bool code = means_code(s);
    unsigned line = pane_source_line(s);
    if (!s->view || (code && !pane_disassembly_address(s, &address)))
        return NULL;
    for (size_t i = 0; i < s->view->breakpoint_count; i++) {
        const struct view_breakpoint *b = &s->view->breakpoints[i];
        bool same_file = b->file && s->view->source_path && strcmp(b->file, s->view->source_path) == 0;
        if (code ? b->address == address : line && b->line == line && same_file)
            return b;
    }
    return NULL;
}

static void toggle_breakpoint(struct screen *s, const char *argument)
{
    (void)argument;
    const struct view_breakpoint *b = breakpoint_here(s);
    BASE_BUF struct buf place = {0};
    if (b) {
        cJSON *args = cJSON_CreateObject();
        cJSON_AddNumberToObject(args, "id", b->id);
        screen_do(s, "delete", args);
    } else if (place_here(s, &place)) {
        screen_do(s, "break", at(&place));
    } else {
        screen_note(s, STYLE_HINT, "there is no line here to break at; `break` at the prompt takes a name");
    }
}

static void interrupt(struct screen *s, const char *argument)
{
    (void)argument;
    struct editor_view typed = editor_view(&s->editor);
    bool busy = screen_is_running(s) || s->posts.count || !s->ready;
    if (s->focus == PANE_CONSOLE && typed.text[0])
        editor_discard(&s->editor);
    if (busy || s->focus != PANE_CONSOLE)
        screen_interrupt(s);
    else
        worker_interrupt(s->worker); /* what is read for the panes */
}

static void help(struct screen *s, const char *argument)
{
    (void)argument;
    size_t count;
    const struct command *const *commands = command_table(&count);
    help_build(&s->help, s->panes[s->focus].class, commands, count);
}

static void focus_named(struct screen *s, const char *name)
{
    for (int i = 0; i < PANE_COUNT; i++)
        if (strcmp(pane_classes[i]->name, name) == 0)
            screen_set_focus(s, (enum pane_id)i);
}

/* The panes in reading order, whether zoomed or not. */
static void focus_next(struct screen *s, const char *direction)
{
    bool zoom = s->zoom;
    enum pane_id order[PANE_COUNT];
    size_t count = 0, now = 0;
    s->zoom = false;
    screen_place(s);
    for (int i = 0; i < PANE_COUNT; i++) {
        const struct area *a = &s->panes[i].area;
        if (!area_shown(a))
            continue;
        size_t k = count++;
        for (; k > 0; k--) {
            const struct area *b = &s->panes[order[k - 1]].area;
            if (b->x < a->x || (b->x == a->x && b->y < a->y))
                break;
            order[k] = order[k - 1];
        }
        order[k] = (enum pane_id)i;
    }
    for (size_t i = 0; i < count; i++)
        if (order[i] == s->focus)
            now = i;
    s->zoom = zoom;
    if (count)
        screen_set_focus(s, order[(now + (direction[0] == '-' ? count - 1 : 1)) % count]);
}

static void choose_layout(struct screen *s, const char *number)
{
    size_t count, wanted = (size_t)(number[0] - '1');
    const struct layout *layouts = layout_table(&count);
    if (wanted >= count)
        return;
    s->layout = wanted;
    s->layout_settled = true;
    s->in_main = PANE_NONE;
    s->zoom = false;
    memset(s->growth, 0, sizeof s->growth);
    if (!layout_has(&layouts[wanted], s->focus, LINES, COLS))
        s->focus = PANE_CONSOLE;
    screen_needs_changed(s);
}

static void zoom(struct screen *s, const char *argument)
{
    (void)argument;
    s->zoom = !s->zoom;
    screen_needs_changed(s);
}

static void even(struct screen *s, const char *argument)
{
    (void)argument;
    s->zoom = false;
    memset(s->growth, 0, sizeof s->growth);
    screen_needs_changed(s);
}

static void grow(struct screen *s, const char *direction)
{
    int *growth = &s->growth[s->focus];
    *growth += direction[0] == '-' ? -1 : 1;
    if (*growth < GROWTH_LEAST)
        *growth = GROWTH_LEAST;
    if (*growth > GROWTH_MOST)
        *growth = GROWTH_MOST;
    screen_needs_changed(s);
}

static void redraw(struct screen *s, const char *argument)
{
    (void)s;
    (void)argument;
    clearok(curscr, TRUE);
}

static void suspend(struct screen *s, const char *argument)
{
    (void)s;
    (void)argument;
    raise(SIGTSTP); /* curses has a handler that gives the terminal back meanwhile */
}

static void scroll_key(struct screen *s, const char *how)
{
    struct pane *p = &s->panes[s->focus];
    long page = p->area.height > 1 ? p->area.height - 1 : 1;
    static const long all = 1L << 24;
    long lines = strcmp(how, "up") == 0          ? -1
                 : strcmp(how, "down") == 0      ? 1
                 : strcmp(how, "page-up") == 0   ? -page
                 : strcmp(how, "page-down") == 0 ? page
                 : strcmp(how, "first") == 0     ? -all
                                                 : all;
    bool ends = lines == all || lines == -all;
    if (p->class->scroll && !ends)
        p->class->scroll(s, p, lines);
    else if (p->class->count)
        list_scroll(s, p, lines);
    screen_needs_changed(s);
}

static void sideways(struct screen *s, const char *direction)
{
    struct pane *p = &s->panes[s->focus];
    if (direction[0] == '-')
        p->left -= p->left < SIDEWAYS ? p->left : SIDEWAYS;
    else if (p->left < 4096)
        p->left += SIDEWAYS;
}

static void search_again(struct screen *s, const char *direction)
{
    struct pane *p = &s->panes[s->focus];
    const char *text = buf_text(&s->searched);
    if (!*text) {
        screen_note(s, STYLE_HINT, "nothing was searched for yet; / does");
        return;
    }
    int sign = direction[0] == '-' ? -1 : 1;
    bool found = p->class->search ? p->class->search(s, p, text, sign) : list_search(s, p, text, sign);
    if (!found)
        screen_note(s, STYLE_HINT, "no \"%s\" in this pane", text);
}

static void got_search(struct screen *s, const char *text)
{
    if (!text || !*text)
        return;
    buf_clear(&s->searched);
    buf_add_text(&s->searched, text);
    search_again(s, "+");
}

static void search(struct screen *s, const char *argument)
{
    (void)argument;
    ask_text(s, "search: ", got_search);
}

static void quit(struct screen *s, const char *argument)
{
    (void)argument;
    screen_quit(s);
}

static const struct key_binding panes[] = {
    {'c', go_on, "continue", "continue, or start again"},
    {'n', run_line, "next", "next line, over calls"},
    {'s', run_line, "step", "next line, into calls"},
    {'f', run, "finish", "run to the caller"},
    {'u', until, NULL, "run to the cursor, or past this line"},
    {'i', run, "stepi", "one instruction"},
    {'I', run, "nexti", "one instruction, over calls"},
    {'C', run, "reverse-continue", "continue backwards"},
    {'N', run_line, "reverse-next", "previous line, over calls"},
    {'S', run_line, "reverse-step", "previous line, into calls"},
    {'F', run, "reverse-finish", "back to the call"},
    {'j', scroll_key, "down", "down a row"},
    {KEY_OF(KEY_DOWN), scroll_key, "down", "down a row"},
    {'k', scroll_key, "up", "up a row"},
    {KEY_OF(KEY_UP), scroll_key, "up", "up a row"},
    {KEY_OF(KEY_NPAGE), scroll_key, "page-down", "down a page"},
    {KEY_OF(KEY_PPAGE), scroll_key, "page-up", "up a page"},
    {KEY_OF(KEY_HOME), scroll_key, "first", "first row"},
    {KEY_OF(KEY_END), scroll_key, "last", "last row"},
    {KEY_OF(KEY_LEFT), sideways, "-", "sideways"},
    {KEY_OF(KEY_RIGHT), sideways, "+", "sideways"},
    {'/', search, NULL, "search in this pane"},
    {'>', search_again, "+", "search on, and back"},
    {'<', search_again, "-", "search on, and back"},
    {':', focus_named, "console", "to the prompt"},
    {'v', focus_named, "source", "show source"},
    {'a', focus_named, "disassembly", "show disassembly"},
    {'r', focus_named, "registers", "show registers"},
    {'t', focus_named, "threads", "show threads"},
    {'w', focus_named, "stack", "show the stack"},
    {'l', focus_named, "locals", "show locals"},
    {'b', focus_named, "breakpoints", "show breakpoints"},
    {'m', focus_named, "memory", "show memory"},
    {'T', focus_named, "time", "show the time line"},
    {'y', focus_named, "terminal", "show the target's console"},
    {'p', focus_named, "program", "show the program's terminal"},
    {'\t', focus_next, "+", "next pane"},
    {'1', choose_layout, "1", "layout: source"},
    {'2', choose_layout, "2", "layout: assembly"},
    {'3', choose_layout, "3", "layout: threads"},
    {'4', choose_layout, "4", "layout: memory"},
    {'5', choose_layout, "5", "layout: time"},
    {'6', choose_layout, "6", "layout: wire (the target's console beside the prompt)"},
    {'z', zoom, NULL, "this pane alone, and back"},
    {'+', grow, "+", "larger, smaller"},
    {'-', grow, "-", "larger, smaller"},
    {'=', even, NULL, "all panes as they were"},
    {'?', help, NULL, "this help"},
    {'q', quit, NULL, "quit"},
    {0},
};

static const struct key_binding global[] = {
    {KEY_FUNCTION(5), go_on, "continue", "continue, or start again"},
    {KEY_FUNCTION(10), run_line, "next", "next line, over calls"},
    {KEY_FUNCTION(11), run_line, "step", "next line, into calls"},
    {KEY_SHIFT_FUNCTION(11), run, "finish", "run to the caller"},
    {KEY_FUNCTION(12), run, "finish", "run to the caller"},
    {KEY_FUNCTION(9), toggle_breakpoint, NULL, "breakpoint at the cursor, or none"},
    {KEY_FUNCTION(6), interrupt, NULL, "stop the target, or a long command"},
    {KEY_CTRL('c'), interrupt, NULL, "stop the target, or a long command"},
    {KEY_ALT_FUNCTION(5), run, "reverse-continue", "continue backwards"},
    {KEY_ALT_FUNCTION(10), run_line, "reverse-next", "previous line, over calls"},
    {KEY_ALT_FUNCTION(11), run_line, "reverse-step", "previous line, into calls"},
    {KEY_ALT_FUNCTION(12), run, "reverse-finish", "back to the call"},
    {KEY_OF(KEY_BTAB), focus_next, "-", "pane before"},
    {KEY_FUNCTION(1), help, NULL, "this help"},
    {KEY_CTRL('l'), redraw, NULL, "draw everything again"},
    {KEY_CTRL('z'), suspend, NULL, "suspend"},
    {0},
};

const struct key_binding *keys_panes(void)
{
    return panes;
}

const struct key_binding *keys_global(void)
{
    return global;
}
