// A component that is always in the middle of something: several threads allocate, fill, and free
// blocks of all sizes until the process is killed. Exits by itself after so many rounds if told to.
//
//     heap_worker [ROUNDS [fork|again]]
//
// 0 rounds are no end; with `fork` a fork of it does the same, with a heap of its own. With `again`
// it executes itself when it is done, so that its next life has the same pid and finds its name
// taken by the heap that the last one left. Each life says that it is here, waits for a line on
// stdin, makes its heap, says that it is born, and waits for another line; it exits with status 3
// if the heap has lost its name by then. The end of stdin is its end.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
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

void work_in_two_threads(long rounds) {
    std::thread other(work, 2U, rounds);
    work(1U, rounds);
    other.join();
}

/// False at the end of stdin.
bool is_told_to_go_on() {
    char letter = 0;
    while (::read(STDIN_FILENO, &letter, 1) == 1)
        if (letter == '\n') return true;
    return false;
}

bool say(std::string_view line) {
    return ::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

/// One life of many.
int live_again(long rounds, char** arguments) {
    constexpr int lost_its_name = 3;
    if (!say("here\n")) return 1;
    if (!is_told_to_go_on()) return 0;
    const auto heap = shmheap::process_heap();
    if (!heap) return 1;
    const std::string path = (*heap)->directory() + "/" + (*heap)->name();
    work_in_two_threads(rounds);
    if (!say("born\n")) return 1;
    if (!is_told_to_go_on()) return 0;
    if (::access(path.c_str(), F_OK) != 0) return lost_its_name;
    ::execv("/proc/self/exe", arguments);
    return 1;
}

}  // namespace

int main(int argument_count, char** arguments) {
    const long rounds = argument_count > 1 ? std::atol(arguments[1]) : 0;
    const std::string_view mode = argument_count > 2 ? arguments[2] : "";
    if (mode == "again") return live_again(rounds, arguments);
    if (mode == "fork") {
        shmheap::deallocate(
            shmheap::allocate_hybrid(1));  // so that there is a heap before the fork
        if (::fork() < 0) return 1;
    }
    work_in_two_threads(rounds);
    return 0;
}
