/* Back in time: the reverse steps, and back to what was hit last. */
#include "engine/commands/args.h"
#include "engine/time/back.h"

struct error *time_cut_short(struct session *s, struct error *e, cJSON **ret)
{
    bool interrupted = error_is(e, ERR_CANCELLED);
    struct stop stop;
    if ((!interrupted && !error_is(e, ERR_TIMEOUT)) || !s->connection || s->state != SESSION_STOPPED)
        return e;
    struct error *second = time_here(s, STOP_INTERRUPT, &stop);
    if (!second)
        session_tell_stop(s, &stop, ret);
    if (interrupted) {
        error_free(e);
        return second;
    }
    error_free(second);
    return error_hint(e, "the target was stopped on the way back; `timeout` allows more time");
}

static struct error *run_back(struct session *s, const cJSON *args, enum time_back_kind kind, cJSON **ret)
{
    uint64_t times;
    struct stop stop;
    TRY(arg_unsigned(args, "times", 1, &times));
    if (times == 0)
        return error_new(ERR_USAGE, "`times` counts from 1");
    struct error *e = time_back(s, kind, times, &stop);
    if (e)
        return time_cut_short(s, e, ret);
    session_tell_stop(s, &stop, ret);
    return NULL;
}

static const struct command_arg back_args[] = {{"times", ARG_UNSIGNED, false, NULL, "how often (1)"}, {0}};

enum { BACK_FLAGS = COMMAND_NEEDS_TARGET | COMMAND_NEEDS_STOPPED | COMMAND_RUNS | COMMAND_WAITS_ITSELF };

#define BACK_COMMAND(symbol, text_name, kind, words, what)                                                   \
    static struct error *run_##symbol(struct session *s, const cJSON *args, cJSON **ret)                     \
    {                                                                                                        \
        return run_back(s, args, kind, ret);                                                                 \
    }                                                                                                        \
    const struct command command_##symbol = {                                                                \
        .name = text_name,                                                                                   \
        .group = "time",                                                                                     \
        .aliases = words,                                                                                    \
        .usage = "[TIMES]",                                                                                  \
        .about = what,                                                                                       \
        .args = back_args,                                                                                   \
        .flags = BACK_FLAGS,                                                                                 \
        .run = run_##symbol,                                                                                 \
        .text = stop_to_text,                                                                                \
    }

BACK_COMMAND(reverse_continue, "reverse-continue", TIME_BACK_CONTINUE, "rc",
             "back to what was hit last, or to the start of the record");
BACK_COMMAND(reverse_step, "reverse-step", TIME_BACK_STEP, "rs",
             "back to the start of the line before, into calls from their end");
BACK_COMMAND(reverse_next, "reverse-next", TIME_BACK_NEXT, "rn",
             "back to the start of the line before, over calls");
BACK_COMMAND(reverse_stepi, "reverse-stepi", TIME_BACK_STEPI, "rsi", "one instruction back");
BACK_COMMAND(reverse_nexti, "reverse-nexti", TIME_BACK_NEXTI, "rni", "one instruction back, over calls");
BACK_COMMAND(reverse_finish, "reverse-finish", TIME_BACK_FINISH, "",
             "back to the call of the selected frame's function");
