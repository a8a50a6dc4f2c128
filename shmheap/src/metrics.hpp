/// Counters of rare events for SHMHEAP_METRICS; the frequent ones are kept where they happen.
#pragma once

#include <cstdint>

namespace shmheap {
class Heap;
}

namespace shmheap::detail {

enum class Metric : std::uint8_t {
    private_fallbacks,  ///< hybrid allocations that went to private memory
    clients_attached,   ///< by this process
    count_of_metrics,
};

/// Adds to a counter of this process; from any thread.
void count(Metric metric, std::uint64_t times = 1);

/// If SHMHEAP_METRICS asks for it: one line per counter of this process to stderr.
void print_metrics(Heap& heap);

}  // namespace shmheap::detail
