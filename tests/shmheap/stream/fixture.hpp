/// What the tests of streams share: a folder of their own with a heap in it, other processes, and a
/// deadline that only a failure meets.
#pragma once

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shmheap/stream.hpp"

namespace stream_test {

inline shmheap::Deadline in(std::chrono::nanoseconds from_now) {
    return std::chrono::steady_clock::now() + from_now;
}

/// Long enough for any machine; no test that passes waits for it.
inline shmheap::Deadline soon() {
    return in(std::chrono::seconds(30));
}

inline bool is_readable(int fd) {
    pollfd descriptor = {.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&descriptor, 1, 0) == 1;
}

/// A deadline that has passed: one look, no waiting.
constexpr shmheap::Deadline at_once = {};

/// A folder below /dev/shm, removed with all that is in it.
class Folder {
public:
    Folder() {
        std::string name = "/dev/shm/harrier-stream-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + "/" + name;
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A heap in a folder of its own, and the path of a stream beside it.
struct HeapFolder {
    HeapFolder() {
        shmheap::HeapOptions options;
        options.directory = folder.path();
        options.size_max = 256 * 1024 * 1024;
        auto created = shmheap::Heap::create(options);
        REQUIRE(created.has_value());
        heap = std::move(*created);
    }

    [[nodiscard]] shmheap::Result<shmheap::Producer> listen() const {
        return shmheap::Producer::listen(path, {.heap = heap.get()});
    }

    Folder folder;
    std::string path = folder / "samples";
    std::unique_ptr<shmheap::Heap> heap;
};

/// A buffer from `heap` that holds `text`.
inline shmheap::Buffer buffer_of(shmheap::Heap& heap, const std::string& text) {
    auto buffer = shmheap::Buffer::allocate(heap, text.size());
    REQUIRE(buffer.has_value());
    std::memcpy(buffer->data(), text.data(), text.size());
    return *buffer;
}

inline std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

/// Another process that runs a function and ends with what it returns, 99 if it throws; killed and
/// collected by the destructor if it has not been waited for.
class Child {
public:
    template <class Function>
    explicit Child(Function function) : pid_(::fork()) {
        REQUIRE(pid_ >= 0);
        if (pid_ != 0) return;
        int status = 99;
        try {
            status = function();
        } catch (...) {
        }
        ::_exit(status);
    }
    ~Child() {
        if (pid_ > 0) kill();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Ends it by SIGKILL and collects it.
    void kill() {
        ::kill(pid_, SIGKILL);
        (void)wait();
    }

    /// Its exit status, or 128 + the signal that ended it.
    int wait() {
        int status = 0;
        REQUIRE(::waitpid(pid_, &status, 0) == pid_);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

/// Lets one process wait for another without a sleep: one end tells, the other one waits.
class Signal {
public:
    Signal() { REQUIRE(::pipe(ends_) == 0); }
    ~Signal() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    void tell() const { (void)!::write(ends_[1], "x", 1); }
    void wait() const {
        char byte = 0;
        (void)!::read(ends_[0], &byte, 1);
    }

private:
    int ends_[2] = {-1, -1};
};

}  // namespace stream_test
