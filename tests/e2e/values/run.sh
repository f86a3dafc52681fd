#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Values where DWARF says that they are: floats and vectors in registers of each processor, in the innermost function and in its
# callers, who left theirs on the stack or in the processor.
. tests/e2e/lib.sh "$1"

line=$(grep -n 'in leaf' tests/e2e/values/floats.c | cut -d: -f1)
# build GNU-NAME NAME FLAG…
build() { build_of floats.c "$1" "floats-$2" "${@:3}"; }
# build_of SOURCE GNU-NAME PROGRAM FLAG…
build_of() { "$2-gcc" -g -O1 -static -o "$work/$3" "tests/e2e/values/$1" "${@:4}"; }
value() { echo "{\"do\": \"eval\", \"expr\": \"$1\", \"expect\": {\"value\": $2}}"; }
gone() { echo "{\"do\": \"eval\", \"expr\": \"$1\", \"expect\": {\"error\": {\"code\": \"optimised-out\"}}}"; }

callers="{\"do\": \"break\", \"at\": \"floats.c:$line\"}, {\"do\": \"continue\"}, {\"do\": \"frame\", \"level\": 1},
    $(value s 2.25), $(value t 1.5), $(value u 4.5), $(value w 4.5), $(value 's + t' 3.75)"
entry="{\"do\": \"break\", \"at\": \"*keep\"}, {\"do\": \"continue\"}, $(value a 2.25), $(value b 1.5)"

for pair in x86_64:x86_64 i386:i686 aarch64:aarch64 arm:arm ppc64:powerpc64 ppc64le:powerpc64le riscv64:riscv64 s390x:s390x \
    mips:mips mipsel:mipsel; do
    name=${pair%%:*} gnu=${pair##*:}-linux-gnu flags=()
    case $name in
    arm) gnu=arm-linux-gnueabihf ;;
    mips*) flags=(-mfp32) ;;
    esac
    build "$gnu" "$name" "${flags[@]}"
    at_entry=$entry,
    # A program's own calls enter behind the address that the symbol has.
    [ "$name" != ppc64le ] || at_entry=
    steps "$name: floats in registers" "$at_entry $callers" -t "launch:qemu-$name -g {port} $work/floats-$name" -s "$work/floats-$name"
done

build mips-linux-gnu wide
steps 'MIPS with registers of 64 bits, of which the stub tells 32: a double is not made up' "
    {\"do\": \"break\", \"at\": \"*keep\"}, {\"do\": \"continue\"}, $(gone a), $(value b 1.5)" \
    -t "launch:qemu-mips -g {port} $work/floats-wide" -s "$work/floats-wide"

vectors='{"do": "break", "at": "*sum"}, {"do": "continue"},
    {"do": "eval", "expr": "a", "expect": {"text": "{1, 2, 3, 4}"}}, {"do": "eval", "expr": "b", "expect": {"text": "{3, 4, 5, 6}"}},
    {"do": "eval", "expr": "f[6]", "expect": {"value": 7}},
    {"do": "set", "expr": "a[0]", "value": 77}, {"do": "eval", "expr": "a", "expect": {"text": "{77, 2, 3, 4}"}}'
for pair in s390x:s390x:-march=z13 ppc64:powerpc64:-mcpu=power8; do
    IFS=: read -r name gnu flags <<<"$pair"
    build "$gnu-linux-gnu" "$name-vectors" "$flags" -O2 -Wno-psabi -DWITH_VECTORS
    steps "$name: vectors in registers" "$vectors" -t "launch:qemu-$name -g {port} $work/floats-$name-vectors" \
        -s "$work/floats-$name-vectors"
done
if grep -qw avx /proc/cpuinfo; then
    gcc -g -O2 -mavx -DWITH_VECTORS -o "$work/floats-avx" tests/e2e/values/floats.c
    steps 'x86-64: vectors of 32 bytes, which a stub describes in halves' "$vectors,
        {\"do\": \"eval\", \"expr\": \"f\", \"expect\": {\"text\": \"{1, 2, 3, 4, 5, 6, 7, 8}\"}},
        {\"do\": \"set\", \"expr\": \"f[5]\", \"value\": 50}, {\"do\": \"eval\", \"expr\": \"f\", \"expect\": {\"text\": \"{1, 2, 3, 4, 5, 50, 7, 8}\"}}" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/floats-avx" "$work/floats-avx"
else
    skip 'vectors of 32 bytes: this processor has none'
fi

# -- what finish tells -------------------------------------------------------------------------------------
answers=("f_char|-3 '\\\\375'" 'f_short|-300' 'f_int|-31337' 'f_long|-1234567890123' 'f_bool|true' 'f_enum|GREEN' 'f_float|1.5'
    'f_double|-1234.5' 'f_wide|2.25' 'f_complex|1.5 + 2.5i' 'f_wide_complex|3.5 + 4.5i' "f_one|{c = 120 'x'}"
    'f_pair|{a = 11, b = -22}' 'f_mixed|{d = 4321.5, i = 61234}' 'f_floats|{x = 1, y = 2, z = 3}' 'f_doubles|{x = 1.25, y = 2.5}'
    "f_odd|{a = 513, b = 66 'B'}" 'f_three|{c = \"ABC\"}' 'f_big|{a = {1, 2, 3, 4, 5}}' 'f_either|{i = 77, f = 1.07899982e-43}')
returned=
for answer in "${answers[@]}"; do
    returned+="{\"do\": \"break\", \"at\": \"${answer%%|*}\"}, {\"do\": \"continue\", \"expect\": {\"function\": \"${answer%%|*}\"}},
        {\"do\": \"finish\", \"expect\": {\"function\": \"main\", \"text\": \"${answer#*|}\"}}, "
done
returned+='{"do": "detach"}'
for pair in x86_64:x86_64 i386:i686 aarch64:aarch64 arm:arm ppc64:powerpc64 ppc64le:powerpc64le riscv64:riscv64 s390x:s390x \
    mips:mips mipsel:mipsel; do
    name=${pair%%:*} gnu=${pair##*:}-linux-gnu flags=(-Wno-psabi)
    case $name in
    arm) gnu=arm-linux-gnueabihf ;;
    mips*) flags+=(-mfp32) ;;
    esac
    build_of returns.c "$gnu" "returns-$name" "${flags[@]}"
    steps "$name: finish tells what was returned" "$returned" -t "launch:qemu-$name -g {port} $work/returns-$name" \
        -s "$work/returns-$name"
done
line=$(grep -n 'kept += (int)f_big' tests/e2e/values/returns.c | cut -d: -f1)
steps 'aarch64: where the caller wanted it is known at the entry alone' '
    {"do": "break", "at": "f_big"}, {"do": "continue"}, {"do": "stepi", "times": 2},
    {"do": "finish", "expect": {"value": null, "type": "struct big", "note": {"match": "its address was known"}}}' \
    -t "launch:qemu-aarch64 -g {port} $work/returns-aarch64" -s "$work/returns-aarch64"
steps 'in JSON it is a value' '
    {"do": "break", "at": "f_mixed"}, {"do": "continue"},
    {"do": "finish", "expect": {"reason": "step", "value": {"d": 4321.5, "i": 61234}, "type": "struct mixed"}}' \
    -t "launch:qemu-x86_64 -g {port} $work/returns-x86_64" -s "$work/returns-x86_64"

objects=('f_dtor|{a = 3}' 'f_plain|{a = 4}' 'f_copy|{a = 5}' 'f_holder|{d = {a = 9}}' 'f_derived|{<Plain> = {a = 4}, b = 5}' 'f_enum|E::B')
returned=
for answer in "${objects[@]}"; do
    returned+="{\"do\": \"break\", \"at\": \"${answer%%|*}\"}, {\"do\": \"continue\", \"expect\": {\"function\": \"${answer%%|*}()\"}},
        {\"do\": \"finish\", \"expect\": {\"function\": \"main\", \"text\": \"${answer#*|}\"}}, "
done
returned+='{"do": "break", "at": "f_virt"}, {"do": "continue"}, {"do": "finish", "expect": {"value": {"a": "6"}}}'
for flags in -O0 '-O1 -gdwarf-4'; do
    read -ra words <<<"$flags"
    g++ -g "${words[@]}" -o "$work/objects" tests/e2e/values/returns.cc
    steps "C++ objects by address and by value ($flags)" "$returned" -t "launch:gdbserver --once 127.0.0.1:{port} $work/objects" "$work/objects"
done

# -- what the caller passed ----------------------------------------------------------------------------------
cat >"$work/passed.c" <<'C'
struct item { int id; struct item *next; };
volatile int total;
static int table[4] = {1, 2, 3, 4};
__attribute__((noinline)) static int leaf(struct item *it, int d) { total += it->id + table[d & 3]; return total; }
__attribute__((noinline)) int work(struct item *it, int d) { int r = leaf(it, d); return r + leaf(it->next, d + 1); }
int main(int argc, char **argv)
{
    (void)argv;
    struct item b = {2, 0}, a = {1, &b};
    return work(&a, argc) == 0;
}
C
for flags in '-O2 -gdwarf-5' '-O2 -gdwarf-4'; do
    read -ra words <<<"$flags"
    gcc "${words[@]}" -o "$work/passed" "$work/passed.c"
    steps "parameters that were taken apart ($flags)" "
        {\"do\": \"break\", \"at\": \"leaf\"}, {\"do\": \"continue\"}, $(value 'it->id' 1), $(value d 1),
        {\"do\": \"continue\"}, $(gone 'it->id'), $(value d 2)" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/passed" "$work/passed"
done

# -- what C only declares ------------------------------------------------------------------------------------
cat >"$work/declared.c" <<'C'
extern unsigned long sized, unsized; /* defined in assembler, as variables of a kernel are by its linker script */
extern struct pair { short low, high; } both;
__asm__(".data\n.globl sized\nsized: .quad 0x1122334455667788\n.size sized, 8\n.type sized, @object\n"
        ".globl unsized\nunsized: .quad 0x1122334455667788\n.globl both\nboth: .short 3, 4\n.text");
int main(void) { return (int)(sized - unsized) + both.low; }
C
gcc -g -o "$work/declared" "$work/declared.c"
declared='{"type": "unsigned long", "value": "1234605616436508552"}'
steps 'variables of the assembler have the type that C declares' "
    {\"do\": \"break\", \"at\": \"main\"}, {\"do\": \"continue\"}, {\"do\": \"eval\", \"expr\": \"sized\", \"expect\": $declared},
    {\"do\": \"eval\", \"expr\": \"unsized\", \"expect\": $declared}, $(value both.high 4),
    {\"do\": \"watch\", \"expr\": \"unsized\", \"expect\": {\"length\": 8}}" \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/declared" "$work/declared"

# -- decimal floating-point numbers, whose digits are written in two ways ---------------------------------------
text() { echo "{\"do\": \"eval\", \"expr\": \"$1\", \"expect\": {\"text\": \"$2\"}}"; }
decimals="{\"do\": \"break\", \"at\": \"stop\"}, {\"do\": \"continue\"}, $(text sum Infinity),
    $(text all.a '{1.20, -0.0, 9.999999E+96, 1E-101, 1234.567, 5E+10}'),
    $(text all.b '{1.20, -123456789012345.6, 9.999999999999999E+384, 1E-398, 0.000001, 1E-7}'),
    $(text all.c '{1.20, -1234567890123456789012345678901234, 9.000000000000000000000000000000000E+6144, 1E-6176, 888999.777888999, 0E+5}'),
    $(text 'all.a[0] + all.a[4]' 1235.767), $(text '1 / all.b[0]' 0.8333333333333333), $(text '-all.c[1]' 1234567890123456789012345678901234),
    $(value '(double)all.b[0]' 1.2), $(value 'all.a[0] > all.a[4]' 0),
    {\"do\": \"eval\", \"expr\": \"all.b[0] * 1.5\", \"expect\": {\"error\": {\"code\": \"type-mismatch\"}}},
    {\"do\": \"eval\", \"expr\": \"all.c[0] + all.c[4]\", \"expect\": {\"error\": {\"code\": \"unsupported\"}}},
    $(text 'all.a[1] = 8999999' 8999999), $(text 'all.a[1] = 123456789' 1.234568E+8), $(text 'all.b[1] = -1.25' -1.25),
    $(text 'all.c[1] = 1234567890123456789 * (__int128)1000000000000000' 1234567890123456789000000000000000),
    {\"do\": \"continue\"}, $(text sum NaN)"
gcc -g -O0 -o "$work/decimal" tests/e2e/values/decimal.c
steps 'decimal floats' "$decimals" -t "launch:gdbserver --once 127.0.0.1:{port} $work/decimal" -s "$work/decimal"
for pair in ppc64:powerpc64 ppc64le:powerpc64le s390x:s390x; do
    build_of decimal.c "${pair##*:}-linux-gnu" "decimal-${pair%%:*}" -O0
    steps "${pair%%:*}: decimal floats" "$decimals" -t "launch:qemu-${pair%%:*} -g {port} $work/decimal-${pair%%:*}" -s "$work/decimal-${pair%%:*}"
done

# -- values that outlive their expression: the history, variables, what is known of the stop ------------------
fault='{"do": "eval", "expr": "$_siginfo._sifields._sigfault.si_addr", "expect": {"value": "0x40000123"}}'
kept="$(value '$bpnum' null), {\"do\": \"break\", \"at\": \"main\"}, {\"do\": \"continue\"}, $(value '$bpnum' 1),
    {\"do\": \"eval\", \"expr\": \"point\", \"expect\": {\"history\": 2, \"text\": \"{x = 3, y = 4}\"}},
    $(value '$.y + $2.x' 7), {\"do\": \"eval\", \"expr\": \"&\$\$\", \"expect\": {\"type\": \"struct point *\"}},
    {\"do\": \"eval\", \"expr\": \"12\", \"history\": false, \"expect\": {\"history\": {\"exists\": false}}}, $(value '$->x' 3),
    {\"do\": \"set\", \"expr\": \"\$count\", \"value\": 0, \"expect\": {\"type\": \"int\"}},
    {\"do\": \"break\", \"at\": \"work\", \"if\": \"\$count++ == 3\"}, {\"do\": \"continue\"}, $(value n 3), $(value '$count' 4),
    {\"do\": \"delete\", \"all\": true}, {\"do\": \"continue\", \"expect\": {\"signal\": \"SIGUSR1\"}}, $(value '$_siginfo.si_signo' 10),
    {\"do\": \"eval\", \"expr\": \"\$_siginfo\", \"expect\": {\"type\": \"struct siginfo\"}},
    {\"do\": \"continue\", \"expect\": {\"signal\": \"SIGSEGV\"}}, $fault, $(value '$_siginfo.si_code' 2),
    {\"do\": \"continue\", \"expect\": {\"reason\": \"killed\"}}, $(value '$_exitsignal' 11), $(value '$_exitcode' null)"
for bits in 64 32; do
    "$([ $bits = 64 ] && echo x86_64 || echo i686)-linux-gnu-gcc" -g -O0 -static -o "$work/kept$bits" tests/e2e/values/kept.c
    steps "$bits bits: the history, variables and what is known of a stop" "$kept" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/kept$bits" -s "$work/kept$bits"
done
steps 'what the program ended with' "{\"do\": \"continue\"}, $(value '$_exitcode' 30), $(value '$_exitsignal' null)" \
    -t "launch:gdbserver --once 127.0.0.1:{port} $work/kept64 x" -s "$work/kept64"
steps 'a stub that tells nothing of signals' '{"do": "eval", "expr": "$_siginfo", "expect": {"error": {"code": "unsupported"}}}' \
    -t "launch:qemu-riscv64 -g {port} $B/targets/riscv64/steps"
printf 'p 2 * 21\noutput 5\np $ + 1\nset $n = 3\np $n++\np $n\np $9\np\n' >"$work/typed"
"$A" --cli -t none <"$work/typed" >"$work/out" 2>"$work/err"
same 'what the prompt shows' "$(tr '\n' ' ' <"$work/out")" '$1 = 42 5 $2 = 43 3 $3 = 3 $4 = 4 $5 = 4 '

finish values
