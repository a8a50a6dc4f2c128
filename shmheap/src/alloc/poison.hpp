/// Tells the address sanitizer which bytes of the payload no block may use: those of freed blocks,
/// magazines included. It then reports a use after free in a heap as it does in private memory.
/// Nothing at all in builds without it. A client reads the heap through a mapping of its own, which
/// none of this concerns.
///
/// Call forbid_use() while the block still belongs to the caller alone, so before another thread
/// can be given it, and allow_use() before it is handed out. Any thread.
#pragma once

#include <cstddef>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace shmheap::detail {

inline void forbid_use([[maybe_unused]] std::byte* data, [[maybe_unused]] std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
    ASAN_POISON_MEMORY_REGION(data, bytes);
#endif
}

inline void allow_use([[maybe_unused]] std::byte* data, [[maybe_unused]] std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
    ASAN_UNPOISON_MEMORY_REGION(data, bytes);
#endif
}

}  // namespace shmheap::detail
