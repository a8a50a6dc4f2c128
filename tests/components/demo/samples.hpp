/// What the demo's streams carry: buffers of samples, numbered from the start of the signal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "recordings.hpp"

namespace demo {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;  ///< bytes
constexpr std::size_t buffer_samples = buffer_size / sizeof(Sample);

/// MessageInfo::payload_type. The filter needs the samples before a buffer; where it has not seen
/// them (it was started anew, or some were lost) it takes silence for them and says so.
enum class Payload : std::uint32_t { recorded = 1, filtered = 2, filtered_after_silence = 3 };

/// Bytes of a message as samples. Blocks are aligned to 64 bytes, received copies to 16.
inline std::span<const Sample> samples_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const Sample*>(bytes.data()), bytes.size() / sizeof(Sample)};
}
inline std::span<Sample> samples_of(std::span<std::byte> bytes) {
    return {reinterpret_cast<Sample*>(bytes.data()), bytes.size() / sizeof(Sample)};
}

}  // namespace demo
