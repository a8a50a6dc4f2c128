/// How often this process was forked off: a handle that remembers another number was inherited
/// and must not act for its owner, the parent. Counted by a pthread_atfork handler.
#pragma once

#include <atomic>
#include <cstdint>

namespace shmheap::os {

/// Written by the handler alone.
extern constinit std::atomic<std::uint32_t> forks_counted [[gnu::visibility("hidden")]];

/// From any thread; async-signal-safe. Inline, since it is on the way of every message.
inline std::uint32_t fork_generation() {
    return forks_counted.load(std::memory_order_relaxed);
}

}  // namespace shmheap::os
