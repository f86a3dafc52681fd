// What C++ adds to the shapes of values: bases, virtual ones too, references, templates, scoped enumerations, members by
// pointer, closures; for the oracle, at field level.
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace shapes {

enum class Colour : unsigned char { red, green = 5, blue };
enum Plain { one = 1, two, four = 4 };
static int hidden = 3;
int visible = 4;

struct Point {
    int x, y;
    static int made;
    Point(int a, int b) : x(a), y(b) { made++; }
    int sum() const { return x + y; }
};
int Point::made = 10;

class Shape {
public:
    virtual ~Shape() {}
    virtual int area() const = 0;
    const char *name = "shape";

protected:
    Colour colour = Colour::green;

private:
    mutable int cache = -1;
};

class Square : public Shape {
public:
    explicit Square(int s) : side(s) {}
    int area() const override { return side * side; }
    int side;
};

struct Left : virtual Point {
    Left() : Point(1, 2) {}
    int left = 11;
};
struct Right : virtual Point {
    Right() : Point(3, 4) {}
    int right = 22;
};
struct Both : Left, Right {
    Both() : Point(5, 6) {}
    int both = 33;
};

template <typename T, int N> struct Array {
    T items[N];
    T total() const
    {
        T sum = T();
        for (int i = 0; i < N; i++)
            sum += items[i];
        return sum;
    }
};

union Either {
    int i;
    float f;
};

} // namespace shapes

using shapes::Array;
using shapes::Point;

template <typename T> __attribute__((noinline)) T biggest(T a, T b)
{
    T result = a > b ? a : b;
    return result;
}

namespace {
int anonymous = 9;
}

__attribute__((noinline)) static int use(const Point &p, Point &&moved, const shapes::Shape *shape, int (Point::*method)() const,
                                         int Point::*member)
{
    int &reference = moved.x;
    reference++;
    int result = (p.*method)() + p.*member + shape->area() + anonymous;
    return result;
}

__attribute__((noinline)) int use_bases(shapes::Both both, const Array<short, 3> &array)
{
    shapes::Left *left = &both;
    shapes::Colour colour = shapes::Colour::blue;
    shapes::Either either;
    either.f = 1.5f;
    bool flag = left->left > 3;
    char16_t c16 = u'\u00e9';
    return both.x + array.total() + int(colour) + flag + either.i + c16;
}

__attribute__((noinline)) static int with_closure(int n)
{
    int captured = n * 2;
    auto add = [captured, &n](int by) {
        n += by;
        return captured + by;
    };
    return add(3) + n;
}

__attribute__((noinline)) static void thrower(int n)
{
    if (n > 1)
        throw std::exception();
}

struct Outer {
    struct Inner {
        int deep;
    } inner;
    int method(int n)
    {
        int local = n + inner.deep;
        inner.deep = local;
        return local;
    }
};

int main()
{
    shapes::Square square(4);
    Array<short, 3> shorts = {{1, 2, 3}};
    Array<double, 2> doubles = {{0.5, 1.5}};
    shapes::Both both;
    Outer outer = {{8}};
    int total = 0;
    for (int round = 0; round < 3; round++) {
        Point point(round, round + 1);
        total += use(point, Point(7, 8), &square, &Point::sum, &Point::y);
        total += use_bases(both, shorts) + biggest(round, 2) + int(biggest(doubles.total(), 0.25));
        total += with_closure(round) + outer.method(round);
        try {
            thrower(round);
        } catch (const std::exception &e) {
            total += std::strlen(e.what()) > 0;
        }
    }
    std::printf("%d\n", total + shapes::hidden + shapes::visible);
    return 0;
}
