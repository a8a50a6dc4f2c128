/// The file of a POSIX semaphore (glibc, 64 bits): sem_t, which is 32 bytes with the value first,
/// and after it, at 8, the word by which glibc knows that it is shared between processes (128,
/// FUTEX_PRIVATE_FLAG); the rest is zero. Source: glibc, sysdeps/nptl/internaltypes.h (new_sem),
/// sem_open.c. Pure.
#pragma once

#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {

inline bool is_semaphore(const Subject& subject) {
    constexpr std::uint64_t semaphore_bytes = 32;
    constexpr std::uint32_t shared = 128;
    return subject.size() == semaphore_bytes &&
           number_at<std::uint32_t>(subject.head, 8) == shared &&
           is_zero(subject.head, 12, semaphore_bytes);
}

}  // namespace reaper::foreign
