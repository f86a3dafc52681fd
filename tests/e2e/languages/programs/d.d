// SPDX-License-Identifier: GPL-3.0-or-later
// Arrays, strings, and names with modules.
module mod;
import std.stdio;

__gshared int counter = 5;
struct P { int x; double y; }
class C { int v = 3; int get() { return v; } }
void mark() { counter++; }

int func(int n, string s, int[] arr, P p, string none)
{
    C c = new C();
    bool b = n > 2;
    //= n => 3 => 3
    //= s => "hello" => "hello"
    //= none => "" => ""
    //= arr => \{10, 20, 30\} => [10, 20, 30]
    //= arr[1] => 20 => 20
    //- arr[3] => index 3 is outside of a slice of 3
    //= p => \{x = 4, y = 2.5\} => {"x": 4, "y": 2.5}
    //= p.x + 1 => 5
    //= b => true => true
    //= mod.counter => 5
    //= n > 2 => true => true
    mark();
    return n + cast(int) s.length + arr[0] + p.x + c.get() + b;
}

void main()
{
    writeln(func(3, "hello", [10, 20, 30], P(4, 2.5), ""));
}
