#include "tools/peak_memory.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

namespace bench {
namespace {

[[noreturn]] void execute(const std::vector<std::string>& command) {
    std::vector<char*> words;
    for (const auto& word : command)
        words.push_back(const_cast<char*>(word.c_str()));  // exec's old interface
    words.push_back(nullptr);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    execv(words[0], words.data());
    _exit(127);
}

std::uint64_t high_water_mark(pid_t pid) {
    constexpr std::uint64_t kibibyte = 1024;
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; status >> word;) {
        std::uint64_t value = 0;
        if (word == "VmHWM:" && status >> value) return value * kibibyte;
    }
    return 0;
}

}  // namespace

shmheap::Result<std::uint64_t> peak_memory(const std::vector<std::string>& command) {
    const pid_t pid = fork();
    if (pid < 0) return shmheap::fail(errno, "fork");
    if (pid == 0) execute(command);
    std::uint64_t peak = 0;
    int status = 0;
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        const int stopped_by = WSTOPSIG(status);
        if (stopped_by == SIGSTOP)
            ptrace(PTRACE_SETOPTIONS, pid, nullptr, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
        if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXIT << 8))) peak = high_water_mark(pid);
        ptrace(PTRACE_CONT, pid, nullptr, nullptr);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || peak == 0)
        return shmheap::fail(ECHILD, "run", command.front());
    return peak;
}

}  // namespace bench
