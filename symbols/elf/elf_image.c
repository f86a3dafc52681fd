/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/elf/elf_image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "symbols/limits.h"

void elf_image_complain(struct elf_image *e, const char *format, ...)
{
    if (e->complaint.length >= COMPLAINT_LIMIT)
        return;
    BASE_BUF struct buf raw = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&raw, format, args);
    va_end(args);
    if (e->complaint.length)
        buf_add_text(&e->complaint, "; ");
    text_add_visible(&e->complaint, buf_text(&raw), raw.length, false);
}

static struct error *cannot_use(const char *path, const char *why)
{
    return error_hint(error_new(ERR_USAGE, "cannot use %s: %s", path, why),
                      "give an ELF executable, shared object, module or core file");
}

/* Maps the file over the start of an anonymous mapping one page longer, so that a reader (libdwarf reads
 * LEB128 numbers with little checking) that goes a few bytes too far meets zeros. */
static struct error *map_file(struct elf_image *e)
{
    int fd = open(e->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        int err = errno;
        if (fd >= 0)
            close(fd);
        return error_new(ERR_NO_SOURCE, "cannot open %s: %s", e->path, strerror(err));
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        return error_new(ERR_NO_SOURCE, "cannot open %s: %s", e->path,
                         S_ISDIR(st.st_mode) ? strerror(EISDIR) : "not a regular file");
    }
    e->size = (size_t)st.st_size;
    e->opened = st;
    if (e->size < EI_NIDENT) {
        close(fd);
        return cannot_use(e->path, e->size ? "it is too short for an ELF header" : "it is empty");
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    e->mapping_size = (e->size + page - 1) / page * page + page;
    void *whole = mmap(NULL, e->mapping_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (whole != MAP_FAILED) {
        e->map = whole;
        if (mmap(whole, e->size, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED)
            whole = MAP_FAILED;
        else
            e->guard = guard_add(whole, e->mapping_size);
    }
    int err = errno;
    e->fd = fd;
    if (whole == MAP_FAILED)
        return error_new(ERR_NO_SOURCE, "cannot map %s: %s", e->path, strerror(err));
    return NULL;
}

static bool inside(const struct elf_image *e, uint64_t offset, uint64_t size)
{
    return offset <= e->size && size <= e->size - offset;
}

static struct error *read_segments(struct elf_image *e, Elf *elf, const GElf_Ehdr *header)
{
    size_t n = 0;
    if (header->e_phoff == 0)
        return NULL;
    /* libelf counts only what is there: the header's own number tells that some are missing. */
    if (elf_getphdrnum(elf, &n) != 0 || n > SEGMENT_LIMIT || n < header->e_phnum % PN_XNUM ||
        !inside(e, header->e_phoff, n * header->e_phentsize))
        return cannot_use(e->path, "truncated: the program header table points outside the file");
    e->segments = xcalloc(n ? n : 1, sizeof *e->segments);
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr p;
        if (!gelf_getphdr(elf, (int)i, &p))
            return cannot_use(e->path, "truncated: its program headers cannot be read");
        e->segments[e->segment_count++] = (struct elf_segment){.type = p.p_type,
                                                               .flags = p.p_flags,
                                                               .offset = p.p_offset,
                                                               .address = p.p_vaddr,
                                                               .file_size = p.p_filesz,
                                                               .memory_size = p.p_memsz,
                                                               .alignment = p.p_align};
    }
    return NULL;
}

static void fill_section(struct elf_image *e, unsigned i, const GElf_Shdr *h)
{
    struct elf_section *s = &e->sections[i];
    *s = (struct elf_section){.name = "",
                              .index = i,
                              .type = h->sh_type,
                              .flags = h->sh_flags,
                              .address = h->sh_addr,
                              .offset = h->sh_offset,
                              .size = h->sh_size,
                              .entry_size = h->sh_entsize,
                              .alignment = h->sh_addralign,
                              .link = h->sh_link,
                              .info = h->sh_info};
    if (s->size > UINT64_MAX - s->address)
        s->size = 0;
    if (s->type != SHT_NOBITS && s->type != SHT_NULL)
        s->outside = !inside(e, s->offset, s->size);
}

static void name_sections(struct elf_image *e, Elf *elf)
{
    size_t strndx = 0;
    if (elf_getshdrstrndx(elf, &strndx) != 0 || strndx >= e->section_count)
        return;
    const GElf_Shdr *h = NULL;
    GElf_Shdr header;
    for (size_t i = 1; i < e->section_count; i++) {
        Elf_Scn *scn = elf_getscn(elf, i);
        h = scn ? gelf_getshdr(scn, &header) : NULL;
        const char *name = h ? elf_image_string(e, &e->sections[strndx], h->sh_name) : NULL;
        if (name)
            e->sections[i].name = name;
    }
}

static struct error *read_sections(struct elf_image *e, Elf *elf, const GElf_Ehdr *header)
{
    size_t n = 0;
    if (header->e_shoff == 0)
        return NULL;
    if (!inside(e, header->e_shoff, header->e_shentsize) || elf_getshdrnum(elf, &n) != 0 ||
        n > SECTION_LIMIT || n < header->e_shnum || !inside(e, header->e_shoff, n * header->e_shentsize))
        return cannot_use(e->path, "truncated: the section header table points outside the file");
    e->sections = xcalloc(n ? n : 1, sizeof *e->sections);
    for (size_t i = 0; i < n; i++) {
        GElf_Shdr h;
        Elf_Scn *scn = elf_getscn(elf, i);
        if (!scn || !gelf_getshdr(scn, &h))
            return cannot_use(e->path, "truncated: its section headers cannot be read");
        fill_section(e, (unsigned)i, &h);
        e->section_count = i + 1;
    }
    name_sections(e, elf);
    return NULL;
}

static struct error *check_sections(struct elf_image *e)
{
    for (size_t i = 1; i < e->section_count; i++) {
        const struct elf_section *s = &e->sections[i];
        if (!s->outside)
            continue;
        if (s->flags & SHF_ALLOC || s->type == SHT_SYMTAB)
            return error_new(ERR_USAGE, "cannot use %s: truncated: section %zu (%s) points outside the file",
                             e->path, i, s->name);
        elf_image_complain(e, "section %s of %s points outside the file", s->name, e->path);
    }
    return NULL;
}

static struct error *read_headers(struct elf_image *e, Elf *elf)
{
    GElf_Ehdr h;
    if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &h))
        return cannot_use(e->path, "truncated: the ELF header is incomplete or damaged");
    e->is64 = h.e_ident[EI_CLASS] == ELFCLASS64;
    e->big = h.e_ident[EI_DATA] == ELFDATA2MSB;
    e->machine = h.e_machine;
    e->flags = h.e_flags;
    e->type = h.e_type;
    e->entry = h.e_entry;
    if (e->type < ET_REL || e->type > ET_CORE)
        return error_new(ERR_USAGE, "cannot use %s: unknown ELF file type %u", e->path, e->type);
    TRY(read_segments(e, elf, &h));
    TRY(read_sections(e, elf, &h));
    TRY(check_sections(e));
    if (e->type == ET_REL)
        elf_lay_out(e);
    return NULL;
}

static struct error *parse(struct elf_image *e)
{
    if (memcmp(e->map, ELFMAG, SELFMAG) != 0)
        return cannot_use(e->path, "it is not an ELF file");
    if (e->map[EI_CLASS] != ELFCLASS32 && e->map[EI_CLASS] != ELFCLASS64)
        return cannot_use(e->path, "its ELF class is neither 32 nor 64 bit");
    if (e->map[EI_DATA] != ELFDATA2LSB && e->map[EI_DATA] != ELFDATA2MSB)
        return cannot_use(e->path, "its byte order is unknown");
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)e->map, e->size);
    if (!elf)
        return cannot_use(e->path, "truncated: the headers it announces are not all there");
    struct error *err = read_headers(e, elf);
    elf_end(elf);
    return err;
}

static struct elf_image *new_image(const char *path)
{
    struct elf_image *e = xcalloc(1, sizeof *e);
    e->path = xstrdup(path);
    e->fd = -1;
    return e;
}

/* Takes over `e`, and `err` that it may have met so far. */
static struct error *finish(struct elf_image *e, struct error *err, struct elf_image **ret)
{
    if (!err)
        err = parse(e);
    if (err) {
        elf_image_close(e);
        return err;
    }
    *ret = e;
    return NULL;
}

struct error *elf_image_open(const char *path, struct elf_image **ret)
{
    struct elf_image *e = new_image(path);
    return finish(e, map_file(e), ret);
}

/* Terminated as a mapped file is, by what lies behind it. */
static struct error *take_bytes(struct elf_image *e, const void *bytes, size_t size)
{
    if (size < EI_NIDENT)
        return cannot_use(e->path, "it is too short for an ELF header");
    e->size = size;
    e->mapping_size = size + 1;
    void *whole = mmap(NULL, e->mapping_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (whole == MAP_FAILED)
        return error_new(ERR_NO_SOURCE, "cannot keep %s in memory: %s", e->path, strerror(errno));
    e->map = memcpy(whole, bytes, size);
    return NULL;
}

struct error *elf_image_of_bytes(const char *path, const void *bytes, size_t size, struct elf_image **ret)
{
    struct elf_image *e = new_image(path);
    return finish(e, take_bytes(e, bytes, size), ret);
}

const uint8_t *elf_image_peek(const struct elf_image *e, const uint8_t *from, size_t n, uint8_t *space)
{
    bool mapped = from >= e->map && from < e->map + e->size && n <= (size_t)(e->map + e->size - from);
    return mapped && pread(e->fd, space, n, from - e->map) == (ssize_t)n ? space : from;
}

void elf_image_give_back(const struct elf_image *e, const uint8_t *from, const uint8_t *to)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (e->fd < 0 || from < e->map || to > e->map + e->size || from >= to)
        return;
    uintptr_t low = (uintptr_t)from & ~(page - 1), high = (uintptr_t)to & ~(page - 1);
    if (low < high)
        madvise((void *)low, high - low, MADV_DONTNEED);
}

const char *elf_image_changed(const struct elf_image *e)
{
    struct stat now;
    if (guard_was_hit(e->guard))
        return "was cut short";
    if (stat(e->path, &now) != 0)
        return NULL; /* a deleted file stays as it was */
    if (now.st_ino != e->opened.st_ino || now.st_dev != e->opened.st_dev)
        return "was replaced";
    bool same = now.st_size == e->opened.st_size && now.st_mtim.tv_sec == e->opened.st_mtim.tv_sec &&
                now.st_mtim.tv_nsec == e->opened.st_mtim.tv_nsec;
    return same ? NULL : now.st_size < e->opened.st_size ? "was cut short" : "has changed";
}

void elf_image_close(struct elf_image *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->section_count; i++)
        free(e->sections[i].owned);
    guard_remove(e->guard);
    if (e->fd >= 0)
        close(e->fd);
    if (e->map)
        munmap(e->map, e->mapping_size);
    free(e->sections);
    free(e->segments);
    free(e->path);
    buf_free(&e->complaint);
    free(e);
}

struct elf_section *elf_image_next_section(struct elf_image *e, const char *name,
                                           const struct elf_section *after)
{
    for (size_t i = after ? after->index + 1u : 1; i < e->section_count; i++) {
        const char *n = e->sections[i].name;
        if (strcmp(n, name) == 0)
            return &e->sections[i];
        if (strncmp(n, ".zdebug_", 8) == 0 && strncmp(name, ".debug_", 7) == 0 &&
            strcmp(n + 8, name + 7) == 0)
            return &e->sections[i];
    }
    return NULL;
}

struct elf_section *elf_image_section(struct elf_image *e, const char *name)
{
    return elf_image_next_section(e, name, NULL);
}

const uint8_t *elf_image_bytes(struct elf_image *e, struct elf_section *s, size_t *size)
{
    if (s && !s->ready) {
        s->ready = true;
        if (s->type != SHT_NOBITS && s->type != SHT_NULL && !s->outside) {
            s->bytes = e->map + s->offset;
            s->bytes_size = (size_t)s->size;
            if ((s->flags & SHF_COMPRESSED || strncmp(s->name, ".zdebug_", 8) == 0) && !elf_inflate(e, s)) {
                s->bytes = NULL;
                s->bytes_size = 0;
            }
            if (e->type == ET_REL && s->bytes)
                elf_relocate(e, s);
        }
    }
    *size = s && s->bytes ? s->bytes_size : 0;
    return s ? s->bytes : NULL;
}

const char *elf_image_string(struct elf_image *e, struct elf_section *table, uint64_t offset)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(e, table, &size);
    if (!bytes || offset >= size || !memchr(bytes + offset, 0, size - offset))
        return NULL;
    return (const char *)bytes + offset;
}

static char *build_id_in(struct elf_image *e, const uint8_t *bytes, size_t size)
{
    struct cursor c = cursor_of(bytes, size, e->big);
    while (cursor_left(&c) >= 12) {
        uint32_t name_size = cursor_u32(&c);
        uint32_t id_size = cursor_u32(&c);
        uint32_t type = cursor_u32(&c);
        const uint8_t *name = cursor_take(&c, ((uint64_t)name_size + 3) & ~3ull);
        const uint8_t *id = cursor_take(&c, ((uint64_t)id_size + 3) & ~3ull);
        if (!name || !id)
            return NULL;
        if (type == NT_GNU_BUILD_ID && name_size == 4 && memcmp(name, "GNU", 4) == 0 && id_size > 1 &&
            id_size <= BUILD_ID_LIMIT) {
            struct buf hex = {0};
            hex_encode(&hex, id, id_size);
            return buf_take(&hex);
        }
    }
    return NULL;
}

char *elf_image_build_id(struct elf_image *e)
{
    char *id = NULL;
    for (size_t i = 1; i < e->section_count && !id; i++) {
        size_t size;
        const uint8_t *bytes =
            e->sections[i].type == SHT_NOTE ? elf_image_bytes(e, &e->sections[i], &size) : NULL;
        if (bytes)
            id = build_id_in(e, bytes, size);
    }
    for (size_t i = 0; i < e->segment_count && !id; i++) {
        const struct elf_segment *p = &e->segments[i];
        if (p->type == PT_NOTE && inside(e, p->offset, p->file_size))
            id = build_id_in(e, e->map + p->offset, (size_t)p->file_size);
    }
    return id;
}
