/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/limits.h - how far stacks, values, code and the structures of a kernel are followed, and
 * how much of an expression is taken: all of it comes from the memory of a target that may be damaged, or
 * from the user. Constants only. What stands behind a colon is what happens beyond.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_LIMITS_H
#define ALLSTOP_ENGINE_INSPECT_LIMITS_H

enum {
    /* Frames of one stack: the backtrace ends there. */
    FRAME_DEPTH_MAX = 10000,
    /* Frames that are gone through for the outermost ones: the backtrace ends there. */
    FRAME_WALK_MOST = 1 << 24,
    /* Bytes of a function that are read to find a frame of it by its instructions: the stack ends there. */
    PROLOGUE_BYTES_MOST = 64 << 10,
    /* Registers whose saved values are followed through one function: the others are not known. */
    PROLOGUE_SLOTS_MOST = 32,
    /* Instructions that are followed in one function, each as often as what is known of it changes: the stack
     * ends there. */
    PROLOGUE_WORK_MOST = 1 << 18,
    /* Times that a kernel goes from one stack to another, to those of interrupts and exceptions, in a
     * backtrace: it ends there. */
    STACK_SWITCHES_MOST = 8,
    /* Functions that jumped from one to the next whose arguments are followed: the value is told as
     * optimised out. */
    FRAME_JUMPS_MOST = 8,
    /* Frames of each thread that `stacks` reads: the others are left out. */
    STACKS_DEPTH_MAX = 200,
    /* Frames of all different stacks together: of each further one the innermost alone is kept. */
    STACKS_FRAMES_MOST = 1 << 20,
    /* Times that memory is fetched for the stacks of all threads together: a stack that needs more ends
     * there. */
    STACKS_ROUNDS_MOST = 12,
    /* Places in memory that the stack of one thread asks for in one round: the next round has the others. */
    STACKS_MISSES_MOST = 8,
    /* Places in memory that the stack of one thread asks for in all: it ends there. */
    STACKS_ASKED_MOST = 32,
    /* The highest number of a source line that can be asked for: the error says that it is no line number. */
    SOURCE_LINE_MOST = 10000000,
    /* Bytes of a program's table of function descriptors: pointers to functions are taken for their
     * addresses. */
    DESCRIPTORS_BYTES_MOST = 4 << 20,
    /* Bytes of an expression: it is refused, and the error says so. */
    EXPRESSION_TEXT_MOST = 16384,
    /* Levels of an expression: it is refused, and the error says so. */
    EXPRESSION_DEPTH_MOST = 200,
    /* Elements of a slice, `array@N`: it is refused, and the error says so. */
    SLICE_MOST = 1 << 20,
    /* Values of the history, $1, $2 …: the oldest goes. */
    HISTORY_VALUES_MOST = 10000,
    /* Bytes of all of them: the oldest go. */
    HISTORY_BYTES_MOST = 16 << 20,
    /* Variables of the user's own, $name: one more is refused. */
    VARIABLES_MOST = 1000,
    /* Parameters of a function in a type that is written: the type is refused. */
    TYPE_PARAMETERS_MOST = 32,
    /* Levels of a type that is written: the type is refused. */
    DECLARATOR_DEPTH_MOST = 16,
    /* Elements of an array in a type that is written: the type is refused. */
    TYPE_ELEMENTS_MOST = 1 << 20,
    /* Bytes of one value: it is refused, and the error says how to name a part of it. */
    VALUE_BYTES_MAX = 1 << 20,
    /* Bytes of all values of one expression: it is refused in the same way. */
    POOL_BYTES_MAX = 16 << 20,
    /* Bytes that the pieces of one value are taken from: it is refused, and the error says so. */
    PIECE_SOURCE_MOST = VALUE_BYTES_MAX + 16,
    /* Dimensions of an array whose bounds are known at run time only: the bounds of the others are not
     * known. */
    ARRAY_RESOLVE_MOST = 16,
    /* Functions around a function whose variables it may name: those further out are not looked into. */
    ENCLOSING_MOST = 16,
    /* Elements of a section of an array that are read one by one, where they are further than VALUE_BYTES_MAX
     * from each other: it is refused, and the error says so. */
    STRIDED_ELEMENTS_MOST = 4096,
    /* References to references that a member of Rust is looked for behind: it is not found. */
    REFERENCES_FOLLOWED_MOST = 16,
    /* Levels of base classes and unnamed members in which a member is looked for: it is not found. */
    MEMBER_DEPTH_MOST = 32,
    /* Base classes and unnamed members in which one member is looked for: it is not found. */
    CLASSES_SEEN_MOST = 4096,
    /* Bytes between an object and a virtual base of it, by its virtual table: the error says that the object
     * is damaged. */
    BASE_DISTANCE_MOST = 1 << 30,
    /* Elements of an array, or characters of a string, that are shown: "..." stands for the rest. */
    RENDER_ELEMENTS = 200,
    /* Elements of all containers in one value that are followed: "..." and how many there are stands for the
     * others. */
    CONTAINER_FOLLOWED_MOST = 2000,
    /* Nodes of one tree or list that are read: the text says that it has more nodes than elements. */
    CONTAINER_NODES_MOST = 2048,
    /* Elements of one tuple, and alternatives of a variant: it is shown as it is laid out. */
    TUPLE_ELEMENTS_MOST = 256,
    /* Times that 4096 bytes are read to find the used slots of a table: "..." stands for the rest. */
    SLOT_READS_MOST = 16,
    /* Descriptions of containers: the file is refused, and the error says so. */
    PRINTERS_MOST = 4096,
    /* Bytes of one description: the file is refused, and the error says so. */
    PRINTER_LINE_MOST = 4096,
    /* Bytes of a file of descriptions: it is refused, and the error says so. */
    PRINTERS_FILE_MOST = 1 << 20,
    /* Levels of a value that are shown: "{...}" stands for what is deeper. */
    RENDER_DEPTH = 20,
    /* Bytes of the text of one value: "..." stands for the rest. */
    RENDER_TEXT = 64 << 10,
    /* Virtual bases of one object that are shown once only: further ones are shown each time. */
    VIRTUAL_BASES_MOST = 64,
    /* Static members inside of static members that are shown: what is deeper is told as seen already. */
    STATICS_SHOWN_MOST = 32,
    /* Instructions that are disassembled at once: the others are left out. */
    INSTRUCTIONS_MOST = 4096,
    /* Bytes of a function before an address, which are decoded to know where its instructions begin: where
     * they begin is not known. */
    INSTRUCTIONS_BEFORE_BYTES = 16384,
    /* Instructions that can be gone back over from an address: there are no more. */
    INSTRUCTIONS_BACK_MOST = 64,
    /* CPUs of a kernel: one with a higher number is told as none. */
    KERNEL_CPUS_MAX = 8192,
    /* Levels of unnamed members in which a kernel's field is looked for: it is not found. */
    KERNEL_NESTING_MOST = 8,
    /* Bytes of a text in a kernel's memory: the rest is cut off. */
    KERNEL_STRING_BYTES = 4096,
    /* Bytes of a kernel's banner: the rest is cut off. */
    KERNEL_BANNER_BYTES = 192,
    /* Tasks of a kernel (nobody waits for the 4 million that there can be): the error says that their list
     * does not end. */
    KERNEL_TASKS_MOST = 100000,
    /* Bytes of a task's name: the rest is cut off. */
    TASK_NAME_BYTES = 64,
    /* The power of two that the number of records in a kernel's log is at most; that of its bytes may be
     * higher by 4: the log is told as damaged. */
    LOG_BITS_MOST = 28,
    /* Bytes of one record of a kernel's log: the rest is cut off. */
    LOG_TEXT_BYTES = 2048,
    /* Modules of a kernel: the error says that their list does not end. */
    KERNEL_MODULES_MOST = 4096,
    /* Bytes of a module's name; the kernel takes 56: the rest is cut off. */
    MODULE_NAME_MOST = 64,
    /* Sections of a module: their addresses are not known then. */
    MODULE_SECTIONS_MOST = 512,
    /* Bytes of the name of a module's section, with its end: the rest is cut off. */
    MODULE_SECTION_NAME_BYTES = 40,
    /* Bytes of a module's build id: a longer one is not compared. */
    MODULE_BUILD_ID_BYTES = 32,
    /* Files and folders that are looked at for those of modules: the others are not. */
    MODULE_ENTRIES_MOST = 200000,
    /* Levels of folders in which the files of modules are looked for: what is deeper is not looked at. */
    MODULE_FOLDERS_MOST = 16,
    /* Files of modules that are known: the others are not. */
    MODULE_FILES_MOST = 20000,
    /* Distances that a kernel may have been moved by, out of what its memory says: others are not tried. */
    SLIDE_CANDIDATES_MOST = 64,
    /* Of these distances that are tried at one stop: how far it was moved stays unknown. */
    SLIDE_CHECKS_MOST = 24,
    /* Bytes that must be the same in memory and in the file for a distance to be right: a longer build id is
     * not used for that. */
    SLIDE_PROOF_BYTES = 32,
    /* Stops at which a kernel's distance is looked for: it is not looked for any more. */
    SLIDE_TRIES_MOST = 8,
};

/* Bytes of the elements of one container or slice: the text says that its size is beyond sense. */
#define CONTAINER_BYTES_MOST (1ll << 47)

#endif
