/// What the client slots of a heap tell about who is in them, read with pread alone, as in
/// inspect.hpp. A client can write every byte of its area: what stands there is shown and believed
/// by nobody. Whether it lives is told by its lock.
///
/// No state; from any thread.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

/// The leases of one lane that are issued or held.
struct LeaseCount {
    std::uint64_t leases = 0;
    std::uint64_t oldest_at_ns = 0;  ///< since 1970-01-01 UTC; 0: unknown
};

/// The bytes of a whole lane.
constexpr std::size_t lane_size = lane_slot_count * sizeof(LaneSlot);

/// Those that were issued before `since_ns` are a former client's, not taken back yet, and are left
/// out. `lane` has lane_size bytes.
LeaseCount count_leases(std::span<const std::byte> lane, std::uint64_t since_ns);

struct ClientRecord {
    std::uint32_t slot = 0;
    bool alive = false;  ///< dead: its leases are taken back when the owner notices
    pid_t pid = 0;       ///< in the client's pid namespace
    std::array<char, component_name_size> component_bytes{};  ///< NUL-terminated
    std::uint64_t attached_at_ns = 0;                         ///< since 1970-01-01 UTC
    std::uint64_t read_at_ns = 0;                             ///< likewise
    LeaseCount held;

    [[nodiscard]] std::string_view component() const { return component_bytes.data(); }

    /// How long the oldest lease has been out, when that is known.
    [[nodiscard]] std::optional<std::uint64_t> oldest_lease_age_ns() const {
        if (held.leases == 0 || held.oldest_at_ns == 0) return std::nullopt;
        return read_at_ns > held.oldest_at_ns ? read_at_ns - held.oldest_at_ns : 0;
    }
};

/// The clients of a file that inspect() took for a heap, by slot: those that live, and those that
/// died without leaving and that the owner has not noticed yet. Errors: what pread(2) and fcntl(2)
/// say.
Result<std::vector<ClientRecord>> inspect_clients(int fd);

}  // namespace shmheap
