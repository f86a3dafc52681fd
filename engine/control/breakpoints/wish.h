/*
 * engine/control/breakpoints/wish.h - wishes being made; for the files of this room only.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_WISH_H
#define ALLSTOP_ENGINE_CONTROL_BREAKPOINTS_WISH_H

#include "engine/control/breakpoints/breakpoints.h"

/* Gives it an id and puts it into the table, which owns it then. */
void wish_add(struct control *c, struct wish *w);
/* Undoes that for the wish added last, without plants, and frees it. */
void wish_take_back(struct control *c, struct wish *w);
/* What a request says but the place. ERR_NO_THREAD. */
struct error *wish_fill(struct control *c, const struct wish_request *request,
                        struct wish *w) BASE_MUST_CHECK;
void wish_free(struct wish *w);

#endif
