/// Allocators for the containers of the standard library. Stateless: all are equal, and what one
/// allocated any other may free, from any thread. They throw std::bad_alloc, as the standard asks
/// of an allocator.
#pragma once

#include <cstddef>
#include <limits>
#include <new>

#include "shmheap/heap.hpp"

namespace shmheap {

namespace detail {

/// What both allocators share; `allocate_bytes` is one of the functions of heap.hpp.
template <class T, void* (*allocate_bytes)(std::size_t) noexcept>
class BasicAllocator {
    static_assert(alignof(T) <= cache_line_size, "blocks are aligned to 64 bytes");

public:
    using value_type = T;

    [[nodiscard]] T* allocate(std::size_t count) {
        constexpr std::size_t item_bytes = sizeof(T);  // NOLINT(bugprone-sizeof-expression): any T
        if (count > std::numeric_limits<std::size_t>::max() / item_bytes) {
            throw std::bad_array_new_length();
        }
        void* block = allocate_bytes(count * item_bytes);
        if (block == nullptr) throw std::bad_alloc();
        return static_cast<T*>(block);
    }

    void deallocate(T* block, std::size_t /*count*/) noexcept { shmheap::deallocate(block); }
};

}  // namespace detail

/// Shared memory only.
template <class T>
struct Allocator : detail::BasicAllocator<T, &shmheap::allocate> {
    Allocator() = default;
    template <class U>
    Allocator(const Allocator<U>& /*other*/) noexcept {}  // NOLINT(google-explicit-constructor)
    template <class U>
    bool operator==(const Allocator<U>& /*other*/) const noexcept {
        return true;
    }
};

/// Shared memory where possible, private memory otherwise.
template <class T>
struct HybridAllocator : detail::BasicAllocator<T, &shmheap::allocate_hybrid> {
    HybridAllocator() = default;
    template <class U>
    HybridAllocator(const HybridAllocator<U>& /*other*/) noexcept {}  // NOLINT
    template <class U>
    bool operator==(const HybridAllocator<U>& /*other*/) const noexcept {
        return true;
    }
};

}  // namespace shmheap
