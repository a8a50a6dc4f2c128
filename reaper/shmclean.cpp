/// shmclean: removes orphaned heaps, what it is told by name, and what other frameworks left; see
/// reaper/DESIGN.md for what goes under which option. All work is done in clean_run.
#include <fmt/format.h>

#include <csignal>
#include <iostream>

#include "os/shm_directory.hpp"
#include "reaper/clean_options.hpp"
#include "reaper/clean_run.hpp"
#include "reaper/escape.hpp"
#include "reaper/name_list.hpp"
#include "reaper/report_json.hpp"
#include "reaper/tool.hpp"
#include "reaper/watch.hpp"

namespace reaper {
namespace {

constexpr const char* program = "shmclean";

/// "Fast DDS segment of 549408 bytes; its lock is free; 4096 bytes return now". One line.
std::string details_text(const CleanDetails& details) {
    return fmt::format("{} of {} bytes; {}; {}", details.type, details.file_bytes, details.evidence,
                       returns_text(details.returns));
}

/// Asks on stderr, and reads a line of standard input. Whoever says nothing, or no more, says no.
bool ask(const std::string& name, const CleanDetails& details) {
    const std::string question =
        fmt::format("{}: remove {} ({})? [y/N] ", program, escape(name), details_text(details));
    std::fwrite(question.data(), 1, question.size(), stderr);
    std::string answer;
    if (!std::getline(std::cin, answer)) {
        std::fputs("\n", stderr);
        return false;
    }
    return answer == "y" || answer == "Y" || answer == "yes";
}

void show_outcome(const CleanOutcome& outcome) {
    switch (outcome.result) {
        case CleanStatus::unlinked:
            return write_out(fmt::format("unlinking {}\n", escape(outcome.name)));
        case CleanStatus::would_unlink:
            return write_out(fmt::format("would unlink {}\n", escape(outcome.name)));
        case CleanStatus::left:
        case CleanStatus::refused:
        case CleanStatus::failed:
            return;
    }
}

void explain_outcome(const CleanOutcome& outcome) {
    const std::string name = escape(outcome.name);
    if (!outcome.message.empty()) complain(program, name + ": " + outcome.message);
    if (!outcome.details) return;
    const bool removed = outcome.result == CleanStatus::unlinked;
    complain(program, fmt::format("{}: {}: {}", name, removed ? "removed" : "would be removed",
                                  details_text(*outcome.details)));
}

/// Takes the names out of the list that was given. False, with a complaint, when it cannot be read.
bool add_listed_names(CleanOptions& options) {
    if (options.files_from.empty()) return true;
    const auto listed = read_names(options.files_from, options.nul_separated ? '\0' : '\n');
    if (!listed) {
        complain(program, fmt::format("--files-from: cannot read names from {}: {}; give a file "
                                      "that you may read, or - for standard input",
                                      escape(options.files_from),
                                      std::generic_category().message(listed.error().code)));
        return false;
    }
    auto& names = *options.request.names;
    names.insert(names.end(), listed->begin(), listed->end());
    return true;
}

int clean_files(CleanOptions& options) {
    auto directory = shmheap::os::ShmDirectory::open(options.common.directory);
    if (!directory) {
        complain_of_directory(program, directory.error());
        return exit_not_done;
    }
    if (!add_listed_names(options)) return exit_not_done;
    if (options.interactive) options.request.confirm = ask;
    JsonCleanReport report(directory->path(), options.request.dry_run);
    const auto all_done = run_clean(*directory, options.request, [&](const CleanOutcome& outcome) {
        explain_outcome(outcome);
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

int watch_files(const CleanOptions& options) {
    bool arrived = true;
    const WatchOutput output{.tell =
                                 [&](const CleanOutcome& outcome) {
                                     explain_outcome(outcome);
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
    CleanOptions options;
    if (const auto status = read_clean_options(argc, argv, options)) return *status;
    if (options.watch) return watch_files(options);
    return clean_files(options);
}

}  // namespace
}  // namespace reaper

int main(int argc, char** argv) {
    return reaper::run_tool(reaper::program, reaper::run, argc, argv);
}
