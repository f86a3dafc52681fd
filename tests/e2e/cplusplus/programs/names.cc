// SPDX-License-Identifier: GPL-3.0-or-later
// What names mean: namespaces, using, aliases, nested classes, template arguments, functions by their parameters.
#include <string>
#include <utility>
#include <vector>

extern "C" __attribute__((noinline)) void mark(int) { asm volatile(""); }

namespace store {
namespace v2 { template <class T> struct basic { T items[6]; int used = 2; }; }
using namespace v2;
typedef basic<int> list;
using alias = basic<short>;
int stock = 12;
static int kept = 13;
namespace inner { int deep = 14; struct Box { int x = 15; }; }
inline namespace current { int version = 16; struct Now { int n = 17; }; }
enum Plain { one = 1, two };
enum class Colour : unsigned char { red, green = 5 };
int twice(int x) { return 2 * x; }
}
namespace shop {
using store::list;
using store::stock;
using namespace store::inner;
namespace short_name = store::inner;
using Shape = store::Colour;
}
namespace {
int hidden = 21;
struct Hidden { int h = 22; static int all; };
int Hidden::all = 23;
namespace deeper { int below = 24; }
}
int stock = 30;
int both = 31;

template <class T, int N = 3> struct vec { T items[N] = {}; typedef T value_type; static int made; enum { size = N }; };
template <class T, int N> int vec<T, N>::made = 40 + N;
template <class T> T tmax(T a, T b) { return a > b ? a : b; }
template <unsigned N> struct sized { char c[N]; };
template <bool B> struct flagged { int f = B; };

struct A {
    typedef long value_type;
    using other = vec<char, 5>;
    struct Inner { int i = 50; struct Innermost { int j = 51; static int made; }; };
    enum Kind { small = 60, large };
    enum class Mode { slow, fast = 9 };
    union { int u; float f; };
    Kind kind = large;
    Mode mode = Mode::fast;
    int over(int) { return 1; }
    int over(double) { return 2; }
    int over(int, const char *) const { return 3; }
    static int still(int x) { return x; }
    int operator+(int x) const { return x; }
};
int A::Inner::Innermost::made = 52;
struct Derived : A { value_type v = 70; };

int f(int x) { return x; }
int f(double) { return 2; }
int f(A *, const char *) { return 3; }
int f(std::vector<int> &) { return 4; }

namespace store {
void inside()
{
    int local = stock + two + inner::Box().x;
    //? stock
    //? kept
    //? inner::deep
    //= version => 16
    //? ::stock
    //? both
    //? sizeof(list)
    //? sizeof(inner::Box)
    //? (Colour)5
    //? Colour::green
    //= two => store::two
    //? local
    mark(1);
}
}

namespace shop {
void within()
{
    using store::kept;
    Shape shape{};
    Box box;
    //? kept
    //= stock => 12
    //? deep
    //? short_name::deep
    //? sizeof(list)
    //? sizeof(Shape)
    //? ((Box *)0)
    mark(2);
}
}

void with_using()
{
    using namespace store;
    namespace brief = store::inner;
    //? kept
    //= version => 16
    //? brief::deep
    //? sizeof(alias)
    {
        using namespace inner;
        Box box;
        //? deep
        //? sizeof(Box)
        mark(3);
    }
}

int main()
{
    store::list a{};
    store::alias al{};
    shop::list b{};
    vec<int> vi;
    vec<int, 5> vi5;
    vec<vec<int>, 2> vv;
    vec<unsigned long> vul;
    vec<const char *> vcc;
    vec<std::pair<int, long>> vp;
    sized<7> s7;
    flagged<true> ft;
    A obj;
    A::other other;
    vec<int>::value_type of_vec = 3;
    Derived derived;
    A::Inner inner;
    A::Inner::Innermost innermost;
    store::Now now;
    Hidden h;
    std::string text = "text";
    std::vector<int> numbers{1, 2, 3};
    std::vector<std::string> words;
    int less = 1, more = 2;
    store::Colour colour = store::Colour::green;
    int r = tmax(1, 2) + tmax('a', 'b') + f(1) + f(1.0) + f(&obj, "") + f(numbers) + store::twice(2) + A::still(1) +
            obj.over(1) + obj.over(1.0) + obj.over(1, "") + (obj + 1) + int(tmax<double>(1, 2)) + vec<int>::made + vec<int, 5>::made +
            vec<int>::size + store::kept + hidden + deeper::below + Hidden::all;
    store::inside();
    shop::within();
    with_using();
    //? sizeof(store::list)
    //? sizeof(store::basic<int>)
    //? sizeof(store::v2::basic<int>)
    //? sizeof(store::v2::basic<short>)
    //? sizeof(store::alias)
    //? sizeof(shop::list)
    //? sizeof(::store::list)
    //? sizeof(struct A)
    //? ((store::list *)&a)->used
    //= ((shop::list *)&a)->used => 2
    //= *(store::basic<int> *)&a => \{items = \{0, 0, 0, 0, 0, 0\}, used = 2\}
    //? (store::list *)&a
    //? store::stock
    //? shop::stock
    //? stock
    //? ::stock
    //? store::kept
    //? store::inner::deep
    //? shop::deep
    //? shop::short_name::deep
    //= store::version => 16
    //? store::current::version
    //= sizeof(store::Now) => 4
    //? sizeof(store::current::Now)
    //? now
    //= store::two => store::two
    //? store::Colour::red
    //? store::Colour::green
    //? colour
    //? colour == store::Colour::green
    //? (store::Colour)1
    //? (store::Colour)0
    //? (int)colour
    //? sizeof(store::Colour)
    //? hidden
    //= (anonymous namespace)::hidden => 21
    //= below => 24
    //? deeper::below
    //= (anonymous namespace)::deeper::below => 24
    //? h
    //? Hidden::all
    //= (anonymous namespace)::Hidden::all => 23
    //? sizeof(Hidden)
    //= sizeof((anonymous namespace)::Hidden) => 4
    //= sizeof(vec<int>) => 12
    //? sizeof(vec<int, 3>)
    //? sizeof(vec<int,3>)
    //? sizeof(vec< int , 5 >)
    //? sizeof(vec<vec<int, 3>, 2>)
    //? sizeof(vec<vec<int,3>,2>)
    //? sizeof(vec<unsigned long, 3>)
    //? sizeof(vec<long unsigned int, 3>)
    //? sizeof(vec<const char *, 3>)
    //? sizeof(vec<char const*,3>)
    //? sizeof(vec<std::pair<int, long>, 3>)
    //= sizeof(sized<7>) => 7
    //= sizeof(sized<7u>) => 7
    //= sizeof(flagged<true>) => 4
    //? (vec<int, 3> *)&vi
    //? *(vec<int,3> *)&vi
    //? vec<int, 3>::made
    //? vec<int,5>::made
    //? vec<int, 3>::size
    //? sizeof(vec<int, 3>::value_type)
    //? vi
    //? vv
    //? vul
    //? vcc
    //? sizeof(A::value_type)
    //? sizeof(A::other)
    //? sizeof(A::Inner)
    //? sizeof(A::Inner::Innermost)
    //? A::Inner::Innermost::made
    //? sizeof(Derived::value_type)
    //? sizeof(Derived::Inner)
    //? (A::value_type)3
    //? (A::Inner *)&inner
    //? A::small
    //? A::Mode::fast
    //? (A::Kind)61
    //? (A::Mode)9
    //? obj.kind
    //? obj.mode
    //? obj.kind == A::large
    //? derived
    //? inner
    //? innermost
    //? sizeof(std::string)
    //? sizeof(std::vector<int, std::allocator<int> >)
    //= sizeof(std::vector<int,std::allocator<int>>) => 24
    //= sizeof(std::vector<int>) => 24
    //= sizeof(std::vector<std::string>) => 24
    //? (std::string *)&text
    //? sizeof(std::pair<int, long>)
    //? less < more
    //? both < stock && both > 1
    //? both < stock
    //= both<stock&&both>1 => false
    //? stock < both && both > stock
    //= stock<both> 0 => true
    //? less < more && more > less
    //? less < 2 > 0
    //? tmax<int>
    //? tmax<char>
    //? tmax<double>
    //? &tmax<int>
    //= f(int) => \{int \(int\)\} 0x[0-9a-f]+ <f\(int\)>
    //= f(double) => \{int \(double\)\} 0x[0-9a-f]+ <f\(double\)>
    //= &f(int) => \(int \(\*\)\(int\)\) 0x[0-9a-f]+ <f\(int\)>
    //= f(A *, const char *) => \{int \(A \*, const char \*\)\} 0x[0-9a-f]+ <f\(A\*, char const\*\)>
    //= f(A*, char const*) => \{int \(A \*, const char \*\)\} 0x[0-9a-f]+ <f\(A\*, char const\*\)>
    //? &A::still
    //? A::still
    //? A::over(double)
    //? A::over(int)
    //? A::over(int, char const*) const
    //? A::operator+
    //? A::operator+(int) const
    //? store::twice
    //? store::twice(int)
    //? 'f(double)'
    //? 'A::over(double)'
    //= *store::twice => \{int \(int\)\} 0x[0-9a-f]+ <store::twice\(int\)>
    //= int(3.7) => 3
    //? (int)3.7
    //? sizeof(int &)
    //? sizeof(vec<int, 3> &)
    //? (unsigned char)'a'
    //! store::nothing
    //! nothing::at
    //: A
    //: vec<int, 3>
    //: Derived
    //: store::list
    //: store::Colour
    //: A::Inner
    //: std::pair<int, long>
    //: Hidden
    mark(4);
    return r == 0;
}
