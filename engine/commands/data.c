/* eval, set, registers, read, write, disassemble, find. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/disassembly.h"
#include "engine/location.h"
#include "engine/registers.h"
#include "engine/values/values.h"

enum {
    READ_LIMIT = 1 << 20,
    WRITE_LIMIT = 1 << 20,
    FIND_LIMIT = 64 << 20,
    FIND_STEP = 1 << 16,
    FIND_MOST = 1000
};

/* Selects thread and frame for the time of one evaluation. */
static struct error *with_frame(struct session *s, const cJSON *args, struct ptid *kept, unsigned *kept_frame)
{
    *kept = s->threads.current;
    *kept_frame = s->frame;
    if (!arg_given(args, "thread") && !arg_given(args, "frame"))
        return NULL;
    struct thread *t;
    uint64_t level;
    TRY(arg_thread(s, args, &t));
    TRY(arg_unsigned(args, "frame", arg_given(args, "thread") ? 0 : s->frame, &level));
    s->threads.current = t->id;
    s->frame = (unsigned)level;
    return NULL;
}

static struct error *run_eval(struct session *s, const cJSON *args, cJSON **ret)
{
    struct ptid kept;
    unsigned kept_frame;
    TRY(with_frame(s, args, &kept, &kept_frame));
    const char *format = arg_text(args, "format");
    struct error *e = values_evaluate(s, arg_text(args, "expr"), format ? *format : '\0', ret);
    s->threads.current = kept;
    s->frame = kept_frame;
    return e;
}

static struct error *parse_eval(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    char format[16];
    prompt_format(&text, format, sizeof format);
    if (*format)
        cJSON_AddStringToObject(args, "format", format);
    if (*text)
        cJSON_AddStringToObject(args, "expr", text);
    return NULL;
}

static void eval_text(const cJSON *result, struct buf *out)
{
    json_append(out, "", result, "text", "\n");
}

static const struct command_arg eval_args[] = {
    {"expr", ARG_TEXT, true, NULL, "a C expression; registers are written $rax"},
    {"format", ARG_TEXT, false, NULL, "a letter as in print/x: x d u o t a c f s z"},
    {"thread", ARG_ID, false, NULL, "in this thread (the selected one)"},
    {"frame", ARG_UNSIGNED, false, NULL, "in this frame (the selected one)"},
    {0}};

const struct command command_eval = {
    .name = "eval",
    .group = "data",
    .aliases = "p print inspect output call",
    .usage = "[/FORMAT] EXPRESSION",
    .about = "the value of an expression",
    .args = eval_args,
    .run = run_eval,
    .parse = parse_eval,
    .text = eval_text,
};

static struct error *run_set(struct session *s, const cJSON *args, cJSON **ret)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(args, "value");
    BASE_FREE char *text =
        cJSON_IsString(value) ? xstrdup(value->valuestring) : cJSON_PrintUnformatted(value);
    return values_assign(s, arg_text(args, "expr"), text, ret);
}

static struct error *parse_set(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    (void)alias;
    const char *equals = NULL;
    for (const char *p = text; *p && !equals; p++) {
        bool comparison = p[0] == '=' && (p[1] == '=' || (p > text && strchr("=!<>", p[-1])));
        if (*p == '=' && !comparison)
            equals = p;
    }
    if (!equals)
        return error_hint(error_new(ERR_USAGE, "set: there is no = in \"%s\"", text), "set var NAME = VALUE");
    BASE_FREE char *left = xstrndup(text, (size_t)(equals - text));
    cJSON_AddStringToObject(args, "expr", left);
    equals++;
    while (isspace((unsigned char)*equals))
        equals++;
    cJSON_AddStringToObject(args, "value", equals);
    return NULL;
}

static const struct command_arg set_args[] = {
    {"expr", ARG_TEXT, true, NULL, "a variable, register or other place"},
    {"value", ARG_ANY, true, NULL, "an expression or a number"},
    {0}};

const struct command command_set = {
    .name = "set",
    .group = "data",
    .aliases = "set-var set-variable",
    .usage = "PLACE = VALUE",
    .about = "assign to a variable, register or memory",
    .args = set_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_set,
    .parse = parse_set,
    .text = eval_text,
};

static bool in_group(const struct rsp_register *r, const char *group)
{
    static const char *const names[] = {"general", "float", "vector", "system"};
    return strcmp(group, "all") == 0 || strcmp(names[r->group], group) == 0;
}

static void add_register(struct session *s, struct thread *t, const struct rsp_register *r, cJSON *o)
{
    unsigned char bytes[64];
    char text[2 * sizeof bytes + 3] = "0x";
    struct error *e = register_read(s, t, r, bytes);
    if (e) {
        error_free(e);
        cJSON_AddNullToObject(o, r->name);
        return;
    }
    register_text(s, r, bytes, text + 2);
    const char *digits = text + 2;
    while (digits[0] == '0' && digits[1] && r->size <= 8)
        digits++;
    BASE_FREE char *shown = xasprintf("0x%s", digits);
    cJSON_AddStringToObject(o, r->name, shown);
}

static struct error *add_named(struct session *s, struct thread *t, const cJSON *names, cJSON *o)
{
    const cJSON *name;
    cJSON_ArrayForEach (name, names) {
        const struct rsp_register *r = register_find(s, name->valuestring);
        if (r && strcmp(r->name, name->valuestring) == 0)
            add_register(s, t, r, o);
        else if (r) {
            cJSON *under = cJSON_CreateObject();
            add_register(s, t, r, under);
            cJSON *item = cJSON_DetachItemViaPointer(under, under->child);
            cJSON_AddItemToObject(o, name->valuestring, item);
            cJSON_Delete(under);
        } else
            cJSON_AddNullToObject(o, name->valuestring);
    }
    return NULL;
}

static struct error *run_registers(struct session *s, const cJSON *args, cJSON **ret)
{
    struct thread *t;
    TRY(arg_thread(s, args, &t));
    if (!s->description)
        TRY(registers_fetch(s, t));
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(args, "names");
    const char *group = arg_text(args, "group");
    *ret = cJSON_CreateObject();
    cJSON *o = cJSON_AddObjectToObject(*ret, "registers");
    if (names)
        return add_named(s, t, names, o);
    TRY(registers_fetch(s, t));
    for (size_t i = 0; i < s->description->count; i++)
        if (in_group(&s->description->registers[i], group ? group : "general"))
            add_register(s, t, &s->description->registers[i], o);
    return NULL;
}

static struct error *parse_registers(struct session *s, const char *alias, const char *text, cJSON *args)
{
    (void)s;
    if (strcmp(alias, "info-all-registers") == 0)
        cJSON_AddStringToObject(args, "group", "all");
    cJSON *names = cJSON_CreateArray();
    for (char *word; (word = prompt_word(&text)) != NULL; free(word))
        cJSON_AddItemToArray(names, cJSON_CreateString(*word == '$' ? word + 1 : word));
    const cJSON *first = names->child;
    static const char *const groups = " general float vector system all ";
    if (first && !first->next && strstr(groups, first->valuestring)) {
        cJSON_AddStringToObject(args, "group", first->valuestring);
        cJSON_Delete(names);
    } else if (first) {
        cJSON_AddItemToObject(args, "names", names);
    } else {
        cJSON_Delete(names);
    }
    return NULL;
}

static void registers_text(const cJSON *result, struct buf *out)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, cJSON_GetObjectItemCaseSensitive(result, "registers"))
        buf_printf(out, "%-12s %s\n", o->string, cJSON_IsString(o) ? o->valuestring : "<unavailable>");
}

static const struct command_arg registers_args[] = {
    {"thread", ARG_ID, false, NULL, "whose (the selected one)"},
    {"names", ARG_TEXTS, false, NULL, "only these"},
    {"group", ARG_TEXT, false, "general float vector system all", "which (general)"},
    {0}};

const struct command command_registers = {
    .name = "registers",
    .group = "data",
    .aliases = "regs info-registers info-all-registers",
    .usage = "[NAME…|general|float|vector|system|all]",
    .about = "register values",
    .args = registers_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_registers,
    .parse = parse_registers,
    .text = registers_text,
};

static struct error *run_read(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t address, length;
    TRY(arg_address(s, args, "addr", &address));
    TRY(arg_unsigned(args, "length", 0, &length));
    if (length == 0 || length > READ_LIMIT)
        return error_new(ERR_USAGE, "read: `length` is 1 to %d bytes", READ_LIMIT);
    BASE_FREE unsigned char *bytes = xmalloc(length);
    if (s->state == SESSION_STOPPED)
        TRY(memory_read(s, address, bytes, length));
    else if (!memory_from_file(s, address, bytes, length))
        return session_need_stopped(s);
    BASE_BUF struct buf hex = {0};
    BASE_BUF struct buf text = {0};
    hex_encode(&hex, bytes, length);
    text_add_visible(&text, (const char *)bytes, strnlen((const char *)bytes, length), false);
    *ret = cJSON_CreateObject();
    json_add_address(*ret, "address", address);
    cJSON_AddStringToObject(*ret, "hex", buf_text(&hex));
    cJSON_AddStringToObject(*ret, "text", buf_text(&text));
    return NULL;
}

static void read_text(const cJSON *result, struct buf *out)
{
    json_append(out, "", result, "address", ": ");
    json_append(out, "", result, "hex", "\n");
}

static const struct command_arg read_args[] = {
    {"addr", ARG_ADDRESS, true, NULL, "an address or an expression"},
    {"length", ARG_UNSIGNED, true, NULL, "bytes"},
    {0}};

const struct command command_read = {
    .name = "read",
    .group = "data",
    .aliases = "",
    .usage = "ADDRESS LENGTH",
    .about = "memory as hex",
    .args = read_args,
    .run = run_read,
    .text = read_text,
};

static struct error *bytes_of(const cJSON *args, unsigned char **ret, size_t *n)
{
    const char *hex = arg_text(args, "hex"), *text = arg_text(args, "text");
    if ((hex == NULL) == (text == NULL))
        return error_new(ERR_USAGE, "give either `hex` or `text`");
    size_t length = strlen(hex ? hex : text);
    if (length > WRITE_LIMIT || length == 0)
        return error_new(ERR_USAGE, "1 to %d bytes can be given", WRITE_LIMIT);
    *ret = xmalloc(length);
    *n = length;
    if (text) {
        memcpy(*ret, text, length);
        return NULL;
    }
    long decoded = hex_decode(hex, length, *ret, length);
    if (decoded > 0) {
        *n = (size_t)decoded;
        return NULL;
    }
    free(*ret);
    *ret = NULL;
    return error_new(ERR_USAGE, "`hex` is no even number of hex digits: %s", hex);
}

static struct error *run_write(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t address;
    unsigned char *bytes = NULL;
    size_t n = 0;
    TRY(arg_address(s, args, "addr", &address));
    TRY(bytes_of(args, &bytes, &n));
    struct error *e = memory_write(s, address, bytes, n);
    if (!e) {
        BASE_BUF struct buf hex = {0};
        hex_encode(&hex, bytes, n);
        *ret = cJSON_CreateObject();
        json_add_address(*ret, "address", address);
        cJSON_AddStringToObject(*ret, "hex", buf_text(&hex));
    }
    free(bytes);
    return e;
}

static const struct command_arg write_args[] = {
    {"addr", ARG_ADDRESS, true, NULL, "an address or an expression"},
    {"hex", ARG_TEXT, false, NULL, "bytes as hex digits"},
    {"text", ARG_TEXT, false, NULL, "or as text (no NUL is added)"},
    {0}};

const struct command command_write = {
    .name = "write",
    .group = "data",
    .aliases = "",
    .usage = "ADDRESS HEX",
    .about = "write bytes to memory",
    .args = write_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_write,
    .text = read_text,
};

static struct error *find_in(struct session *s, uint64_t from, uint64_t length, const unsigned char *what,
                             size_t n, cJSON *list)
{
    if (!what || n == 0)
        return error_new(ERR_USAGE, "find: there is nothing to look for");
    BASE_FREE unsigned char *window = xmalloc(FIND_STEP + n);
    for (uint64_t at = 0; at < length; at += FIND_STEP) {
        size_t want = length - at < FIND_STEP ? (size_t)(length - at) : FIND_STEP, got;
        want = want + n - 1 > length - at ? (size_t)(length - at) : want + n - 1;
        TRY(memory_read_some(s, from + at, window, want, &got));
        const unsigned char *p = window;
        while (got >= n && (p = memmem(p, got - (size_t)(p - window), what, n)) != NULL) {
            char text[24];
            snprintf(text, sizeof text, "0x%" PRIx64, from + at + (uint64_t)(p - window));
            cJSON_AddItemToArray(list, cJSON_CreateString(text));
            if (cJSON_GetArraySize(list) >= FIND_MOST || ++p + n > window + got)
                break;
        }
        if (got < want || cJSON_GetArraySize(list) >= FIND_MOST)
            return NULL;
    }
    return NULL;
}

static struct error *run_find(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t from, length;
    unsigned char *what = NULL;
    size_t n = 0;
    TRY(arg_address(s, args, "from", &from));
    TRY(arg_unsigned(args, "length", 0, &length));
    if (length == 0 || length > FIND_LIMIT)
        return error_new(ERR_USAGE, "find: `length` is 1 to %d bytes", FIND_LIMIT);
    TRY(bytes_of(args, &what, &n));
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "addresses");
    struct error *e = n <= length && n <= FIND_STEP ? find_in(s, from, length, what, n, list) : NULL;
    free(what);
    return e;
}

static const struct command_arg find_args[] = {{"from", ARG_ADDRESS, true, NULL, "where to begin"},
                                               {"length", ARG_UNSIGNED, true, NULL, "bytes to search"},
                                               {"hex", ARG_TEXT, false, NULL, "bytes as hex digits"},
                                               {"text", ARG_TEXT, false, NULL, "or as text"},
                                               {0}};

const struct command command_find_bytes = {
    .name = "find",
    .group = "data",
    .aliases = "",
    .usage = "FROM LENGTH HEX",
    .about = "search memory for bytes (at most 1000 places)",
    .args = find_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_find,
};
