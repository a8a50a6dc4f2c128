/// What the reaper's tests stand on: a directory of their own, child processes that never outlive
/// the test, and programs run with their output captured. Single-threaded, but for what a test
/// says.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "os/shm_directory.hpp"
#include "os/unique_fd.hpp"

namespace reaper_test {

constexpr uid_t nobody = 65534;

/// An empty directory in /dev/shm, removed with everything in it whatever the test's end.
class TestDirectory {
public:
    TestDirectory();
    ~TestDirectory();
    TestDirectory(const TestDirectory&) = delete;
    TestDirectory& operator=(const TestDirectory&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + "/" + name;
    }
    [[nodiscard]] const shmheap::os::ShmDirectory& open() const { return *directory_; }
    [[nodiscard]] bool has(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> names() const;

    /// Whoever writes a REDHAWK heap maps it until it ends, as a creator does; its forks do not.
    void write(const std::string& name, const std::string& content, mode_t mode = 0640) const;

private:
    std::string path_;
    std::optional<shmheap::os::ShmDirectory> directory_;
};

/// A forked child that runs `body` and then waits to be killed (or ends at once, with what the body
/// returned). The constructor returns when the body has returned.
class Child {
public:
    enum class After {
        waits,
        ends,
        runs,         ///< the constructor does not wait for the body; it ends with it
        leader_ends,  ///< the first thread ends, others that the body started go on
    };

    explicit Child(const std::function<int()>& body, After after = After::waits);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// SIGKILL, then waits until it is a zombie, which stays until this object goes.
    void kill() const;
    /// Waits for its end and collects it; the exit status, or 128 + the signal.
    int join();

private:
    pid_t pid_ = -1;
    shmheap::os::UniqueFd done_;
};

/// Has the kernel kill this process when its parent ends. Every Child does; a change of user undoes
/// it.
void die_with_parent();

struct ProgramResult {
    int status = -1;  ///< exit status, or 128 + the signal
    std::string out;
    std::string err;
};

struct ProgramRun {
    std::string program;  ///< path
    std::vector<std::string> arguments;
    std::vector<std::string> environment = {};  ///< the whole of it: "NAME=value"
    std::optional<uid_t> user = {};             ///< run as this user, without any groups
};

/// Runs a program to its end. It may be killed after ten seconds: then it hung.
ProgramResult run_program(const ProgramRun& run);

/// shminfo and shmclean on a directory.
ProgramResult shminfo(const TestDirectory& directory, std::vector<std::string> arguments = {},
                      std::optional<uid_t> user = {});
ProgramResult shmclean(const TestDirectory& directory, std::vector<std::string> arguments = {},
                       std::optional<uid_t> user = {});

constexpr std::uint64_t second_ns = 1'000'000'000;

/// Whether `text` contains `part`.
bool contains(const std::string& text, const std::string& part);

/// The part of shminfo's output about one file: from its name to the next empty line.
std::string section(const std::string& out, const std::string& name);

/// Content of a file below tests/data.
std::string data_file(const std::string& name);

/// True, with a word about it, when the test needs root and has not got it.
bool lacks_root();

/// Whether a program may be left without descriptors: the address sanitizer's check of types needs
/// some, and takes the want of them for a finding.
#ifdef __SANITIZE_ADDRESS__
constexpr bool may_lack_descriptors = false;
#else
constexpr bool may_lack_descriptors = true;
#endif

/// Returns when the clock has passed the time at which files and processes that exist now could be
/// taken for born together.
void let_clock_advance();

/// Leaves this process, which is a Child, with as many descriptors as that and no more.
void leave_descriptors(unsigned count);

/// Waits until /proc shows the process in a state, "Z" for a zombie.
void await_state(pid_t pid, char state);

}  // namespace reaper_test
