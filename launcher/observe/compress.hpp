/// gzip of one file into another, for a thread that has the time. Owns nothing beyond the call.
#pragma once

#include <atomic>
#include <string>

#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

/// Writes `source` from its beginning to `target`, which is made anew with the mode and times of
/// the source, and is on the disk when this returns. Gives up soon (ECANCELED) when told so. After
/// an error there is no target.
shmheap::Status compress(const shmheap::os::UniqueFd& source, const std::string& target,
                         const std::atomic<bool>& give_up);

}  // namespace launcher
