/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exception tables of Arm, in an ELF file that is whole but for them: the input is a byte of flags (bit
 * 0: big-endian), a byte that says how many entries the index has, the index, and what is left as the other
 * table. Every function is asked for; then the input once more, as unwinding instructions.
 *
 * A row takes registers from the stack and is measured from one that there is.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "symbols/dwarf/exidx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    TEXT = 0x10000,
    INDEX = 0x20000,
    TABLE = 0x30000,
    TEXT_BYTES = 0x400,
    SECTIONS = 5,
    INPUT_MOST = 1 << 16
};

static const char names[] = "\0.text\0.ARM.exidx\0.ARM.extab\0.shstrtab";

static void check(const struct cfi_row *row)
{
    if (row->cfa.kind != CFI_REGISTER || row->cfa.reg > 14 || !row->at_calls ||
        (row->return_register != 14 && row->return_register != 15))
        abort();
    for (unsigned i = 0; i < CFI_REGISTERS; i++)
        if (row->rules[i].kind > CFI_OFFSET)
            abort();
}

static void put(struct buf *out, uint32_t value, unsigned bytes, bool big)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_add_char(out, (char)(value >> 8 * (big ? bytes - 1 - i : i)));
}

static void put_words(struct buf *out, bool big, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(out, words[i], 4, big);
}

static void put_header(struct buf *out, bool big, uint32_t sections_at)
{
    const unsigned char ident[EI_NIDENT] = {
        0x7f, 'E', 'L', 'F', ELFCLASS32, big ? ELFDATA2MSB : ELFDATA2LSB, EV_CURRENT};
    const uint32_t middle[] = {EV_CURRENT, TEXT, 0, sections_at, 0x05000000};
    const uint16_t end[] = {sizeof(Elf32_Ehdr), 0, 0, sizeof(Elf32_Shdr), SECTIONS, SECTIONS - 1};
    buf_add(out, ident, sizeof ident);
    put(out, ET_EXEC, 2, big);
    put(out, EM_ARM, 2, big);
    put_words(out, big, middle, ARRAY_LENGTH(middle));
    for (size_t i = 0; i < ARRAY_LENGTH(end); i++)
        put(out, end[i], 2, big);
}

static void make_file(struct buf *out, const uint8_t *data, size_t size)
{
    bool big = data[0] & 1;
    size_t left = size - 2, index = data[1] * 8u < left ? data[1] * 8u : left;
    uint32_t text_at = sizeof(Elf32_Ehdr), index_at = text_at + TEXT_BYTES,
             table_at = index_at + (uint32_t)index;
    uint32_t names_at = table_at + (uint32_t)(left - index), sections_at = names_at + (uint32_t)sizeof names;
    /* name, type, flags, address, offset, size, link, info, alignment, size of an entry */
    const uint32_t sections[SECTIONS][10] = {
        {0},
        {1, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, TEXT, text_at, TEXT_BYTES, 0, 0, 4, 0},
        {7, SHT_ARM_EXIDX, SHF_ALLOC, INDEX, index_at, (uint32_t)index, 1, 0, 4, 0},
        {18, SHT_PROGBITS, SHF_ALLOC, TABLE, table_at, (uint32_t)(left - index), 0, 0, 4, 0},
        {29, SHT_STRTAB, 0, 0, names_at, sizeof names, 0, 0, 1, 0},
    };
    put_header(out, big, sections_at);
    for (unsigned i = 0; i < TEXT_BYTES; i++)
        buf_add_char(out, 0);
    buf_add(out, data + 2, left);
    buf_add(out, names, sizeof names);
    for (size_t i = 0; i < SECTIONS; i++)
        put_words(out, big, sections[i], 10);
}

static void ask(const char *path)
{
    struct symbol_file *f;
    static struct cfi_row row;
    BASE_ERROR struct error *err = symbol_file_open(path, &f);
    if (err)
        abort();
    for (uint64_t at = TEXT; at < TEXT + TEXT_BYTES; at += 4)
        if (exidx_row(f, at, &row))
            check(&row);
    if (exidx_row(f, INDEX, &row) || exidx_row(f, 0, &row) || exidx_row(f, UINT64_MAX, &row))
        abort(); /* that is no code */
    symbol_file_close(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cfi_row row;
    if (size < 2 || size > INPUT_MOST)
        return 0;
    if (exidx_run(data, size, &row))
        check(&row);
    BASE_BUF struct buf file = {0};
    make_file(&file, data, size);
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, file.data, file.length) != (ssize_t)file.length)
        abort();
    BASE_FREE char *path = xasprintf("/proc/self/fd/%d", fd);
    ask(path);
    close(fd);
    return 0;
}
