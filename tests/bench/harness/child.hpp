/// A process that a benchmark starts. It dies with the benchmark (PDEATHSIG) and at the latest with
/// this handle, which owns it and its pipes. For single-threaded programs.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "shmheap/result.hpp"

namespace bench {

/// The folder of this program, where the other programs of the build lie.
std::string program_folder();

/// Where the system has a program of that name; empty: nowhere.
std::string installed_program(const std::string& name);

class Child {
public:
    struct Options {
        std::vector<std::string> command;           ///< the first is a path
        std::vector<std::string> environment = {};  ///< NAME=VALUE, on top of our own
        bool quiet = false;                         ///< its standard error goes to /dev/null
    };

    /// Its standard input and output are pipes to us. Errors: pipe2, fork and exec.
    static shmheap::Result<Child> start(const Options& options);

    ~Child();
    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Writes a line and reads one. Errors: EPIPE (the child ended).
    shmheap::Result<std::string> ask(const std::string& line);
    /// Reads what it prints until it closes its output.
    std::string read_all();

    /// Closes its input and waits until it has ended by itself, as a worker does.
    void end();

    void signal(int number) const;
    /// Waits for the end; the status as wait() gives it. 0 when it was waited for before.
    int wait();

private:
    Child(pid_t pid, int input_fd, int output_fd)
        : pid_(pid), input_fd_(input_fd), output_fd_(output_fd) {}

    pid_t pid_;
    int input_fd_;   ///< we write
    int output_fd_;  ///< we read
};

}  // namespace bench
