/*
 * Takes debug registers of the processor away from a kernel's debugger, as others inside a kernel do:
 *
 *   slots perf:N     N breakpoints of perf on every CPU
 *   slots task:N     N breakpoints of perf for a task of its own
 *   slots ptrace:N   N debug registers of a child, by ptrace
 *
 * It says "slots: perf holds 2" on its standard output when it has them, or "slots: perf holds 1: ERROR" when
 * it got fewer, and leaves; a process of the name stays behind and holds them. SIGUSR1 makes that one let go
 * of them, which it says too ("slots: perf let go"), and end.
 */
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS_MAX = 4, CPUS_MAX = 16 };

static unsigned char unwritten[8 * SLOTS_MAX] __attribute__((aligned(8)));

static int open_one(int slot, int pid, int cpu)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_BREAKPOINT, .size = sizeof attr, .pinned = 1};
    attr.bp_type = HW_BREAKPOINT_W;
    attr.bp_addr = (unsigned long)&unwritten[8 * slot];
    attr.bp_len = HW_BREAKPOINT_LEN_8;
    return (int)syscall(SYS_perf_event_open, &attr, pid, cpu, -1, 0);
}

/* How many of `wanted` it got. */
static int take_perf(int wanted)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    for (int slot = 0; slot < wanted; slot++)
        for (int cpu = 0; cpu < cpus && cpu < CPUS_MAX; cpu++)
            if (open_one(slot, -1, cpu) < 0)
                return slot;
    return wanted;
}

static int take_task(int wanted)
{
    for (int slot = 0; slot < wanted; slot++)
        if (open_one(slot, 0, -1) < 0)
            return slot;
    return wanted;
}

static long poke(pid_t child, int debug_register, unsigned long value)
{
    return ptrace(PTRACE_POKEUSER, child, offsetof(struct user, u_debugreg) + 8 * (size_t)debug_register,
                  value);
}

/* DR7: enabled for the task, on a write of 8 bytes (Intel SDM volume 3, 18.2.4). */
static int take_ptrace(int wanted)
{
    unsigned long control = 0;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        for (;;)
            pause();
    }
    if (child < 0 || waitpid(child, NULL, 0) < 0)
        return 0;
    for (int slot = 0; slot < wanted; slot++) {
        control |= 1UL << (2 * slot) | 0x9UL << (16 + 4 * slot);
        if (poke(child, slot, (unsigned long)&unwritten[8 * slot]) < 0 || poke(child, 7, control) < 0)
            return slot;
    }
    return wanted;
}

static int take(const char *how, int wanted)
{
    if (strcmp(how, "ptrace") == 0)
        return take_ptrace(wanted);
    return strcmp(how, "task") == 0 ? take_task(wanted) : take_perf(wanted);
}

static void hold(const char *how, int wanted, int ready)
{
    sigset_t set;
    int signal;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int got = take(how, wanted);
    if (got < wanted)
        printf("slots: %s holds %d: %s\n", how, got, strerror(errno));
    else
        printf("slots: %s holds %d\n", how, got);
    fflush(stdout);
    if (write(ready, "", 1) < 0)
        return;
    sigwait(&set, &signal);
    printf("slots: %s let go\n", how);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    int ready[2];
    char byte;
    char *colon = argc == 2 ? strchr(argv[1], ':') : NULL;
    int wanted = colon ? atoi(colon + 1) : -1;
    if (wanted < 0 || wanted > SLOTS_MAX || pipe(ready) < 0) {
        fprintf(stderr, "usage: slots perf|task|ptrace:0..%d\n", SLOTS_MAX);
        return 2;
    }
    *colon = '\0';
    pid_t holder = fork();
    if (holder == 0) {
        hold(argv[1], wanted, ready[1]);
        return 0;
    }
    close(ready[1]);
    return holder < 0 || read(ready[0], &byte, 1) != 1; /* which comes when they are held */
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
