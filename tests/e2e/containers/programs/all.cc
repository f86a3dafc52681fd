// SPDX-License-Identifier: GPL-3.0-or-later
// Containers of the standard library. What each should be is said in front of the call of mark() (../ask.py):
//   //= [/FORMAT] EXPRESSION => TEXT     as the prompt prints it; an address is 0xP
//   //j EXPRESSION => JSON               its value in JSON
//   //~ EXPRESSION => PATTERN            the text as a regular expression
//   //x EXPRESSION => WORDS              it is refused, with these words in the message
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <forward_list>
#include <functional>
#include <initializer_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <stack>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

extern "C" void __attribute__((noinline)) mark() { asm volatile(""); }

static void strings()
{
    std::string empty, small = "hello", quoted = "a \"b\"\n", big(300, 'x');
    std::string longer = "more characters than fit into the object itself";
    std::string holes("a\0b", 3);
    std::wstring wide = L"w\u00e9";
    std::u16string sixteen = u"s\u00e9\U0001f600";
    std::u32string thirtytwo = U"t\u00e9";
    std::string_view view = small;
    std::u16string_view wide_view = sixteen;
    const std::string &reference = longer;
    using text = std::string;
    text named = "named";
    std::string *pointer = &small;
    big[299] = 'y';
    //= empty => ""
    //= small => "hello"
    //= quoted => "a \"b\"\n"
    //= longer => "more characters than fit into the object itself"
    //= holes => "a\000b"
    //= wide => L"wé"
    //= sixteen => u"sé😀"
    //= thirtytwo => U"té"
    //= view => "hello"
    //= wide_view => u"sé😀"
    //~ reference => \(const .*&\) @0x[0-9a-f]+: "more characters than fit into the object itself"
    //= named => "named"
    //= *pointer => "hello"
    //= big => 'x' <repeats 200 times>... of 300
    //= /x small => {0x68, 0x65, 0x6c, 0x6c, 0x6f}
    //~ /r small => \{.*=.*\}
    //= small[1] => 101 'e'
    //= longer[46] => 102 'f'
    //= view[4] => 111 'o'
    //x small[5] => outside
    //j small => "hello"
    //j quoted => "a \"b\"\n"
    //j wide => "w\u00e9"
    //j sixteen => "s\u00e9\ud83d\ude00"
    //j empty => ""
    mark();
}

static void sequences()
{
    std::vector<int> none, v = {1, 2, 3}, many(1000, 7);
    std::vector<std::string> words = {"one", "two", "three is longer than what fits"};
    std::vector<std::vector<int>> nested = {{1}, {}, {2, 3}};
    std::vector<bool> bits = {true, false, true}, no_bits, many_bits(300, true);
    std::array<int, 3> a = {4, 5, 6};
    std::array<int, 0> a0 = {};
    std::deque<int> d, d0;
    for (int i = 0; i < 150; i++)
        d.push_back(i), d.push_front(-1 - i);
    std::deque<std::string> ds = {"x", "y"};
    std::list<int> l = {1, 2, 3}, l0;
    std::list<std::string> ls = {"a", "b"};
    std::forward_list<char> f = {'a', 'b'}, f0;
    std::initializer_list<int> il = {7, 8, 9};
    std::span<int> sp(v);
    std::span<int, 3> fixed(a);
    std::stack<int> st;
    st.push(1), st.push(2);
    std::queue<int> q;
    q.push(3);
    std::priority_queue<int> pq;
    pq.push(9), pq.push(1);
    auto begin = v.begin();
    for (int i = 10; i < 1000; i++)
        many[i] = i;
    //= none => {}
    //= v => {1, 2, 3}
    //= /x v => {0x1, 0x2, 0x3}
    //= words => {"one", "two", "three is longer than what fits"}
    //= nested => {{1}, {}, {2, 3}}
    //= bits => {true, false, true}
    //= no_bits => {}
    //= many_bits => {true <repeats 200 times>...} of 300
    //= a => {4, 5, 6}
    //= a0 => {}
    //~ d => \{-150, -149, .*, -1, 0, 1, .*, 48, 49\.\.\.\} of 300
    //= d0 => {}
    //= ds => {"x", "y"}
    //= l => {1, 2, 3}
    //= l0 => {}
    //= ls => {"a", "b"}
    //= f => {97 'a', 98 'b'}
    //= f0 => {}
    //= il => {7, 8, 9}
    //= sp => {1, 2, 3}
    //= fixed => {4, 5, 6}
    //= st => {1, 2}
    //= q => {3}
    //= pq => {9, 1}
    //= begin => 0xP: 1
    //~ many => \{7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 10, 11, .*, 198, 199\.\.\.\} of 1000
    //= v[2] => 3
    //= nested[2][1] => 3
    //= words[1] => "two"
    //= words[1][0] => 116 't'
    //= a[0] => 4
    //= d[0] => -150
    //= d[299] => 149
    //= d[150] + 1 => 1
    //= ds[1] => "y"
    //= bits[1] => false
    //= st[1] => 2
    //= sp[0] + il[2] => 10
    //= many_bits[199] => true
    //x many_bits[200] => only the first 200
    //x many_bits[300] => outside
    //x v[3] => outside
    //x d[300] => outside
    //x l[0] => indexed
    //j v => [1, 2, 3]
    //j none => []
    //j nested => [[1], [], [2, 3]]
    //j bits => [true, false, true]
    //j ls => ["a", "b"]
    //j st => [1, 2]
    mark();
    for (int i = 0; i < 150; i++)
        d.pop_front();
    //~ d => \{0, 1, .*, 149\}
    //= d[100] => 100
    mark();
}

enum class colour { red, green };

static void maps()
{
    std::map<int, std::string> m = {{2, "b"}, {1, "a"}, {3, "c"}}, m0;
    std::map<std::string, int> by_name = {{"x", 1}, {"y", 2}};
    std::map<colour, std::vector<int>> by_enum = {{colour::red, {1, 2}}};
    std::map<std::pair<int, int>, int> by_pair = {{{1, 2}, 3}};
    std::multimap<int, int> mm = {{1, 1}, {1, 2}};
    std::set<std::string> s = {"b", "a"};
    std::set<char> sc = {'z'};
    std::set<double> sd = {0.5};
    std::multiset<int> ms = {2, 1, 2};
    std::unordered_map<std::string, int> u = {{"one", 1}}, u0;
    std::unordered_map<int, int> un;
    std::unordered_multimap<int, int> umm = {{5, 6}, {5, 6}};
    std::unordered_set<int> us = {4};
    std::unordered_multiset<int> ums = {4, 4};
    std::map<int, int> many;
    for (int i = 0; i < 1000; i++)
        many[i * 7919 % 1000] = i;
    for (int i = 0; i < 50; i++)
        un[i] = i * i;
    std::map<std::string, std::map<std::string, std::vector<int>>> deep = {{"a", {{"b", {1}}}}};
    //= m => {[1] = "a", [2] = "b", [3] = "c"}
    //= m0 => {}
    //= by_name => {["x"] = 1, ["y"] = 2}
    //= by_enum => {[colour::red] = {1, 2}}
    //= by_pair => {[{first = 1, second = 2}] = 3}
    //= mm => {[1] = 1, [1] = 2}
    //= s => {"a", "b"}
    //= sc => {122 'z'}
    //= sd => {0.5}
    //= ms => {1, 2, 2}
    //= u => {["one"] = 1}
    //= u0 => {}
    //= umm => {[5] = 6, [5] = 6}
    //= us => {4}
    //= ums => {4, 4}
    //~ many => \{\[0\] = 0, \[1\] = 679, .*, \[199\] = 121\.\.\.\} of 1000
    //= deep => {["a"] = {["b"] = {1}}}
    //= m[2] => "b"
    //= by_name["y"] + 1 => 3
    //= un[7] => 49
    //= deep["a"]["b"][0] => 1
    //x m[9] => no key
    //x by_name["z"] => no key
    //x many[500] => not among the first 200
    //x by_pair[1] => no key
    //x s[0] => indexed
    //x m["a"] => no key
    //j m => {"1": "a", "2": "b", "3": "c"}
    //j by_name => {"x": 1, "y": 2}
    //j by_pair => [{"key": {"first": 1, "second": 2}, "value": 3}]
    //j mm => [{"key": 1, "value": 1}, {"key": 1, "value": 2}]
    //j by_enum => {"colour::red": [1, 2]}
    //j s => ["a", "b"]
    //j deep => {"a": {"b": [1]}}
    //j m0 => {}
    //# un => 50
    mark();
}

struct person {
    std::string name;
    std::vector<std::map<std::string, int>> scores;
    std::optional<int> age;
    std::unique_ptr<person> friend_;
};

static int twice(int x) { return 2 * x; }
struct none_at_all {};

static void singles()
{
    std::optional<int> some = 3, none;
    std::optional<std::string> text = "text";
    std::variant<int, std::string, double> number = 5, word = "word", real = 2.5;
    std::tuple<int, std::string, none_at_all, char> t = {1, "two", {}, 'c'};
    std::tuple<> t0;
    std::tuple<int &, const char *> tr = std::tie(*some, *new const char *("x"));
    std::pair<int, std::string> p = {1, "one"};
    auto owned = std::make_unique<int>(6);
    std::unique_ptr<int> nobody;
    std::unique_ptr<int[]> row(new int[2]{8, 9});
    auto shared = std::make_shared<std::string>("shared");
    auto also = shared;
    auto alone = std::make_shared<int>(1);
    std::shared_ptr<int> nothing;
    std::weak_ptr<std::string> weak = shared;
    std::weak_ptr<int> gone;
    {
        auto soon = std::make_shared<int>(1);
        gone = soon;
    }
    std::function<int(int)> function = twice, no_function;
    std::reference_wrapper<int> wrapped = *some;
    std::atomic<int> counter{7};
    person someone = {"Ada", {{{"a", 1}}, {}}, 36, std::make_unique<person>()};
    someone.friend_->name = "Bob";
    //= some => 3
    //= none => <empty>
    //= text => "text"
    //= number => {[0] = 5}
    //= word => {[1] = "word"}
    //= real => {[2] = 2.5}
    //= t => {1, "two", {<No data fields>}, 99 'c'}
    //= t0 => {}
    //= p => {first = 1, second = "one"}
    //= owned => 0xP: 6
    //= nobody => 0x0
    //= shared => 0xP (2 uses): "shared"
    //= alone => 0xP: 1
    //= nothing => 0x0
    //= weak => 0xP (2 uses): "shared"
    //= gone => 0xP <gone>
    //= no_function => <empty>
    //~ function => .*0x[0-9a-f]+.*
    //= wrapped => 0xP: 3
    //= counter => 7
    //= row[1] => 9
    //= *owned + 1 => 7
    //= *shared => "shared"
    //= *some => 3
    //= someone.friend_->name => "Bob"
    //= (*someone.friend_).name[0] => 66 'B'
    //x *none => empty
    //x *nobody => 0x0
    //x *t => needs a pointer
    //= t[1] => "two"
    //= someone => {name = "Ada", scores = {{["a"] = 1}, {}}, age = 36, friend_ = 0xP: {name = "Bob", scores = {}, age = <empty>, friend_ = 0x0}}
    //j some => 3
    //j none => null
    //j word => {"index": 1, "value": "word"}
    //j t => [1, "two", {}, 99]
    //j p => {"first": 1, "second": "one"}
    //j shared => {"pointer": "0xP", "uses": 2, "value": "shared"}
    //j owned => {"pointer": "0xP", "value": 6}
    //j nobody => {"pointer": "0x0"}
    //j gone => {"pointer": "0xP", "uses": 0}
    //j someone => {"name": "Ada", "scores": [{"a": 1}, {}], "age": 36, "friend_": {"pointer": "0xP", "value": {"name": "Bob", "scores": [], "age": null, "friend_": {"pointer": "0x0"}}}}
    mark();
    (void)nobody, (void)tr, (void)t0;
}

struct chain {
    int value;
    std::unique_ptr<chain> next;
};
struct ring {
    int value;
    std::shared_ptr<ring> next;
};

// What was not constructed, or is damaged: there is always a text.
static void damaged()
{
    alignas(64) static unsigned char bytes[4][sizeof(std::unordered_map<int, int>) + 64];
    memset(bytes[1], 0xaa, sizeof bytes[1]);
    for (size_t i = 0; i < sizeof bytes[2]; i++)
        bytes[2][i] = (unsigned char)(i * 31);
    for (size_t i = 0; i + 8 <= sizeof bytes[3]; i += 8) {
        void *self = bytes[3];
        memcpy(bytes[3] + i, &self, sizeof self);
    }
    chain c = {1, std::make_unique<chain>(chain{2, std::make_unique<chain>(chain{3, nullptr})})};
    auto r = std::make_shared<ring>(ring{1, nullptr});
    r->next = r;
    //= c => {value = 1, next = 0xP: {value = 2, next = 0xP}}
    //= r => 0xP (2 uses): {value = 1, next = 0xP (2 uses)}
    //? bytes
    mark();
    r->next = nullptr;
}

static std::vector<std::string> __attribute__((noinline)) made()
{
    return {"made", "here"};
}

int main()
{
    strings();
    sequences();
    maps();
    singles();
    damaged();
    return made().size() == 2 ? 0 : 1;
}
