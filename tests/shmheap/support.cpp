#include "support.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <random>

#include "os/shm_directory.hpp"

namespace heap_test {
namespace {

constexpr int patience_ms = 30'000;  // only a failure waits this long
constexpr int thrown = 99;

bool is_readable(int fd, int timeout_ms) {
    pollfd question{fd, POLLIN, 0};
    int answer = 0;
    do {
        answer = ::poll(&question, 1, timeout_ms);
    } while (answer < 0 && errno == EINTR);
    return answer > 0;
}

UniqueFd memory_file() {
    UniqueFd fd(::memfd_create("messages", MFD_CLOEXEC));
    REQUIRE(fd);
    return fd;
}

std::string content_of(int fd) {
    std::string text;
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while ((count = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(text.size()))) > 0)
        text.append(buffer.data(), static_cast<std::size_t>(count));
    return text;
}

int run_body(const std::function<int()>& body) {
    try {
        return body();
    } catch (...) {
        return thrown;
    }
}

/// The pattern is one of positions, so that neither a shifted nor a foreign one passes for it.
std::uint64_t pattern(std::uint64_t mark, std::size_t position) {
    return (mark + position) * 0x9E3779B97F4A7C15;
}

}  // namespace

Folder::Folder(const std::string& parent) : path_(parent + "/harrier-heap-XXXXXX") {
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Folder::names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
        found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
}

shmheap::HeapOptions options_in(const Folder& folder, std::uint64_t size_max) {
    shmheap::HeapOptions options;
    options.directory = folder.path();
    options.size_max = size_max;
    return options;
}

std::unique_ptr<shmheap::Heap> make_heap(const Folder& folder, std::uint64_t size_max) {
    auto heap = shmheap::Heap::create(options_in(folder, size_max));
    REQUIRE_MESSAGE(heap.has_value(), heap.error().message());
    return std::move(*heap);
}

std::shared_ptr<shmheap::Client> attach(const shmheap::Heap& heap) {
    auto client = shmheap::Client::attach(heap.name(), heap.directory());
    REQUIRE_MESSAGE(client.has_value(), client.error().message());
    return std::move(*client);
}

std::uint64_t committed_bytes(const std::string& path) {
    constexpr std::uint64_t block_unit = 512;  // stat(2)
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return static_cast<std::uint64_t>(status.st_blocks) * block_unit;
}

std::ostream& operator<<(std::ostream& out, const Ended& ended) {
    if (ended.signal != 0) return out << "killed by signal " << ended.signal;
    return out << "exit status " << ended.status;
}

Child::Child(const std::function<int()>& body) {
    const pid_t parent = ::getpid();
    std::fflush(nullptr);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // 0: the parent is in another pid namespace.
    if (const pid_t now = ::getppid(); now != parent && now != 0) ::_exit(thrown);
    // Those of the test program would report a death that is meant to happen.
    for (const int signal : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTERM, SIGINT})
        ::signal(signal, SIG_DFL);
    ::_exit(run_body(body));
}

Child::~Child() {
    if (pid_ > 0) (void)kill(SIGKILL);
}

Ended Child::wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0) {
        if (errno != EINTR) return {};
    }
    pid_ = -1;
    if (WIFSIGNALED(status)) return killed_by(WTERMSIG(status));
    return exited(WEXITSTATUS(status));
}

Ended Child::kill(int signal) {
    ::kill(pid_, signal);
    return wait();
}

Ended in_child(const std::function<int()>& body) {
    return Child(body).wait();
}

Spoken speaking_child(const std::function<int()>& body) {
    const UniqueFd errors = memory_file();
    const Ended ended = in_child([&] {
        ::dup2(errors.get(), STDERR_FILENO);
        return body();
    });
    return {ended, content_of(errors.get())};
}

Spoken run_program(const std::string& program, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& variables) {
    return speaking_child([&] {
        std::vector<char*> words{const_cast<char*>(program.c_str())};
        for (const auto& argument : arguments)
            words.push_back(const_cast<char*>(argument.c_str()));
        words.push_back(nullptr);
        for (const auto& variable : variables)
            ::putenv(const_cast<char*>(variable.c_str()));
        ::execv(program.c_str(), words.data());
        return thrown;
    });
}

Event::Event() : fd_(::eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC)) {
    REQUIRE(fd_);
}

void Event::tell(std::uint64_t times) const {
    (void)!::write(fd_.get(), &times, sizeof times);
}

bool Event::wait() const {
    std::uint64_t taken = 0;
    return is_readable(fd_.get(), patience_ms) &&
           ::read(fd_.get(), &taken, sizeof taken) == sizeof taken;
}

bool Event::happened() const {
    return is_readable(fd_.get(), 0);
}

Channel::Channel() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
    sender_.reset(ends[0]);
    receiver_.reset(ends[1]);
}

bool Channel::send_bytes(const void* bytes, std::size_t count) const {
    return ::send(sender_.get(), bytes, count, MSG_NOSIGNAL) == static_cast<ssize_t>(count);
}

bool Channel::receive_bytes(void* bytes, std::size_t count) const {
    return is_readable(receiver_.get(), patience_ms) &&
           ::recv(receiver_.get(), bytes, count, 0) == static_cast<ssize_t>(count);
}

bool skip(const char* reason) {
    std::fprintf(stderr, "skipped: %s\n", reason);
    return true;
}

bool is_root() {
    if (::geteuid() == 0) return true;
    skip("this claim needs root");
    return false;
}

bool malloc_survives_fork() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip("this sanitizer's malloc may hang in a child that a process with threads forked");
    return false;
#else
    return true;
#endif
}

shmheap::CleanResult clean(const Folder& folder, const std::string& name) {
    const auto directory = shmheap::os::ShmDirectory::open(folder.path());
    REQUIRE(directory);
    const auto cleaned = shmheap::clean(*directory, name);
    REQUIRE_MESSAGE(cleaned.has_value(), cleaned.error().message());
    return *cleaned;
}

std::uint32_t printed_seed(const char* what) {
    const std::uint32_t seed = std::random_device{}();
    std::printf("%s: seed %u\n", what, seed);
    return seed;
}

void stamp(void* block, std::size_t bytes, std::uint64_t mark) {
    auto* to = static_cast<unsigned char*>(block);
    for (std::size_t position = 0; position < bytes; position += sizeof mark) {
        const std::uint64_t value = pattern(mark, position);
        if (bytes - position >= sizeof value) {
            std::memcpy(to + position, &value, sizeof value);
            continue;
        }
        for (std::size_t each = 0; each < bytes - position; ++each)
            to[position + each] = static_cast<unsigned char>(value >> (8 * each));
    }
}

bool bears(const void* block, std::size_t bytes, std::uint64_t mark) {
    const auto* from = static_cast<const unsigned char*>(block);
    for (std::size_t position = 0; position < bytes; position += sizeof mark) {
        const std::uint64_t value = pattern(mark, position);
        if (std::memcmp(from + position, &value, std::min(sizeof value, bytes - position)) != 0) {
            return false;
        }
    }
    return true;
}

}  // namespace heap_test
