#include "reaper/directory_events.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "os/error.hpp"

namespace reaper {
namespace {

constexpr std::uint32_t bound_events = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr std::uint32_t touched_events = IN_CLOSE_WRITE | IN_ATTRIB;
/// That a directory is removed while somebody has it open is told to its parent alone.
constexpr std::uint32_t moved_events = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;
constexpr std::size_t buffer_size = 64 * 1024;

/// The inode of a file that was born without a name, and bears one by another entry: of what is
/// done through its first descriptor the kernel tells under "#" and this number.
std::optional<ino_t> unnamed_inode(std::string_view name) {
    if (!name.starts_with('#')) return {};
    ino_t inode = 0;
    const auto [end, code] = std::from_chars(name.data() + 1, name.data() + name.size(), inode);
    if (code != std::errc{} || end != name.data() + name.size()) return {};
    return inode;
}

void add(EventBatch& batch, std::uint32_t mask, std::string_view name) {
    if ((mask & moved_events) != 0) batch.moved = true;
    if (name.empty() || (mask & IN_ISDIR) != 0) return;
    if ((mask & bound_events) != 0) batch.bound.emplace(name);
    if ((mask & touched_events) == 0) return;
    if (const auto inode = unnamed_inode(name)) {
        if ((mask & IN_CLOSE_WRITE) != 0) batch.let_go.insert(*inode);
    } else {
        batch.touched.emplace(name);
    }
}

}  // namespace

shmheap::Result<DirectoryEvents> DirectoryEvents::open(const shmheap::os::ShmDirectory& directory) {
    shmheap::os::UniqueFd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!inotify) return shmheap::os::error("watch directory", directory.path());
    const int watched = ::inotify_add_watch(
        inotify.get(), directory.path().c_str(),
        bound_events | touched_events | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
    if (watched < 0) return shmheap::os::error("watch directory", directory.path());
    const int parent = ::inotify_add_watch(inotify.get(), (directory.path() + "/..").c_str(),
                                           IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR | IN_MASK_CREATE);
    return DirectoryEvents(std::move(inotify), watched, parent);
}

EventBatch DirectoryEvents::take() {
    EventBatch batch;
    alignas(inotify_event) std::array<char, buffer_size> buffer;
    while (true) {
        const ssize_t size = ::read(inotify_.get(), buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return batch;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* name = buffer.data() + at + sizeof event;
            at += sizeof event + event.len;
            if ((event.mask & IN_Q_OVERFLOW) != 0) batch.overflow = true;
            if (event.wd == parent_) batch.moved = true;
            if (event.wd == watched_)
                add(batch, event.mask,
                    event.len == 0 ? std::string_view() : std::string_view(name));
        }
    }
}

}  // namespace reaper
