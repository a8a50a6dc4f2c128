// A full file system, and how soon everything is as before when it has room again.
#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "shmheap/stream.hpp"
#include "small_file_system.hpp"

using namespace heap_test;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds recovery_max{1};

/// Whether `attempt` comes true within the time that recovery may take.
template <class Attempt>
bool recovers(Attempt attempt) {
    const auto deadline = Clock::now() + recovery_max;
    while (!attempt()) {
        if (Clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

bool allocates_shared() {
    void* block = shmheap::allocate_hybrid(10'000);
    const bool is_shared = shmheap::is_shared(block);
    shmheap::deallocate(block);
    return is_shared;
}

}  // namespace

TEST_CASE("a process that found the file system full has its heap within 1 s of room returning") {
    if (!is_root()) return;
    const Folder folder;
    const Ended ended = on_small_file_system(folder, [&] {
        ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
        ::setenv("SHMHEAP_MAX_SIZE", "4MiB", 1);
        (void)!::freopen("/dev/null", "w", stderr);
        fill(folder / "filler", 8 * kib);
        for (int each = 0; each < 100; ++each) {
            if (allocates_shared()) return 1;
        }
        std::filesystem::remove(folder / "filler");
        return recovers(allocates_shared) ? 0 : 2;
    });
    CHECK(ended == exited(0));
}

TEST_CASE(
    "a stream copies while the file system is full, and shares within 1 s of room returning") {
    if (!is_root()) return;
    const Folder folder;
    const Ended ended = on_small_file_system(folder, [&] {
        ::setenv("SHMHEAP_DIR", folder.path().c_str(), 1);
        auto producer = shmheap::Producer::listen(folder / "stream");
        if (!producer || !allocates_shared()) return 1;
        std::jthread receiving([&](const std::stop_token& stop) {
            auto consumer = shmheap::Consumer::connect(folder / "stream");
            while (consumer && !stop.stop_requested())
                (void)consumer->receive(Clock::now() + std::chrono::milliseconds(10));
        });
        const auto delivers = [&](shmheap::Delivery how) {
            const auto buffer = shmheap::Buffer::allocate(3 * mib / 2);
            if (!buffer) return false;
            const auto sent = producer->send(*buffer, {}, Clock::now() + std::chrono::seconds(20));
            return sent && *sent == how;
        };
        if (!delivers(shmheap::Delivery::shared)) return 2;
        // Whatever is empty goes back, and all is empty when the consumer has let go of it.
        if (!producer->drain(Clock::now() + std::chrono::seconds(20))) return 3;
        if (!(*shmheap::process_heap())->collect()) return 3;
        fill(folder / "filler", 8 * kib);
        if (!recovers([&] { return delivers(shmheap::Delivery::copied); })) return 4;
        std::filesystem::remove(folder / "filler");
        return recovers([&] { return delivers(shmheap::Delivery::shared); }) ? 0 : 5;
    });
    CHECK(ended == exited(0));
}
