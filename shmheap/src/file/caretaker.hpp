/// The helper thread of a heap: makes fresh pages present (SHMHEAP_PREFAULT=background) and gives
/// memory back while the application is idle (SHMHEAP_BACKGROUND=on). It sleeps unless it was
/// told that there is something to do, and takes no signals.
///
/// Thread-safety: touch() and memory_fell_empty() may be called from any thread, under any lock
/// that the duties do not take while they are called. The destructor waits for the thread. A forked
/// child, where the thread does not exist, must not run it: the end of a condition variable waits
/// for whoever was waiting on it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "shmheap/result.hpp"

namespace shmheap::detail {

class Caretaker {
public:
    struct Duties {
        bool touches = false;  ///< otherwise touch() does nothing
        /// Gives back what has been empty for `delay`; says whether more may come. Empty function:
        /// memory_fell_empty() does nothing.
        std::function<bool()> give_back;
        std::chrono::milliseconds delay{};
    };

    /// Errors: EAGAIN (no thread could be started).
    static Result<std::unique_ptr<Caretaker>> start(Duties duties);
    ~Caretaker();
    Caretaker(const Caretaker&) = delete;
    Caretaker& operator=(const Caretaker&) = delete;

    /// Pages to make present. A hint: dropped when too many are waiting.
    void touch(std::span<std::byte> pages);

    void memory_fell_empty();

private:
    explicit Caretaker(Duties duties);
    void run();

    Duties duties_;
    std::mutex mutex_;
    std::condition_variable work_;
    std::vector<std::span<std::byte>> untouched_;
    bool empty_ = false;
    bool stopping_ = false;
    std::unique_ptr<std::thread> thread_;
};

}  // namespace shmheap::detail
