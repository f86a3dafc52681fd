/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Methods and functions of one name, to be called from a debugger. */
namespace ns
{
int scale(int n)
{
    return n * 3;
}
double scale(double d)
{
    return d * 5;
}
int scale(const char *s)
{
    return s[0];
}
} // namespace ns

struct counted {
    int n;
    counted(int i) : n(i)
    {
    }
    counted(const counted &other) : n(other.n + 100)
    {
    }
};
int by_value(counted c)
{
    return c.n;
}
int by_reference(const counted &c)
{
    return c.n;
}
int of_number(const int &n)
{
    return n + 1;
}
void bump(int &n)
{
    n++;
}

struct base {
    int b = 1;
    virtual ~base()
    {
    }
    virtual int kind(int n)
    {
        return n + 1000 * b;
    }
    int plain(int n) const
    {
        return n + b;
    }
    int plain(double d) const
    {
        return (int)d + 50;
    }
    static int shared(int n)
    {
        return n * 2;
    }
};
struct side {
    int s = 7;
    virtual ~side()
    {
    }
    virtual int other()
    {
        return s;
    }
};
struct derived : base, side {
    int d = 9;
    int kind(int n) override
    {
        return n + 2000 * d;
    }
    int other() override
    {
        return s + d;
    }
    int inner(int n)
    {
        return n + d; /* in method */
    }
};
struct functor {
    int k;
    int operator()(int n) const
    {
        return n * k;
    }
    double operator()(double a, double b)
    {
        return a * b + k;
    }
};
derived object;
derived *pointer = &object;
functor times = {5};
int (base::*virtual_method)(int) = &base::kind;
int (side::*of_second_base)() = &side::other;
int (base::*own_method)(int) const = &base::plain;
int (derived::*through_derived)() = &derived::side::other;
int (base::*no_method)(int) = nullptr;
int base::*data = &base::b;
base *as_base = &object;
side *as_side = &object;
counted one(4);
int number = 5;

int main()
{
    int sum = ns::scale(1) + (int)ns::scale(1.0) + ns::scale("a") + by_value(one) + by_reference(one) +
              of_number(1);
    bump(number);
    sum += (object.*virtual_method)(1) + (pointer->*of_second_base)() + (object.*own_method)(1) +
           (pointer->*through_derived)() + times(2) + (int)times(1.5, 2.0) + object.*data + !no_method;
    sum += as_base->kind(1) + object.plain(1) + object.plain(1.0) + base::shared(1) + as_side->other();
    return object.inner(sum) == 0;
}
