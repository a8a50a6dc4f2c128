#include "launcher/observe/capture_pipe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "os/error.hpp"

namespace launcher {

using shmheap::Result;
using shmheap::os::UniqueFd;

Result<PipeEnds> open_pipe_ends(const std::string& component) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return shmheap::os::error("open pipe for", component);
    PipeEnds result{UniqueFd(ends[0]), UniqueFd(ends[1])};
    if (fcntl(result.read_end.get(), F_SETFL, O_NONBLOCK) != 0)
        return shmheap::os::error("open pipe for", component);
    return result;
}

Result<PipeEnds> open_fifo_ends(const std::string& path) {
    if (mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST)
        return shmheap::os::error("make FIFO", path);
    constexpr int flags = O_NOFOLLOW | O_CLOEXEC;
    PipeEnds result;
    result.read_end.reset(open(path.c_str(), O_RDONLY | O_NONBLOCK | flags));
    result.write_end.reset(open(path.c_str(), O_RDWR | flags));
    struct stat status {};
    if (!result.read_end || !result.write_end || fstat(result.read_end.get(), &status) != 0)
        return shmheap::os::error("open FIFO", path);
    if (!S_ISFIFO(status.st_mode)) return shmheap::fail(EINVAL, "use as a FIFO", path);
    return result;
}

Result<CapturePipe> open_capture_pipe(Executor executor, const std::string& component,
                                      const std::string& fifo) {
    auto ends = fifo.empty() ? open_pipe_ends(component) : open_fifo_ends(fifo);
    if (!ends) return tl::unexpected(ends.error());
    return watch_pipe_ends(executor, component, *ends);
}

Result<CapturePipe> watch_pipe_ends(Executor executor, const std::string& component,
                                    PipeEnds& ends) {
    StreamDescriptor descriptor(executor);
    ErrorCode error;
    descriptor.assign(ends.read_end.get(), error);
    if (error) return shmheap::fail(error.value(), "watch pipe of", component);
    (void)ends.read_end.release();
    return CapturePipe{std::move(descriptor), std::move(ends.write_end)};
}

}  // namespace launcher
