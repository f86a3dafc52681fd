/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/target/signals.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const names[SIGNAL_COUNT] = {
    [1] = "SIGHUP",      [2] = "SIGINT",    [3] = "SIGQUIT",    [4] = "SIGILL",    [5] = "SIGTRAP",
    [6] = "SIGABRT",     [7] = "SIGEMT",    [8] = "SIGFPE",     [9] = "SIGKILL",   [10] = "SIGBUS",
    [11] = "SIGSEGV",    [12] = "SIGSYS",   [13] = "SIGPIPE",   [14] = "SIGALRM",  [15] = "SIGTERM",
    [16] = "SIGURG",     [17] = "SIGSTOP",  [18] = "SIGTSTP",   [19] = "SIGCONT",  [20] = "SIGCHLD",
    [21] = "SIGTTIN",    [22] = "SIGTTOU",  [23] = "SIGIO",     [24] = "SIGXCPU",  [25] = "SIGXFSZ",
    [26] = "SIGVTALRM",  [27] = "SIGPROF",  [28] = "SIGWINCH",  [29] = "SIGLOST",  [30] = "SIGUSR1",
    [31] = "SIGUSR2",    [32] = "SIGPWR",   [33] = "SIGPOLL",   [34] = "SIGWIND",  [35] = "SIGPHONE",
    [36] = "SIGWAITING", [37] = "SIGLWP",   [38] = "SIGDANGER", [39] = "SIGGRANT", [40] = "SIGRETRACT",
    [41] = "SIGMSG",     [42] = "SIGSOUND", [43] = "SIGSAK",    [44] = "SIGPRIO",  [45] = "SIG33",
    [46] = "SIG34",      [47] = "SIG35",    [48] = "SIG36",     [49] = "SIG37",    [50] = "SIG38",
    [51] = "SIG39",      [52] = "SIG40",    [53] = "SIG41",     [54] = "SIG42",    [55] = "SIG43",
    [56] = "SIG44",      [57] = "SIG45",    [58] = "SIG46",     [59] = "SIG47",    [60] = "SIG48",
    [61] = "SIG49",      [62] = "SIG50",    [63] = "SIG51",     [64] = "SIG52",    [65] = "SIG53",
    [66] = "SIG54",      [67] = "SIG55",    [68] = "SIG56",     [69] = "SIG57",    [70] = "SIG58",
    [71] = "SIG59",      [72] = "SIG60",    [73] = "SIG61",     [74] = "SIG62",    [75] = "SIG63",
    [76] = "SIGCANCEL",  [77] = "SIG32",    [78] = "SIG64",     [79] = "SIG65",    [80] = "SIG66",
    [81] = "SIG67",      [82] = "SIG68",    [83] = "SIG69",     [84] = "SIG70",    [85] = "SIG71",
    [86] = "SIG72",      [87] = "SIG73",    [88] = "SIG74",     [89] = "SIG75",    [90] = "SIG76",
    [91] = "SIG77",      [92] = "SIG78",    [93] = "SIG79",     [94] = "SIG80",    [95] = "SIG81",
    [96] = "SIG82",      [97] = "SIG83",    [98] = "SIG84",     [99] = "SIG85",    [100] = "SIG86",
    [101] = "SIG87",     [102] = "SIG88",   [103] = "SIG89",    [104] = "SIG90",   [105] = "SIG91",
    [106] = "SIG92",     [107] = "SIG93",   [108] = "SIG94",    [109] = "SIG95",   [110] = "SIG96",
    [111] = "SIG97",     [112] = "SIG98",   [113] = "SIG99",    [114] = "SIG100",  [115] = "SIG101",
    [116] = "SIG102",    [117] = "SIG103",  [118] = "SIG104",   [119] = "SIG105",  [120] = "SIG106",
    [121] = "SIG107",    [122] = "SIG108",  [123] = "SIG109",   [124] = "SIG110",  [125] = "SIG111",
    [126] = "SIG112",    [127] = "SIG113",  [128] = "SIG114",   [129] = "SIG115",  [130] = "SIG116",
    [131] = "SIG117",    [132] = "SIG118",  [133] = "SIG119",   [134] = "SIG120",  [135] = "SIG121",
    [136] = "SIG122",    [137] = "SIG123",  [138] = "SIG124",   [139] = "SIG125",  [140] = "SIG126",
    [141] = "SIG127",    [142] = "SIGINFO"};

/* gdb's defaults: signals that programs use in the normal course of things neither stop nor print. */
static const char *const quiet[] = {"SIGALRM", "SIGURG",   "SIGIO",  "SIGVTALRM",  "SIGPROF",   "SIGCHLD",
                                    "SIGPOLL", "SIGWINCH", "SIGLWP", "SIGWAITING", "SIGCANCEL", "SIGPRIO"};

void signal_table_init(struct signal_table *t)
{
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        t->policy[i] = (struct signal_policy){true, true, true};
    t->policy[0].pass = false;
    t->policy[TARGET_SIGINT].pass = false;
    t->policy[TARGET_SIGTRAP].pass = false;
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        int number = signal_number(quiet[i]);
        if (number > 0)
            t->policy[number] = (struct signal_policy){false, false, true};
    }
}

const char *signal_name(int number)
{
    return number > 0 && number < SIGNAL_COUNT ? names[number] : NULL;
}

int signal_number(const char *name)
{
    if (*name >= '0' && *name <= '9') {
        char *end;
        long n = strtol(name, &end, 10);
        return *end == '\0' && n > 0 && n < SIGNAL_COUNT ? (int)n : -1;
    }
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (int i = 1; i < SIGNAL_COUNT; i++)
        if (names[i] && strcasecmp(names[i] + 3, name) == 0)
            return i;
    return -1;
}

size_t signal_table_quiet(const struct signal_table *t, unsigned char *numbers)
{
    size_t n = 0;
    for (int i = 1; i < SIGNAL_COUNT; i++)
        if (names[i] && !t->policy[i].stop && !t->policy[i].print && t->policy[i].pass)
            numbers[n++] = (unsigned char)i;
    return n;
}
