/// Reading a heap's file as input, with pread alone: bytes are copied out once, and fields are
/// copied out of the bytes one by one, since the structures hold atomics and nothing says that they
/// may be laid over bytes that a stranger wrote. No state; from any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "shmheap/result.hpp"

namespace shmheap {

/// The value at `offset`, which lies in the bytes with all it has.
template <class T>
T load(std::span<const std::byte> bytes, std::size_t offset) {
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

/// Text that has no end within its field is no text.
template <std::size_t size>
std::array<char, size> load_text(std::span<const std::byte> bytes, std::size_t offset) {
    auto text = load<std::array<char, size>>(bytes, offset);
    if (std::find(text.begin(), text.end(), '\0') == text.end()) text = {};
    return text;
}

/// Fills `into` with what lies at `offset`. A file that ends before it has nothing there: zeros.
/// Errors: what pread(2) says.
Status read_part(int fd, std::uint64_t offset, std::span<std::byte> into);

/// The clock that heaps note their times by.
std::uint64_t nanoseconds_since_1970();

}  // namespace shmheap
