#include "harness/program.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>

#include "harness/page_cache.hpp"
#include "harness/report.hpp"

namespace bench {
namespace {

int run(const char* name, Benchmark benchmark, const Options& options) {
    std::signal(SIGPIPE, SIG_IGN);  // a worker that ended is an error value
    const auto directory = OwnDirectory::create();
    if (!directory) {
        std::cerr << "bench_" << name << ": " << directory.error().message() << "\n";
        return 1;
    }
    reload_programs();
    std::vector<Row> rows;
    const auto status = benchmark({options, *directory}, rows);
    if (!status) {
        std::cerr << "bench_" << name << ": " << status.error().message() << "\n";
        return 1;
    }
    if (options.json) {
        print_json(std::cout, name, rows);
    } else {
        print_table(std::cout, rows);
    }
    return 0;
}

}  // namespace

bool Options::wants(const std::string& workload) const {
    return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& prefix) {
               return workload.starts_with(prefix);
           });
}

int run_program(const char* name, Benchmark benchmark, int argument_count, char** arguments) {
    Options options;
    CLI::App app("Measures harrier beside its peers, in one run.");
    app.add_flag("--json", options.json, "One JSON document instead of a table");
    app.add_option("--rounds", options.rounds, "Undisturbed samples of each row")
        ->check(CLI::Range(1, 1000));
    app.add_option("--only", options.only, "Only workloads whose names start so (repeatable)");
    try {
        app.parse(argument_count, arguments);
        return run(name, benchmark, options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::cerr << "bench_" << name << ": " << error.what() << "\n";
        return 1;
    }
}

}  // namespace bench
