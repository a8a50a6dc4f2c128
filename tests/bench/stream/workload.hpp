/// The workloads of bench_stream.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace bench {

enum class Traffic {
    one_way,     ///< messages per second
    round_trip,  ///< microseconds until the answer to a message is there
};

struct StreamSpec {
    std::string_view name;
    Traffic traffic;
    std::size_t bytes;  ///< of a message
};

inline constexpr std::array stream_specs{
    StreamSpec{.name = "rate-block-1KiB", .traffic = Traffic::one_way, .bytes = 1024},
    StreamSpec{.name = "rate-block-64KiB", .traffic = Traffic::one_way, .bytes = 64 * 1024},
    StreamSpec{.name = "rate-block-1MiB", .traffic = Traffic::one_way, .bytes = 1024 * 1024},
    StreamSpec{.name = "rtt-block-1KiB", .traffic = Traffic::round_trip, .bytes = 1024},
};

}  // namespace bench
