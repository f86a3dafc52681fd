# The forms of the test kernel, sourced by build.sh: what is added to the configuration, and what is changed in the source.

form_config() {
    case $1 in
    shipped | perf) echo '# CONFIG_KGDB_KDB is not set' ;;
    kdb) echo 'CONFIG_KGDB_KDB=y' ;;
    arm64) printf 'CONFIG_%s=y\n' SERIAL_AMBA_PL011 SERIAL_AMBA_PL011_CONSOLE && echo '# CONFIG_KGDB_KDB is not set' ;;
    esac
}

# What make calls the processor, what the compiler's name begins with, and where the kernel's image is.
form_arch() { case $1 in arm64) echo arm64 ;; *) echo x86_64 ;; esac }
form_compiler() { case $1 in arm64) echo aarch64-linux-gnu- ;; esac }
form_image() { case $1 in arm64) echo arch/arm64/boot/Image ;; *) echo arch/x86/boot/bzImage ;; esac }

# Since a change in perf an event that is not active is dropped, and kgdb's breakpoints never are active: their handler is
# not called. The repair exempts them.
perf_dropped='event->state != PERF_EVENT_STATE_ACTIVE)'
perf_repaired='event->state != PERF_EVENT_STATE_ACTIVE && event->attr.type != PERF_TYPE_BREAKPOINT)'

# Changes the source to that of the form, whatever it was before; a file that is right keeps its time.
form_source() {
    local file=$2/kernel/events/core.c wanted=$perf_repaired edit='s/_ACTIVE)$/_ACTIVE \&\& event->attr.type != PERF_TYPE_BREAKPOINT)/'
    if [ "$1" = shipped ]; then
        wanted=$perf_dropped
        edit='s/_ACTIVE && event->attr.type != PERF_TYPE_BREAKPOINT)$/_ACTIVE)/'
    fi
    sed "/^static void perf_swevent_event(/,/^}/$edit" "$file" >"$file.new"
    if cmp -s "$file" "$file.new"; then rm "$file.new"; else mv "$file.new" "$file"; fi
    sed -n '/^static void perf_swevent_event(/,/^}/p' "$file" | grep -qxF "	if ($wanted"
}
# SPDX-License-Identifier: GPL-3.0-or-later
