#include "os/fork_generation.hpp"

#include <pthread.h>

#include <atomic>

namespace shmheap::os {
namespace {

std::atomic<std::uint32_t> generation{0};

// Registered when the library is loaded, so that no fork can come before it.
[[gnu::constructor]] void count_forks() {
    pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });
}

}  // namespace

std::uint32_t fork_generation() {
    return generation.load(std::memory_order_relaxed);
}

}  // namespace shmheap::os
