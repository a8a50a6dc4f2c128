/// What must be live, computed from the log of an owner alone. An operation that its death cut
/// short has either happened or not: nothing in between is allowed, and nothing else has changed.
///
/// The counters in a heap's header move whole batches of blocks between arena and magazines, in an
/// order that shows too many blocks rather than too few. An owner killed within such a move leaves
/// at most one batch too many (FORMAT.md, "Thread counters").
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "world.hpp"

namespace crash {

struct Expected {
    std::set<std::string> names;
    std::map<std::uint64_t, std::uint64_t> blocks;    ///< address: bytes
    std::map<std::uint64_t, std::uint64_t> draining;  ///< deallocated; their leases may live
    const Entry* under_way = nullptr;                 ///< what the death cut short
};

Expected read_log();

/// The names in the directory are those of the log, every one an orphan's.
void check_names(World& world, const Expected& expected);

/// Blocks, their bytes, and the memory behind one heap's file.
void check_heap(World& world, const std::string& name, const Expected& expected,
                std::uint64_t lanes);

}  // namespace crash
