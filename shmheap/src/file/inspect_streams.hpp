/// What the streams of a heap tell about themselves, read with pread alone, as in inspect.hpp: no
/// lock is taken and nobody is stopped. The client can write every byte of its area, so what stands
/// there is shown and believed by nobody; it is clamped to what is possible.
///
/// No state; from any thread.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "shmheap/layout.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

/// A connection from the heap's owner to one client that lives: a stream, or a client without one
/// that has leases (then `opened_at_ns` is 0, and there is nothing to tell but the leases).
struct StreamRecord {
    std::uint32_t slot = 0;
    pid_t client_pid = 0;  ///< in the client's pid namespace
    std::array<char, component_name_size> client_component_bytes{};  ///< NUL-terminated
    std::array<char, connection_name_size> name_bytes{};             ///< NUL-terminated
    std::uint64_t read_at_ns = 0;                                    ///< since 1970-01-01 UTC
    std::uint64_t opened_at_ns = 0;                                  ///< likewise; 0: no stream
    std::uint64_t messages = 0;                                      ///< since then
    std::uint64_t bytes = 0;
    std::uint64_t copied = 0;
    std::uint64_t dropped = 0;
    std::uint64_t depth = 0;
    std::uint64_t lag = 0;                 ///< messages that were not taken up yet
    std::uint64_t leases = 0;              ///< issued or held
    std::uint64_t oldest_lease_at_ns = 0;  ///< when the oldest of them was issued; 0: unknown

    [[nodiscard]] std::string_view client_component() const {
        return client_component_bytes.data();
    }
    /// "source.out -> filter.in", or "" where the ends have no names.
    [[nodiscard]] std::string_view name() const { return name_bytes.data(); }

    [[nodiscard]] bool has_stream() const { return opened_at_ns != 0; }

    /// How long the oldest lease has been out, when that is known: it does not stop growing while
    /// the client is stopped.
    [[nodiscard]] std::optional<std::uint64_t> oldest_lease_age_ns() const {
        if (leases == 0 || oldest_lease_at_ns == 0) return std::nullopt;
        return read_at_ns > oldest_lease_at_ns ? read_at_ns - oldest_lease_at_ns : 0;
    }
};

/// The connections of a file that inspect() took for a heap, by client slot. Errors: what pread(2)
/// and fcntl(2) say.
Result<std::vector<StreamRecord>> inspect_streams(int fd);

}  // namespace shmheap
