#include "harness/own_directory.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace bench {
namespace {

/// In the child: waits for the end of the benchmark, then removes the directory.
[[noreturn]] void remove_in_the_end(const std::filesystem::path& path, int ended_fd) {
    setsid();  // a Ctrl-C is for the benchmark
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nowhere, STDIN_FILENO);
    dup2(nowhere, STDOUT_FILENO);  // whoever reads our output need not wait for the janitor
    char byte = 0;
    while (read(ended_fd, &byte, 1) < 0 && errno == EINTR) {
    }
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
    _exit(0);
}

}  // namespace

shmheap::Result<OwnDirectory> OwnDirectory::create() {
    std::string path = "/dev/shm/harrier-bench-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) return shmheap::fail(errno, "make directory", path);
    std::array<int, 2> pipe_fds{};
    if (pipe2(pipe_fds.data(), O_CLOEXEC) != 0) return shmheap::fail(errno, "make pipe");
    const pid_t janitor = fork();
    if (janitor < 0) return shmheap::fail(errno, "fork");
    if (janitor == 0) {
        close(pipe_fds[1]);
        remove_in_the_end(path, pipe_fds[0]);
    }
    close(pipe_fds[0]);
    return OwnDirectory(path, janitor, pipe_fds[1]);
}

OwnDirectory::~OwnDirectory() {
    if (alive_fd_ < 0) return;
    close(alive_fd_);
    while (waitpid(janitor_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

shmheap::Result<std::filesystem::path> OwnDirectory::fresh(const char* name) const {
    auto path = path_ / name;
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (!error) std::filesystem::create_directory(path, error);
    if (error) return shmheap::fail(error.value(), "empty directory", path.string());
    return path;
}

}  // namespace bench
