/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the kernel was loaded. What a stopped CPU tells at no cost or little - its pc, the gates of its
 * interrupt table where the stub is QEMU's, words of its stack - leaves a few slides that fit, since a kernel
 * is moved by multiples of 2 MiB (CONFIG_PHYSICAL_ALIGN of x86-64, MIN_KIMG_ALIGN of arm64). Each is checked
 * by what the file and the target must have in common: the build ID of the notes, or the end of linux_banner.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/inspect/limits.h"
#include "engine/target/stop.h"
#include "engine/target/target.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/target/registers.h"

enum {
    SLIDE_STEP = 0x200000,
    STACK_BYTES = 256,
};

struct candidate {
    uint64_t slide;
    int score;
};

struct search {
    struct target *target;
    struct symbol_file *file;
    uint64_t low, high; /* the kernel's text, as the file has it */
    uint64_t proof_at;
    size_t proof_size;
    unsigned char proof[SLIDE_PROOF_BYTES];
    const char *proved_by;
    uint64_t banner_at;
    struct candidate list[SLIDE_CANDIDATES_MOST];
    size_t count;
    unsigned checks;
    bool runs;     /* a kernel does, by what the target tells */
    bool readable; /* the place that was checked last */
    uint64_t found;
    char *other; /* the banner of another kernel that was seen there */
};

/* -- what proves it -------------------------------------------------------------------------------- */

/* The description of NT_GNU_BUILD_ID among the notes: its place in the kernel. */
static bool build_id_place(struct search *x)
{
    const struct symbol_section *sections;
    size_t count = symbol_file_sections(x->file, &sections);
    for (size_t i = 0; i < count; i++) {
        unsigned char notes[4096];
        if (strcmp(sections[i].name, ".notes") != 0)
            continue;
        size_t n = symbol_file_read(x->file, sections[i].address, notes,
                                    sections[i].size < sizeof notes ? sections[i].size : sizeof notes);
        for (size_t at = 0; at + 16 <= n;) {
            bool big = symbol_file_is_big_endian(x->file);
            uint64_t name = arch_load(notes + at, 4, big), size = arch_load(notes + at + 4, 4, big);
            uint64_t type = arch_load(notes + at + 8, 4, big);
            if (name > n || size > n)
                return false;
            size_t bytes = at + 12 + ((name + 3) & ~(uint64_t)3);
            if (type == 3 && name == 4 && size >= 8 && size <= SLIDE_PROOF_BYTES && bytes + size <= n &&
                memcmp(notes + at + 12, "GNU", 4) == 0) {
                x->proof_at = sections[i].address + bytes;
                x->proof_size = size;
                memcpy(x->proof, notes + bytes, size);
                x->proved_by = "build ID";
                return true;
            }
            at = bytes + ((size + 3) & ~(uint64_t)3);
        }
    }
    return false;
}

/* The end of the banner, where it tells when the kernel was built. */
static bool banner_place(struct search *x)
{
    unsigned char text[KERNEL_BANNER_BYTES + 1] = {0};
    size_t n = symbol_file_read(x->file, x->banner_at, text, KERNEL_BANNER_BYTES);
    n = strnlen((char *)text, n);
    if (n < SLIDE_PROOF_BYTES)
        return false;
    x->proof_at = x->banner_at + n - SLIDE_PROOF_BYTES;
    x->proof_size = SLIDE_PROOF_BYTES;
    memcpy(x->proof, text + n - SLIDE_PROOF_BYTES, SLIDE_PROOF_BYTES);
    x->proved_by = "linux_banner";
    return true;
}

static bool read_there(struct target *target, uint64_t address, void *bytes, size_t n, size_t *got)
{
    struct memory_want want = {address, n};
    struct error *e = memory_prefetch_ram(target, &want, 1);
    if (!e && memory_cached(target, address, n <= SLIDE_PROOF_BYTES ? n : 1))
        e = memory_read_some(target, address, bytes, n, got);
    else
        *got = 0;
    bool ok = !e;
    error_free(e);
    return ok && target->state == TARGET_STOPPED;
}

static bool check(struct search *x, uint64_t slide)
{
    unsigned char bytes[SLIDE_PROOF_BYTES];
    size_t got = 0;
    x->checks++;
    x->readable =
        read_there(x->target, x->proof_at + slide, bytes, x->proof_size, &got) && got >= x->proof_size;
    if (!x->readable || memcmp(bytes, x->proof, got) != 0)
        return false;
    x->found = slide;
    return true;
}

/* -- what fits ------------------------------------------------------------------------------------- */

/* Where stops are most likely: a debugger that was broken into, an idle CPU. */
static int score_of(struct search *x, uint64_t link)
{
    static const char *const likely[] = {
        "kgdb_breakpoint",    "kgdb_initial_breakpoint", "arch_kgdb_breakpoint", "default_idle",
        "native_safe_halt",   "arch_cpu_idle",           "cpu_idle_poll",        "acpi_safe_halt",
        "acpi_idle_do_entry", "pv_native_safe_halt",     "mwait_idle",           "intel_idle",
        "cpu_do_idle"};
    const struct elf_symbol *list;
    size_t count = symbol_file_symbols(x->file, &list), low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list[middle].value <= link)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || link - list[low - 1].value >= list[low - 1].size)
        return 0;
    for (size_t i = 0; i < ARRAY_LENGTH(likely); i++)
        if (strcmp(list[low - 1].name, likely[i]) == 0)
            return 3;
    return 1;
}

static bool allowed(const struct search *x, uint64_t slide)
{
    uint64_t limit = x->target->arch->kernel_slide_limit;
    return slide < (limit ? limit : UINT64_MAX / 2);
}

/* All slides that put an address of code into the kernel's text. */
static void offer(struct search *x, uint64_t address)
{
    if (address < x->low)
        return;
    uint64_t most = (address - x->low) / SLIDE_STEP * SLIDE_STEP;
    for (uint64_t slide = most; address - slide < x->high; slide -= SLIDE_STEP) {
        size_t i = 0;
        while (i < x->count && x->list[i].slide != slide)
            i++;
        int score = score_of(x, address - slide);
        if (i < x->count)
            x->list[i].score += score;
        else if (x->count < SLIDE_CANDIDATES_MOST && allowed(x, slide))
            x->list[x->count++] = (struct candidate){slide, score};
        if (slide == 0)
            break;
    }
}

static int by_score(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->score != y->score)
        return y->score - x->score;
    return x->slide < y->slide ? -1 : x->slide > y->slide;
}

static bool check_all(struct search *x)
{
    if (x->count)
        qsort(x->list, x->count, sizeof *x->list, by_score);
    for (size_t i = 0; i < x->count && x->checks < SLIDE_CHECKS_MOST && x->target->state == TARGET_STOPPED;
         i++)
        if (check(x, x->list[i].slide))
            return true;
    return false;
}

/* -- what the target tells ------------------------------------------------------------------------- */

/* The slide that a gate of the interrupt table tells. */
static bool slide_of_gate(struct search *x, uint64_t table, unsigned vector, const char *const names[2],
                          uint64_t *ret)
{
    unsigned char gate[ARCH_GATE_BYTES];
    size_t got;
    uint64_t link = 0;
    if (!read_there(x->target, table + vector * sizeof gate, gate, sizeof gate, &got) || got < sizeof gate)
        return false;
    uint64_t handler = x->target->arch->gate_handler(gate);
    x->runs |= handler >= x->low;
    for (unsigned i = 0; i < 2 && !link; i++)
        kernel_link_symbol(x->target, names[i], &link);
    *ret = handler - link;
    return link && *ret % 4096 == 0 && allowed(x, *ret);
}

static bool find_table(struct target *target, uint64_t *ret)
{
    BASE_BUF struct buf text = {0};
    struct error *e = target_check(target, rsp_monitor(target->connection, "info registers", &text));
    const char *at = e ? NULL : strstr(buf_text(&text), "IDT=");
    error_free(e);
    if (!at)
        return false;
    at += strspn(at + 4, " ") + 4;
    return hex_parse_u64(&at, buf_text(&text) + text.length, ret) && *ret > UINT64_MAX / 2;
}

/* Linux maps the interrupt table at an address of its own, which a CPU in user space sees too, unlike (with
 * page tables of its own, against Meltdown) the kernel's data: then two gates that agree are the proof.
 * QEMU's monitor tells where it is. */
static bool by_interrupt_table(struct search *x)
{
    static const char *const divide[] = {"asm_exc_divide_error", "divide_error"};
    static const char *const fault[] = {"asm_exc_page_fault", "page_fault"};
    struct target *target = x->target;
    uint64_t table, slide, again;
    if (!target->arch->gate_handler || !rsp_feature_usable(rsp_features(target->connection), FEATURE_VCONT) ||
        !find_table(target, &table) || !slide_of_gate(x, table, 0, divide, &slide))
        return false;
    if (check(x, slide))
        return true;
    if (x->readable || !slide_of_gate(x, table, 14, fault, &again) || again != slide)
        return false;
    x->found = slide;
    x->proved_by = "interrupt table";
    return true;
}

static bool by_stack(struct search *x, const struct stop *stop)
{
    struct target *target = x->target;
    unsigned char words[STACK_BYTES];
    size_t got = 0;
    uint64_t sp = 0;
    struct thread *t = stop->has_thread ? threads_find(&target->threads, stop->thread) : NULL;
    struct error *e = t && target->arch->address_size == 8 ? thread_sp(target, t, &sp) : NULL;
    bool read = t && !e && sp > UINT64_MAX / 2 && read_there(target, sp, words, sizeof words, &got);
    error_free(e);
    uint64_t limit = target->arch->kernel_slide_limit;
    x->count = 0;
    for (size_t i = 0; read && i + 8 <= got; i += 8) {
        uint64_t value = arch_load(words + i, 8, target->big_endian);
        if (value >= x->low && (!limit || value - x->low < limit))
            offer(x, value);
    }
    return check_all(x);
}

/* A kernel that is not the file's: its banner may still be where the file has its own. */
static void look_for_other(struct search *x)
{
    for (size_t i = 0; i < x->count && i < 4 && !x->other; i++) {
        char text[KERNEL_BANNER_BYTES + 1] = {0};
        size_t got = 0;
        if (!read_there(x->target, x->banner_at + x->list[i].slide, text, 64, &got) ||
            strncmp(text, "Linux version ", 14) != 0)
            continue;
        struct error *e =
            memory_read_some(x->target, x->banner_at + x->list[i].slide, text, KERNEL_BANNER_BYTES, &got);
        error_free(e);
        x->other = text_visible(text, strcspn(text, "\n"));
    }
}

/* -- all of it ------------------------------------------------------------------------------------- */

static bool begin(struct search *x, size_t index)
{
    uint64_t end;
    struct target *target = x->target;
    x->file = symbol_map_file(target->map, index, NULL);
    if (!kernel_link_symbol(target, "linux_banner", &x->banner_at) ||
        !(kernel_link_symbol(target, "_stext", &x->low) || kernel_link_symbol(target, "_text", &x->low)) ||
        !(kernel_link_symbol(target, "_end", &end) || kernel_link_symbol(target, "_etext", &end)))
        return false;
    x->high = end;
    return x->high > x->low && (build_id_place(x) || banner_place(x));
}

static void tell(struct search *x, bool found)
{
    char banner[KERNEL_BANNER_BYTES + 1] = {0};
    struct event_kernel told = {.file = symbol_file_path(x->file), .found = found};
    BASE_FREE char *mine = NULL;
    if (found) {
        told.slide = x->found;
        told.checked_by = x->proved_by;
    } else {
        symbol_file_read(x->file, x->banner_at, banner, KERNEL_BANNER_BYTES);
        mine = text_visible(banner, strcspn(banner, "\n"));
        told.banner = mine;
        told.target_banner = x->other;
    }
    target_emit(x->target, &(struct event){.kind = EVENT_KERNEL, .kernel = told});
}

static size_t kernel_index(struct target *target, const struct symbol_file *f)
{
    size_t i = 0;
    while (symbol_map_file(target->map, i, NULL) != f)
        i++;
    return i;
}

/* The kernel's file whose slide is still to be found, or NULL. A file that is new begins anew. */
static const struct symbol_file *sought_file(struct target *target, uint64_t *offset)
{
    const struct symbol_file *f = kernel_file(target, offset);
    if (!f)
        return NULL;
    if (target->kernel->sought != f) {
        target->kernel->sought = f;
        target->kernel->slide = SLIDE_UNKNOWN;
        target->kernel->slide_tries = 0;
    }
    bool over = target->kernel->slide != SLIDE_UNKNOWN || target->kernel->slide_tries >= SLIDE_TRIES_MOST;
    return over ? NULL : f;
}

bool kernel_find_slide(struct target *target, const struct stop *stop, bool attached)
{
    uint64_t offset;
    if (attached)
        kernel_forget(target);
    if (target->state != TARGET_STOPPED || target->is_process || !target->arch)
        return false;
    const struct symbol_file *f = sought_file(target, &offset);
    if (!f)
        return false;
    size_t index = kernel_index(target, f);
    BASE_FREE struct search *x = xcalloc(1, sizeof *x);
    x->target = target;
    if (symbol_map_told(target->map, index) || !begin(x, index))
        return false;
    target->kernel->slide_tries++;
    if (stop->has_pc)
        offer(x, stop->pc);
    x->runs = x->count > 0;
    bool found = check_all(x);
    if (!found)
        look_for_other(x);
    found = found || (!x->other && (by_interrupt_table(x) || by_stack(x, stop)));
    target->kernel->slide = found ? SLIDE_CHECKED : x->other ? SLIDE_OTHER : SLIDE_UNKNOWN;
    /* A place that fits nowhere is told once; later stops may know better. */
    if (found || x->other || (x->runs && target->kernel->slide_tries == 1))
        tell(x, found);
    free(x->other);
    if (found)
        symbol_map_set_offset(target->map, index, x->found);
    return found && x->found != offset;
}
