#include "tools/orphans.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>

#include "shmheap/heap.hpp"
#include "shmheap/layout.hpp"

namespace bench {
namespace {

/// Above any pid, so that a name never meets a process.
constexpr int first_number = 10'000'000;

/// What the tools read of a heap: its header, and how long the file is.
struct Template {
    std::array<std::byte, shmheap::page_size> header{};
    off_t size = 0;

    static shmheap::Result<Template> read(const std::filesystem::path& path) {
        Template result;
        const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) return shmheap::fail(errno, "open heap", path.string());
        const ssize_t count = pread(fd, result.header.data(), result.header.size(), 0);
        result.size = lseek(fd, 0, SEEK_END);
        close(fd);
        if (count != static_cast<ssize_t>(result.header.size()) || result.size < 0) {
            return shmheap::fail(EIO, "read heap", path.string());
        }
        return result;
    }

    [[nodiscard]] shmheap::Status write(const std::filesystem::path& path) const {
        const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
        if (fd < 0) return shmheap::fail(errno, "make heap", path.string());
        const bool written =
            pwrite(fd, header.data(), header.size(), 0) == static_cast<ssize_t>(header.size()) &&
            ftruncate(fd, size) == 0;
        const int error = errno;
        close(fd);
        if (!written) return shmheap::fail(error, "write heap", path.string());
        return {};
    }
};

}  // namespace

shmheap::Status make_orphans(const std::filesystem::path& directory, int count) {
    shmheap::HeapOptions options;
    options.directory = directory.string();
    const auto heap = shmheap::Heap::create(options);
    if (!heap) return tl::unexpected(heap.error());
    if ((*heap)->allocate(1) == nullptr) return shmheap::fail(errno, "allocate");
    const auto original = Template::read(directory / (*heap)->name());
    if (!original) return tl::unexpected(original.error());
    for (int i = 0; i < count; ++i) {
        const auto copied =
            original->write(directory / ("heap-" + std::to_string(first_number + i)));
        if (!copied) return copied;
    }
    return {};
}

}  // namespace bench
