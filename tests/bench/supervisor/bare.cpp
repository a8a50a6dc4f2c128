// The floor: posix_spawn in a loop; after a kill, wait for the end, remove the one file whose name
// is known, start again.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <vector>

#include "harness/child.hpp"
#include "supervisor/subjects.hpp"

namespace bench {
namespace {

class Bare final : public Supervision {
public:
    explicit Bare(const Application& application) : application_(application) {}
    ~Bare() override { end_all(SIGKILL); }

    shmheap::Status start() {
        std::string program = program_folder() + "/bench_component";
        std::string fifo = application_.fifo.string();
        std::string bytes = std::to_string(application_.heap_bytes);
        std::array<char*, 4> arguments{program.data(), fifo.data(),
                                       application_.heap_bytes > 0 ? bytes.data() : nullptr,
                                       nullptr};
        std::string heaps = "SHMHEAP_DIR=" + application_.heaps.string();
        std::array<char*, 2> environment{heaps.data(), nullptr};
        pid_t pid = 0;
        const int error = posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments.data(),
                                      environment.data());
        if (error != 0) return shmheap::fail(error, "spawn", program);
        pids_.push_back(pid);
        return {};
    }

    shmheap::Status after_kill(pid_t pid) override {
        if (waitpid(pid, nullptr, 0) != pid) return shmheap::fail(errno, "wait for component");
        std::erase(pids_, pid);
        const auto heap = application_.heaps / ("heap-" + std::to_string(pid));
        if (unlink(heap.c_str()) != 0) return shmheap::fail(errno, "remove", heap.string());
        return start();
    }
    shmheap::Status stop() override {
        end_all(SIGTERM);
        return {};
    }
    [[nodiscard]] pid_t root() const override { return 0; }

private:
    void end_all(int signal) {
        for (const pid_t pid : pids_)
            kill(pid, signal);
        for (const pid_t pid : pids_)
            waitpid(pid, nullptr, 0);
        pids_.clear();
    }

    Application application_;
    std::vector<pid_t> pids_;
};

}  // namespace

shmheap::Result<std::unique_ptr<Supervision>> supervise_bare(const Application& application,
                                                             const OwnDirectory& /*directory*/) {
    auto bare = std::make_unique<Bare>(application);
    for (int i = 0; i < application.count; ++i) {
        const auto status = bare->start();
        if (!status) return tl::unexpected(status.error());
    }
    return bare;
}

}  // namespace bench
