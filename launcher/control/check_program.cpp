// Asks a program whether it would go on with a record, before it takes the place of the one that
// runs: then there is no way back. What it says decides, not its exit status: that
// is left to the one place that collects children (process_host.hpp), which has to know of it.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "launcher/clock.hpp"
#include "launcher/control/handover.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;
using shmheap::os::UniqueFd;

constexpr auto patience = 5s;
constexpr std::size_t said_bytes_max = 4096;

/// With no signal blocked or ignored, and what it complains of besides is nobody's business.
int spawn(const std::string& program, int record, int answer, pid_t& pid) {
    std::array<char*, 3> arguments{const_cast<char*>(program.c_str()),
                                   const_cast<char*>(check_option), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, record, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, answer, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);  // what it starts can be ended with it
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    const int error =
        posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/// What it says until it says no more; less when its time is over.
std::string hear(int answer, TimePoint deadline) {
    std::string said;
    while (said.size() < said_bytes_max) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd readable{.fd = answer, .events = POLLIN, .revents = 0};
        const int count =
            left.count() <= 0 ? 0 : poll(&readable, 1, static_cast<int>(left.count()));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        std::array<char, said_bytes_max> bytes;
        const ssize_t length = ::read(answer, bytes.data(), bytes.size());
        if (length < 0 && errno == EINTR) continue;
        if (length <= 0) break;
        said.append(bytes.data(), static_cast<std::size_t>(length));
    }
    return said;
}

/// The program, and what it has started: that of its group, while the pid that the group is named
/// by is taken for sure, by the program or by a child of ours in it.
void end_group(pid_t pid, int pidfd) {
    pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
    siginfo_t ignored{};
    const bool is_known =
        poll(&ended, 1, 0) == 0 ||
        waitid(P_PGID, static_cast<id_t>(pid), &ignored, WEXITED | WNOHANG | WNOWAIT) == 0;
    if (is_known) kill(-pid, SIGKILL);
    syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0);
}

std::string first_mistake(const std::vector<Diagnostic>& mistakes) {
    return mistakes.front().text();
}

/// Why it would not go on; empty when it would.
std::string objection() {
    const auto record = read_record(STDIN_FILENO);
    if (!record) return record.error().message();
    const auto described =
        read_description(restore_description(record->at("description").as_object()));
    return described ? std::string() : first_mistake(described.error());
}

/// Who answers, in two parts. An answer that begins with these comes from the process that was
/// asked, which will do what it does now in the place of this one: be harrier itself, with the same
/// rights.
std::string process_part(pid_t pid) {
    return "process " + std::to_string(pid) + " of ";
}

std::string rights_part() {
    return "user " + std::to_string(geteuid()) + " and group " + std::to_string(getegid()) + ": ";
}

bool take_off(std::string_view& text, std::string_view beginning) {
    if (!text.starts_with(beginning)) return false;
    text.remove_prefix(beginning.size());
    return true;
}

/// The version that a program of this process answered; or why it cannot take this one's place.
tl::expected<std::string, std::string> read_answer(const std::string& program, pid_t pid,
                                                   std::string_view line) {
    line = line.substr(0, line.find('\n'));
    if (take_off(line, would_not_go_on))
        return tl::unexpected(program +
                              " would not go on with this application: " + std::string(line));
    if (!take_off(line, would_go_on))
        return tl::unexpected(program + " is no harrier that could go on: it does not answer \"" +
                              check_option + '"');
    if (!take_off(line, process_part(pid)))
        return tl::unexpected(program +
                              " has another process answer for it: a script has to exec harrier");
    if (!take_off(line, rights_part()))
        return tl::unexpected(program + " would run as another user or group");
    return std::string(line);
}

}  // namespace

int answer_check(const char* version) {
    std::string why;
    try {
        why = objection();
    } catch (const std::exception& error) {
        why = error.what();
    }
    const std::string answer = why.empty()
                                   ? would_go_on + process_part(getpid()) + rights_part() + version
                                   : would_not_go_on + why;
    std::puts(answer.c_str());
    return why.empty() ? 0 : 1;
}

tl::expected<std::string, std::string> ask_program(const std::string& program,
                                                   boost::json::object record) {
    const auto file = write_record(std::move(record));
    if (!file) return tl::unexpected(file.error().message());
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return tl::unexpected("ask " + program + ": " + std::strerror(errno));
    const UniqueFd answer(ends[0]);
    UniqueFd said(ends[1]);
    pid_t pid = 0;
    if (const int error = spawn(program, file->get(), said.get(), pid); error != 0)
        return tl::unexpected("execute " + program + ": " + std::strerror(error));
    said.reset();
    const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    const std::string line = hear(answer.get(), Clock::now() + patience);
    if (pidfd) end_group(pid, pidfd.get());
    return read_answer(program, pid, line);
}

}  // namespace launcher
