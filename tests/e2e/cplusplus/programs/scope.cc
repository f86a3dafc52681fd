// SPDX-License-Identifier: GPL-3.0-or-later
// Methods, closures, references, bit-fields, characters and other kinds of values.
#include <cstddef>
#include <cstdint>
#include <functional>

extern "C" __attribute__((noinline)) void mark(int) { asm volatile(""); }

int member = 1, outer = 2;

enum class Level : short { low = -1, high = 7 };
enum Bits { bit_a = 1, bit_b = 2, bit_c = 4 };
enum Unscoped : unsigned { few, many = 3000000000u };

struct Packed {
    unsigned small : 3;
    int negative : 4;
    bool flag : 1;
    Level level : 4;
    Bits bits : 3;
    unsigned char c : 7;
};

struct Flexible { int n; char tail[]; };

struct Object {
    int member = 10;
    int other = 11;
    static int count;
    union { int as_int; float as_float; };
    struct { int x, y; } point = {1, 2};
    Object *self = this;
    Object() { as_int = 5; }
    int method(int argument)
    {
        int local = argument;
        //? member
        //? this->member
        //? other + local
        //? count
        //= as_int => 5
        //? point.x
        //? point
        //? self == this
        //? outer
        //? ::member
        //? Object::member
        //? Object::count
        //? *this
        //? argument
        //? &member == &this->member
        //? sizeof(member)
        mark(1);
        auto by_this = [this, local](int extra) {
            //= member => 10
            //? local
            //? extra
            //= other => 11
            mark(2);
            return member + local + extra;
        };
        auto by_reference = [&](int extra) {
            //? local
            //? argument
            //= member => 10
            //? extra
            mark(3);
            return local + argument + member + extra;
        };
        return by_this(3) + by_reference(4);
    }
    static int of_class(int x)
    {
        static int inner = 6;
        //? count
        //? x
        //= Object::of_class::x => [05]
        mark(4);
        return x + inner;
    }
    int constant() const
    {
        //? member
        //? *this
        mark(5);
        return member;
    }
};
int Object::count = 12;

template <class T> struct Templated {
    T value;
    int run()
    {
        //? value
        //? this->value
        //? *this
        mark(6);
        return 0;
    }
};

namespace space {
struct Inside { int value = 33; int run(); };
int shared = 44;
int Inside::run()
{
    //? value
    //? shared
    //? this->value
    mark(7);
    return value;
}
}

static int takes(Object &o, Object &&moved, int &&number, const int &constant, int (&array)[3], Object *&pointer)
{
    static int calls = 70;
    calls++;
    //? calls
    //? takes::calls
    //? o
    //? o.member
    //? moved
    //? moved.other
    //? number
    //? constant
    //? constant + 1
    //? array
    //? array[1]
    //= *pointer => \{member = 10, .*\}
    //? pointer->member
    //? sizeof(o)
    //? sizeof(array)
    //? sizeof(number)
    //? &o == pointer
    //? &constant
    //? -number
    //? number == 7
    mark(8);
    return o.member + moved.member + number + constant + array[0] + pointer->member;
}

auto deduced(int x) { return x * 1.5; }

int main()
{
    Object o, list[3], *p = &o;
    Packed packed = {5, -3, true, Level::high, Bits(bit_a | bit_c), 65};
    char8_t c8 = u8'a';
    char16_t c16 = u'\u00e9';
    char32_t c32 = U'\U0001f600';
    wchar_t wide = L'w';
    const char16_t *text16 = u"sixteen";
    const char32_t *text32 = U"thirty-two";
    const char8_t *text8 = u8"eight";
    const wchar_t *text_wide = L"wide";
    char16_t array16[] = u"ab";
    std::nullptr_t null = nullptr;
    bool yes = true, no = false;
    Level level = Level::low;
    Bits bits = Bits(bit_a | bit_b), none = Bits(0), odd = Bits(9);
    Unscoped big = many;
    long long wide_number = 1LL << 40;
    int numbers[3] = {7, 8, 9};
    Object *&alias = p;
    Object &&temporary = Object();
    int &&seven = 7;
    Templated<long> t{99};
    Templated<Object> nested{o};
    space::Inside inside;
    auto lambda = [&o, numbers](int x) { return o.member + numbers[0] + x; };
    std::function<int(int)> function = lambda;
    union { int i; char c[4]; } anonymous = {65};
    Flexible flexible = {};
    const volatile int cv = 4;
    int (*fp)(int) = &Object::of_class;
    double (*dp)(int) = deduced;
    int r = o.method(20) + Object::of_class(5) + o.constant() + t.run() + inside.run() + lambda(1) + function(2) +
            takes(o, Object(), 7, 8, numbers, p) + int(dp(2)) + fp(0);
    //? o
    //? list
    //? packed
    //? packed.level
    //? packed.bits
    //? packed.flag
    //? packed.negative
    //? packed.small + 1
    //? packed.c
    //? packed.flag == true
    //? packed.level == Level::high
    //? /x packed
    //? /d yes
    //? /x level
    //? /d bits
    //? /x o
    //? /c c16
    //? /x alias
    //= /x seven => .*0x7
    //? /t packed.bits
    //? c8
    //? c16
    //? c32
    //? wide
    //? text16
    //? text32
    //? text8
    //? text_wide
    //? array16
    //= null => \(std::nullptr_t\) 0x0
    //? yes
    //? no
    //? !yes
    //? yes && no
    //? yes || no
    //? yes + 1
    //? (bool)5
    //? (bool)0
    //= bool(3) => true
    //? yes == true
    //? true
    //? false
    //= nullptr => \(void \*\) 0x0
    //= p == nullptr => false
    //= p != nullptr => true
    //? level
    //? Level::high
    //? (Level)7
    //? (Level)3
    //? (int)level
    //? level == Level::low
    //? bits
    //? none
    //? odd
    //? (Bits)6
    //? bit_a | bit_b
    //? big
    //? wide_number
    //? alias
    //= *alias => \{member = 10, .*\}
    //? temporary
    //? temporary.member
    //? seven
    //? seven + 1
    //? t
    //? nested
    //? nested.value.member
    //? anonymous
    //? cv
    //? fp
    //? dp
    //? deduced
    //? sizeof(Flexible)
    //? sizeof(flexible)
    //? sizeof(bool)
    //? sizeof(wchar_t)
    //? sizeof(char16_t)
    //? sizeof(char32_t)
    //? sizeof(char8_t)
    //? (char16_t)97
    //? (char32_t)97
    //? (wchar_t)97
    //? o.point
    //? o.as_float
    //? o.self->self == &o
    //? list[1].member
    //? &list[1]
    //? list[1] .member
    //? &list[2] - &list[0]
    //? &o.other
    //? &o.point.y
    //? *p
    //? p->self
    //? Object::count
    //? o.count
    //= takes::calls => 71
    //= Object::of_class::inner => 6
    //? &Object::member
    //? &Object::count
    //? takes
    //? numbers
    //? &numbers
    //? *&numbers
    //? numbers[1] == 8
    //: Object
    //: Packed
    //: Flexible
    //: Templated<long>
    //: Templated<Object>
    //: space::Inside
    mark(9);
    return r == 0;
}
