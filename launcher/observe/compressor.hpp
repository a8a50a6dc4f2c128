/// Compresses files one after the other on a thread of its own at low priority, which is made when
/// there is something to compress. One thread calls it, and the same is told of the results. Owns
/// the thread.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "launcher/observe/worker.hpp"
#include "os/unique_fd.hpp"

namespace launcher {

class Compressor {
public:
    struct Job {
        shmheap::os::UniqueFd source;
        std::string target;
    };
    /// The inode of the source whose compressed form is whole now; none if there is no such form.
    using Done = std::function<void(std::optional<ino_t>)>;

    /// Results are told on `executor`.
    explicit Compressor(Executor executor) : executor_(executor) {}

    void compress(Job job, Done done);

    /// Gives up what is being compressed; the main thread, when the other one has ended.
    void stop();

private:
    Executor executor_;
    std::atomic<bool> give_up_ = false;
    std::unique_ptr<Worker> worker_;
};

}  // namespace launcher
