#include "file/caretaker.hpp"

#include <pthread.h>
#include <sys/mman.h>

#include <csignal>
#include <system_error>
#include <utility>

#include "os/crash_point.hpp"

namespace shmheap::detail {
namespace {

constexpr std::size_t untouched_max = 1024;

}  // namespace

Caretaker::Caretaker(Duties duties) : duties_(std::move(duties)) {}

Result<std::unique_ptr<Caretaker>> Caretaker::start(Duties duties) {
    std::unique_ptr<Caretaker> caretaker(new Caretaker(std::move(duties)));
    // A thread inherits the mask: the application's signals are not for ours.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = 0;
    try {
        caretaker->thread_ = std::make_unique<std::thread>(&Caretaker::run, caretaker.get());
    } catch (const std::system_error& error) {
        code = error.code().value();
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (code != 0) return fail(code, "start helper thread of heap");
    return caretaker;
}

Caretaker::~Caretaker() {
    if (!thread_) return;
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    work_.notify_one();
    thread_->join();
}

void Caretaker::touch(std::span<std::byte> pages) {
    if (!duties_.touches) return;
    {
        const std::lock_guard guard(mutex_);
        if (untouched_.size() >= untouched_max) return;
        untouched_.push_back(pages);
    }
    work_.notify_one();
}

void Caretaker::memory_fell_empty() {
    if (!duties_.give_back) return;
    {
        const std::lock_guard guard(mutex_);
        if (std::exchange(empty_, true)) return;
    }
    work_.notify_one();
}

void Caretaker::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        work_.wait(lock, [this] { return stopping_ || empty_ || !untouched_.empty(); });
        for (const auto pages : std::exchange(untouched_, {})) {
            lock.unlock();
            // Present and writable, the contents untouched; fails harmlessly if given back already.
            ::madvise(pages.data(), pages.size(), MADV_POPULATE_WRITE);
            CRASH_POINT(caretaker_prefaulted);
            lock.lock();
        }
        if (!empty_ || stopping_) continue;
        work_.wait_for(lock, duties_.delay, [this] { return stopping_ || !untouched_.empty(); });
        if (stopping_ || !untouched_.empty()) continue;
        empty_ = false;
        lock.unlock();
        const bool more = duties_.give_back();
        lock.lock();
        if (more) empty_ = true;
    }
}

}  // namespace shmheap::detail
