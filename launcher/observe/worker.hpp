/// A thread with a loop of its own, for work that the main thread must not wait for. Handlers that
/// are posted run one after the other; none runs after stop(), which the main thread calls. The
/// thread takes no signals. Owns the thread and the loop.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "launcher/asio.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class Worker {
public:
    enum class Priority {
        normal,
        low,  ///< leaves the processor to whoever else wants it
    };

    /// `name` is for messages and for people who look at threads (15 bytes at most). Errors: no
    /// thread can be made.
    static shmheap::Result<std::unique_ptr<Worker>> start(const std::string& name,
                                                          Priority priority);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() { stop(); }

    template <class Handler>
    void post(Handler&& handler) {
        asio::post(io_, std::forward<Handler>(handler));
    }

    [[nodiscard]] Executor executor() { return io_.get_executor(); }

    /// Returns when the handler that runs, if any, has ended.
    void stop();

private:
    Worker() = default;
    void run(const std::string& name, Priority priority);

    asio::io_context io_{1};  // one thread
    asio::executor_work_guard<Executor> work_{io_.get_executor()};
    std::thread thread_;
};

}  // namespace launcher
