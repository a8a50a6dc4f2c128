// The program harrier, as a user runs it.
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <utility>

#include "harness/child.hpp"
#include "supervisor/subjects.hpp"

namespace bench {
namespace {

void write_application(std::ostream& file, const Application& application) {
    // No other run's: an instance ends what a dead one of its name has left.
    file << "name: bench-" << getpid() << "\ncomponents:\n";
    for (int i = 0; i < application.count; ++i) {
        file << "  c" << i << ":\n"
             << "    command: [" << application.program();
        if (application.component == Application::Component::fails) {
            file << "]\n    restart: {policy: on-failure}\n";
            continue;
        }
        file << ", " << application.fifo;
        if (application.heap_bytes > 0) {
            file << ", \"" << application.heap_bytes << "\"]\n"
                 << "    environment: {SHMHEAP_DIR: " << application.heaps << "}\n"
                 << "    restart: {policy: always, delay: 0s, max_delay: 0s, "
                    "max_attempts: 1000000}\n";
        } else {
            file << "]\n";
        }
    }
}

class UnderHarrier final : public Supervision {
public:
    explicit UnderHarrier(Child harrier) : harrier_(std::move(harrier)) {}
    ~UnderHarrier() override {
        harrier_.signal(SIGTERM);
        harrier_.wait();
    }
    shmheap::Status stop() override {
        harrier_.signal(SIGTERM);
        if (harrier_.wait() != 0) return shmheap::fail(ECHILD, "stop harrier");
        return {};
    }
    [[nodiscard]] pid_t root() const override { return harrier_.pid(); }

private:
    Child harrier_;
};

}  // namespace

shmheap::Result<std::unique_ptr<Supervision>> supervise_with_harrier(
    const Application& application, const OwnDirectory& directory) {
    const auto path = directory.path() / "application.yaml";
    {
        std::ofstream file(path);
        write_application(file, application);
    }
    auto harrier = Child::start({.command = {program_folder() + "/harrier", "run", path.string()},
                                 .environment = {"SHMHEAP_DIR=" + application.heaps.string(),
                                                 "XDG_RUNTIME_DIR=" + directory.path().string()},
                                 .quiet = true});
    if (!harrier) return tl::unexpected(harrier.error());
    return std::make_unique<UnderHarrier>(std::move(*harrier));
}

}  // namespace bench
