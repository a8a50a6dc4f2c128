#include "watcher.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <utility>

#include "os/process_id.hpp"

namespace reaper_test {
namespace {

constexpr int patience_ms = 20'000;

}  // namespace

Watcher::Watcher(const TestDirectory& directory, const WatcherOptions& options) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    said_.reset(ends[0]);
    const shmheap::os::UniqueFd theirs(ends[1]);
    const shmheap::os::UniqueFd program(::open(SHMCLEAN_PROGRAM, O_RDONLY | O_CLOEXEC));
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
        if (options.user && (::setgroups(0, nullptr) != 0 || ::setgid(*options.user) != 0 ||
                             ::setuid(*options.user) != 0)) {
            ::_exit(1);
        }
        die_with_parent();
        ::dup2(theirs.get(), STDOUT_FILENO);
        ::dup2(theirs.get(), STDERR_FILENO);
        if (options.files_max) {
            const rlimit limit{*options.files_max, *options.files_max};
            ::setrlimit(RLIMIT_NOFILE, &limit);
        }
        std::string directory_path = directory.path() + options.within;
        std::array<char*, 5> words{const_cast<char*>("shmclean"), const_cast<char*>("--watch"),
                                   const_cast<char*>("--dir"), directory_path.data(), nullptr};
        std::array<char*, 1> no_variables{nullptr};
        ::fexecve(program.get(), words.data(), no_variables.data());
        ::_exit(1);
    }
    await("watching " + directory.path() + options.within);
}

Watcher::~Watcher() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

bool Watcher::read_line(int milliseconds) {
    while (true) {
        const auto end = rest_.find('\n');
        if (end != std::string::npos) {
            lines_.push_back(rest_.substr(0, end));
            rest_.erase(0, end + 1);
            return true;
        }
        pollfd readable{said_.get(), POLLIN, 0};
        if (::poll(&readable, 1, milliseconds) != 1) return false;
        std::array<char, 4096> chunk{};
        const ssize_t size = ::read(said_.get(), chunk.data(), chunk.size());
        if (size <= 0) return false;
        rest_.append(chunk.data(), static_cast<std::size_t>(size));
    }
}

void Watcher::await(const std::string& part) {
    INFO("awaited: ", part);
    do {
        const bool came = read_line(patience_ms);
        REQUIRE(came);
    } while (!contains(lines_.back(), part));
}

bool Watcher::is_silent(int milliseconds) {
    return !read_line(milliseconds);
}

int Watcher::end(int signal) {
    ::kill(pid_, signal);
    while (read_line(patience_ms)) {
    }
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::size_t Watcher::count(const std::string& part) const {
    return static_cast<std::size_t>(std::count_if(
        lines_.begin(), lines_.end(), [&](const auto& line) { return contains(line, part); }));
}

long Watcher::wake_ups() const {
    await_state(pid_, 'S');
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    std::string word;
    long count = -1;
    while (status >> word)
        if (word == "voluntary_ctxt_switches:") status >> count;
    return count;
}

HeapOptions heap_of_this_process() {
    const auto self = shmheap::os::own_process_id();
    return {.creator_pid = self.pid, .change = [self](shmheap::HeapHeader& header) {
                header.creator_start_ticks = self.start_ticks;
                header.pid_namespace = self.pid_namespace;
            }};
}

shmheap::os::HeldLock rename_into(const TestDirectory& directory, const std::string& name,
                                  const HeapOptions& options) {
    const TestDirectory elsewhere;
    elsewhere.write(name, heap_head(options));
    const shmheap::os::UniqueFd file(::open((elsewhere / name).c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(::ftruncate(file.get(), static_cast<off_t>(heap_file_size(options))) == 0);
    auto lock = shmheap::os::HeldLock::acquire(file.get(), shmheap::os::owner_lock_byte);
    REQUIRE(lock);
    REQUIRE(::rename((elsewhere / name).c_str(), (directory / name).c_str()) == 0);
    return std::move(*lock);
}

}  // namespace reaper_test
