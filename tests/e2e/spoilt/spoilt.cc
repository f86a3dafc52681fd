// SPDX-License-Identifier: GPL-3.0-or-later
// Containers of libstdc++ and libc++ that their program wrote over, each in one way. run.sh says what has to be told.
#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <string>
#include <unistd.h>
#include <unordered_map>
#include <vector>

std::map<int, int> circle, garbage;
std::vector<int> backwards, giant;
std::list<int> ring;
std::unordered_map<int, int> chain;
std::deque<int> blocks;
std::string wild, longest;

#ifdef _LIBCPP_VERSION
enum { ROOT = 1, LEFT = 0, RIGHT = 1, NODE = 32, LIST_FIRST = 1, LIST_NEXT = 1, CHAIN_FIRST = 2, BLOCKS = 1, TEXT = 2, SIZE = 1 };
#else
enum { ROOT = 2, LEFT = 2, RIGHT = 3, NODE = 32, LIST_FIRST = 0, LIST_NEXT = 0, CHAIN_FIRST = 2, BLOCKS = 0, TEXT = 0, SIZE = 1 };
#endif

template <class T> static void **words(T &object) { return reinterpret_cast<void **>(&object); }
static void **at(void *address) { return static_cast<void **>(address); }

extern "C" void __attribute__((noinline)) spoilt() { _exit(0); }

int main()
{
    for (int i = 0; i < 7; i++) {
        circle[i] = garbage[i] = chain[i] = i;
        backwards.push_back(i), giant.push_back(i), ring.push_back(i), blocks.push_back(i);
    }
    wild = "quite long enough for the heap", longest = wild;
    void *root = words(circle)[ROOT];
    at(at(root)[RIGHT])[RIGHT] = root;
    memset(words(garbage)[ROOT], 0x41, NODE);
    words(backwards)[1] = static_cast<char *>(words(backwards)[0]) - 8;
    words(giant)[1] = words(giant)[2] = static_cast<char *>(words(giant)[0]) + (1ul << 62); // 2^60 elements
    void *second = at(words(ring)[LIST_FIRST])[LIST_NEXT];
    at(second)[LIST_NEXT] = second;
    void *chained = at(words(chain)[CHAIN_FIRST])[0];
    at(chained)[0] = chained;
    memset(words(blocks)[BLOCKS], 0x41, 8);
#ifndef _LIBCPP_VERSION
    memset(words(blocks)[BLOCKS], 0x41, 64);
#endif
    words(wild)[TEXT] = reinterpret_cast<void *>(0x4141414141414141);
    words(longest)[SIZE] = reinterpret_cast<void *>(1ul << 60);
    spoilt();
}
