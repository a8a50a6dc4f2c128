/// The conditions of `shminfo --check`: read once, then asked of what was found. Pure.
///
///     condition   = comparison *( "and" comparison )
///     comparison  = quantity operator number [ unit ]
///     quantity    = "free" / "used" / "size" / "orphaned-size" / "deleted-size" / "heap-used"
///                 / "heaps" / "live" / "orphaned" / "unknown" / "damaged" / "unreadable" / "other"
///                 / "deleted" / "references" / "failures" / "oldest-lease"
///     operator    = "<" / "<=" / ">" / ">=" / "=" / "==" / "!="
///     number      = 1*DIGIT [ "." 1*DIGIT ]
///     unit        = "%" / "B" / "K" / "M" / "G" / "T" / "KiB" / "MiB" / "GiB" / "TiB" /
///                   "ms" / "s" / "m" / "h" / "d"
///
/// Spaces may stand between any two of these. The quantities of the first line are in bytes and
/// take a percentage (of the file system's size) or a unit of bytes, each 1,024 times the last;
/// oldest-lease takes a unit of time, and the others none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace reaper {

enum class Quantity {
    free,
    used,
    size,
    heaps,
    live,
    orphaned,
    orphaned_size,
    unknown,
    damaged,
    unreadable,
    other,
    heap_used,
    references,
    failures,
    deleted,
    deleted_size,
    oldest_lease,
};
constexpr std::size_t quantity_count = 17;

/// Numbers, bytes, or (oldest_lease) nanoseconds.
using Quantities = std::array<double, quantity_count>;

struct Comparison {
    enum class Operator { less, less_equal, greater, greater_equal, equal, not_equal };

    Quantity quantity = Quantity::free;
    Operator comparison = Operator::less;
    double value = 0;
    bool is_share = false;  ///< `value` is in percent of the file system's size
};

using Condition = std::vector<Comparison>;

/// Where a condition is wrong, and how.
struct ConditionError {
    std::size_t column = 0;  ///< from 1
    std::string message;
};

tl::expected<Condition, ConditionError> parse_condition(std::string_view text);

/// All of its comparisons are true.
bool is_true(const Condition& condition, const Quantities& quantities);

/// Whether any comparison is about this quantity.
bool asks_for(const Condition& condition, Quantity quantity);

/// "free is 1.0G (12.5%), orphaned is 3": what the quantities of the condition were.
std::string quantities_text(const Condition& condition, const Quantities& quantities);

}  // namespace reaper
