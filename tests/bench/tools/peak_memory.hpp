/// How much memory a program has present at most.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shmheap/result.hpp"

namespace bench {

/// Runs the command, whose first word is a path, to its end, with its output thrown away, and asks
/// the kernel for its high-water mark (VmHWM, in bytes) in the moment when it exits: what wait4(2)
/// gives includes what its parent had. Errors: those of the system calls; ECHILD when the program
/// fails.
shmheap::Result<std::uint64_t> peak_memory(const std::vector<std::string>& command);

}  // namespace bench
