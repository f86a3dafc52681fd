#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Seeds for fuzz_elf: small programs with their debug information in every form that is read.
# seeds.sh OUT makes OUT/main (files to begin with) and, for the roles a file can play beside a program,
# OUT/ROLE/program with the file itself as OUT/ROLE/corpus/seed; OUT/roles lists ROLE/NAME, what the program
# calls the file.
set -eu
out=${1:?a folder}
mkdir -p "$out/main" "$out/build"
cd "$out/build"
cat >t.c <<'C'
struct node { int kind; struct node *next; union { int i; double d; } u; unsigned bit : 3; char name[8]; };
enum color { RED, GREEN = 5 };
typedef unsigned long word_t;
int total;
static inline __attribute__((always_inline)) int twice(int x) { int y = x * 2; return y + total; }
int area(struct node *n, int w) { word_t sum = 0; for (int i = 0; i < w; i++) sum += (word_t)twice(i + n->kind); return (int)sum; }
enum color paint(struct node *n) { return n->next ? GREEN : RED; }
C
cat >m.c <<'C'
struct node { int kind; struct node *next; union { int i; double d; } u; unsigned bit : 3; char name[8]; };
enum color { RED, GREEN = 5 };
int area(struct node *n, int w);
enum color paint(struct node *n);
int main(int argc, char **argv) { struct node n = { argc }; (void)argv; return area(&n, argc) + (int)paint(&n); }
C
cat >p.cc <<'CC'
template <class T, int N> struct vec { T items[N]; typedef T value; static int made; };
template <class T, int N> int vec<T, N>::made = N;
struct One { struct Two { int t; static int kept; }; virtual int get(); int o; static const int limit = 9; };
int One::Two::kept = 4;
int One::get() { return o + Two::kept; }
struct Left : virtual One { int l; };
struct Both : Left, One::Two { int b; int get(); };
namespace store { typedef vec<int, 3> list; inline namespace now { int used = 5; } namespace deep { int x = 6; } }
namespace shop { using store::list; using namespace store::deep; namespace d = store::deep; }
namespace { int hidden = 7; }
int Both::get() { using namespace store; shop::list a; a.items[0] = 1; int One::*m = &One::o; return a.items[0] + used + shop::x + hidden + this->*m + vec<int, 3>::made; }
Both *both;
extern "C" int area() { return both->get() + both->One::get(); }
CC
small='-O1 -fno-stack-protector -fno-asynchronous-unwind-tables'
link="$small -nostdlib -static -Wl,--build-id -Wl,-e,area"
for v in 4 5; do
    for cc in gcc clang; do
        $cc -gdwarf-$v $link t.c m.c -o ../main/$cc$v
        $cc -gdwarf-$v -fdebug-types-section $link t.c m.c -o ../main/types-$cc$v
        for role in dwo$v-$cc dwp$v-$cc; do
            mkdir -p ../$role/corpus
            (cd ../$role && cp ../build/[tm].c . && $cc -gdwarf-$v -gsplit-dwarf -fdebug-types-section $small -c t.c -o t.o &&
                $cc -gdwarf-$v $link t.o -o program && cp t.dwo corpus/seed)
        done
        (cd ../dwp$v-$cc && llvm-dwp t.dwo -o corpus/seed && rm t.dwo)
        printf '%s\n' "dwo$v-$cc/t.dwo" "dwp$v-$cc/program.dwp" >>../roles
    done
    gcc -gdwarf-$v -c -O1 t.c -o ../main/object$v.ko
done
gcc -gdwarf64 -g $link t.c m.c -o ../main/wide
for cc in g++ clang++; do
    for form in 'dwarf-4' 'dwarf-5' 'dwarf-5 -fdebug-types-section'; do
        $cc -g$form $small -O0 -fno-rtti -fno-exceptions -nostdlib -static -Wl,-e,area p.cc -o "../main/$cc-$(echo "$form" | tr -d ' ')"
    done
done
clang++ -g -gsimple-template-names $small -O0 -fno-rtti -fno-exceptions -nostdlib -static -Wl,-e,area p.cc -o ../main/simple
objcopy --compress-debug-sections=zstd ../main/gcc5 ../main/zstd
objcopy --compress-debug-sections=zlib ../main/gcc5 ../main/zlib
objcopy --compress-debug-sections=zlib-gnu ../main/gcc4 ../main/zdebug
gcc -g $link t.c m.c -o a && gcc -g $link -O2 m.c t.c -o b
objcopy -S --keep-symbol=area --keep-symbol=paint a mini && python3 -c '
import lzma
open("mini.xz", "wb").write(lzma.compress(open("mini", "rb").read()))' && strip -o stripped a &&
    objcopy --add-section .gnu_debugdata=mini.xz stripped ../main/mini
cp a ../main/dwz && dwz ../main/dwz || true
mkdir -p ../alt/corpus && cp a ../alt/program && cp b ../alt/b &&
    (cd ../alt && dwz -m shared program b && cp shared corpus/seed)
echo alt/shared >>../roles
cp ../alt/program ../main/alt
rm -f ../*/[tm].[co]
rm -rf ../build
