/*
 * What tests/kernel/init does, for processors that Debian has no static busybox for on this machine: words on
 * the kernel's command line start chatter (lines on the console, from user space and from the kernel), loop
 * (a process that goes on reading /proc/uptime), autobrk (breaks in by SysRq a second after the start).
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, text, strlen(text)) < 0)
        perror(path);
    close(fd);
}

static void get(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, size - 1) : 0;
    text[n > 0 ? n : 0] = '\0';
    close(fd);
}

static void chatter(void)
{
    char line[64];
    for (unsigned n = 1;; n++) {
        printf("chatter line %u from user space\n", n);
        snprintf(line, sizeof line, "<6>kchatter %u", n);
        put("/dev/kmsg", line);
        usleep(20000);
    }
}

static void loop(void)
{
    char text[64];
    for (;;) {
        usleep(100000);
        get("/proc/uptime", text, sizeof text);
    }
}

static void autobrk(void)
{
    sleep(1);
    put("/proc/sysrq-trigger", "g");
}

static void start(const char *words, const char *word, void (*run)(void))
{
    if (!strstr(words, word) || fork() != 0)
        return;
    run();
    _exit(0);
}

int main(void)
{
    char words[1024], uptime[64];
    mkdir("/proc", 0755);
    mkdir("/dev", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    get("/proc/uptime", uptime, sizeof uptime);
    get("/proc/cmdline", words, sizeof words);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("INIT: booted %s", uptime);
    put("/proc/sys/kernel/sysrq", "1");
    start(words, "chatter", chatter);
    start(words, "loop", loop);
    start(words, "autobrk", autobrk);
    for (;;)
        pause();
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
