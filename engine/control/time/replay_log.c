/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/time/replay_log.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_BYTES = 12, LOG_VERSION = 0xe0200c };

/* QEMU replay/replay-internal.h, enum ReplayEvents, with SHUTDOWN_CAUSE__MAX 11, two clocks and nine
 * checkpoints, as of that version. */
enum replay_event {
    EVENT_INSTRUCTION = 0,
    EVENT_INTERRUPT = 1,
    EVENT_EXCEPTION = 2,
    EVENT_ASYNC_BH = 3,
    EVENT_ASYNC_BH_ONESHOT = 4,
    EVENT_ASYNC_INPUT = 5,
    EVENT_ASYNC_INPUT_SYNC = 6,
    EVENT_ASYNC_CHAR_READ = 7,
    EVENT_ASYNC_BLOCK = 8,
    EVENT_ASYNC_NET = 9,
    EVENT_SHUTDOWN = 10,
    EVENT_SHUTDOWN_LAST = 21,
    EVENT_CHAR_WRITE = 22,
    EVENT_CHAR_READ_ALL = 23,
    EVENT_CHAR_READ_ALL_ERROR = 24,
    EVENT_AUDIO_OUT = 25,
    EVENT_AUDIO_IN = 26,
    EVENT_RANDOM = 27,
    EVENT_CLOCK = 28,
    EVENT_CLOCK_LAST = 29,
    EVENT_CHECKPOINT = 30,
    EVENT_CHECKPOINT_LAST = 38,
    EVENT_END = 39,
};

struct reader {
    const unsigned char *bytes;
    size_t n, at;
    bool cut, damaged;
};

static uint32_t word(struct reader *r)
{
    if (r->n - r->at < 4) {
        r->cut = true;
        return 0;
    }
    const unsigned char *p = r->bytes + r->at;
    r->at += 4;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void skip(struct reader *r, size_t n)
{
    r->cut |= r->n - r->at < n;
    r->at = r->cut ? r->n : r->at + n;
}

static void skip_array(struct reader *r)
{
    skip(r, word(r));
}

/* replay/replay-input.c: keys by number or name, buttons, movements; others end the reading. */
static void skip_input(struct reader *r)
{
    enum { KEY, BUTTON, RELATIVE, ABSOLUTE };
    uint32_t kind = word(r);
    if (kind == KEY) {
        uint32_t by_name = word(r);
        skip(r, by_name ? 4 + 1 : 8 + 1);
    } else if (kind == BUTTON) {
        skip(r, 4 + 1);
    } else if (kind == RELATIVE || kind == ABSOLUTE) {
        skip(r, 4 + 8);
    } else {
        r->damaged = true;
    }
}

static void skip_event(struct reader *r, unsigned event)
{
    if (event == EVENT_ASYNC_BH || event == EVENT_ASYNC_BH_ONESHOT || event == EVENT_ASYNC_BLOCK ||
        event == EVENT_CHAR_WRITE || (event >= EVENT_CLOCK && event <= EVENT_CLOCK_LAST)) {
        skip(r, 8);
    } else if (event == EVENT_ASYNC_INPUT) {
        skip_input(r);
    } else if (event == EVENT_ASYNC_CHAR_READ) {
        skip(r, 1);
        skip_array(r);
    } else if (event == EVENT_ASYNC_NET) {
        skip(r, 1 + 4);
        skip_array(r);
    } else if (event == EVENT_CHAR_READ_ALL) {
        skip_array(r);
    } else if (event == EVENT_CHAR_READ_ALL_ERROR || event == EVENT_AUDIO_OUT) {
        skip(r, 4);
    } else if (event == EVENT_RANDOM) {
        skip(r, 4);
        skip_array(r);
    } else if (event > EVENT_END || event == EVENT_AUDIO_IN) {
        r->damaged = true;
    }
}

bool replay_log_length(const unsigned char *bytes, size_t n, uint64_t *ret)
{
    struct reader r = {.bytes = bytes, .n = n};
    *ret = 0;
    if (word(&r) != LOG_VERSION || n < HEADER_BYTES)
        return false;
    r.at = HEADER_BYTES;
    while (r.at < r.n && !r.cut && !r.damaged) {
        unsigned event = r.bytes[r.at++];
        if (event == EVENT_END || (event >= EVENT_SHUTDOWN && event <= EVENT_SHUTDOWN_LAST))
            break;
        if (event == EVENT_INSTRUCTION)
            *ret += word(&r);
        else
            skip_event(&r, event);
    }
    return !r.damaged && *ret > 0;
}

bool replay_log_file_length(const char *path, uint64_t *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    bool good = false;
    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > HEADER_BYTES) {
        size_t n = (size_t)st.st_size;
        void *map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map != MAP_FAILED) {
            good = replay_log_length(map, n, ret);
            munmap(map, n);
        }
    }
    close(fd);
    return good;
}
