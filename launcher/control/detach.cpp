#include "launcher/control/detach.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "launcher/control/print.hpp"
#include "launcher/control/program_file.hpp"
#include "launcher/control/talk.hpp"
#include "launcher/observe/log_file.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {
namespace {

using shmheap::Result;
using shmheap::os::UniqueFd;

constexpr int reasons_max = 20;  ///< lines
constexpr int hung_up_pause_ms = 20;

/// What is done to the descriptors between fork and exec.
class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    /// 0 or an error number.
    int arrange(int log, int listening) {
        int error =
            posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        constexpr std::array<int, 2> outputs{STDOUT_FILENO, STDERR_FILENO};
        for (const int output : outputs) {
            if (error == 0) error = posix_spawn_file_actions_adddup2(&actions_, log, output);
        }
        if (error != 0) return error;
        error = posix_spawn_file_actions_adddup2(&actions_, listening, detached_listening_fd);
        if (error != 0) return error;
        return posix_spawn_file_actions_addclosefrom_np(&actions_, detached_listening_fd + 1);
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

/// harrier once more, in a session of its own.
Result<pid_t> spawn(const std::vector<std::string>& files, int log, int listening) {
    const std::string self = path_of_this_program();
    std::vector<std::string> words{"harrier", "run", "--tell-listening", "--"};
    words.insert(words.end(), files.begin(), files.end());
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    FileActions actions;
    posix_spawnattr_t attributes{};
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    pid_t pid = 0;
    int code = actions.arrange(log, listening);
    if (code == 0)
        code =
            posix_spawn(&pid, self.c_str(), actions.get(), &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    if (code != 0) return shmheap::fail(code, "start", self);
    return pid;
}

enum class Start { listens, ended, late };

/// What comes first.
Start await_listening(const UniqueFd& listening, TimePoint deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        const auto timeout = std::clamp<std::int64_t>(left.count(), 0, 1 << 30);
        pollfd ready{.fd = listening.get(), .events = POLLIN, .revents = 0};
        const int count = poll(&ready, 1, static_cast<int>(timeout));
        if (count == 0 && Clock::now() >= deadline) return Start::late;
        if (count <= 0) continue;
        char byte = 0;
        return read(listening.get(), &byte, 1) == 1 ? Start::listens : Start::ended;
    }
}

/// Its exit status; 1 when it was killed.
int collect(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/// What it has said to people since it began to write there.
void tell_reasons(const std::string& log, std::uintmax_t begin) {
    std::ifstream lines(log);
    lines.seekg(static_cast<std::streamoff>(begin));
    int told = 0;
    for (std::string line; told < reasons_max && std::getline(lines, line);) {
        if (!line.starts_with("harrier: ")) continue;
        std::fputs((line + '\n').c_str(), stderr);
        ++told;
    }
}

ExitStatus has_ended(const Application& application, pid_t pid, const std::string& log) {
    const int status = collect(pid);
    if (status == 0) return ExitStatus::done;
    complain("application " + application.name + " has ended with status " +
             std::to_string(status) + ", see " + log);
    return ExitStatus::failed;
}

/// Nothing was started yet. The application may run all the same: as another harrier's.
ExitStatus has_not_begun(pid_t pid, const std::string& log, std::uintmax_t begin) {
    const int status = collect(pid);
    if (status == 0) return ExitStatus::done;
    tell_reasons(log, begin);
    complain("nothing was started, see " + log);
    return ExitStatus::failed;
}

/// Looks again after a while, for who hangs up may be about to end.
bool ends_soon(const UniqueFd& pidfd) {
    pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    return poll(&ended, 1, hung_up_pause_ms) > 0;
}

/// As await_ready(), again when harrier has hung up and goes on: another version of it does.
VerbStatus await_ready_or_end(const std::string& application, pid_t pid, TimePoint deadline) {
    const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    VerbStatus status = await_ready(application, deadline);
    while (status == verb_no_instance && pidfd && !ends_soon(pidfd)) {
        if (Clock::now() >= deadline) return verb_timed_out;
        status = await_ready(application, deadline);
    }
    return status;
}

ExitStatus await_components(const Application& application, pid_t pid, const std::string& log,
                            TimePoint deadline) {
    switch (await_ready_or_end(application.name, pid, deadline)) {
        case verb_done:
            return ExitStatus::done;
        case verb_no_instance:  // all that it had to do may be done already
            return has_ended(application, pid, log);
        case verb_not_done:
        case verb_usage:
        case verb_timed_out:
            break;
    }
    complain("application " + application.name + " goes on, see " + log);
    return ExitStatus::failed;
}

ExitStatus fail_with(const shmheap::Error& error) {
    complain(error.message());
    return ExitStatus::failed;
}

}  // namespace

ExitStatus run_detached(const Application& application, const std::vector<std::string>& files,
                        const DetachOptions& options) {
    const std::string log_path =
        std::filesystem::absolute(options.log.empty() ? "harrier-" + application.name + ".log"
                                                      : options.log)
            .string();
    auto log = open_log(log_path);
    if (!log) return fail_with(log.error());
    std::error_code error;
    const auto size_bytes = std::filesystem::file_size(log_path, error);
    const std::uintmax_t begin = error ? 0 : size_bytes;
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_with(shmheap::Error{errno, "make pipe"});
    const UniqueFd listening(ends[0]);
    UniqueFd told(ends[1]);
    const auto pid = spawn(files, log->get(), told.get());
    if (!pid) return fail_with(pid.error());
    told.reset();
    switch (await_listening(listening, options.deadline)) {
        case Start::listens:
            break;
        case Start::late:
            complain("application " + application.name + " is not there yet, see " + log_path);
            return ExitStatus::failed;
        case Start::ended:
            return has_not_begun(*pid, log_path, begin);
    }
    // If it does not arrive, that is said, and the application runs all the same.
    (void)write_out(application.name + ": pid " + std::to_string(*pid) + ", log " + log_path +
                    '\n');
    if (!options.waits) return ExitStatus::done;
    return await_components(application, *pid, log_path, options.deadline);
}

}  // namespace launcher
