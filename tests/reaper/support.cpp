#include "support.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace reaper_test {
namespace {

using shmheap::os::UniqueFd;

constexpr int program_timeout_ms = 10'000;
constexpr int exec_failed = 127;
constexpr std::string_view redhawk_magic = "\xCC\x70\xEB\xAC";

/// A test that cannot be set up fails with this.
[[noreturn]] void give_up(const std::string& what) {
    throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

int exit_status(int wait_status) {
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> found;
    for (auto& string : strings)
        found.push_back(string.data());
    found.push_back(nullptr);
    return found;
}

UniqueFd memory_file() {
    UniqueFd file(::memfd_create("output", MFD_CLOEXEC));
    if (!file) give_up("memfd_create");
    return file;
}

std::string content_of(int fd) {
    std::string text;
    std::array<char, 4096> chunk;
    ssize_t count = 0;
    while ((count = ::pread(fd, chunk.data(), chunk.size(), static_cast<off_t>(text.size()))) > 0)
        text.append(chunk.data(), static_cast<std::size_t>(count));
    return text;
}

void become(uid_t user) {
    if (::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0)
        ::_exit(exec_failed);
}

}  // namespace

TestDirectory::TestDirectory() {
    std::string path = "/dev/shm/reaper-test-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) give_up("mkdtemp");
    path_ = path;
    ::chmod(path_.c_str(), 0755);
    auto opened = shmheap::os::ShmDirectory::open(path_);
    if (!opened) throw std::runtime_error(opened.error().message());
    directory_.emplace(std::move(*opened));
}

TestDirectory::~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

bool TestDirectory::has(const std::string& name) const {
    struct stat status {};
    return ::lstat((*this / name).c_str(), &status) == 0;
}

std::vector<std::string> TestDirectory::names() const {
    auto found = directory_->names().value();
    std::sort(found.begin(), found.end());
    return found;
}

void TestDirectory::write(const std::string& name, const std::string& content, mode_t mode) const {
    const UniqueFd file(::open((*this / name).c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC));
    if (!file) give_up("create " + name);
    const auto count = ::write(file.get(), content.data(), content.size());
    if (count != static_cast<ssize_t>(content.size())) give_up("write " + name);
    ::fchmod(file.get(), mode);
    if (!content.starts_with(redhawk_magic)) return;
    void* mapped = ::mmap(nullptr, 1, PROT_READ, MAP_SHARED, file.get(), 0);
    if (mapped == MAP_FAILED || ::madvise(mapped, 1, MADV_DONTFORK) != 0) give_up("map " + name);
}

void die_with_parent() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

Child::Child(const std::function<int()>& body, After after) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) give_up("pipe");
    done_.reset(ends[0]);
    UniqueFd theirs(ends[1]);
    pid_ = ::fork();
    if (pid_ < 0) give_up("fork");
    if (pid_ == 0) {
        die_with_parent();
        if (after == After::runs) theirs.reset();
        const int status = body();
        if (after == After::runs || after == After::ends) ::_exit(status);
        (void)!::write(theirs.get(), "", 1);
        if (after == After::leader_ends) ::syscall(SYS_exit, 0);
        while (true)
            ::pause();
    }
    theirs.reset();
    char byte = 0;
    (void)!::read(done_.get(), &byte, 1);
}

Child::~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Child::kill() const {
    ::kill(pid_, SIGKILL);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
}

int Child::join() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return exit_status(status);
}

ProgramResult run_program(const ProgramRun& run) {
    // Opened before the change of user, who may not be able to reach it.
    const UniqueFd program(::open(run.program.c_str(), O_RDONLY | O_CLOEXEC));
    if (!program) give_up("open " + run.program);
    const UniqueFd out = memory_file();
    const UniqueFd err = memory_file();
    std::vector<std::string> words = run.arguments;
    words.insert(words.begin(), run.program);
    std::vector<std::string> environment = run.environment;
    const auto arguments = pointers(words);
    const auto variables = pointers(environment);
    const pid_t pid = ::fork();
    if (pid < 0) give_up("fork");
    if (pid == 0) {
        ::dup2(out.get(), STDOUT_FILENO);
        ::dup2(err.get(), STDERR_FILENO);
        if (run.user) become(*run.user);
        ::fexecve(program.get(), arguments.data(), variables.data());
        ::_exit(exec_failed);
    }
    const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    pollfd ended{handle.get(), POLLIN, 0};
    if (::poll(&ended, 1, program_timeout_ms) == 0) ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return {exit_status(status), content_of(out.get()), content_of(err.get())};
}

ProgramResult shminfo(const TestDirectory& directory, std::vector<std::string> arguments,
                      std::optional<uid_t> user) {
    arguments.insert(arguments.begin(), {"--dir", directory.path()});
    return run_program({SHMINFO_PROGRAM, arguments, {}, user});
}

ProgramResult shmclean(const TestDirectory& directory, std::vector<std::string> arguments,
                       std::optional<uid_t> user) {
    arguments.insert(arguments.begin(), {"--dir", directory.path()});
    return run_program({SHMCLEAN_PROGRAM, arguments, {}, user});
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string section(const std::string& out, const std::string& name) {
    const auto begin = out.find("\n\n" + name + "\n");
    if (begin == std::string::npos) return {};
    const auto end = out.find("\n\n", begin + 2);
    return out.substr(begin + 2, end == std::string::npos ? end : end - begin - 1);
}

std::string data_file(const std::string& name) {
    std::ifstream file(std::string(TEST_DATA) + "/" + name, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    if (!file) throw std::runtime_error("cannot read test data " + name);
    return content.str();
}

bool lacks_root() {
    if (::geteuid() == 0) return false;
    std::fputs("skipped: only root can become another user\n", stderr);
    return true;
}

void let_clock_advance() {
    timespec until{};
    ::clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 60'000'000;
    if (until.tv_nsec >= 1'000'000'000) {
        until.tv_nsec -= 1'000'000'000;
        ++until.tv_sec;
    }
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

void leave_descriptors(unsigned count) {
    constexpr rlim_t all = 64;
    const rlimit limit{.rlim_cur = all, .rlim_max = all};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::_exit(1);
    std::vector<int> taken;
    for (int fd = ::dup(STDERR_FILENO); fd >= 0; fd = ::dup(STDERR_FILENO))
        taken.push_back(fd);
    if (errno != EMFILE || taken.size() < count) ::_exit(1);
    for (unsigned left = 0; left < count; ++left)
        ::close(taken[left]);
}

void await_state(pid_t pid, char state) {
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    std::string text;
    do {
        std::ifstream file(path);
        if (!std::getline(file, text)) throw std::runtime_error("no process " + path);
    } while (text[text.rfind(')') + 2] != state);
}

}  // namespace reaper_test
