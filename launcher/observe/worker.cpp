#include "launcher/observe/worker.hpp"

#include <pthread.h>
#include <sys/resource.h>

#include <csignal>
#include <system_error>

namespace launcher {
namespace {

constexpr int low_priority = 10;

}  // namespace

shmheap::Result<std::unique_ptr<Worker>> Worker::start(const std::string& name, Priority priority) {
    std::unique_ptr<Worker> worker(new Worker());
    try {
        worker->thread_ =
            std::thread([raw = worker.get(), name, priority] { raw->run(name, priority); });
    } catch (const std::system_error& error) {
        return shmheap::fail(error.code().value(), "start thread", name);
    }
    return worker;
}

void Worker::run(const std::string& name, Priority priority) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    pthread_setname_np(pthread_self(), name.c_str());
    if (priority == Priority::low) setpriority(PRIO_PROCESS, 0, low_priority);  // of this thread
    io_.run();
}

void Worker::stop() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace launcher
