/// What the files of the C interface share: how a Result becomes a number, how exceptions are kept
/// in, and how structures that carry their size are read and filled. Any thread.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "shmheap/result.hpp"

namespace shmheap::c_api {

template <class Value>
int code_of(const Result<Value>& result) {
    return result ? 0 : -result.error().code;
}

/// Runs what may be short of memory for its bookkeeping, the only thing that throws.
template <class Step>
int without_exceptions(Step step) noexcept {
    try {
        return step();
    } catch (const std::bad_alloc&) {
        return -ENOMEM;
    } catch (...) {
        return -EIO;
    }
}

/// As above, for functions that return a pointer and set errno.
template <class Step>
auto null_without_exceptions(Step step) noexcept -> decltype(step()) {
    try {
        return step();
    } catch (...) {
        errno = ENOMEM;
        return nullptr;
    }
}

/// Copies a structure of a caller who may know a shorter or a longer version of it; nullptr leaves
/// `known` as it is. Returns 0, -EINVAL (a size that does not even hold itself), or -E2BIG (asks
/// for something that this version does not know).
template <class Structure>
int read_structure(const Structure* given, Structure& known) {
    if (given == nullptr) return 0;
    const std::uint64_t size = given->size;
    if (size < sizeof(size)) return -EINVAL;
    const auto* bytes = reinterpret_cast<const std::byte*>(given);
    for (std::uint64_t place = sizeof(Structure); place < size; ++place) {
        if (bytes[place] != std::byte{}) return -E2BIG;
    }
    std::memcpy(&known, given, std::min<std::uint64_t>(size, sizeof(Structure)));
    return 0;
}

/// Gives the caller as much of `all` as it says it has room for; its size stays what it was.
/// Returns 0 or -EINVAL (nullptr, or a size that does not even hold itself).
template <class Structure>
int fill_structure(Structure all, Structure* wanted) {
    if (wanted == nullptr || wanted->size < sizeof(wanted->size)) return -EINVAL;
    all.size = wanted->size;
    std::memcpy(wanted, &all, std::min<std::uint64_t>(all.size, sizeof(Structure)));
    return 0;
}

}  // namespace shmheap::c_api
