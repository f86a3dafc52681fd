# SPDX-License-Identifier: GPL-3.0-or-later
# allstop: everything a user or contributor calls. `make help` lists the targets.
# Variables: CC, SANITIZE=address,undefined|thread, DEBUG=1 (no optimisation), prefix, DESTDIR.

CC ?= cc
prefix ?= /usr/local
SANITIZE ?=
VERSION := 0.1.0
# As many jobs as there are processors, where nobody says how many.
ifeq (0,$(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)))
MAKEFLAGS += -j$(shell nproc)
endif
# `make V=1` shows the commands.
Q := $(if $(V),,@)

# A variant of the build has a folder of its own, so that switching costs nothing.
empty :=
comma := ,
space := $(empty) $(empty)
VARIANT := $(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))$(if $(DEBUG),-debug)
ifneq ($(filter clang%,$(notdir $(CC))),)
VARIANT := $(VARIANT)-clang
endif
B := build$(VARIANT:%=/variant%)

PKGS := ncursesw readline libelf libcjson expat capstone libzstd liblzma libpcre2-8
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
# Debian 12 has no libdwarf.pc and <libdwarf.h>; newer ones have <libdwarf-0/libdwarf.h> behind pkg-config.
DWARF_CFLAGS := $(shell pkg-config --cflags libdwarf 2>/dev/null)
DWARF_LIBS := $(or $(shell pkg-config --libs libdwarf 2>/dev/null),-ldwarf)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wconversion -Werror
CFLAGS ?= $(if $(DEBUG),-O0,-O2) -g
SANITIZE_FLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS := -std=gnu17 -D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 -DALLSTOP_VERSION='"$(VERSION)"' -I. $(PKG_CFLAGS) $(DWARF_CFLAGS) \
	$(WARNINGS) $(SANITIZE_FLAGS) $(CFLAGS)
LIBS := $(PKG_LIBS) $(DWARF_LIBS) -liberty -lz -lpthread -lm

# Objects are made anew when the flags are others than those they were made with.
FLAGS := $(B)/flags
FLAGS_NOW := $(strip $(ALL_CFLAGS) $(LDFLAGS))
ifneq ($(FLAGS_NOW),$(strip $(file <$(FLAGS))))
.PHONY: $(FLAGS)
endif
$(FLAGS):
	@sh tests/headers.sh "$(CC)" $(ALL_CFLAGS)
	$(shell mkdir -p $(@D))$(file >$@,$(FLAGS_NOW))

ROOMS := base rsp symbols engine scripts ui
SRCS := $(sort $(foreach room,$(ROOMS),$(shell find $(room) -name '*.c' 2>/dev/null)))
OBJS := $(SRCS:%.c=$(B)/%.o)
UNIT_SRCS := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BINS := $(UNIT_SRCS:tests/unit/%.c=$(B)/tests/unit/%)
STUB_SRCS := $(sort $(wildcard tests/stub/*.c))

.DEFAULT_GOAL := all
.PHONY: all
all: $(B)/allstop

$(B)/allstop: $(B)/main.o $(OBJS)
	@echo "  LD  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.o: %.c $(FLAGS)
	@mkdir -p $(@D)
	@echo "  CC  $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Everything but main.o as one archive, for tests, benches and fuzzers.
$(B)/liballstop.a: $(OBJS)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(B)/tests/unit/%: tests/unit/%.c $(B)/liballstop.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< $(B)/liballstop.a $(LIBS) -lcmocka

# The tests of a room of the engine are linked with the floors up to its own, whole: they show that it needs no other.
define FLOOR_RULE
OBJS_$(1) := $$(filter $$(patsubst %,$$(B)/%/%,$$(shell sed -n -e '/^[a-z]/p' -e '/^engine\/$(1)$$$$/q' \
	tests/floors/floors.txt)),$$(OBJS))
$$(B)/tests/unit/test_$(1)_%: tests/unit/test_$(1)_%.c $$(OBJS_$(1))
	@mkdir -p $$(@D)
	@echo "  LD  $$@"
	$$(Q)$$(CC) $$(ALL_CFLAGS) -MMD -MP $$(LDFLAGS) -o $$@ $$< $$(OBJS_$(1)) $$(LIBS) -lcmocka
endef
$(foreach room,target inspect control,$(eval $(call FLOOR_RULE,$(room))))

.PHONY: unit
unit: $(UNIT_BINS)
	@bash tests/run.sh $(B) tests unit

# -- programs the tests debug ---------------------------------------------------------------------------
TARGET_CFLAGS := -g -O0 -Wall -Wextra
NATIVE_TARGETS := $(patsubst tests/targets/%.c,$(B)/targets/%,$(wildcard tests/targets/*.c tests/targets/races/*.c))
CROSS := aarch64:aarch64-linux-gnu riscv64:riscv64-linux-gnu arm:arm-linux-gnueabihf \
	ppc64:powerpc64-linux-gnu ppc64le:powerpc64le-linux-gnu s390x:s390x-linux-gnu x86_64:x86_64-linux-gnu \
	i386:i686-linux-gnu mips:mips-linux-gnu mipsel:mipsel-linux-gnu
CROSS_TARGETS := $(foreach pair,$(CROSS),$(B)/targets/$(firstword $(subst :, ,$(pair)))/steps) \
	$(B)/targets/x86_64/cost $(B)/targets/x86_64/conditions $(B)/targets/x86_64/race $(B)/targets/x86_64/signals \
	$(B)/targets/x86_64/races/lost_update $(B)/targets/x86_64/spinners $(B)/targets/x86_64/many \
	$(B)/targets/x86_64/ends $(B)/targets/x86_64/syscalls $(B)/targets/x86_64/stress $(B)/targets/aarch64/stress \
	$(B)/targets/x86_64/terminal $(B)/targets/aarch64/terminal $(B)/targets/s390x/terminal $(B)/targets/ppc64/terminal \
	$(B)/targets/x86_64/pair $(B)/targets/aarch64/pair
GUEST := $(B)/targets/guest/guest64.elf
GUEST_CFLAGS := -g -O1 -ffreestanding -fno-pic -no-pie -mno-red-zone -mno-sse -fno-stack-protector -nostdlib

$(B)/targets/%: tests/targets/%.c
	@mkdir -p $(@D)
	$(Q)gcc $(TARGET_CFLAGS) -pthread -o $@ $<

define CROSS_RULE
$(B)/targets/$(1)/%: tests/targets/%.c
	@mkdir -p $$(@D)
	$(Q)$(2)-gcc $(TARGET_CFLAGS) -static -pthread -o $$@ $$<
endef
$(foreach pair,$(CROSS),$(eval $(call CROSS_RULE,$(firstword $(subst :, ,$(pair))),$(lastword $(subst :, ,$(pair))))))

$(GUEST): tests/targets/guest/boot.S tests/targets/guest/main.c tests/targets/guest/link.ld
	@mkdir -p $(@D)
	$(Q)gcc $(GUEST_CFLAGS) -c -o $(@D)/main.o tests/targets/guest/main.c
	$(Q)gcc -g -c -o $(@D)/boot.o tests/targets/guest/boot.S
	$(Q)ld -n --no-warn-rwx-segments -T tests/targets/guest/link.ld -o $@ $(@D)/boot.o $(@D)/main.o
	$(Q)objcopy -O elf32-i386 $@ $(@D)/guest32.elf

# Two CPUs on QEMU's `virt` board.
SMP := $(B)/targets/smp/guest.elf
$(SMP): tests/targets/smp/boot.S tests/targets/smp/main.c tests/targets/smp/link.ld
	@mkdir -p $(@D)
	$(Q)aarch64-linux-gnu-gcc -g -O0 -ffreestanding -nostdlib -static -fno-pic -no-pie -mgeneral-regs-only \
		-Wl,--no-warn-rwx-segments,--build-id=none -T tests/targets/smp/link.ld -o $@ \
		tests/targets/smp/boot.S tests/targets/smp/main.c

# Machines with two clusters of CPUs, of different processors.
CLUSTERS := tests/targets/clusters
CLUSTER_GUESTS := $(B)/targets/clusters/aarch64.elf $(B)/targets/clusters/arm.elf $(B)/targets/clusters/m33.elf
CLUSTER_CFLAGS := -g -O0 -ffreestanding -nostdlib -static -fno-pic -no-pie -Wl,--build-id=none,-z,noexecstack,--no-warn-rwx-segments

$(B)/targets/clusters/aarch64.elf: $(CLUSTERS)/aarch64.S $(CLUSTERS)/main.c
	@mkdir -p $(@D)
	$(Q)aarch64-linux-gnu-gcc $(CLUSTER_CFLAGS) -mgeneral-regs-only -Wl,-Ttext=0x100000 -o $@ $^

$(B)/targets/clusters/arm.elf: $(CLUSTERS)/arm.S $(CLUSTERS)/main.c
	@mkdir -p $(@D)
	$(Q)arm-linux-gnueabihf-gcc $(CLUSTER_CFLAGS) -mcpu=cortex-r5 -marm -Wl,-Ttext=0x20000 -o $@ $^

$(B)/targets/clusters/m33.elf: $(CLUSTERS)/m33.S $(CLUSTERS)/main.c $(CLUSTERS)/m33.ld
	@mkdir -p $(@D)
	$(Q)arm-linux-gnueabihf-gcc $(CLUSTER_CFLAGS) -mcpu=cortex-m33 -mthumb -mfloat-abi=soft -T $(CLUSTERS)/m33.ld -o $@ \
		$(CLUSTERS)/m33.S $(CLUSTERS)/main.c

# For mspdebug's simulator: Debian has no gcc for it.
MSP430 := $(B)/targets/msp430.elf
$(MSP430): tests/targets/msp430/start.S tests/targets/msp430/main.c
	@mkdir -p $(@D)
	$(Q)clang --target=msp430 -c -o $(@D)/msp430_start.o tests/targets/msp430/start.S
	$(Q)clang --target=msp430 -g -O0 -ffreestanding -c -o $(@D)/msp430_main.o tests/targets/msp430/main.c
	$(Q)ld.lld -Ttext=0x8000 -Tbss=0x200 -e _start -o $@ $(@D)/msp430_start.o $(@D)/msp430_main.o

# Guests that make history, for record and replay
REPLAY := tests/targets/replay
REPLAY_GUESTS := $(B)/targets/replay/x86_64.elf $(B)/targets/replay/aarch64.elf
REPLAY_CFLAGS := -g -O1 -ffreestanding -fno-pic -no-pie -fno-stack-protector -nostdlib

$(B)/targets/replay/x86_64.elf: $(REPLAY)/main.c $(REPLAY)/machine.h $(REPLAY)/x86_64.S $(REPLAY)/x86_64.ld
	@mkdir -p $(@D)
	$(Q)gcc $(REPLAY_CFLAGS) -mno-red-zone -mno-sse -c -o $(@D)/x86_64_main.o $(REPLAY)/main.c
	$(Q)gcc -g -c -o $(@D)/x86_64_start.o $(REPLAY)/x86_64.S
	$(Q)ld -n --no-warn-rwx-segments -T $(REPLAY)/x86_64.ld -o $@ $(@D)/x86_64_start.o $(@D)/x86_64_main.o
	$(Q)objcopy -O elf32-i386 $@ $(@D)/x86_64_boot.elf

$(B)/targets/replay/aarch64.elf: $(REPLAY)/main.c $(REPLAY)/machine.h $(REPLAY)/aarch64.S $(REPLAY)/aarch64.ld
	@mkdir -p $(@D)
	$(Q)aarch64-linux-gnu-gcc $(REPLAY_CFLAGS) -mgeneral-regs-only -c -o $(@D)/aarch64_main.o $(REPLAY)/main.c
	$(Q)aarch64-linux-gnu-gcc -g -c -o $(@D)/aarch64_start.o $(REPLAY)/aarch64.S
	$(Q)aarch64-linux-gnu-ld -n --no-warn-rwx-segments -T $(REPLAY)/aarch64.ld -o $@ $(@D)/aarch64_start.o $(@D)/aarch64_main.o

.PHONY: targets
targets: $(NATIVE_TARGETS) $(CROSS_TARGETS) $(GUEST) $(SMP) $(CLUSTER_GUESTS) $(MSP430) $(REPLAY_GUESTS)

# -- the fake stub ---------------------------------------------------------------------------------------
$(B)/tests/stub/stub: $(STUB_SRCS) $(B)/liballstop.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(STUB_SRCS) $(B)/liballstop.a $(LIBS)

# -- the fault proxy, tests/faults/proxy.c -----------------------------------------------------------------
FAULT_SRCS := $(sort $(wildcard tests/faults/*.c))
$(B)/tests/faults/proxy: $(FAULT_SRCS) $(wildcard tests/faults/*.h) $(B)/liballstop.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(FAULT_SRCS) $(B)/liballstop.a $(LIBS)

# -- what users call -------------------------------------------------------------------------------------
.PHONY: deps deps-build deps-test deps-check
deps:
	@sh tests/deps.sh build test check
deps-build deps-test deps-check: deps-%:
	@sh tests/deps.sh $*

# Both do all the set-up on a fresh Debian machine. The second make sees the packages the first one installed.
.PHONY: test
test:
	@sh tests/deps.sh build test
	@$(MAKE) --no-print-directory test-built

.PHONY: test-built
test-built: $(B)/allstop $(UNIT_BINS) $(B)/tests/stub/stub $(B)/tests/faults/proxy targets
	@bash tests/run.sh $(B)

.PHONY: demo
demo:
	@sh tests/deps.sh build demo
	@$(MAKE) --no-print-directory $(B)/allstop $(B)/targets/race
	$(B)/allstop $(B)/targets/race

# A check begins with the same seed each time, `make fuzz` with another.
CHECK_FUZZ_SECONDS ?= 60
CHECK_FUZZ_SEED ?= 1
.PHONY: check
check:
	@sh tests/deps.sh build test check
	@$(MAKE) --no-print-directory check-built

C_FILES = $(shell git ls-files '*.c' '*.h' 2>/dev/null || find . -name '*.[ch]' -not -path './build/*')
TIDY_SRCS := main.c $(SRCS)

.PHONY: check-built
check-built:
	@echo "clang-format over $(words $(C_FILES)) files"
	@clang-format --dry-run -Werror $(C_FILES)
	@$(MAKE) --no-print-directory CC=clang all
	@python3 tests/floors/floors.py build/variant-clang
	@python3 -B tests/floors/names.py
	@python3 -B tests/floors/limits.py
	@without=$$(grep -L SPDX-License-Identifier $(C_FILES) $(wildcard tests/*.sh tests/*/*.sh tests/*/*/*.sh tests/*/*.py tests/*/*/*.py)); \
		[ -z "$$without" ] || { echo "no licence named in: $$without"; exit 1; }
	@echo "cppcheck over $(words $(TIDY_SRCS)) files"
	@cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability --inline-suppr \
		--library=tests/cppcheck.cfg --suppressions-list=tests/cppcheck.txt --error-exitcode=1 -j2 -I. $(TIDY_SRCS)
	@echo "clang-tidy over $(words $(TIDY_SRCS)) files"
	@printf '%s\n' $(TIDY_SRCS) | xargs -P2 -n1 sh -c 'clang-tidy --quiet "$$@" -- $(subst ','\'',$(filter-out -Werror,$(ALL_CFLAGS))) 2>/dev/null' tidy
	@$(MAKE) --no-print-directory CC=clang SANITIZE=address,undefined unit
	@$(MAKE) --no-print-directory SANITIZE=thread $(B)/variant-thread/allstop
	@$(FUZZ_BUILD) FUZZ_SECONDS=$(CHECK_FUZZ_SECONDS) FUZZ_SEED=$(CHECK_FUZZ_SEED) fuzz-each

# Random questions to gdb and to us, for longer than the tests do, also about Debian's libraries; at the end a table of how
# many of each kind: ORACLE_SEEDS="1 2 3" repeats what was found, ORACLE_ONLY=zlib-* asks about some programs.
ROUNDS ?= 5
ORACLE_ROUNDS ?= $(ROUNDS)
.PHONY: oracle
oracle:
	@sh tests/deps.sh build test oracle
	@$(MAKE) --no-print-directory $(B)/allstop
	@ORACLE_DEBIAN=1 ORACLE_RANDOM=1 ORACLE_ROUNDS=$(ORACLE_ROUNDS) bash tests/e2e/oracle/run.sh $(B)

# The all-stop race of QEMU's user emulator, and stubs that have none, for longer than the tests do.
SOAK_RUNS ?= 20
SOAK_STOPS ?= 1000
# Sessions over a bad line, and stubs that talk nonsense (doc/faults.md): RUNS=1 SEED=N PROFILE=NAME is that run again.
RUNS ?= 100
PROFILE ?= mendable,no-ack,cut,stall
FAULTS_KEPT ?= $(B)/faults
.PHONY: soak-faults
soak-faults:
	@sh tests/deps.sh build test
	@$(MAKE) --no-print-directory $(B)/allstop $(B)/tests/stub/stub $(B)/tests/faults/proxy $(B)/targets/x86_64/steps
	@python3 -B tests/faults/soak.py $(B) --runs $(RUNS) --profile $(PROFILE) --keep $(FAULTS_KEPT) $(if $(SEED),--seed $(SEED)) $(if $(AFTER),--after $(AFTER))

.PHONY: soak-hostile
soak-hostile:
	@sh tests/deps.sh build test
	@$(MAKE) --no-print-directory $(B)/allstop $(B)/targets/steps
	@python3 -B tests/faults/hostile.py $(B) --runs $(RUNS) $(if $(SEED),--seed $(SEED)) $(if $(FACE),--face $(FACE))

# Right values where QEMU's user emulator does not stop its threads: RUNS sessions.
RACE_ARCH ?= x86_64
.PHONY: stop-race
stop-race:
	@sh tests/deps.sh build test
	@$(MAKE) --no-print-directory $(B)/allstop $(B)/targets/$(RACE_ARCH)/pair
	@B=$(B) bash tests/race/run.sh $(RUNS) $(RACE_ARCH)

.PHONY: soak
soak:
	@sh tests/deps.sh build test
	@$(MAKE) --no-print-directory all targets
	@bash tests/e2e/audit/soak.sh $(B) $(SOAK_RUNS) $(SOAK_STOPS)

# Are the tests sharp? MUTANTS of each file of tests/mutants/table.txt (all with 0), which the nearest tests must kill;
# GROUPS (or files) of that table, or all of it. See doc/mutants.md.
MUTANTS ?= 40
GROUPS ?=
.PHONY: mutants
mutants:
	@sh tests/deps.sh build test
	@MUTANTS=$(MUTANTS) python3 -B tests/mutants/mutants.py $(GROUPS)

# The Linux kernel that tests/e2e/kernel debugs by kgdb: built once, cached outside the tree.
.PHONY: kernel
kernel:
	@sh tests/deps.sh kernel
	@bash tests/kernel/build.sh

.PHONY: bench
bench:
	@sh tests/deps.sh build test
	@$(MAKE) --no-print-directory all targets $(B)/tests/stub/stub $(B)/tests/bench/proxy $(B)/tests/bench/floor \
		$(B)/tests/bench/index
	@bash tests/bench/run.sh $(B)
	@bash tests/bench/breakpoints.sh $(B)
	@bash tests/bench/races.sh $(B)
	@bash tests/bench/time.sh $(B)
	@bash tests/bench/kgdb.sh $(B)

$(B)/tests/bench/%: tests/bench/%.c $(B)/liballstop.a
	@mkdir -p $(@D)
	@echo "  LD  $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(B)/liballstop.a $(LIBS)

# Each fuzzer for FUZZ_SECONDS, FUZZ_JOBS at once, with tests/fuzz/corpus and what earlier runs found (in FUZZ_FOLDER) as a start
# and the words of tests/fuzz/NAME.dict; how often each ran is in FUZZ_FOLDER/fuzz (doc/fuzzing.md). The files beside a program
# (split debug information) have a fuzzer's time of their own here only.
FUZZ_SECONDS ?= 30
FUZZ_JOBS ?= $(shell nproc)
FUZZ_FOLDER ?= build
FUZZ_LIMITS = $(if $(FUZZ_SEED),-seed=$(FUZZ_SEED)) -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=2048
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BUILD = $(MAKE) --no-print-directory CC=clang SANITIZE=fuzzer-no-link,address,undefined
.PHONY: fuzz
fuzz:
	@sh tests/deps.sh build check
	@$(FUZZ_BUILD) fuzz-each
	@$(FUZZ_BUILD) fuzz-beside

.PHONY: fuzz-each fuzz-beside
fuzz-each fuzz-beside: export UBSAN_OPTIONS = halt_on_error=1:print_stacktrace=1
fuzz-each: $(FUZZERS:%=$(B)/%) $(B)/targets/race
	@rm -rf $(FUZZ_FOLDER)/seeds && sh tests/fuzz/seeds.sh $(FUZZ_FOLDER)/seeds
	@mkdir -p $(FUZZ_FOLDER)/fuzz $(FUZZERS:%=$(FUZZ_FOLDER)/corpus/%) && cp $(FUZZ_FOLDER)/seeds/main/* $(FUZZ_FOLDER)/corpus/fuzz_elf
	@printf '%s\n' $(FUZZERS) | FUZZ_PROGRAM=$(B)/targets/race xargs -P$(FUZZ_JOBS) -I{} sh -c \
		'words=tests/fuzz/{}.dict; begin=tests/fuzz/corpus/{}; \
		 $(B)/{} $(FUZZ_LIMITS) -artifact_prefix=$(FUZZ_FOLDER)/fuzz/{}- $$([ ! -e $$words ] || echo -dict=$$words) \
			$(FUZZ_FOLDER)/corpus/{} $$([ ! -e $$begin ] || echo $$begin) >$(FUZZ_FOLDER)/fuzz/{} 2>&1 && \
		 echo "{}: $$(tail -n 1 $(FUZZ_FOLDER)/fuzz/{})" || { tail -n 40 $(FUZZ_FOLDER)/fuzz/{}; echo "{} found something"; exit 255; }'

fuzz-beside: $(B)/fuzz_elf
	@while read -r beside; do \
		role=$(FUZZ_FOLDER)/corpus/elf-$${beside%%/*} && mkdir -p $$role && cp $(FUZZ_FOLDER)/seeds/$${beside%%/*}/corpus/* $$role && \
		FUZZ_BESIDE=$(FUZZ_FOLDER)/seeds/$$beside $(B)/fuzz_elf $(FUZZ_LIMITS) -artifact_prefix=$(FUZZ_FOLDER)/fuzz/fuzz_elf-$${beside%%/*}- $$role || exit 1; done <$(FUZZ_FOLDER)/seeds/roles

$(FUZZERS:%=$(B)/%): $(B)/%: tests/fuzz/%.c tests/fuzz/parts.h $(B)/liballstop.a
	@echo "  LD  $@"
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $< $(B)/liballstop.a $(LIBS)

.PHONY: install
install: all
	install -d $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/share/man/man1 $(DESTDIR)$(prefix)/share/allstop
	install -m 755 $(B)/allstop $(DESTDIR)$(prefix)/bin/allstop
	install -m 644 doc/allstop.1 $(DESTDIR)$(prefix)/share/man/man1/allstop.1
	install -m 644 doc/session.schema.json $(DESTDIR)$(prefix)/share/allstop/session.schema.json

.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(prefix)/bin/allstop $(DESTDIR)$(prefix)/share/man/man1/allstop.1
	rm -f $(DESTDIR)$(prefix)/share/allstop/session.schema.json
	-[ ! -d $(DESTDIR)$(prefix)/share/allstop ] || rmdir $(DESTDIR)$(prefix)/share/allstop

.PHONY: help
help:
	@echo 'demo     open the debugger on a multi-threaded program (installs what is missing)'
	@echo 'test     build and run all tests (installs what is missing)'
	@echo 'all      build build/allstop; CC=clang, SANITIZE=address,undefined or thread, DEBUG=1, V=1'
	@echo 'check    format, warnings under both compilers, cppcheck, clang-tidy, sanitized unit tests, a minute of each fuzzer'
	@echo 'oracle   random questions to gdb and to us, ROUNDS=N rounds of them'
	@echo 'soak-faults  RUNS sessions over a bad line, SEED and PROFILE of one; soak-hostile: stubs that talk nonsense'
	@echo 'soak     SOAK_RUNS sessions against a stub that races, SOAK_STOPS stops on those that do not'
	@echo 'stop-race  RUNS sessions on two threads that QEMU user does not stop, RACE_ARCH=aarch64 for the other'
	@echo 'mutants  does a test fail when the program is changed? MUTANTS changes of each file, GROUPS="codec cfi"'
	@echo 'kernel   the Linux kernel for the kgdb tests: once, some 12 minutes and 1.3 GB under ~/.cache'
	@echo 'bench    counts and times beside gdb     fuzz  each fuzzer for FUZZ_SECONDS'
	@echo 'deps     install all packages; deps-build, deps-test, deps-check: those of a group'
	@echo 'install  to $$(DESTDIR)$$(prefix); uninstall     clean  the build folder, B=FOLDER another'

# Only what is a build folder: B may be anything.
.PHONY: clean
clean:
	@if [ "$(B)" = build ] || { [ -e "$(B)/flags" ] && [ ! -e "$(B)/main.c" ]; }; then echo "rm -rf $(B)" && rm -rf "$(B)"; \
	elif [ -e "$(B)" ]; then echo "clean: $(B) is left alone, it is no build folder" >&2; exit 1; fi

-include $(shell find $(B) -type f -name "*.d" 2>/dev/null)
