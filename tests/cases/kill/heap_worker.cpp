// A component that is always in the middle of something: several threads allocate, fill, and free
// blocks of all sizes until the process is killed. Exits by itself after so many rounds if told to.
//
//     heap_worker [ROUNDS [fork]]
//
// 0 rounds are no end; with `fork` a fork of it does the same, with a heap of its own.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "shmheap/heap.hpp"

namespace {

constexpr std::size_t kept_blocks = 32;
constexpr std::size_t size_max = 600 * 1024;

void work(unsigned seed, long rounds) {
    std::minstd_rand random(seed);
    std::vector<void*> blocks(kept_blocks, nullptr);
    for (long round = 0; rounds == 0 || round < rounds; ++round) {
        void*& block = blocks[random() % kept_blocks];
        shmheap::deallocate(block);
        const std::size_t size = random() % 4 == 0 ? random() % size_max : random() % 4096;
        block = shmheap::allocate_hybrid(size);
        if (block == nullptr) std::abort();
        std::memset(block, static_cast<int>(round), size < 64 ? size : 64);
    }
    for (void* block : blocks)
        shmheap::deallocate(block);
}

}  // namespace

int main(int argument_count, char** arguments) {
    const long rounds = argument_count > 1 ? std::atol(arguments[1]) : 0;
    if (argument_count > 2) {
        shmheap::deallocate(
            shmheap::allocate_hybrid(1));  // so that there is a heap before the fork
        if (::fork() < 0) return 1;
    }
    std::thread other(work, 2U, rounds);
    work(1U, rounds);
    other.join();
    return 0;
}
