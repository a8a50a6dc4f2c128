/// The pipe of one component: its processes write, harrier reads. That of a component that is to
/// outlive harrier is a FIFO in the run directory, which its processes have open for reading and
/// writing: while no harrier lives a write waits in it, or for room, and meets no broken pipe, and
/// the next harrier opens it again. Any thread.
#pragma once

#include <string>

#include "launcher/asio.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

struct PipeEnds {
    shmheap::os::UniqueFd read_end;   ///< does not wait
    shmheap::os::UniqueFd write_end;  ///< waits, as every program expects of its stdout
};

/// Errors: no descriptor is left.
shmheap::Result<PipeEnds> open_pipe_ends(const std::string& component);

/// The FIFO of that path, made if there is none, with whatever waits in it. Errors: what mkfifo(3)
/// and open(2) say.
shmheap::Result<PipeEnds> open_fifo_ends(const std::string& path);

struct CapturePipe {
    StreamDescriptor read_end;
    shmheap::os::UniqueFd write_end;
};

/// The FIFO of path `fifo`, or a pipe if that is empty. Errors: as above; the loop cannot watch
/// another descriptor.
shmheap::Result<CapturePipe> open_capture_pipe(Executor executor, const std::string& component,
                                               const std::string& fifo);

/// Ends that are open already, as such a pipe. They stay with the caller if that fails.
shmheap::Result<CapturePipe> watch_pipe_ends(Executor executor, const std::string& component,
                                             PipeEnds& ends);

}  // namespace launcher
