// The demo's component that crashes: fills 64 MiB of its heap, works on for a while, and dies by
// SIGSEGV, as often as it is told to; then it ends as it should.
//
//   flaky [--crashes N] [--uptime-ms N]
//
// How often it has crashed already it remembers in the application's run directory.
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "arguments.hpp"
#include "shmheap/buffer.hpp"
#include "stop_request.hpp"
#include "text.hpp"

namespace demo {
namespace {

constexpr std::size_t block_size = std::size_t{4} * 1024 * 1024;
constexpr std::size_t block_count = 16;

std::uint64_t crashes_so_far(const std::string& path) {
    std::error_code none;
    const std::uintmax_t size = std::filesystem::file_size(path, none);
    return none ? 0 : size;
}

[[noreturn]] void crash(const std::string& path) {
    std::ofstream(path, std::ios::app) << 'x';
    // The crash is no news, so it leaves no core dump.
    const rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};
    setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGSEGV, SIG_DFL);
    std::raise(SIGSEGV);
    std::abort();
}

int run(const Arguments& arguments) {
    std::vector<shmheap::Buffer> blocks;
    for (std::size_t index = 0; index < block_count; ++index) {
        auto block = shmheap::Buffer::allocate(block_size);
        if (!block) return give_up(block.error());
        std::memset(block->data(), 0x5a, block->size());
        blocks.push_back(std::move(*block));
    }
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::milliseconds(arguments.number("uptime-ms", 1000));
    while (std::chrono::steady_clock::now() < end && !stop_requested()) {
        std::this_thread::sleep_until(
            std::min(end, std::chrono::steady_clock::now() + look_up_after));
    }
    const std::string memory = run_path("flaky.crashes");
    const std::uint64_t crashes = crashes_so_far(memory);
    if (!stop_requested() && crashes < arguments.number("crashes", 2)) crash(memory);
    say(mebibytes(block_count * block_size) + " given back after " + with_commas(crashes) +
        " crashes");
    return 0;
}

}  // namespace
}  // namespace demo

int main(int count, char** values) {
    demo::listen_to_stop_requests();
    return demo::run(demo::Arguments(count, values, {"crashes", "uptime-ms"}));
}
