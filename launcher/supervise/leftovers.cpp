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

struct Search {
    std::string tag_prefix;
    std::string_view run_directory;
    const Tags& spared;
};

bool is_leftover(pid_t pid, const Search& search) {
    if (pid == getpid() || !belongs_to_us(pid)) return false;
    const std::string tag = settled_environment_value(pid, "SHMHEAP_TAG");
    if (!tag.starts_with(search.tag_prefix) || search.spared.contains(tag)) return false;
    const std::string theirs = settled_environment_value(pid, "HARRIER_RUN_DIR");
    return theirs == search.run_directory || !RunDirectory::is_alive(theirs);
}

std::vector<pid_t> all_processes() {
    std::vector<pid_t> pids;
    const std::unique_ptr<DIR, decltype([](DIR* open) { closedir(open); })> proc(opendir("/proc"));
    if (!proc) return pids;
    while (const dirent* entry = readdir(proc.get())) {
        if (const auto pid = pid_of(entry->d_name)) pids.push_back(*pid);
    }
    return pids;
}

/// A pidfd for each left-over. The environment is read with the pidfd in hand: a process that bears
/// the tag then and can be signalled through the pidfd later is one and the same.
std::vector<UniqueFd> find_leftovers(const Search& search) {
    std::vector<UniqueFd> found;
    for (const pid_t pid : all_processes()) {
        if (!is_leftover(pid, search)) continue;
        UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
        if (pidfd && is_leftover(pid, search)) found.push_back(std::move(pidfd));
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

std::string_view component_of(std::string_view tag) {
    for (int element = 0; element < 2; ++element) {
        const auto slash = tag.find('/');
        if (slash == std::string_view::npos) return {};
        tag.remove_prefix(slash + 1);
    }
    return tag.substr(0, tag.find('/'));
}

std::vector<pid_t> processes_with_tag(const std::string& tag) {
    std::vector<pid_t> found = all_processes();
    std::erase_if(found, [&tag](pid_t pid) {
        return pid == getpid() || !belongs_to_us(pid) ||
               settled_environment_value(pid, "SHMHEAP_TAG") != tag;
    });
    return found;
}

Leftovers end_leftovers(std::string_view application, std::string_view run_directory,
                        std::chrono::milliseconds patience, const Tags& spared) {
    const Search search{.tag_prefix = std::string(application) + '/',
                        .run_directory = run_directory,
                        .spared = spared};
    const auto deadline = Clock::now() + patience;
    Leftovers result;
    for (int round = 0; round < rounds_max; ++round) {
        const auto found = find_leftovers(search);
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
