#include "launcher/supervise/leftovers.hpp"

#include <dirent.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "launcher/supervise/process_tree.hpp"
#include "launcher/supervise/run_directory.hpp"
#include "os/unique_fd.hpp"

namespace launcher {
namespace {

using shmheap::os::UniqueFd;
using Clock = std::chrono::steady_clock;

constexpr int undecided_looks_max = 20;
constexpr int rounds_max = 100;  // they may fork while they are looked for

std::optional<pid_t> pid_of(std::string_view name) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
    return pid;
}

bool belongs_to_us(pid_t pid) {
    struct stat status {};
    return stat(("/proc/" + std::to_string(pid)).c_str(), &status) == 0 &&
           status.st_uid == geteuid();
}

/// Waits for the end of an execve(2) that the process may be within.
std::string settled_environment_value(pid_t pid, std::string_view name) {
    for (int look = 0; look < undecided_looks_max; ++look) {
        if (auto value = environment_value(pid, name)) return *std::move(value);
        std::this_thread::sleep_for(undecided_delay);
    }
    return {};
}

bool is_leftover(pid_t pid, const std::string& tag_prefix, std::string_view run_directory) {
    if (pid == getpid() || !belongs_to_us(pid)) return false;
    if (!settled_environment_value(pid, "SHMHEAP_TAG").starts_with(tag_prefix)) return false;
    const std::string theirs = settled_environment_value(pid, "HARRIER_RUN_DIR");
    return theirs == run_directory || !RunDirectory::is_alive(theirs);
}

/// A pidfd for each left-over. The environment is read with the pidfd in hand: a process that bears
/// the tag then and can be signalled through the pidfd later is one and the same.
std::vector<UniqueFd> find_leftovers(const std::string& tag_prefix,
                                     std::string_view run_directory) {
    std::vector<UniqueFd> found;
    const std::unique_ptr<DIR, decltype([](DIR* open) { closedir(open); })> proc(opendir("/proc"));
    if (!proc) return found;
    while (const dirent* entry = readdir(proc.get())) {
        const auto pid = pid_of(entry->d_name);
        if (!pid || !is_leftover(*pid, tag_prefix, run_directory)) continue;
        UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
        if (pidfd && is_leftover(*pid, tag_prefix, run_directory))
            found.push_back(std::move(pidfd));
    }
    return found;
}

/// Whether the process ended before the deadline.
bool await_end(int pidfd, Clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
        const int count = poll(&ended, 1, static_cast<int>(std::max<long>(left.count(), 0)));
        if (count != 0 || left.count() <= 0) return count > 0;
    }
}

}  // namespace

Leftovers end_leftovers(std::string_view application, std::string_view run_directory,
                        std::chrono::milliseconds patience) {
    const std::string tag_prefix = std::string(application) + '/';
    const auto deadline = Clock::now() + patience;
    Leftovers result;
    for (int round = 0; round < rounds_max; ++round) {
        const auto found = find_leftovers(tag_prefix, run_directory);
        result.alive = found.size();
        if (found.empty()) return result;
        for (const UniqueFd& pidfd : found)
            syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
        for (const UniqueFd& pidfd : found) {
            if (!await_end(pidfd.get(), deadline)) return result;
            ++result.ended;
            --result.alive;
        }
    }
    return result;
}

}  // namespace launcher
