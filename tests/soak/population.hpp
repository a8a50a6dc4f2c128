/// The processes of a soak: started, killed at random, their heaps removed, started again. What
/// dies of anything but our SIGKILL, or of our request to stop, is told and counted.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>

#include "ledger.hpp"
#include "os/shm_directory.hpp"

namespace soak {

class Population {
public:
    Population(Ledger& ledger, shmheap::os::ShmDirectory directory);
    /// Whoever still lives is killed.
    ~Population();
    Population(const Population&) = delete;
    Population& operator=(const Population&) = delete;

    /// Kills one of them, removes its heap if it has one, and starts it again.
    void replace_one();
    /// Lets the producers end, then the consumers, each as it should.
    void end();

    [[nodiscard]] std::uint64_t producers_killed() const { return producers_killed_; }
    [[nodiscard]] std::uint64_t consumers_killed() const { return consumers_killed_; }
    [[nodiscard]] std::uint64_t unexpected_deaths() const { return unexpected_deaths_; }

private:
    static constexpr std::size_t member_count = 2 * pair_count;  ///< producers first

    void start(std::size_t member);
    void remove_heap_of(pid_t pid, std::uint64_t killed_at_ns);
    void await_end(std::size_t member);
    void tell_death(std::size_t member, int status);

    Ledger& ledger_;
    shmheap::os::ShmDirectory directory_;
    std::array<pid_t, member_count> pids_{};
    std::mt19937 random_{std::random_device{}()};
    std::uint64_t producers_killed_ = 0;
    std::uint64_t consumers_killed_ = 0;
    std::uint64_t unexpected_deaths_ = 0;
};

}  // namespace soak
