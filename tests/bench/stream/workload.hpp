/// The workloads of bench_stream.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bench {

enum class Traffic {
    one_way,     ///< messages per second
    round_trip,  ///< microseconds until the answer to a message is there
    relay,       ///< microseconds until the block that was sent is back, passed on as it was
    fan_out,     ///< messages per second that reach every one of several consumers
};

/// What a side does that has nothing to do at the moment.
enum class Waiting {
    polls,   ///< asks again and again
    sleeps,  ///< until the other side wakes it
};

/// What happens to the bytes of a message.
enum class Payload {
    untouched,
    touched,  ///< written by the sender, summed by the receiver
};

struct StreamSpec {
    std::string_view name;
    Traffic traffic;
    Waiting waiting;
    Payload payload;
    std::size_t bytes;  ///< of a message
    int consumers = 1;

    /// Messages that may be under way: what is touched should not be more than caches and memory
    /// can hold for every subject alike.
    [[nodiscard]] constexpr std::uint32_t depth() const {
        return payload == Payload::touched ? 16 : 256;
    }
};

/// Whether an operation is over when something came back: then its time is what counts.
constexpr bool is_there_and_back(Traffic traffic) {
    return traffic == Traffic::round_trip || traffic == Traffic::relay;
}

inline constexpr std::size_t kib = 1024;

inline constexpr std::array stream_specs{
    StreamSpec{"rate-poll-1KiB", Traffic::one_way, Waiting::polls, Payload::untouched, kib},
    StreamSpec{"rate-poll-64KiB", Traffic::one_way, Waiting::polls, Payload::untouched, 64 * kib},
    StreamSpec{"rate-poll-1MiB", Traffic::one_way, Waiting::polls, Payload::untouched, kib* kib},
    StreamSpec{"rate-block-1KiB", Traffic::one_way, Waiting::sleeps, Payload::untouched, kib},
    StreamSpec{"rate-block-64KiB", Traffic::one_way, Waiting::sleeps, Payload::untouched, 64 * kib},
    StreamSpec{"rate-block-1MiB", Traffic::one_way, Waiting::sleeps, Payload::untouched, kib* kib},
    StreamSpec{"rate-touch-1MiB", Traffic::one_way, Waiting::polls, Payload::touched, kib* kib},
    StreamSpec{"rtt-poll-1KiB", Traffic::round_trip, Waiting::polls, Payload::untouched, kib},
    StreamSpec{"rtt-block-1KiB", Traffic::round_trip, Waiting::sleeps, Payload::untouched, kib},
    StreamSpec{"relay-poll-1KiB", Traffic::relay, Waiting::polls, Payload::untouched, kib},
    StreamSpec{"relay-poll-1MiB", Traffic::relay, Waiting::polls, Payload::untouched, kib* kib},
    StreamSpec{"relay-block-1MiB", Traffic::relay, Waiting::sleeps, Payload::untouched, kib* kib},
    StreamSpec{"fanout-1", Traffic::fan_out, Waiting::sleeps, Payload::untouched, kib, 1},
    StreamSpec{"fanout-2", Traffic::fan_out, Waiting::sleeps, Payload::untouched, kib, 2},
    StreamSpec{"fanout-4", Traffic::fan_out, Waiting::sleeps, Payload::untouched, kib, 4},
    StreamSpec{"fanout-8", Traffic::fan_out, Waiting::sleeps, Payload::untouched, kib, 8},
};

}  // namespace bench
