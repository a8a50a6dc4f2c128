/// ASSERT: a promise of our own code, checked in every build. Never for what another process can
/// write, nor for what a user can get wrong.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace shmheap::os {

[[noreturn]] inline void assertion_failed(const char* claim, const char* file, int line) {
    std::fprintf(stderr, "shmheap: %s:%d: broken promise: %s\n", file, line, claim);
    std::abort();
}

}  // namespace shmheap::os

#define ASSERT(claim) \
    ((claim) ? void(0) : ::shmheap::os::assertion_failed(#claim, __FILE__, __LINE__))
