/// What every benchmark program has in common: its options, its directory, its report.
#pragma once

#include <string>
#include <vector>

#include "harness/own_directory.hpp"
#include "harness/rounds.hpp"
#include "shmheap/result.hpp"

namespace bench {

struct Options {
    bool json = false;
    int rounds = 9;                 ///< undisturbed samples of each row
    std::vector<std::string> only;  ///< workloads whose names start with one of these; empty: all

    [[nodiscard]] bool wants(const std::string& workload) const;
};

struct Context {
    const Options& options;
    const OwnDirectory& directory;
};

/// Adds its rows. Errors end the program with a message and exit status 1.
using Benchmark = shmheap::Status (*)(const Context& context, std::vector<Row>& rows);

/// The whole of main(): exit status 0, 1 (something failed), 2 (usage). `name` as in bench_NAME.
int run_program(const char* name, Benchmark benchmark, int argument_count, char** arguments);

}  // namespace bench
