/// What the tests of heaps and clients stand on: a folder of their own, child processes that never
/// outlive the test, events between processes, and programs run with their messages captured. For
/// one thread, but for Event and Channel, which any thread and process may use.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "file/cleaner.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"

namespace heap_test {

using shmheap::os::UniqueFd;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

/// An empty folder, in /dev/shm if not said otherwise, removed with all that is in it.
class Folder {
public:
    explicit Folder(const std::string& parent = "/dev/shm");
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + "/" + name;
    }
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::string path_;
};

/// A heap of at most `size_max` bytes in a folder; ends the test if that is not possible.
shmheap::HeapOptions options_in(const Folder& folder, std::uint64_t size_max = 256 * mib);
std::unique_ptr<shmheap::Heap> make_heap(const Folder& folder, std::uint64_t size_max = 256 * mib);
std::shared_ptr<shmheap::Client> attach(const shmheap::Heap& heap);

/// Bytes of memory behind a file.
std::uint64_t committed_bytes(const std::string& path);

/// How a process ended.
struct Ended {
    int status = -1;  ///< exit status, or -1
    int signal = 0;

    bool operator==(const Ended&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Ended& ended);
constexpr Ended exited(int status) {
    return {status, 0};
}
constexpr Ended killed_by(int signal) {
    return {-1, signal};
}

/// A forked process. It ends by _exit with what the function returned, 99 if that threw; it is
/// killed with the test, and at the latest by the destructor.
class Child {
public:
    explicit Child(const std::function<int()>& body);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    Ended wait();
    Ended kill(int signal);  ///< SIGKILL and the like; then waits

private:
    pid_t pid_ = -1;
};

/// Runs a function in a forked process to its end.
Ended in_child(const std::function<int()>& body);

/// As in_child, with what it wrote to stderr.
struct Spoken {
    Ended ended;
    std::string errors;
};
Spoken speaking_child(const std::function<int()>& body);

/// A program with further variables ("NAME=value") for its environment.
Spoken run_program(const std::string& program, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& variables);

/// Counts; made before fork, it joins two processes.
class Event {
public:
    Event();
    void tell(std::uint64_t times = 1) const;
    /// Takes one; false after half a minute without any.
    [[nodiscard]] bool wait() const;
    [[nodiscard]] bool happened() const;  ///< without taking it, without waiting

private:
    UniqueFd fd_;
};

/// Carries small values from one end to the other, one by one; both ends work in any process.
class Channel {
public:
    Channel();

    /// False when nobody is there to receive.
    template <class T>
    bool send(const T& value) const {
        return send_bytes(&value, sizeof value);
    }
    /// False when the sender is gone, or after half a minute.
    template <class T>
    [[nodiscard]] bool receive(T& value) const {
        return receive_bytes(&value, sizeof value);
    }
    /// In each process the end that it does not use, so that the other's death is noticed.
    void close_sender() { sender_.reset(); }
    void close_receiver() { receiver_.reset(); }

private:
    bool send_bytes(const void* bytes, std::size_t count) const;
    [[nodiscard]] bool receive_bytes(void* bytes, std::size_t count) const;

    UniqueFd sender_;
    UniqueFd receiver_;
};

/// What a cleaner makes of the heap `name`; a claim fails when that is an error.
shmheap::CleanResult clean(const Folder& folder, const std::string& name);

/// Says on stderr why a claim was not put to the test.
bool skip(const char* reason);

/// True as root; else says that the claim needs root.
bool is_root();

/// False with a sanitizer whose malloc hangs in a child forked while another thread is in
/// it; says so.
bool malloc_survives_fork();

/// A seed for random moments, different in each run and printed, so that a failure can be told of.
std::uint32_t printed_seed(const char* what);

/// Fills a block with a pattern of its own, and looks whether it is still there.
void stamp(void* block, std::size_t bytes, std::uint64_t mark);
[[nodiscard]] bool bears(const void* block, std::size_t bytes, std::uint64_t mark);

}  // namespace heap_test
