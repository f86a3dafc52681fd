/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A wire log read back: which answers belong to which request. */
#include "rsp/wire_log_private.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/limits.h"
#include "rsp/stop_reply.h"

/* Requests that go out further apart than this were not sent together: the earlier one got no answer. */
#define TOGETHER_SECONDS 0.1

enum { NUL_STAND_IN = 0x100 };

/* -- one line -------------------------------------------------------------------------------------- */

struct line {
    double t;
    bool out;
    const char *kind;
    const char *data; /* UTF-8 */
};

/* cJSON's strings end at a NUL, so \u0000 becomes a character that no byte of ours stands for. */
static void hide_nuls(char *json)
{
    for (char *s = json; *s; s++) {
        if (*s != '\\' || !s[1])
            continue;
        if (strncmp(s + 1, "u0000", 5) == 0)
            memcpy(s + 1, "u0100", 5);
        s++;
    }
}

/* Characters up to U+00FF are bytes. */
static bool decode_latin1(const char *text, struct buf *ret)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        unsigned c = *s++;
        if (c >= 0x80) {
            if ((c & 0xe0) != 0xc0 || (*s & 0xc0) != 0x80)
                return false;
            c = (c & 0x1f) << 6 | (*s++ & 0x3fu);
        }
        if (c > NUL_STAND_IN)
            return false;
        buf_add_char(ret, (char)(c == NUL_STAND_IN ? 0 : c));
    }
    return true;
}

static bool read_line_fields(const cJSON *object, struct line *ret)
{
    const cJSON *t = cJSON_GetObjectItemCaseSensitive(object, "t");
    const cJSON *dir = cJSON_GetObjectItemCaseSensitive(object, "dir");
    const cJSON *kind = cJSON_GetObjectItemCaseSensitive(object, "kind");
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(object, "data");
    if (!cJSON_IsNumber(t) || !cJSON_IsString(dir) || !cJSON_IsString(kind) || !cJSON_IsString(data))
        return false;
    ret->t = t->valuedouble;
    ret->out = strcmp(dir->valuestring, "out") == 0;
    ret->kind = kind->valuestring;
    ret->data = data->valuestring;
    return ret->out || strcmp(dir->valuestring, "in") == 0;
}

/* -- which answer belongs to which request ---------------------------------------------------------- */

struct reader {
    struct wire_recording *recording;
    size_t outstanding[WIRE_LOG_OUTSTANDING_MOST]; /* exchanges without an answer, oldest first */
    size_t outstanding_count;
    double last_out;
    const char *path;
    unsigned long line_number;
};

static struct error *bad_line(const struct reader *r, const char *why)
{
    return error_new(ERR_USAGE, "reading the wire log %s, line %lu: %s", r->path, r->line_number, why);
}

static void drop_oldest(struct reader *r)
{
    if (r->outstanding_count == 0)
        return;
    r->outstanding_count--;
    memmove(r->outstanding, r->outstanding + 1, r->outstanding_count * sizeof r->outstanding[0]);
}

static struct error *take_request(struct reader *r, const struct line *l)
{
    struct wire_recording *w = r->recording;
    if (w->count == WIRE_LOG_EXCHANGES_MOST)
        return bad_line(r, "there are too many requests in it");
    if (l->t - r->last_out > TOGETHER_SECONDS)
        r->outstanding_count = 0;
    r->last_out = l->t;
    if (r->outstanding_count == WIRE_LOG_OUTSTANDING_MOST)
        drop_oldest(r);
    ARRAY_RESERVE(w->exchanges, w->count, w->capacity);
    struct wire_exchange *x = &w->exchanges[w->count];
    *x = (struct wire_exchange){.next_same = SIZE_MAX};
    r->outstanding[r->outstanding_count++] = w->count++;
    return decode_latin1(l->data, &x->request) ? NULL : bad_line(r, "its data are not bytes");
}

static bool is_console(const struct buf *data)
{
    return data->length >= 3 && data->data[0] == 'O' && hex_digit(data->data[1]) >= 0;
}

/* What comes while nothing is asked belongs to the last exchange: it came behind it. */
static struct error *take_answer(struct reader *r, const struct line *l, enum wire_answer_kind kind)
{
    struct wire_recording *w = r->recording;
    if (w->count == 0)
        return NULL;
    size_t index = r->outstanding_count ? r->outstanding[0] : w->count - 1;
    struct wire_exchange *x = &w->exchanges[index];
    ARRAY_RESERVE(x->answers, x->count, x->capacity);
    struct wire_answer *a = &x->answers[x->count++];
    *a = (struct wire_answer){.kind = kind};
    if (!decode_latin1(l->data, &a->data))
        return bad_line(r, "its data are not bytes");
    if (kind != WIRE_ANSWER_PACKET)
        return NULL;
    if (rsp_is_stop_reply(buf_text(&a->data), a->data.length) && strcmp(buf_text(&x->request), "?") != 0)
        x->moves = true;
    if (!is_console(&a->data))
        drop_oldest(r);
    return NULL;
}

static struct error *take_line(struct reader *r, const struct line *l)
{
    if (l->out)
        return strcmp(l->kind, "packet") == 0 ? take_request(r, l) : NULL;
    if (strcmp(l->kind, "packet") == 0)
        return take_answer(r, l, WIRE_ANSWER_PACKET);
    if (strcmp(l->kind, "notification") == 0)
        return take_answer(r, l, WIRE_ANSWER_NOTIFICATION);
    if (strcmp(l->kind, "stray") == 0)
        return take_answer(r, l, WIRE_ANSWER_STRAY);
    if (strcmp(l->kind, "nak") == 0)
        drop_oldest(r); /* it was sent again */
    return NULL;
}

static struct error *parse_line(struct reader *r, char *text)
{
    hide_nuls(text);
    cJSON *object = cJSON_Parse(text);
    struct error *e = NULL;
    struct line l;
    if (!cJSON_IsObject(object))
        e = bad_line(r, "this is no JSON object");
    else if (r->line_number == 1 && !cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(object, "wire-log")))
        e = bad_line(r, "the first line of a wire log has \"wire-log\": 1");
    else if (r->line_number > 1 && !read_line_fields(object, &l))
        e = bad_line(r, "t, dir, kind and data were expected");
    else if (r->line_number > 1)
        e = take_line(r, &l);
    cJSON_Delete(object);
    return e;
}

/* -- finding --------------------------------------------------------------------------------------- */

static size_t hash_bytes(const char *s, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
    return (size_t)h;
}

static bool is_request(const struct wire_exchange *x, const char *request, size_t n)
{
    return x->request.length == n && memcmp(buf_text(&x->request), request, n) == 0;
}

static size_t *find_bucket(const struct wire_recording *r, const char *request, size_t n)
{
    size_t mask = r->bucket_count - 1;
    size_t i = hash_bytes(request, n) & mask;
    while (r->buckets[i] != SIZE_MAX && !is_request(&r->exchanges[r->buckets[i]], request, n))
        i = (i + 1) & mask;
    return &r->buckets[i];
}

/* From the end, so that each chain is in recorded order. */
static void index_requests(struct wire_recording *r)
{
    r->bucket_count = 16;
    while (r->bucket_count < 2 * r->count)
        r->bucket_count *= 2;
    r->buckets = xreallocarray(NULL, r->bucket_count, sizeof *r->buckets);
    for (size_t i = 0; i < r->bucket_count; i++)
        r->buckets[i] = SIZE_MAX;
    for (size_t i = r->count; i-- > 0;) {
        struct wire_exchange *x = &r->exchanges[i];
        size_t *bucket = find_bucket(r, buf_text(&x->request), x->request.length);
        x->next_same = *bucket;
        *bucket = i;
    }
}

size_t wire_recording_first(const struct wire_recording *r, const char *request, size_t n)
{
    return *find_bucket(r, request, n);
}

/* -- the file -------------------------------------------------------------------------------------- */

static struct error *read_lines(struct reader *r, FILE *file)
{
    char *text = NULL;
    size_t capacity = 0;
    ssize_t n;
    struct error *e = NULL;
    while (!e && (n = getline(&text, &capacity, file)) > 0) {
        r->line_number++;
        bool whole = text[n - 1] == '\n';
        if (n > WIRE_LOG_LINE_MOST)
            e = bad_line(r, "it is too long");
        else if (whole || r->line_number == 1) /* a log that was cut ends in half a line */
            e = parse_line(r, text);
    }
    free(text);
    if (!e && r->line_number == 0)
        e = bad_line(r, "the file is empty");
    return e;
}

struct error *wire_recording_read(const char *path, struct wire_recording *ret)
{
    *ret = (struct wire_recording){0};
    FILE *file = fopen(path, "re");
    if (!file)
        return error_new(ERR_USAGE, "reading the wire log %s: %s", path, strerror(errno));
    struct reader r = {.recording = ret, .path = path};
    struct error *e = read_lines(&r, file);
    fclose(file);
    if (e) {
        wire_recording_free(ret);
        return error_hint(e, "wire logs are written by --wire-log");
    }
    index_requests(ret);
    return NULL;
}

void wire_recording_free(struct wire_recording *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct wire_exchange *x = &r->exchanges[i];
        buf_free(&x->request);
        for (size_t k = 0; k < x->count; k++)
            buf_free(&x->answers[k].data);
        free(x->answers);
    }
    free(r->exchanges);
    free(r->buckets);
    *r = (struct wire_recording){0};
}
