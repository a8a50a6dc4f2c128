#include "supervisor/scene.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace bench {
namespace {

shmheap::Status await_readable(int fd, const char* doing, const std::string& on) {
    pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = poll(&watched, 1, patience_ms);
    if (ready < 0) return shmheap::fail(errno, doing, on);
    if (ready == 0) return shmheap::fail(ETIMEDOUT, doing, on);
    return {};
}

}  // namespace

shmheap::Result<Announcements> Announcements::open(const std::filesystem::path& path,
                                                   std::string subject) {
    if (mkfifo(path.c_str(), 0600) != 0) return shmheap::fail(errno, "make FIFO", path.string());
    // For writing, too: otherwise it would be at its end whenever no component has it open.
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return shmheap::fail(errno, "open FIFO", path.string());
    return Announcements(fd, std::move(subject));
}

Announcements::~Announcements() {
    if (fd_ >= 0) close(fd_);
}
Announcements::Announcements(Announcements&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), subject_(std::move(other.subject_)) {}

shmheap::Result<pid_t> Announcements::next() {
    const char* const doing = "wait for a component of";
    const auto ready = await_readable(fd_, doing, subject_);
    if (!ready) return tl::unexpected(ready.error());
    pid_t pid = 0;
    if (read(fd_, &pid, sizeof(pid)) != sizeof(pid)) return shmheap::fail(errno, doing, subject_);
    return pid;
}

shmheap::Result<Removals> Removals::watch(const std::filesystem::path& directory) {
    const int fd = inotify_init1(IN_CLOEXEC);
    if (fd < 0 || inotify_add_watch(fd, directory.c_str(), IN_DELETE) < 0) {
        return shmheap::fail(errno, "watch directory", directory.string());
    }
    return Removals(fd);
}

Removals::~Removals() {
    if (fd_ >= 0) close(fd_);
}
Removals::Removals(Removals&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

shmheap::Status Removals::await(const std::string& name) {
    const char* const doing = "wait for the removal of";
    for (;;) {
        const auto ready = await_readable(fd_, doing, name);
        if (!ready) return ready;
        alignas(inotify_event) std::array<char, 4096> events{};
        const ssize_t size = read(fd_, events.data(), events.size());
        if (size < 0) return shmheap::fail(errno, doing, name);
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            const auto* event = reinterpret_cast<const inotify_event*>(events.data() + at);
            if (name == event->name) return {};
            at += sizeof(inotify_event) + event->len;
        }
    }
}

}  // namespace bench
