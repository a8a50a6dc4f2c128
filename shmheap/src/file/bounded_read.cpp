#include "file/bounded_read.hpp"

#include <unistd.h>

#include <chrono>

#include "os/error.hpp"

namespace shmheap {

Status read_part(int fd, std::uint64_t offset, std::span<std::byte> into) {
    std::fill(into.begin(), into.end(), std::byte{0});
    while (!into.empty()) {
        const ssize_t count = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return os::error("read");
        if (count == 0) break;
        offset += static_cast<std::uint64_t>(count);
        into = into.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

std::uint64_t nanoseconds_since_1970() {
    const std::chrono::nanoseconds now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(now.count());
}

}  // namespace shmheap
