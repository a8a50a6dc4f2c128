/// Real processes for tests: a ProcessHost in a loop of its own, and one component "a" whose starts
/// are followed to their ends.
#pragma once

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launcher/supervise/process_host.hpp"
#include "temporary_folder.hpp"

namespace launcher::test {

/// What became of one start.
struct Ending {
    std::optional<shmheap::Error> error;
    std::optional<Exit> exit;
    pid_t pid = 0;
    std::size_t survivors = 0;  ///< when the leader had ended
};

class Real {
public:
    TemporaryFolder folder;
    asio::io_context io{1};
    Writer terminal{io.get_executor(), STDOUT_FILENO, "standard output"};
    Output output{io.get_executor(), terminal, 1, false};
    std::unique_ptr<ProcessHost> host;
    Latch latch{io.get_executor()};
    Descriptor descriptor;
    int starts = 0;
    std::function<void(Process&, const Report&)> on_look{};  ///< whenever something has changed

    explicit Real(rlim_t open_files = 512, std::unique_ptr<Containment> containment = nullptr) {
        prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
        auto made = ProcessHost::create(io.get_executor(), output, {open_files, 4096},
                                        std::move(containment));
        REQUIRE(made);
        host = std::move(*made);
        descriptor.name = "a";
        descriptor.working_directory = folder.path();
        descriptor.logging.path = folder / "log";
    }

    Ending run(std::vector<std::string> command) {
        descriptor.executable = command.front();
        descriptor.command = std::move(command);
        return finish(begin());
    }

    Ending run_shell(const std::string& script) { return run({"/bin/sh", "-c", script}); }

    /// Begins a start, as far as it goes without waiting.
    std::shared_ptr<Ending> begin() {
        auto ending = std::make_shared<Ending>();
        asio::co_spawn(io, one_start(request(), *this, ending),
                       [this](const std::exception_ptr& failure) {
                           io.stop();
                           if (failure) std::rethrow_exception(failure);
                       });
        io.poll();
        return ending;
    }

    Ending finish(const std::shared_ptr<Ending>& ending) {
        io.run();
        io.restart();
        return *ending;
    }

    std::string log() const { return folder.read("log"); }

private:
    SpawnRequest request() {
        const std::string tag = "test/uuid/a/" + std::to_string(++starts);
        return SpawnRequest{.descriptor = descriptor,
                            .latch = latch,
                            .tag = tag,
                            .environment = {"PATH=/usr/bin:/bin", "SHMHEAP_TAG=" + tag}};
    }

    static Awaitable<void> one_start(SpawnRequest request, Real& real,
                                     std::shared_ptr<Ending> ending) {
        auto process = co_await real.host->spawn(request);
        if (!process) {
            ending->error = process.error();
            co_return;
        }
        ending->pid = (*process)->pid();
        while (!(*process)->exit()) {
            if (real.on_look) real.on_look(**process, (*process)->take_report());
            co_await real.host->sleep_until(end_of_time, real.latch);
        }
        ending->exit = (*process)->exit();
        ending->survivors = (*process)->survivors();
        while ((*process)->survivors() > 0) {
            (*process)->signal(SIGKILL, Audience::tree);
            co_await real.host->sleep_until(end_of_time, real.latch);
        }
        (*process)->collect();
    }
};

/// Neither a living child nor a zombie is left.
inline bool no_children() {
    siginfo_t info{};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

inline int status_of(const Ending& ending) {
    REQUIRE(ending.exit);
    const auto* exited = std::get_if<Exited>(&*ending.exit);
    return exited == nullptr ? -1 : exited->status;
}

inline int signal_of(const Ending& ending) {
    REQUIRE(ending.exit);
    const auto* killed = std::get_if<Killed>(&*ending.exit);
    return killed == nullptr ? -1 : killed->signal;
}

}  // namespace launcher::test
