// SPDX-License-Identifier: GPL-3.0-or-later
// Containers of a million elements (turns.py).
#include <deque>
#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

std::vector<int> vector;
std::deque<int> deque;
std::vector<bool> bits;
std::string string;
std::vector<std::string> strings;
std::list<int> list;
std::list<int> scattered; // into what the vectors left behind when they grew
std::map<int, int> map;
std::unordered_map<int, int> hash;

extern "C" void __attribute__((noinline)) mark() { asm volatile(""); }

int main()
{
    for (int i = 0; i < 1000000; i++)
        list.push_back(i);
    for (int i = 0; i < 1000000; i++) {
        vector.push_back(i);
        deque.push_back(i);
        bits.push_back(i % 3 == 0);
        string += (char)('a' + i % 26);
        strings.push_back("longer than what fits into it " + std::to_string(i));
    }
    for (int i = 0; i < 1000000; i++)
        scattered.push_back(i);
    for (int i = 0; i < 1000000; i++)
        map[i] = i, hash[i] = i;
    mark();
    return 0;
}
