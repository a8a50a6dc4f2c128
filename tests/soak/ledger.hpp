/// What the processes of a soak tell each other: counters in memory that all of them share, which
/// outlive whoever is killed. Each counter has one writer at a time, or is added to.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace soak {

constexpr std::size_t pair_count = 4;  ///< producers, and as many consumers
constexpr std::size_t latencies_max = 200'000;

using Counter = std::atomic<std::uint64_t>;

inline std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count());
}

/// Durations in microseconds, as many as there is room for.
struct Latencies {
    Counter count{0};
    std::array<std::atomic<std::uint32_t>, latencies_max> micros{};

    void add(std::uint64_t from_ns) {
        const std::uint64_t place = count.fetch_add(1);
        if (place < micros.size())
            micros[place] = static_cast<std::uint32_t>((now_ns() - from_ns) / 1'000);
    }
};

/// One producer and its consumer, through all their lives.
struct Pair {
    /// When the consumer was killed, until its producer has taken everything back; 0: it lives.
    Counter consumer_killed_at_ns{0};
};

struct Ledger {
    std::atomic<bool> producers_stop{false};
    std::atomic<bool> consumers_stop{false};
    std::array<Pair, pair_count> pairs{};
    Counter messages{0};  ///< received
    Counter bytes{0};
    Counter copied{0};
    Counter wrong_checksums{0};
    Counter unexpected_errors{0};
    Counter leaked_leases{0};
    Counter leaked_blocks{0};
    Counter leaked_descriptors{0};
    Latencies lease_reclaim;  ///< from the kill of a consumer until its leases were back
    Latencies heap_reclaim;   ///< from the kill of a producer until its heap was removed
};

}  // namespace soak
