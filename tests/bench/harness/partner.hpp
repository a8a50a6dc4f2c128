/// The other side of a measurement: a thread of this process, or a forked process, that does its
/// share of each run when told so and sleeps in between. It owns the thread or process.
///
/// A forked partner starts when this process has one thread, and before it has a heap.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <thread>

namespace bench {

class Partner {
public:
    enum class Kind { thread, process };
    using Work = std::function<void(std::uint64_t count)>;

    /// Runs on that processor. Ends the program if it cannot be started.
    Partner(Kind kind, int processor, Work work);
    ~Partner();
    Partner(const Partner&) = delete;
    Partner& operator=(const Partner&) = delete;

    void begin(std::uint64_t count) const;
    /// Until the work begun last is done.
    void await() const;

    /// -1 of a thread.
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    void serve(int processor, const Work& work) const;

    std::array<int, 2> begin_fds_{};  ///< counts go in at [1]
    std::array<int, 2> done_fds_{};
    pid_t pid_ = -1;
    std::thread thread_;
};

}  // namespace bench
