// Keeps another supervisor for bench_supervisor, so that nothing of it is left afterwards:
//     bench_keeper PROGRAM [ARGUMENT...]
// starts the program and obeys lines on its input: `pid` is answered with that of the program,
// `stop SIGNAL` sends it the signal and is answered with `ended` when the program and all that
// descends from it have ended, or `late` when that takes too long. When the input ends, be it that
// the benchmark was killed, everything is killed that is still there. Orphans come to this process.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <iostream>
#include <sstream>
#include <string>

#include "supervisor/process_tree.hpp"

namespace {

using namespace std::chrono_literals;
using bench::Clock;

constexpr auto stop_patience = 120s;

/// Only the end of the input, and SIGKILL, end a keeper.
constexpr std::array ignored{SIGHUP, SIGINT, SIGTERM, SIGPIPE};

sigset_t child_signal() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return set;
}

[[noreturn]] void become(char** command) {
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        dup2(nowhere, fd);
    const sigset_t set = child_signal();
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    for (const int number : ignored)
        std::signal(number, SIG_DFL);
    execv(command[0], command);
    _exit(127);
}

/// Collects what has ended; whether nothing is left.
bool collect() {
    for (;;) {
        const pid_t pid = waitpid(-1, nullptr, WNOHANG);
        if (pid == 0) return false;
        if (pid < 0 && errno != EINTR) return true;
    }
}

bool await_end(Clock::duration patience) {
    const sigset_t set = child_signal();
    const auto give_up_at = Clock::now() + patience;
    while (!collect()) {
        const auto left = give_up_at - Clock::now();
        if (left <= 0s) return false;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
        const timespec time{.tv_sec = seconds.count(),
                            .tv_nsec = std::chrono::nanoseconds(left - seconds).count()};
        sigtimedwait(&set, nullptr, &time);
    }
    return true;
}

/// From the top downwards, so that those that would start others again go first.
void kill_everything() {
    do {
        for (const pid_t pid : bench::process_tree(getpid())) {
            if (pid != getpid()) kill(pid, SIGKILL);
        }
    } while (!await_end(50ms));
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count < 2) return 2;
    prctl(PR_SET_PDEATHSIG, 0);  // the end of the benchmark is when the work here begins
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    setsid();  // a Ctrl-C is for the benchmark
    for (const int number : ignored)
        std::signal(number, SIG_IGN);
    const sigset_t set = child_signal();
    sigprocmask(SIG_BLOCK, &set, nullptr);
    const pid_t pid = fork();
    if (pid < 0) return 1;
    if (pid == 0) become(arguments + 1);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string order;
        int number = 0;
        words >> order >> number;
        if (order == "pid") std::cout << pid << std::endl;
        if (order == "stop") {
            kill(pid, number);
            std::cout << (await_end(stop_patience) ? "ended" : "late") << std::endl;
        }
    }
    kill_everything();
    return 0;
}
