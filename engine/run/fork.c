#include "engine/run/fork.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "engine/core.h"

static void lift_software(struct session *s, bool lifted)
{
    const struct plant_table *t = &s->breakpoints.plants;
    for (size_t i = t->count; i-- > 0;)
        if (t->items[i]->type == PLANT_SOFTWARE || t->items[i]->type == PLANT_MEMORY)
            plant_lift(s, t->items[i], lifted);
}

/* `z0` acts on the process of the selected thread; what it answers for a place the child has not is no
 * matter. */
static struct error *clean_child(struct session *s, struct ptid child)
{
    TRY(rsp_select_thread(s->connection, child));
    const struct plant_table *t = &s->breakpoints.plants;
    for (size_t i = 0; i < t->count; i++) {
        const struct plant *p = t->items[i];
        if (p->type != PLANT_SOFTWARE || !p->inserted)
            continue;
        struct error *e = rsp_remove_point(s->connection, (int)p->type, p->address, p->length);
        if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
            return e;
        error_free(e);
    }
    return NULL;
}

struct error *fork_release_child(struct session *s, const struct rsp_stop *stop)
{
    if (stop->related.tid <= 0)
        return NULL;
    if (stop->reason == RSP_REASON_VFORK) {
        lift_software(s, true);
        struct error *e = plants_flush(s);
        error_free(e);
    } else {
        TRY(clean_child(s, stop->related));
    }
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(s->connection, RSP_GRAMMAR_OK, RSP_MUTATES, &reply, "D;%" PRIx64,
                 (uint64_t)stop->related.pid));
    rsp_forget_selected(s->connection);
    return s->threads.has_current ? rsp_select_thread(s->connection, s->threads.current) : NULL;
}

void fork_vfork_done(struct session *s)
{
    lift_software(s, false);
}

struct error *fork_after_exec(struct session *s, const struct rsp_stop *stop)
{
    plants_lost(s);
    if (stop->path[0] == '/' && access(stop->path, R_OK) == 0) {
        struct symbol_file *f = NULL;
        struct error *e = symbol_file_open(stop->path, &f);
        if (!e) {
            while (symbol_map_count(s->map)) {
                e = symbol_map_remove(s->map, symbol_file_path(symbol_map_file(s->map, 0, NULL)));
                if (e)
                    break;
            }
            symbol_map_add(s->map, f, 0);
            session_find_slide(s);
        }
        error_free(e);
    }
    struct error *e = breakpoints_replant(s);
    if (error_is(e, ERR_LOST) || error_is(e, ERR_CANCELLED))
        return e;
    error_free(e); /* a wish the new program has no place for stays, and its state says so */
    return NULL;
}
