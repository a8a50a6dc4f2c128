#include "os/fork_generation.hpp"

#include <pthread.h>

namespace shmheap::os {

constinit std::atomic<std::uint32_t> forks_counted{0};

namespace {

// Registered when the library is loaded, so that no fork can come before it.
[[gnu::constructor]] void count_forks() {
    pthread_atfork(nullptr, nullptr, [] { forks_counted.fetch_add(1, std::memory_order_relaxed); });
}

}  // namespace

}  // namespace shmheap::os
