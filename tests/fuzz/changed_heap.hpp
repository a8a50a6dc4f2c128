/// A heap file that is changed while somebody looks at it. The input is steps, each of which writes
/// some bytes somewhere into the head, the first client area or the file's size: those before the
/// first `go` once, the others again and again, by a second thread.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "os/file_lock.hpp"
#include "os/shm_directory.hpp"
#include "shmheap/client.hpp"
#include "stream_pair.hpp"

namespace fuzz {

constexpr const char* heap_name = "heap-1";
constexpr off_t kept_bytes = static_cast<off_t>(shmheap::client_area_offset) +
                             static_cast<off_t>(shmheap::client_area_stride);
constexpr std::size_t steps_max = 64;

/// A copy of a heap that has a stream with messages under way; its locks are its own.
class ChangedHeap {
public:
    enum class Locks { held, free };

    explicit ChangedHeap(Locks locks) : begin_(kept_bytes) {
        const Place place;
        auto producer = place.listen();
        auto consumer = connected(place, producer);
        for (int message = 0; message < 3; ++message) {
            send_some(producer, *place.heap, 100);
            (void)consumer->receive(at_once);
        }
        send_some(producer, *place.heap, 100);
        const std::string made = place.folder.path() + "/" + place.heap->name();
        const shmheap::os::UniqueFd from(::open(made.c_str(), O_RDONLY | O_CLOEXEC));
        require(::pread(from.get(), begin_.data(), begin_.size(), 0) == kept_bytes, "read");
        size_ = ::lseek(from.get(), 0, SEEK_END);
        fd_.reset(
            ::open((folder_.path() + "/" + heap_name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (locks == Locks::held) take_locks();
        auto opened = shmheap::os::ShmDirectory::open(folder_.path());
        require(opened.has_value(), "a directory can be opened");
        directory_.emplace(std::move(*opened));
        restore();
        // The counters speak of memory, which a copy of the beginning alone has not got.
        require(::fallocate(fd_.get(), 0, 0, size_) == 0, "memory can be had");
    }

    /// As nobody has changed it, but for its payload.
    void restore() const {
        require(::pwrite(fd_.get(), begin_.data(), begin_.size(), 0) == kept_bytes, "write");
        require(::ftruncate(fd_.get(), size_) == 0, "a file can be sized");
    }

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const shmheap::os::ShmDirectory& directory() const { return *directory_; }

private:
    void take_locks() {
        for (const auto byte : {shmheap::os::owner_lock_byte, shmheap::os::client_lock_byte(0)}) {
            auto lock = shmheap::os::HeldLock::acquire(fd_.get(), byte);
            require(lock.has_value(), "a lock can be taken");
            locks_.push_back(std::move(*lock));
        }
    }

    std::vector<std::byte> begin_;
    off_t size_ = 0;
    Folder folder_;
    shmheap::os::UniqueFd fd_;
    std::vector<shmheap::os::HeldLock> locks_;
    std::optional<shmheap::os::ShmDirectory> directory_;
};

struct Step {
    off_t at = 0;
    std::span<const std::byte> bytes;  // none: the file is given the size `at`

    void take(int fd) const {
        if (bytes.empty()) {
            require(::ftruncate(fd, at) == 0, "a file can be sized");
        } else {
            require(::pwrite(fd, bytes.data(), bytes.size(), at) > 0, "bytes can be written");
        }
    }
};

/// Up to the end of the input, or up to a `go`.
inline std::vector<Step> take_steps(Input& input) {
    constexpr unsigned go = 255;
    std::vector<Step> steps;
    while (!input.empty() && steps.size() < steps_max) {
        const auto count = input.take<std::uint8_t>();
        if (count == go) break;
        const auto at = static_cast<off_t>(input.take<std::uint32_t>() % kept_bytes);
        steps.push_back({at, input.take_bytes(count)});
    }
    return steps;
}

/// Restores the heap, takes the first steps of the input, and calls `look` while the others are
/// taken again and again.
template <class Look>
void while_it_changes(const ChangedHeap& heap, Input input, Look look) {
    heap.restore();
    for (const Step& step : take_steps(input))
        step.take(heap.fd());
    const auto steps = take_steps(input);
    std::atomic<bool> begun = false;
    std::atomic<bool> stop = false;
    std::thread writer([&] {
        while (!stop) {
            begun = true;
            for (const Step& step : steps)
                step.take(heap.fd());
        }
    });
    while (!begun)
        std::this_thread::yield();
    look();
    stop = true;
    writer.join();
}

}  // namespace fuzz
