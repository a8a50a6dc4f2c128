/// What happens around a supervisor, seen from outside: components that announce themselves through
/// a FIFO, and heap files that vanish from a directory.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "shmheap/result.hpp"

namespace bench {

/// How long anything here is waited for.
constexpr int patience_ms = 30'000;

/// Owns the FIFO's reading end.
class Announcements {
public:
    /// `subject` is who is to have components started, for messages.
    static shmheap::Result<Announcements> open(const std::filesystem::path& path,
                                               std::string subject);
    ~Announcements();
    Announcements(Announcements&& other) noexcept;
    Announcements& operator=(Announcements&&) = delete;

    /// The pid of the next component that announces itself. Errors: ETIMEDOUT.
    shmheap::Result<pid_t> next();

private:
    Announcements(int fd, std::string subject) : fd_(fd), subject_(std::move(subject)) {}
    int fd_;
    std::string subject_;
};

/// Owns a watch on one directory. Watch first, then cause what is to be seen.
class Removals {
public:
    static shmheap::Result<Removals> watch(const std::filesystem::path& directory);
    ~Removals();
    Removals(Removals&& other) noexcept;
    Removals& operator=(Removals&&) = delete;

    /// Until a file of that name has been removed. Errors: ETIMEDOUT.
    shmheap::Status await(const std::string& name);

private:
    explicit Removals(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace bench
