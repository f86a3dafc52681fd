/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects that are returned by their address, and others that look like them. */
struct Dtor {
    int a;
    Dtor(int x) : a(x)
    {
    }
    ~Dtor()
    {
        asm volatile("");
    }
};
struct Plain {
    int a;
    Plain(int x) : a(x)
    {
    }
};
struct Copy {
    long a;
    Copy(long x) : a(x)
    {
    }
    Copy(const Copy &o) : a(o.a)
    {
    }
};
struct Virt {
    long a;
    Virt(long x) : a(x)
    {
    }
    virtual long f()
    {
        return a;
    }
};
struct Holder {
    Dtor d;
    Holder() : d(9)
    {
    }
};
struct Derived : Plain {
    short b;
    Derived() : Plain(4), b(5)
    {
    }
};
enum class E : unsigned char { A, B = 200 };
__attribute__((noinline)) Dtor f_dtor()
{
    return Dtor(3);
}
__attribute__((noinline)) Plain f_plain()
{
    return Plain(4);
}
__attribute__((noinline)) Copy f_copy()
{
    return Copy(5);
}
__attribute__((noinline)) Virt f_virt()
{
    return Virt(6);
}
__attribute__((noinline)) Holder f_holder()
{
    return Holder();
}
__attribute__((noinline)) Derived f_derived()
{
    return Derived();
}
__attribute__((noinline)) E f_enum()
{
    return E::B;
}
int kept = 12;
__attribute__((noinline)) int &f_ref()
{
    return kept;
}
int main()
{
    volatile int kept = f_dtor().a;
    kept += f_plain().a;
    kept += (int)f_copy().a;
    kept += f_holder().d.a;
    kept += f_derived().b;
    kept += (int)f_enum();
    kept += f_ref();
    kept += (int)f_virt().a;
    return kept & 1;
}
