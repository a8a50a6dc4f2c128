#include "launcher/observe/compressor.hpp"

#include <sys/stat.h>

#include <utility>

#include "launcher/observe/compress.hpp"

namespace launcher {
namespace {

std::optional<ino_t> compress_job(const Compressor::Job& job, const std::atomic<bool>& give_up) {
    struct stat status {};
    if (fstat(job.source.get(), &status) != 0) return std::nullopt;
    if (!compress(job.source, job.target, give_up)) return std::nullopt;
    return status.st_ino;
}

}  // namespace

void Compressor::compress(Job job, Done done) {
    if (give_up_.load(std::memory_order_relaxed)) return;  // relaxed: as in stop()
    if (!worker_) {
        auto worker = Worker::start("harrier-gzip", Worker::Priority::low);
        if (!worker) return asio::post(executor_, [done = std::move(done)] { done({}); });
        worker_ = std::move(*worker);
    }
    // Open until the result has been dealt with, so that the inode is nobody else's till then.
    auto kept = std::make_shared<Job>(std::move(job));
    worker_->post([this, kept = std::move(kept), done = std::move(done)] {
        asio::post(executor_,
                   [done, kept, result = compress_job(*kept, give_up_)] { done(result); });
    });
}

void Compressor::stop() {
    give_up_.store(true, std::memory_order_relaxed);  // relaxed: nothing else is told by it
    if (worker_) worker_->stop();
}

}  // namespace launcher
