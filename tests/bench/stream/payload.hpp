/// What a workload does with the bytes of a message, the same for all subjects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "stream/workload.hpp"

namespace bench {

inline void write_payload(Payload payload, std::span<std::byte> bytes, std::uint64_t number) {
    if (payload == Payload::touched) {
        std::memset(bytes.data(), static_cast<int>(number), bytes.size());
    }
}

inline std::uint64_t read_payload(Payload payload, std::span<const std::byte> bytes) {
    std::uint64_t sum = 0;
    if (payload == Payload::untouched) return sum;
    for (std::size_t offset = 0; offset + sizeof(sum) <= bytes.size(); offset += sizeof(sum)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + offset, sizeof(word));
        sum += word;
    }
    return sum;
}

}  // namespace bench
