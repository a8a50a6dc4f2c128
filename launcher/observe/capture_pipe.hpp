/// The pipe of one component: its processes write, harrier reads. Any thread.
#pragma once

#include <string>

#include "launcher/asio.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

struct CapturePipe {
    StreamDescriptor read_end;        ///< does not wait
    shmheap::os::UniqueFd write_end;  ///< waits, as every program expects of its stdout
};

/// Errors: no descriptor is left; the loop cannot watch another one.
shmheap::Result<CapturePipe> open_capture_pipe(Executor executor, const std::string& component);

}  // namespace launcher
