/// shmclean: removes orphaned heaps, and what it is told by name; see reaper/DESIGN.md for what
/// goes under which option. All work is done in clean_run.
#include <fmt/format.h>

#include <csignal>

#include "os/shm_directory.hpp"
#include "reaper/clean_run.hpp"
#include "reaper/escape.hpp"
#include "reaper/report_json.hpp"
#include "reaper/tool.hpp"
#include "reaper/watch.hpp"

namespace reaper {
namespace {

constexpr const char* program = "shmclean";

struct Options {
    CommonOptions common;
    CleanRequest request;
    bool watch = false;
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
    auto* names = app.add_option("NAME", options.request.names, "Names relative to the directory");
    auto* watch = app.add_flag("--watch", options.watch,
                               "Stay, and remove heaps as they become orphaned, until SIGTERM");
    for (const char* other : {"--force", "--dry-run", "--json"})
        watch->excludes(app.get_option(other));
    watch->excludes(names);
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

void show_message(const CleanOutcome& outcome) {
    if (!outcome.message.empty()) complain(program, escape(outcome.name) + ": " + outcome.message);
}

int clean_files(const Options& options) {
    auto directory = shmheap::os::ShmDirectory::open(options.common.directory);
    if (!directory) {
        complain_of_directory(program, directory.error());
        return exit_not_done;
    }
    JsonCleanReport report(directory->path(), options.request.dry_run);
    const auto all_done = run_clean(*directory, options.request, [&](const CleanOutcome& outcome) {
        show_message(outcome);
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

int watch_files(const Options& options) {
    bool arrived = true;
    const WatchOutput output{.tell =
                                 [&](const CleanOutcome& outcome) {
                                     show_message(outcome);
                                     show_outcome(outcome);
                                     arrived = flush_out(program) && arrived;
                                 },
                             .announce = [](std::string_view what) { complain(program, what); }};
    const auto report = watch(options.common.directory, output);
    if (!report) {
        complain_of_directory(program, report.error());
        return exit_not_done;
    }
    complain(program,
             fmt::format("ended by {}: {} heap(s) removed, {} left that could not be, {} in use",
                         report->signal == SIGINT ? "SIGINT" : "SIGTERM", report->removed,
                         report->failed, report->watched));
    return arrived ? exit_done : exit_not_done;
}

int run(int argc, char** argv) {
    Options options;
    if (const auto status = read_options(argc, argv, options)) return *status;
    if (options.watch) return watch_files(options);
    return clean_files(options);
}

}  // namespace
}  // namespace reaper

int main(int argc, char** argv) {
    return reaper::run_tool(reaper::program, reaper::run, argc, argv);
}
