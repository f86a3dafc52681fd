/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/transport_spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

enum { PORT_MOST = 65535 };

static struct error *bad_spec(const char *text, const char *why)
{
    return error_hint(
        error_new(ERR_USAGE, "target '%.200s': %s", text, why),
        "give HOST:PORT, telnet:HOST:PORT, unix:PATH, /dev/…[,BAUD], exec:COMMAND or launch:COMMAND");
}

static const char *after_prefix(const char *text, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

/* HOST:PORT, [V6]:PORT or :PORT. */
static struct error *parse_tcp(enum transport_kind kind, const char *text, const char *place,
                               struct transport_spec *ret)
{
    const char *colon = strrchr(place, ':');
    if (!colon)
        return bad_spec(text, "there is no ':PORT' in it");
    uint64_t port;
    if (!text_parse_u64(colon + 1, &port) || port == 0 || port > PORT_MOST)
        return bad_spec(text, "the port is not a number from 1 to 65535");
    const char *host = place;
    size_t length = (size_t)(colon - place);
    if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
        host++;
        length -= 2;
    } else if (memchr(host, ':', length)) {
        return bad_spec(text, "an IPv6 address is written [ADDRESS]:PORT");
    }
    ret->kind = kind;
    ret->host = length ? xstrndup(host, length) : xstrdup("127.0.0.1");
    ret->port = xasprintf("%u", (unsigned)port);
    return NULL;
}

/* PATH[,BAUD[,8n1]] */
static struct error *parse_serial(const char *text, const char *place, struct transport_spec *ret)
{
    size_t length = strcspn(place, ",");
    if (length == 0)
        return bad_spec(text, "the path of the line is missing");
    uint64_t baud = 0;
    if (place[length]) {
        const char *rate = place + length + 1;
        BASE_FREE char *digits = xstrndup(rate, strcspn(rate, ","));
        const char *mode = rate + strlen(digits);
        if (!text_parse_u64(digits, &baud) || baud > UINT32_MAX || !transport_knows_baud((unsigned)baud))
            return bad_spec(text, "that is no baud rate of a serial line (9600, 115200, …)");
        if (*mode && strcmp(mode, ",8n1") != 0)
            return bad_spec(text, "only 8n1 (8 bits, no parity, 1 stop bit) is spoken");
    }
    ret->kind = TRANSPORT_SERIAL;
    ret->path = xstrndup(place, length);
    ret->baud = (unsigned)baud;
    return NULL;
}

static struct error *parse_unix(const char *text, const char *path, struct transport_spec *ret)
{
    if (!*path)
        return bad_spec(text, "the path of the socket is missing");
    ret->kind = TRANSPORT_UNIX;
    ret->path = xstrdup(path);
    return NULL;
}

static struct error *parse_command(enum transport_kind kind, const char *text, const char *command,
                                   struct transport_spec *ret)
{
    struct error *e = words_split(command, &ret->words);
    if (e)
        return error_while(e, "target '%.200s'", text);
    ret->kind = kind;
    return NULL;
}

/* It is reached by a command of its own, vgdb: engine/session/launch/runner.h. */
static bool is_valgrind(const char *word)
{
    const char *slash = strrchr(word, '/');
    return strcmp(slash ? slash + 1 : word, "valgrind") == 0;
}

/* A launched stub is reached at exactly one place. */
static struct error *check_launch(const char *text, char **words)
{
    static const char *const places[] = {"{port}", "{socket}", "{pty}"};
    unsigned found = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
        bool here = false;
        for (char **w = words; *w; w++)
            here |= strstr(*w, places[i]) != NULL;
        found += here;
    }
    if (found == 1 || (found == 0 && words[0] && is_valgrind(words[0])))
        return NULL;
    return bad_spec(text, found ? "only one of {port}, {socket} and {pty} can be the place of the stub"
                                : "write {port}, {socket} or {pty} where the command takes the stub's place");
}

static struct error *parse(const char *text, struct transport_spec *ret)
{
    const char *rest;
    if ((rest = after_prefix(text, "tcp:")))
        return parse_tcp(TRANSPORT_TCP, text, rest, ret);
    if ((rest = after_prefix(text, "telnet:")))
        return parse_tcp(TRANSPORT_TELNET, text, rest, ret);
    if ((rest = after_prefix(text, "unix:")))
        return parse_unix(text, rest, ret);
    if ((rest = after_prefix(text, "serial:")))
        return parse_serial(text, rest, ret);
    if ((rest = after_prefix(text, "exec:")))
        return parse_command(TRANSPORT_EXEC, text, rest, ret);
    if ((rest = after_prefix(text, "launch:"))) {
        TRY(parse_command(TRANSPORT_LAUNCH, text, rest, ret));
        return check_launch(text, ret->words);
    }
    if (text[0] == '/')
        return parse_serial(text, text, ret);
    return parse_tcp(TRANSPORT_TCP, text, text, ret);
}

struct error *transport_spec_parse(const char *text, struct transport_spec *ret)
{
    *ret = (struct transport_spec){0};
    struct error *e = parse(text, ret);
    if (e)
        transport_spec_free(ret);
    return e;
}

void transport_spec_free(struct transport_spec *spec)
{
    free(spec->host);
    free(spec->port);
    free(spec->path);
    words_free(spec->words);
    *spec = (struct transport_spec){0};
}
