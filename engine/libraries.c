#include "engine/libraries.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/core.h"

enum { LIST_LIMIT = 4 << 20, LIBRARIES_MAX = 4096, NEIGHBOURHOOD_BITS = 21 };

struct reading {
    struct session *session;
    XML_Parser parser;
    size_t count, added;
};

static bool is_loaded(struct session *s, const char *path)
{
    for (size_t i = 0; i < symbol_map_count(s->map); i++)
        if (strcmp(symbol_file_path(symbol_map_file(s->map, i, NULL)), path) == 0)
            return true;
    return false;
}

static void announce(struct session *s, const char *path)
{
    char *shown = text_visible(path, strlen(path));
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "event", "library");
    cJSON_AddStringToObject(o, "path", shown);
    session_emit(s, o);
    free(shown);
}

static void add_library(struct reading *r, const char *path, uint64_t offset)
{
    struct symbol_file *f;
    /* A target elsewhere may name anything: only absolute paths of regular, readable files are opened. */
    if (path[0] != '/' || is_loaded(r->session, path) || access(path, R_OK) != 0)
        return;
    struct error *e = symbol_file_open(path, &f);
    if (e) {
        error_free(e);
        return;
    }
    bool same = !r->session->arch || symbol_file_machine(f) == r->session->arch->elf_machine;
    if (!same || is_loaded(r->session, symbol_file_path(f))) {
        symbol_file_close(f);
        return;
    }
    symbol_map_add(r->session->map, f, offset);
    r->added++;
    announce(r->session, path);
}

static void on_element(void *context, const char *name, const char **attributes)
{
    struct reading *r = context;
    const char *path = NULL, *address = NULL;
    uint64_t offset;
    if (strcmp(name, "library") != 0 || r->count++ >= LIBRARIES_MAX)
        return;
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(attributes[i], "name") == 0)
            path = attributes[i + 1];
        else if (strcmp(attributes[i], "l_addr") == 0)
            address = attributes[i + 1];
    }
    if (path && address && text_parse_u64(address, &offset))
        add_library(r, path, offset);
}

static void refuse_entity(void *context, const char *name, int is_parameter, const char *value, int length,
                          const char *base, const char *system, const char *public, const char *notation)
{
    const struct reading *r = context;
    (void)name, (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public;
    (void)notation;
    XML_StopParser(r->parser, XML_FALSE);
}

static size_t read_list(struct session *s, const char *xml, size_t n)
{
    struct reading r = {.session = s, .parser = XML_ParserCreate(NULL)};
    XML_SetUserData(r.parser, &r);
    XML_SetStartElementHandler(r.parser, on_element);
    XML_SetEntityDeclHandler(r.parser, refuse_entity);
    XML_Parse(r.parser, xml, (int)n, 1);
    XML_ParserFree(r.parser);
    return r.added;
}

void libraries_may_have_changed(struct session *s)
{
    s->library_miss = UINT64_MAX;
}

bool libraries_cover(struct session *s, uint64_t address)
{
    uint64_t offset;
    if (!s->is_process || s->state != SESSION_STOPPED || !s->connection ||
        s->library_miss == address >> NEIGHBOURHOOD_BITS ||
        !rsp_feature_usable(rsp_features(s->connection), FEATURE_XFER_LIBRARIES_SVR4) ||
        symbol_map_file_at(s->map, address, &offset))
        return false;
    BASE_BUF struct buf xml = {0};
    struct error *e = session_check(s, rsp_xfer_read(s->connection, "libraries-svr4", "", LIST_LIMIT, &xml));
    size_t added = e ? 0 : read_list(s, buf_text(&xml), xml.length);
    error_free(e);
    if (!symbol_map_file_at(s->map, address, &offset))
        s->library_miss = address >> NEIGHBOURHOOD_BITS;
    return added > 0;
}
