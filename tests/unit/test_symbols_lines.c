/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Line programs: our rows against libdwarf's over compilers and DWARF versions, and the files of link-time
 * optimised programs against gdb's. gcc's LTO numbers its files so that file 0 is "<artificial>", which a
 * reader that begins with file 0 shows for every line.
 */
#include "test_symbols_support.h"

#include "symbols/dwarf/dwarf_unit.h"

static const char *const compiles[] = {
    "gcc -gdwarf-2 -gstrict-dwarf -O1",
    "gcc -gdwarf-3 -O2",
    "gcc -gdwarf-4 -O2",
    "gcc -gdwarf-5 -O0",
    "gcc -gdwarf-5 -O2",
    "gcc -gdwarf-5 -O2 -flto",
    "gcc -gdwarf-4 -O2 -flto",
    "gcc -gdwarf-5 -O2 -gno-as-loc-support -gno-as-locview-support",
    "gcc -gdwarf-5 -O2 -ffunction-sections -Wl,--gc-sections",
    "clang -gdwarf-4 -O2",
    "clang -gdwarf-5 -O0",
    "clang -gdwarf-5 -O2",
    "clang -gdwarf-5 -O2 -flto -fuse-ld=lld",
    "aarch64-linux-gnu-gcc -g -O2",
    "s390x-linux-gnu-gcc -g -O2",
    "mips-linux-gnu-gcc -g -O1",
};

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_program();
    seed_random();
    return 0;
}

/* A row as text. libdwarf lets the file register begin at 0, where DWARF 5 section 6.2.2 says 1: told apart
 * by the LTO test below. */
static void describe_row(struct buf *out, const struct line_row *r)
{
    buf_printf(out, "%llx line %u file %u column %u%s%s%s\n", (unsigned long long)r->address, r->line,
               r->file ? r->file : 1, r->column, r->statement ? " statement" : "",
               r->prologue_end ? " prologue" : "", r->end ? " end" : "");
}

static void describe_ours(struct dwarf_unit *u, struct buf *out)
{
    const struct line_table *t = unit_lines(u);
    for (size_t i = 0; i < t->row_count; i++)
        describe_row(out, &t->rows[i]);
}

static void describe_line(Dwarf_Line line, struct line_row *r)
{
    Dwarf_Error err = NULL;
    Dwarf_Addr address = 0;
    Dwarf_Unsigned number = 0, file = 0, column = 0, isa = 0, discriminator = 0;
    Dwarf_Bool statement = 0, end = 0, prologue = 0, epilogue = 0;
    assert_int_equal(dwarf_lineaddr(line, &address, &err), DW_DLV_OK);
    assert_int_equal(dwarf_lineno(line, &number, &err), DW_DLV_OK);
    assert_int_equal(dwarf_line_srcfileno(line, &file, &err), DW_DLV_OK);
    assert_int_equal(dwarf_lineoff_b(line, &column, &err), DW_DLV_OK);
    assert_int_equal(dwarf_linebeginstatement(line, &statement, &err), DW_DLV_OK);
    assert_int_equal(dwarf_lineendsequence(line, &end, &err), DW_DLV_OK);
    assert_int_equal(dwarf_prologue_end_etc(line, &prologue, &epilogue, &isa, &discriminator, &err),
                     DW_DLV_OK);
    *r = (struct line_row){.address = address,
                           .line = (uint32_t)number,
                           .file = (uint32_t)file,
                           .column = (uint16_t)column,
                           .statement = statement,
                           .prologue_end = prologue,
                           .end = end};
}

/* libdwarf's rows of one CU, without line 0 and without the sequences that have no code here. */
static void describe_theirs(struct symbol_file *f, Dwarf_Die root, struct buf *out)
{
    Dwarf_Unsigned version = 0;
    Dwarf_Small tables = 0;
    Dwarf_Line_Context context = NULL;
    Dwarf_Error err = NULL;
    Dwarf_Line *lines = NULL;
    Dwarf_Signed count = 0;
    if (dwarf_srclines_b(root, &version, &tables, &context, &err) != DW_DLV_OK)
        return;
    assert_int_equal(dwarf_srclines_from_linecontext(context, &lines, &count, &err), DW_DLV_OK);
    struct line_row first = {0}, r;
    BASE_BUF struct buf sequence = {0};
    for (Dwarf_Signed i = 0; i < count; i++) {
        describe_line(lines[i], &r);
        if (r.line || r.end) {
            if (!sequence.length)
                first = r;
            describe_row(&sequence, &r);
        }
        if (r.end && first.address < r.address && file_is_code(f, first.address))
            buf_add(out, sequence.data, sequence.length);
        if (r.end)
            sequence.length = 0;
    }
    dwarf_srclines_dealloc_b(context);
}

static void check_rows(const char *compile)
{
    free(run("%s main.c area.c -o program", compile));
    struct symbol_file *f = open_file("program");
    struct dwarf *d = dwarf_of(f);
    assert_non_null(d);
    BASE_BUF struct buf ours = {0}, theirs = {0};
    for (size_t i = 0; i < d->unit_count; i++) {
        struct dwarf_unit *u = dwarf_unit_get(d, i);
        assert_non_null(u);
        describe_theirs(f, u->root, &theirs);
        describe_ours(u, &ours);
    }
    assert_true(theirs.length > 500);
    if (strcmp(buf_text(&ours), buf_text(&theirs)) != 0) {
        write_file("ours", buf_text(&ours));
        write_file("theirs", buf_text(&theirs));
        BASE_FREE char *diff = run("diff ours theirs | head -n 20");
        fail_msg("%s: ours, theirs:\n%s", compile, diff);
    }
    assert_null(symbol_file_complaint(f));
    symbol_file_close(f);
}

static void test_rows_as_libdwarf(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++)
        check_rows(compiles[i]);
}

/* Every byte of every function of ours: file and line as gdb's `info line`. */
static void check_files(const char *compile)
{
    static const char *const names[] = {"main", "choose", "area", "helper"};
    free(run("%s main.c area.c -o program", compile));
    struct symbol_map *m = open_map("program", 0);
    BASE_BUF struct buf commands = {0};
    uint64_t addresses[4096];
    size_t n = 0, seen = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct symbol_match *list;
        size_t count;
        symbols_find_name(m, names[i], &list, &count);
        for (size_t k = 0; k < count; k++)
            for (uint64_t at = 0; !list[k].inlined && at < list[k].size && n < ARRAY_LENGTH(addresses); at++)
                addresses[n++] = list[k].entry + at;
        free(list);
    }
    assert_true(n > 50);
    for (size_t i = 0; i < n; i++)
        buf_printf(&commands, "info line *0x%llx\n", (unsigned long long)addresses[i]);
    write_file("commands", buf_text(&commands));
    BASE_FREE char *out = run("gdb -nx -batch -iex 'set debuginfod enabled off' -x commands program 2>&1");
    char *save = NULL, *line = strtok_r(out, "\n", &save);
    for (size_t i = 0; i < n; i++, line = strtok_r(NULL, "\n", &save)) {
        assert_non_null(line);
        unsigned theirs;
        char file[64];
        if (sscanf(line, "Line %u of \"%63[^\"]\"", &theirs, file) != 2)
            continue;
        struct symbol_place p;
        assert_true(symbols_lookup(m, addresses[i], &p));
        if (!p.file || strcmp(base_name(p.file), base_name(file)) != 0 || p.line != theirs)
            fail_msg("%s: 0x%llx is %s:%u, gdb: %s", compile, (unsigned long long)addresses[i],
                     p.file ? p.file : "-", p.line, line);
        seen++;
    }
    assert_true(seen > n / 2);
    symbol_map_free(m);
}

static void test_files_with_lto(void **state)
{
    (void)state;
    check_files("gcc -gdwarf-5 -O2 -flto");
    check_files("gcc -gdwarf-4 -O2 -flto");
    check_files("gcc -gdwarf-5 -O2 -flto -flto-partition=none");
    check_files("clang -gdwarf-5 -O2 -flto -fuse-ld=lld");
    check_files("clang -gdwarf-4 -O2 -flto -fuse-ld=lld");
}

/* A program of bytes that say anything ends, and what it leaves is in order. */
static void test_damaged_programs(void **state)
{
    (void)state;
    free(run("gcc -g -O2 main.c area.c -o sound && objcopy -O binary --only-section=.debug_line "
             "--set-section-flags .debug_line=alloc sound line"));
    free(run("test -s line"));
    for (int round = 0; round < 40; round++) {
        free(run("cp line damaged && python3 -c '\n"
                 "import random\n"
                 "random.seed(%llu)\n"
                 "d = bytearray(open(\"damaged\", \"rb\").read())\n"
                 "for i in range(random.randrange(1, 30)): d[random.randrange(4, len(d))] = "
                 "random.randrange(256)\n"
                 "open(\"damaged\", \"wb\").write(d)' && objcopy --update-section .debug_line=damaged sound "
                 "program",
                 (unsigned long long)random_below(1u << 30)));
        struct symbol_file *f = open_file("program");
        struct dwarf *d = dwarf_of(f);
        assert_non_null(d);
        for (size_t i = 0; i < d->unit_count; i++) {
            const struct line_table *t = unit_lines(dwarf_unit_get(d, i));
            for (size_t k = 0; k < t->sequence_count; k++) {
                const struct line_sequence *s = &t->sequences[k];
                assert_true(s->low < s->high && s->count >= 2 && s->first + s->count <= t->row_count);
                assert_true(!k || t->sequences[k - 1].low <= s->low);
                assert_true(t->rows[s->first + s->count - 1].end);
                for (size_t r = s->first + 1; r < s->first + s->count; r++)
                    assert_true(t->rows[r - 1].address <= t->rows[r].address);
            }
        }
        symbol_file_close(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_with_lto),
        cmocka_unit_test(test_damaged_programs),
        cmocka_unit_test(test_rows_as_libdwarf),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
