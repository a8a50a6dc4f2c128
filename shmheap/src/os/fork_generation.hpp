/// How often this process was forked off: a handle that remembers another number was inherited
/// and must not act for its owner, the parent. Counted by a pthread_atfork handler.
#pragma once

#include <cstdint>

namespace shmheap::os {

/// From any thread; async-signal-safe after the first call.
std::uint32_t fork_generation();

}  // namespace shmheap::os
