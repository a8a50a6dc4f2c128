/// shmclean: removes orphaned heaps, and what it is told by name; see reaper/DESIGN.md for what
/// goes under which option. All work is done in clean_run.
#include <fmt/format.h>

#include "os/shm_directory.hpp"
#include "reaper/clean_run.hpp"
#include "reaper/escape.hpp"
#include "reaper/report_json.hpp"
#include "reaper/tool.hpp"

namespace reaper {
namespace {

constexpr const char* program = "shmclean";

struct Options {
    CommonOptions common;
    CleanRequest request;
};

std::optional<int> read_options(int argc, char** argv, Options& options) {
    CLI::App app(
        "Removes every orphaned heap from shared memory, or the files that are named if "
        "they are orphaned heaps. Those of other users may need superuser privileges.",
        program);
    add_common_options(app, options.common);
    app.add_flag("-f,--force", options.request.force,
                 "With names: remove live heaps and other files, too. Without: also heaps of which "
                 "nobody can tell whether they are orphaned");
    app.add_flag("-n,--dry-run", options.request.dry_run, "Only show what would be removed");
    app.add_option("NAME", options.request.names, "Names relative to the directory");
    return parse(app, argc, argv);
}

void show_outcome(const CleanOutcome& outcome) {
    switch (outcome.result) {
        case CleanResult::unlinked:
            return write_out(fmt::format("unlinking {}\n", escape(outcome.name)));
        case CleanResult::would_unlink:
            return write_out(fmt::format("would unlink {}\n", escape(outcome.name)));
        case CleanResult::left:
        case CleanResult::refused:
        case CleanResult::failed:
            return;
    }
}

int clean_files(const Options& options) {
    auto directory = shmheap::os::ShmDirectory::open(options.common.directory);
    if (!directory) {
        complain_of_directory(program, directory.error());
        return exit_not_done;
    }
    JsonCleanReport report(directory->path(), options.request.dry_run);
    const auto all_done = run_clean(*directory, options.request, [&](const CleanOutcome& outcome) {
        if (!outcome.message.empty())
            complain(program, escape(outcome.name) + ": " + outcome.message);
        if (options.common.json) return report.add_outcome(outcome);
        show_outcome(outcome);
    });
    if (!all_done) {
        complain_of_directory(program, all_done.error());
        return exit_not_done;
    }
    report.finish();
    if (options.common.json) write_out(report.text());
    const bool arrived = flush_out(program);
    return *all_done && arrived ? exit_done : exit_not_done;
}

int run(int argc, char** argv) {
    Options options;
    if (const auto status = read_options(argc, argv, options)) return *status;
    return clean_files(options);
}

}  // namespace
}  // namespace reaper

int main(int argc, char** argv) {
    return reaper::run_tool(reaper::program, reaper::run, argc, argv);
}
