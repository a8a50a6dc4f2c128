#include "metrics.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>

#include "environment.hpp"
#include "heap_core.hpp"
#include "shmheap/heap.hpp"

namespace shmheap::detail {
namespace {

std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Metric::count_of_metrics)> counters;

unsigned long long value_of(Metric metric) {
    return counters[static_cast<std::size_t>(metric)].load(std::memory_order_relaxed);
}

}  // namespace

void count(Metric metric, std::uint64_t times) {
    counters[static_cast<std::size_t>(metric)].fetch_add(times, std::memory_order_relaxed);
}

void print_metrics(Heap& heap) {
    const auto wanted = environment_text("SHMHEAP_METRICS");
    if (!wanted || *wanted == "disable") return;
    Arena& arena = core_of(heap).arena();
    const HeapStats stats = heap.stats();
    const std::uint64_t issued = core_of(heap).leases_issued();
    std::fprintf(stderr,
                 "shmheap metrics of %s\n"
                 "  heap size:              %llu\n"
                 "  blocks live:            %llu\n"
                 "  allocation failures:    %llu\n"
                 "  private fallbacks:      %llu\n"
                 "  superblocks committed:  %llu\n"
                 "  superblocks given back: %llu\n"
                 "  leases issued:          %llu\n"
                 "  leases ended:           %llu\n"
                 "  clients attached:       %llu\n",
                 heap.name().c_str(), static_cast<unsigned long long>(stats.heap_size),
                 static_cast<unsigned long long>(stats.blocks_live),
                 static_cast<unsigned long long>(stats.allocation_failures),
                 value_of(Metric::private_fallbacks),
                 static_cast<unsigned long long>(arena.superblocks_committed()),
                 static_cast<unsigned long long>(arena.superblocks_given_back()),
                 static_cast<unsigned long long>(issued),
                 static_cast<unsigned long long>(issued - std::min(issued, stats.leases_live)),
                 value_of(Metric::clients_attached));
}

}  // namespace shmheap::detail
