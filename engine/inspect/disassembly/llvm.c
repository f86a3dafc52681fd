/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/disassembly/llvm.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* LLVMDisassembler_Option_…: immediates in hexadecimal; the second syntax, which on x86 is Intel's. */
enum { PRINT_IMM_HEX = 2, ASM_PRINTER_VARIANT = 4, LONGEST = 16 };

typedef void *create_function(const char *triple, const char *cpu, const char *features, void *info, int tag,
                              void *get_info, void *look_up);
typedef int options_function(void *context, uint64_t options);
typedef size_t read_function(void *context, uint8_t *bytes, uint64_t n, uint64_t pc, char *text, size_t room);
typedef void dispose_function(void *context);
typedef void initialize_function(void);

struct llvm {
    void *library, *context;
    read_function *read;
    dispose_function *dispose;
};

/* The newest that is installed. Those before 14 lack features that are named in the processors' tables. */
static void *open_library(void)
{
    static const char *const names[] = {
        "libLLVM.so.22.1", "libLLVM.so.21.1", "libLLVM.so.20.1", "libLLVM.so.19.1", "libLLVM.so.18.1",
        "libLLVM-17.so.1", "libLLVM-17.so",   "libLLVM-16.so.1", "libLLVM-16.so",   "libLLVM-15.so.1",
        "libLLVM-15.so",   "libLLVM-14.so.1", "libLLVM-14.so"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        void *library = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
        if (library)
            return library;
    }
    return NULL;
}

static bool initialize(void *library, const char *target)
{
    static const char *const parts[] = {"TargetInfo", "TargetMC", "Disassembler"};
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        char name[64];
        snprintf(name, sizeof name, "LLVMInitialize%s%s", target, parts[i]);
        void *found = dlsym(library, name);
        if (!found)
            return false;
        ((initialize_function *)found)();
    }
    return true;
}

static const char *triple_of(const struct arch_llvm *from, int mode, bool big_endian)
{
    for (size_t i = 0; i < ARRAY_LENGTH(from->modes) && from->modes[i].triple; i++)
        if (from->modes[i].mode == mode && from->modes[i].big_endian == big_endian)
            return from->modes[i].triple;
    return NULL;
}

static struct llvm *create(void *library, const struct arch_llvm *from, const char *triple)
{
    create_function *make = (create_function *)dlsym(library, "LLVMCreateDisasmCPUFeatures");
    options_function *options = (options_function *)dlsym(library, "LLVMSetDisasmOptions");
    read_function *read = (read_function *)dlsym(library, "LLVMDisasmInstruction");
    dispose_function *dispose = (dispose_function *)dlsym(library, "LLVMDisasmDispose");
    if (!make || !options || !read || !dispose || !initialize(library, from->target))
        return NULL;
    void *context = make(triple, from->cpu, from->features, NULL, 0, NULL, NULL);
    if (!context)
        return NULL;
    options(context, PRINT_IMM_HEX | (from->second_syntax ? ASM_PRINTER_VARIANT : 0));
    struct llvm *ret = xcalloc(1, sizeof *ret);
    *ret = (struct llvm){.library = library, .context = context, .read = read, .dispose = dispose};
    return ret;
}

struct llvm *llvm_open(const struct arch *arch, int mode, bool big_endian)
{
    const char *triple = arch->llvm ? triple_of(arch->llvm, mode, big_endian) : NULL;
    void *library = triple ? open_library() : NULL;
    struct llvm *ret = library ? create(library, arch->llvm, triple) : NULL;
    if (library && !ret)
        dlclose(library);
    return ret;
}

void llvm_close(struct llvm *l)
{
    if (!l)
        return;
    l->dispose(l->context);
    dlclose(l->library);
    free(l);
}

/* "\tmnemonic\toperands", perhaps with remarks: one line with blanks. */
static void make_plain(char *text)
{
    size_t to = 0;
    for (const char *p = text; *p; p++) {
        bool blank = (unsigned char)*p <= ' ' || *p == 0x7f;
        if (blank && (to == 0 || text[to - 1] == ' '))
            continue;
        text[to++] = blank ? ' ' : *p;
    }
    while (to && text[to - 1] == ' ')
        to--;
    text[to] = '\0';
}

size_t llvm_read(struct llvm *l, const unsigned char *bytes, size_t n, uint64_t address, char *text,
                 size_t room)
{
    uint8_t copy[LONGEST];
    size_t have = n < sizeof copy ? n : sizeof copy;
    memcpy(copy, bytes, have);
    *text = '\0';
    size_t size = l->read(l->context, copy, have, address, text, room);
    if (size > have)
        return 0;
    make_plain(text);
    return size;
}
