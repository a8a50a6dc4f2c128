/// A health check of the component's own heap: how full it is, how old its oldest lease, how often
/// an allocation failed. Reads the file as shminfo does and maps nothing, so it disturbs nobody and
/// survives whatever the heap's owner does to it. Over when it is made.
#pragma once

#include <sys/types.h>

#include "launcher/supervise/host.hpp"

namespace launcher {

/// What is known of one heap; leases without a known age have none.
struct HeapFacts {
    double used_share = 0;
    Duration lease_age{};
    std::uint64_t allocation_failures = 0;
};

/// The first limit that the heap exceeds, in words, if any. Pure.
std::optional<std::string> exceeded_limit(const HeapTest& test, const HeapFacts& facts);

class HeapProbe final : public Probe {
public:
    /// Looks at the heap of `leader`, or if it has none, at every heap that bears the request's
    /// tag. Without a heap nothing is exceeded: they come into being on demand.
    HeapProbe(const SpawnRequest& request, pid_t leader, const HeapTest& test);

    [[nodiscard]] std::optional<Result> result() override { return result_; }

private:
    Result result_;
};

}  // namespace launcher
