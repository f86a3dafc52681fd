// SPDX-License-Identifier: GPL-3.0-or-later
// Base classes and what moves a pointer between them; virtual bases, members by pointer, static members.
extern "C" __attribute__((noinline)) void mark(int) { asm volatile(""); }

struct A { int a = 1; virtual ~A() {} };
struct B { int b = 2; virtual ~B() {} };
struct C : A, B { int c = 3; };
struct D : C { int d = 4; };
struct Plain { int first = 10; };
struct Second { int second = 20; };
struct Both : Plain, Second { int both = 30; };
struct Nested : Both { int nested = 40; };

struct Base { virtual ~Base() {} int b = 7; };
struct Left : virtual Base { int l = 1; };
struct Right : virtual Base { int r = 2; };
struct Diamond : Left, Right {
    int d = 3;
    static const int limit = 99;
    static constexpr long long wide = 1LL << 40;
    static int count;
    static inline short loose = 5;
    static Diamond *last;
    int get() const { return d; }
    virtual int twice(int x) { return 2 * x; }
    void look();
    int own() const
    {
        //? this->Left::l
        //? l
        //? b
        //? limit
        //? count
        //? r + d
        //? this->d
        //? *this
        mark(2);
        return d;
    }
};
int Diamond::count = 42;
Diamond *Diamond::last = nullptr;

struct Deeper : Diamond { int e = 5; };
struct Same { int same = 6; static Same twin; };
Same Same::twin;
struct Hides : Plain { int first = 11; };
struct Bare {};
struct OfBare : Bare { int x = 1; };
struct VirtualOnly : virtual Bare { int y = 2; };
struct Deepest : virtual Deeper { int f = 6; };
struct Holder {
    int Diamond::*data = &Diamond::d;
    int (Diamond::*method)() const = &Diamond::get;
    int (Diamond::*by_table)(int) = &Diamond::twice;
    int Diamond::*none = nullptr;
    void (*function)(Base &, const C &, B *) = nullptr;
};
struct Outer { Diamond inside; Diamond &reference; Diamond *pointer; Diamond list[2]; static Outer *all; };
Outer *Outer::all = nullptr;
struct Nothing : Plain {};
struct Statics { static int only; };
int Statics::only = 8;
class Secret { int hidden = 9; protected: int guarded = 10; public: int open = 11; };

void Diamond::look() { own(); }

static void of(Base &rb, const C &rc, B *through)
{
    //? rb
    //? rb.b
    //? ((Diamond &)rb).d
    //? static_cast<Diamond &>(rb).r
    //= dynamic_cast<Diamond &>(rb).r => 2
    //= ((const B &)rc).b => 2
    //? ((const B &)rc)
    //? through->b
    //= static_cast<C *>(through)->a => 1
    //? ((D *)through)->d
    //= ((C *)through)->c => 3
    mark(1);
}

int main()
{
    D d;
    C c, *pc = &c, *none = nullptr;
    B *pb = &c, *pbd = &d;
    A *pa = &c;
    B *null_b = nullptr;
    Both both;
    Nested nested;
    Second *second = &nested;
    Plain *plain = &nested;
    Diamond diamond;
    Deeper deeper;
    Deepest deepest;
    Base *base = &diamond, *base_deeper = &deeper, *base_deepest = &deepest;
    Left *left = &diamond;
    Right *right = &deeper;
    Same same;
    Hides hides;
    OfBare of_bare;
    VirtualOnly virtual_only;
    diamond.d = 33;
    int Diamond::*member = &Diamond::d;
    int Diamond::*second_member = &Diamond::l;
    int Diamond::*no_member = nullptr;
    int (Diamond::*method)() const = &Diamond::get;
    int (Diamond::*virtual_method)(int) = &Diamond::twice;
    int (Diamond::*no_method)() const = nullptr;
    int Both::*of_both = &Both::second;
    Diamond *pd = &diamond;
    Diamond array[2];
    Holder holder;
    int Diamond::*members[2] = {&Diamond::d, &Diamond::l};
    int (Diamond::*methods[2])() const = {&Diamond::get, &Diamond::own};
    Outer outer{diamond, diamond, &diamond};
    Nothing nothing;
    Statics statics;
    Secret secret;
    const Diamond constant;
    volatile C changing;
    Diamond **pointers[1] = {&pd};
    int r = (diamond.*method)() + (pd->*virtual_method)(2) + diamond.*member + both.*of_both + Diamond::limit + (no_method != nullptr);
    of(diamond, c, pbd);
    diamond.look();
    //? c
    //? d
    //? *pc
    //? ((B *)pc)->b
    //? ((A *)pc)->a
    //? ((C *)pb)->c
    //? ((C *)pb)->a
    //? (C *)pb == pc
    //? pb == (B *)pc
    //= pb == pc => true
    //= pc == pb => true
    //= pc != pb => false
    //? pa == pc
    //? (B *)none
    //? (C *)null_b
    //? (A *)null_b
    //? none == null_b
    //? ((D *)pbd)->d
    //= ((C *)(B *)&d)->c => 3
    //= ((B &)c).b => 2
    //? ((B)c).b
    //? (B)c
    //? static_cast<B *>(pc)->b
    //= reinterpret_cast<B *>(pc)->b => 1
    //? const_cast<B *>(pb)->b
    //? reinterpret_cast<long>(pc) == (long)pc
    //= dynamic_cast<C *>(pb)->c => 3
    //? ((Second *)&nested)->second
    //? ((Nested *)second)->nested
    //? ((Nested *)plain)->nested
    //? ((Both *)second)->both
    //? static_cast<Nested *>(second)->first
    //? *(Nested *)second
    //? both
    //? nested
    //? (Second *)&nested == second
    //? diamond
    //? deeper
    //? deepest
    //? array
    //? diamond.b
    //= diamond.Left::l => 1
    //= diamond.Right::r => 2
    //= diamond.Left::b => 7
    //= diamond.Base::b => 7
    //? pd->Left::l
    //? hides.first
    //? hides.Plain::first
    //? hides.Hides::first
    //? hides
    //= ((Left *)&diamond)->b => 7
    //? ((Base *)&diamond)->b
    //? (Base *)pd == base
    //? ((Diamond *)base)->d
    //? ((Diamond *)base)->l
    //= ((Diamond *)base_deeper)->d => 3
    //? ((Deeper *)base_deeper)->e
    //? ((Deepest *)base_deepest)->f
    //= ((Deeper *)base_deepest)->e => 5
    //= ((Diamond *)base_deepest)->r => 2
    //= ((Left *)base)->l => 1
    //? ((Diamond *)left)->d
    //= ((Deeper *)right)->e => 5
    //= ((Diamond *)right)->d => 3
    //? *left
    //? *right
    //? *base
    //? deeper.b
    //? deepest.b
    //? deepest.e
    //? of_bare
    //? virtual_only
    //? same
    //? Same::twin
    //? Same::twin.same
    //? Diamond::limit
    //? Diamond::wide
    //? Diamond::count
    //? &Diamond::count
    //? diamond.limit
    //? diamond.count
    //? deeper.limit
    //? Deeper::limit
    //? Diamond::last
    //? member
    //? second_member
    //? no_member
    //? of_both
    //? method
    //? virtual_method
    //? no_method
    //? diamond.*member
    //? pd->*member
    //? diamond.*second_member
    //? both.*of_both
    //? nested.*of_both
    //= (diamond.*member) + 1 => 34
    //? &Diamond::d
    //? &Diamond::l
    //? &Both::second
    //? &Diamond::get
    //? diamond.*(&Diamond::d)
    //? member == &Diamond::d
    //? no_member != &Diamond::d
    //? sizeof(member)
    //? sizeof(method)
    //? sizeof(Diamond)
    //? sizeof(diamond)
    //= (int Diamond::*)member => &Diamond::d
    //? diamond.get
    //? holder
    //? members
    //? methods
    //? holder.method
    //? &holder.data
    //? *&holder.data
    //? outer
    //? outer.reference
    //= outer.reference.b => 7
    //= outer.list[1].b => 7
    //= outer.pointer->Left::l => 1
    //? nothing
    //? nothing.first
    //? statics
    //? Statics::only
    //? secret
    //? secret.hidden
    //? constant
    //? constant.b
    //? changing.b
    //? (const A &)changing
    //? **pointers[0]
    //= (*pointers[0])->b => 7
    //? methods[0] == &Diamond::get
    //? methods[1] == &Diamond::get
    //? diamond.*members[1]
    //? /x diamond
    //? /x c
    //? /d deeper.d
    //? /x pb
    //? /x Diamond::limit
    //= /x pd == base => 0x1
    //? /d 1 == 1
    //? /x method
    //? /x member
    //? /d no_member
    //? /x virtual_method
    //? 1 == 1
    //? 1 < 0
    //? !pd
    //? pd && base
    //? pd != 0
    //: Diamond
    //: Left
    //: Secret
    //: Both
    //: Statics
    //: Nothing
    //: Bare
    //: Outer
    //: Holder
    //: VirtualOnly
    //: Deepest
    mark(3);
    return r == 0;
}
