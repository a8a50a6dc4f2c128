#include "harness/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>

namespace bench {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const auto& text : texts)
        result.push_back(const_cast<char*>(text.c_str()));  // exec's old interface
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> merged_environment(const std::vector<std::string>& additions) {
    std::vector<std::string> result = additions;  // the first of a name is found
    for (char** entry = environ; *entry != nullptr; ++entry)
        result.emplace_back(*entry);
    return result;
}

struct Pipe {
    int read_fd = -1;
    int write_fd = -1;

    static shmheap::Result<Pipe> make() {
        std::array<int, 2> fds{};
        if (pipe2(fds.data(), O_CLOEXEC) != 0) return shmheap::fail(errno, "make pipe");
        return Pipe{fds[0], fds[1]};
    }
    void close_both() const {
        close(read_fd);
        close(write_fd);
    }
};

}  // namespace

std::string program_folder() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

std::string installed_program(const std::string& name) {
    for (const char* folder : {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"}) {
        const std::string path = folder + name;
        if (access(path.c_str(), X_OK) == 0) return path;
    }
    return {};
}

shmheap::Result<Child> Child::start(const Options& options) {
    auto input = Pipe::make();
    if (!input) return tl::unexpected(input.error());
    auto output = Pipe::make();
    if (!output) {
        input->close_both();
        return tl::unexpected(output.error());
    }
    const auto environment = merged_environment(options.environment);
    const auto command_pointers = pointers(options.command);
    const auto environment_pointers = pointers(environment);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(1);
        dup2(input->read_fd, STDIN_FILENO);
        dup2(output->write_fd, STDOUT_FILENO);
        if (options.quiet) dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        execve(command_pointers[0], command_pointers.data(), environment_pointers.data());
        _exit(127);
    }
    const int error = errno;
    close(input->read_fd);
    close(output->write_fd);
    Child child(pid, input->write_fd, output->read_fd);
    if (pid < 0) return shmheap::fail(error, "fork");
    return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_fd_(std::exchange(other.input_fd_, -1)),
      output_fd_(std::exchange(other.output_fd_, -1)) {}

Child::~Child() {
    if (pid_ > 0) {
        signal(SIGKILL);
        wait();
    }
    if (input_fd_ >= 0) close(input_fd_);
    if (output_fd_ >= 0) close(output_fd_);
}

shmheap::Result<std::string> Child::ask(const std::string& line) {
    const std::string message = line + "\n";
    if (write(input_fd_, message.data(), message.size()) < 0) {
        return shmheap::fail(errno, "ask worker");
    }
    std::string answer;
    for (char byte = 0; read(output_fd_, &byte, 1) == 1;) {
        if (byte == '\n') return answer;
        answer += byte;
    }
    return shmheap::fail(EPIPE, "hear from worker");
}

std::string Child::read_all() {
    std::string text;
    std::array<char, 65536> chunk;  // a whole pipe
    for (ssize_t count = 0; (count = read(output_fd_, chunk.data(), chunk.size())) > 0;)
        text.append(chunk.data(), static_cast<std::size_t>(count));
    return text;
}

void Child::end() {
    close(std::exchange(input_fd_, -1));
    wait();
}

void Child::signal(int number) const {
    if (pid_ > 0) kill(pid_, number);
}

int Child::wait() {
    if (pid_ <= 0) return 0;
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

}  // namespace bench
