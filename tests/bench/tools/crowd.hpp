/// Many processes for a tool to look into: each maps a file and has one open. They die with the
/// benchmark (PDEATHSIG) and at the latest with this handle. For single-threaded programs.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

#include "shmheap/result.hpp"

namespace bench {

class Crowd {
public:
    /// Errors: making the file, fork.
    static shmheap::Result<Crowd> start(const std::filesystem::path& file, int count);

    ~Crowd();
    Crowd(Crowd&&) = default;
    Crowd& operator=(Crowd&&) = delete;

private:
    Crowd() = default;

    std::vector<pid_t> pids_;
};

}  // namespace bench
