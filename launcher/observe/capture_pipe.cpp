#include "launcher/observe/capture_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "os/error.hpp"

namespace launcher {

using shmheap::os::UniqueFd;

shmheap::Result<CapturePipe> open_capture_pipe(Executor executor, const std::string& component) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return shmheap::os::error("open pipe for", component);
    UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    if (fcntl(read_end.get(), F_SETFL, O_NONBLOCK) != 0)
        return shmheap::os::error("open pipe for", component);
    StreamDescriptor descriptor(executor);
    ErrorCode error;
    descriptor.assign(read_end.get(), error);
    if (error) return shmheap::fail(error.value(), "watch pipe of", component);
    (void)read_end.release();
    return CapturePipe{std::move(descriptor), std::move(write_end)};
}

}  // namespace launcher
