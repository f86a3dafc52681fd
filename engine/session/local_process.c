/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/local_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/session/session_private.h"

int64_t local_process_of(const struct session *s)
{
    const struct thread_table *t = &s->target->threads;
    if (t->has_current)
        return t->current.pid;
    return t->count ? t->items[0]->id.pid : 0;
}

/* Who traces it; 0: nobody, or it is not one of this machine. */
static int tracer_of(int64_t pid)
{
    BASE_FREE char *path = xasprintf("/proc/%lld/status", (long long)pid);
    FILE *f = pid > 0 ? fopen(path, "re") : NULL;
    char line[256];
    int tracer = 0;
    while (f && tracer == 0 && fgets(line, sizeof line, f))
        sscanf(line, "TracerPid: %d", &tracer);
    if (f)
        fclose(f);
    return tracer;
}

static int tracer_of_one_without_a_group(const struct session *s)
{
    int64_t pid = local_process_of(s);
    int tracer = tracer_of(pid);
    return tracer > 0 && getpgid((pid_t)pid) != (pid_t)pid ? tracer : 0;
}

bool local_process_hears_no_interrupt(const struct session *s)
{
    return tracer_of_one_without_a_group(s) > 0;
}

pid_t local_process_to_signal(const struct session *s)
{
    int tracer = tracer_of_one_without_a_group(s);
    pid_t stub = s->target->connection ? transport_child(rsp_transport(s->target->connection)) : 0;
    return tracer > 0 && tracer == stub ? (pid_t)local_process_of(s) : 0;
}
