// How long the tools take over a directory of 10,000 orphaned heaps, output read through a pipe,
// beside a loop of the system calls that cannot be avoided (in this process: without starting one);
// how much memory they have present at most, for 1,000 heaps and for ten times as many; and how
// long shminfo takes to find out who of 1,000 processes holds a file.
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "harness/child.hpp"
#include "harness/load.hpp"
#include "harness/program.hpp"
#include "tools/bare_loop.hpp"
#include "tools/crowd.hpp"
#include "tools/orphans.hpp"
#include "tools/peak_memory.hpp"

namespace {

using bench::Clock;
using std::filesystem::path;

constexpr int heap_count = 10'000;
constexpr int holder_count = 1'000;

/// One tool: its work by the program and by the bare loop, and what must be left afterwards.
struct Tool {
    const char* name;
    bench::Then then;
};

constexpr std::array tools{Tool{"shminfo", bench::Then::leave},
                           Tool{"shmclean", bench::Then::remove}};

using Work = shmheap::Status (*)(const Tool& tool, const path& directory);

shmheap::Status run_tool(const Tool& tool, const path& directory) {
    auto child = bench::Child::start(
        {.command = {bench::program_folder() + "/" + tool.name, "--dir", directory.string()}});
    if (!child) return tl::unexpected(child.error());
    const std::string output = child->read_all();
    const int status = child->wait();
    if (status != 0 || output.empty()) return shmheap::fail(ECHILD, "run", tool.name);
    return {};
}

shmheap::Status run_bare_loop(const Tool& tool, const path& directory) {
    return bench::look_at_all(directory, tool.then).map([](int) {});
}

shmheap::Result<bench::Sample> measure(const Tool& tool, Work work,
                                       const bench::OwnDirectory& own) {
    const auto directory = own.fresh("heaps");
    if (!directory) return tl::unexpected(directory.error());
    const auto made = bench::make_orphans(*directory, heap_count);
    if (!made) return tl::unexpected(made.error());

    const bench::MachineWatch watch;
    const auto start = Clock::now();
    const auto done = work(tool, *directory);
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    if (!done) return tl::unexpected(done.error());
    const bool disturbed = watch.disturbed();

    const auto left = bench::look_at_all(*directory, bench::Then::leave);
    if (!left) return tl::unexpected(left.error());
    if (*left != (tool.then == bench::Then::remove ? 0 : heap_count)) {
        return shmheap::fail(EPROTO, "compare the directory after", tool.name);
    }
    return bench::Sample{.value = took.count(), .disturbed = disturbed};
}

shmheap::Result<bench::Sample> measure_memory(const Tool& tool, int heaps,
                                              const bench::OwnDirectory& own) {
    const auto directory = own.fresh("heaps");
    if (!directory) return tl::unexpected(directory.error());
    const auto made = bench::make_orphans(*directory, heaps);
    if (!made) return tl::unexpected(made.error());
    constexpr double mebibyte = 1 << 20;
    return bench::peak_memory(
               {bench::program_folder() + "/" + tool.name, "--dir", directory->string()})
        .map([](std::uint64_t bytes) {
            return bench::Sample{.value = static_cast<double>(bytes) / mebibyte};
        });
}

shmheap::Status add_memory(const bench::Context& context, std::vector<bench::Row>& rows) {
    for (const Tool& tool : tools) {
        for (const int heaps : {heap_count / 10, heap_count}) {
            const auto workload = std::string(tool.name) + "-memory-" + std::to_string(heaps);
            if (!context.options.wants(workload)) continue;
            const auto measure_once = [&] {
                return measure_memory(tool, heaps, context.directory);
            };
            const auto measured = bench::medians(
                {bench::Series{workload, "harrier", "MiB", measure_once}}, context.options.rounds);
            if (!measured) return tl::unexpected(measured.error());
            rows.insert(rows.end(), measured->begin(), measured->end());
        }
    }
    return {};
}

shmheap::Result<bench::Sample> measure_holders(const path& directory) {
    const bench::MachineWatch watch;
    const auto start = Clock::now();
    auto child = bench::Child::start({.command = {bench::program_folder() + "/shminfo", "--all",
                                                  "--holders", "--dir", directory.string()}});
    if (!child) return tl::unexpected(child.error());
    const std::string output = child->read_all();
    const int status = child->wait();
    const std::chrono::duration<double, std::milli> took = Clock::now() - start;
    const bool disturbed = watch.disturbed();

    int found = 0;
    constexpr std::string_view line = "held by: ";
    for (auto at = output.find(line); at != std::string::npos; at = output.find(line, at + 1))
        ++found;
    if (status != 0 || found != holder_count) return shmheap::fail(EPROTO, "find the holders");
    return bench::Sample{.value = took.count(), .disturbed = disturbed};
}

shmheap::Status add_holders(const bench::Context& context, std::vector<bench::Row>& rows) {
    const std::string workload = "holders-" + std::to_string(holder_count);
    if (!context.options.wants(workload)) return {};
    const auto directory = context.directory.fresh("held");
    if (!directory) return tl::unexpected(directory.error());
    const auto crowd = bench::Crowd::start(*directory / "file", holder_count);
    if (!crowd) return tl::unexpected(crowd.error());
    const auto measure_once = [&] { return measure_holders(*directory); };
    const auto measured = bench::medians(
        {bench::Series{workload + "-ms", "harrier", "ms", measure_once}}, context.options.rounds);
    if (!measured) return tl::unexpected(measured.error());
    rows.insert(rows.end(), measured->begin(), measured->end());
    return {};
}

shmheap::Status measure_all(const bench::Context& context, std::vector<bench::Row>& rows) {
    bench::pin_to(0);
    for (const Tool& tool : tools) {
        const std::string workload = std::string(tool.name) + "-" + std::to_string(heap_count);
        if (!context.options.wants(workload)) continue;
        const auto series = [&](const char* subject, Work work) {
            return bench::Series{workload, subject, "ms", [&tool, work, &context] {
                                     return measure(tool, work, context.directory);
                                 }};
        };
        const auto measured =
            bench::medians({series("harrier", run_tool), series("bare-loop", run_bare_loop)},
                           context.options.rounds);
        if (!measured) return tl::unexpected(measured.error());
        rows.insert(rows.end(), measured->begin(), measured->end());
    }
    if (auto memory = add_memory(context, rows); !memory) return memory;
    return add_holders(context, rows);
}

}  // namespace

int main(int argument_count, char** arguments) {
    return bench::run_program("tools", measure_all, argument_count, arguments);
}
