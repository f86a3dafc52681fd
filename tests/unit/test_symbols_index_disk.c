/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Name indexes on disk: where they are, whose they are, and which of them go when there are too many. */
#include "test_symbols_support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "symbols/index/index_cache.h"

/* The path of a file in a folder of this test's own. */
static char *at(const char *folder, const char *name)
{
    return xasprintf("%s/%s/allstop/index/%s", scratch, folder, name);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 0777;
}

/* The names in the folder of a path, sorted, with blanks between. */
static char *files_beside(const char *path)
{
    BASE_FREE char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));
    struct dirent **list;
    struct buf b = {0};
    int n = scandir(folder, &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0)
            buf_printf(&b, "%s%s", b.length ? " " : "", list[i]->d_name);
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    return b.data ? buf_take(&b) : xstrdup("");
}

static void expect_files(const char *path, const char *wanted)
{
    BASE_FREE char *have = files_beside(path);
    assert_string_equal(have, wanted);
}

static size_t descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t n = 0;
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void put_file(const char *path, size_t size, int64_t seconds, long nanoseconds)
{
    struct timespec times[2] = {{.tv_sec = seconds, .tv_nsec = nanoseconds},
                                {.tv_sec = seconds, .tv_nsec = nanoseconds}};
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    assert_int_equal(futimens(fd, times), 0);
    assert_int_equal(close(fd), 0);
}

static bool there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static bool loads(const char *path)
{
    size_t size = 0;
    BASE_FREE uint8_t *bytes = index_cache_load(path, &size);
    return bytes != NULL;
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *cache, *home, *path;
    } rows[] = {
        {"/c", "/h", "/c/allstop/index/id"},
        {"/c", NULL, "/c/allstop/index/id"},
        {"/c", "h", "/c/allstop/index/id"},
        {NULL, "/h", "/h/.cache/allstop/index/id"},
        {"", "/h", "/h/.cache/allstop/index/id"},
        {"c", "/h", "/h/.cache/allstop/index/id"},
        {"./c", "/h", "/h/.cache/allstop/index/id"},
        {NULL, NULL, NULL},
        {"c", "h", NULL},
        {NULL, "", NULL},
        {"c", NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        assert_int_equal(
            rows[i].cache ? setenv("XDG_CACHE_HOME", rows[i].cache, 1) : unsetenv("XDG_CACHE_HOME"), 0);
        assert_int_equal(rows[i].home ? setenv("HOME", rows[i].home, 1) : unsetenv("HOME"), 0);
        BASE_FREE char *path = index_cache_path("id");
        if (rows[i].path)
            assert_string_equal(path, rows[i].path);
        else
            assert_null(path);
        assert_null(index_cache_path(NULL));
    }
}

static void test_store_and_load(void **state)
{
    (void)state;
    BASE_FREE char *path = at("plain", "0123ab"), *folder = at("plain", "");
    size_t size = 0, open_before = descriptors();
    assert_null(index_cache_load(path, &size));
    mode_t mask = umask(0);
    index_cache_store(path, (const uint8_t *)"first", 5, INDEX_CACHE_LIMIT);
    umask(mask);
    index_cache_store(path, (const uint8_t *)"second", 6, INDEX_CACHE_LIMIT);
    BASE_FREE uint8_t *bytes = index_cache_load(path, &size);
    assert_int_equal(size, 6);
    assert_memory_equal(bytes, "second", 6);
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(mode_of(folder), 0700);
    expect_files(path, "0123ab");
    assert_int_equal(descriptors(), open_before);
    /* More than one write and one read may take. */
    BASE_FREE uint8_t *large = xmalloc(9 << 20);
    memset(large, 7, 9 << 20);
    index_cache_store(path, large, 9 << 20, INDEX_CACHE_LIMIT);
    BASE_FREE uint8_t *again = index_cache_load(path, &size);
    assert_int_equal(size, 9 << 20);
    assert_memory_equal(again, large, size);
    /* A folder stands where the file should be. */
    BASE_FREE char *taken = at("plain", "taken"), *inside = at("plain", "taken/x");
    index_cache_store(inside, (const uint8_t *)"x", 1, INDEX_CACHE_LIMIT);
    index_cache_store(taken, (const uint8_t *)"y", 1, INDEX_CACHE_LIMIT);
    assert_false(loads(taken));
    assert_true(loads(inside));
    expect_files(path, "0123ab taken");
    assert_int_equal(descriptors(), open_before);
}

/* What is not a plain file of ours is not read. */
static void test_strange_files(void **state)
{
    (void)state;
    BASE_FREE char *file = at("strange", "file"), *link = at("strange", "link"),
                   *fifo = at("strange", "fifo"), *empty = at("strange", "empty"),
                   *huge = at("strange", "huge"), *folder = at("strange", "folder"),
                   *theirs = at("strange", "theirs");
    size_t open_before = descriptors();
    index_cache_store(file, (const uint8_t *)"x", 1, INDEX_CACHE_LIMIT);
    assert_true(loads(file));
    assert_int_equal(symlink("file", link), 0);
    assert_false(loads(link));
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_false(loads(fifo));
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_false(loads(folder));
    put_file(empty, 0, 1, 0);
    assert_false(loads(empty));
    put_file(huge, ((size_t)1 << 30) + 1, 1, 0); /* has no blocks on disk */
    assert_false(loads(huge));
    put_file(theirs, 3, 1, 0);
    assert_true(loads(theirs));
    if (chown(theirs, 12345, (gid_t)-1) == 0) /* who may not do that cannot be given such a file here */
        assert_false(loads(theirs));
    /* Says it has a page, and has less. */
    assert_false(loads("/sys/kernel/uevent_seqnum"));
    assert_int_equal(descriptors(), open_before);
    static const char *const words[] = {"file", "link", "fifo", "empty", "huge", "theirs"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        BASE_FREE char *path = at("strange", words[i]);
        assert_int_equal(unlink(path), 0);
    }
}

/* The folder stays below its limit: what was used longest ago goes. */
static void test_size_limit(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t seconds;
        long nanoseconds;
    } files[] = {{"a", 2000, 5}, {"c", 1000, 9}, {"b", 1001, 0}, {"e", 1000, 7}, {"d", 1000, 9}};
    static const struct {
        uint64_t limit;
        const char *left;
    } rows[] = {
        {6000, "a b c d e z"}, {5999, "a b c d z"}, {5000, "a b c d z"}, {4999, "a b d z"},
        {3500, "a b z"},       {2000, "a z"},       {1999, "z"},         {1000, "z"},
    };
    uint8_t bytes[1000] = {1};
    BASE_FREE char *stored = at("limit", "z");
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        index_cache_store(stored, bytes, sizeof bytes, 1 << 20);
        for (size_t k = 0; k < ARRAY_LENGTH(files); k++) {
            BASE_FREE char *path = at("limit", files[k].name);
            put_file(path, 1000, files[k].seconds, files[k].nanoseconds);
        }
        size_t open_before = descriptors();
        index_cache_store(stored, bytes, sizeof bytes, rows[i].limit);
        expect_files(stored, rows[i].left);
        assert_int_equal(descriptors(), open_before);
    }
    /* Larger than the whole folder may be: not written, and nothing else goes for it. */
    index_cache_store(stored, (const uint8_t *)"new", 3, 2);
    size_t size;
    BASE_FREE uint8_t *kept = index_cache_load(stored, &size);
    assert_non_null(kept);
    assert_int_equal(size, 1000);
}

/* What was just written stays, though others say that they were used later. */
static void test_stored_stays(void **state)
{
    (void)state;
    uint8_t bytes[1000] = {1};
    BASE_FREE char *first = at("stays", "a"), *second = at("stays", "b"), *stored = at("stays", "c");
    index_cache_store(stored, bytes, sizeof bytes, 1 << 20);
    put_file(first, 1000, time(NULL) + 100000, 0);
    put_file(second, 1000, time(NULL) + 200000, 0);
    index_cache_store(stored, bytes, sizeof bytes, 2500);
    expect_files(stored, "b c");
}

/* The number of a descriptor may be 0. */
static void test_without_input(void **state)
{
    (void)state;
    BASE_FREE char *path = at("input", "x");
    int kept = dup(0);
    assert_true(kept > 2);
    close(0);
    index_cache_store(path, (const uint8_t *)"x", 1, INDEX_CACHE_LIMIT);
    bool loaded = loads(path);
    assert_int_equal(dup2(kept, 0), 0);
    close(kept);
    assert_true(loaded);
    expect_files(path, "x");
}

/* A file that was read was used. */
static void test_use(void **state)
{
    (void)state;
    uint8_t bytes[1000] = {1};
    BASE_FREE char *first = at("use", "first"), *second = at("use", "second"), *third = at("use", "third");
    index_cache_store(first, bytes, sizeof bytes, 1 << 20);
    put_file(first, 1000, 1000, 0);
    put_file(second, 1000, 2000, 0);
    assert_true(loads(first));
    index_cache_store(third, bytes, sizeof bytes, 2000);
    expect_files(first, "first third");
}

/* What a killed session left half written goes after an hour; what is no file is not counted. */
static void test_left_behind(void **state)
{
    (void)state;
    BASE_FREE char *old = at("left", ".new-old"), *young = at("left", ".new-young"),
                   *hidden = at("left", ".other"), *folder = at("left", "folder"), *link = at("left", "link"),
                   *file = at("left", "file"), *far = at("left", "far");
    uint8_t bytes[100] = {1};
    index_cache_store(file, bytes, sizeof bytes, 1000);
    int64_t now = time(NULL);
    put_file(old, 5000, now - 3700, 0);
    put_file(young, 5000, now - 3000, 0);
    put_file(far, 10, 500, 0);
    put_file(hidden, 10, 400, 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(symlink("file", link), 0);
    index_cache_store(file, bytes, sizeof bytes, 120);
    expect_files(file, ".new-young .other far file folder link");
    index_cache_store(file, bytes, sizeof bytes, 119);
    expect_files(file, ".new-young far file folder link");
    index_cache_store(file, bytes, sizeof bytes, 100);
    expect_files(file, ".new-young file folder link");
    assert_true(there(young));
}

/* In a child, whose limits are its own: what is left of a file that could not be written? */
static void test_no_room(void **state)
{
    (void)state;
    BASE_FREE char *path = at("room", "noroom"), *other = at("room", "other");
    BASE_FREE uint8_t *bytes = xcalloc(1, 1 << 20);
    index_cache_store(other, bytes, 10, INDEX_CACHE_LIMIT);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {4096, 4096};
        signal(SIGXFSZ, SIG_IGN); /* index_job.c blocks it on its threads */
        setrlimit(RLIMIT_FSIZE, &limit);
        index_cache_store(path, bytes, 1 << 20, INDEX_CACHE_LIMIT);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(loads(path));
    expect_files(path, "other");
    /* A folder that cannot be. */
    static const char nowhere[] = "/proc/self/nothing/allstop/index/x";
    size_t open_before = descriptors();
    index_cache_store(nowhere, bytes, 10, INDEX_CACHE_LIMIT);
    assert_false(loads(nowhere));
    assert_int_equal(descriptors(), open_before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),         cmocka_unit_test(test_store_and_load),
        cmocka_unit_test(test_strange_files), cmocka_unit_test(test_size_limit),
        cmocka_unit_test(test_use),           cmocka_unit_test(test_stored_stays),
        cmocka_unit_test(test_without_input), cmocka_unit_test(test_left_behind),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
