/// shminfo: shows the state of shared memory. Only reads; see reaper/DESIGN.md for its output.
#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "os/shm_directory.hpp"
#include "reaper/check.hpp"
#include "reaper/clean_evidence.hpp"
#include "reaper/details.hpp"
#include "reaper/escape.hpp"
#include "reaper/live/view.hpp"
#include "reaper/report_csv.hpp"
#include "reaper/report_json.hpp"
#include "reaper/report_metrics.hpp"
#include "reaper/report_text.hpp"
#include "reaper/scan.hpp"
#include "reaper/shminfo_options.hpp"
#include "reaper/space.hpp"
#include "reaper/tool.hpp"
#include "reaper/unread_files.hpp"
#include "reaper/verify_file.hpp"

namespace reaper {
namespace {

/// Output is handed on in pieces of about this size.
constexpr std::size_t piece_bytes = std::size_t{64} << 10;

/// What is the same for every kind of output.
struct Subject {
    const InfoOptions& options;
    Scanner& scanner;
    std::vector<DirectoryEntry> entries;
    Space space;
    UnreadFiles unread = {};
    std::optional<HeldFiles> held = {};
    std::vector<DeletedFile> deleted = {};
    std::optional<SpaceAccount> account = {};
};

/// Walks over the files and hands each that was asked for to `use`.
template <class Use>
void for_each_file(Subject& subject, Use use) {
    const Selection& selection = subject.options.selection;
    FileRecord record;
    for (const DirectoryEntry& entry : subject.entries) {
        if (!subject.scanner.look(entry, record)) continue;
        subject.unread.note(record);
        if (!selection.matches(record)) continue;
        // The holders were asked after the names were listed: of a later file they say nothing.
        if (subject.held && record.foreign && entry.inode == record.status.st_ino)
            settle_by_holders(*subject.held, record, *record.foreign);
        use(record);
    }
}

/// Hands a report's text on when there is enough of it.
template <class Report>
void pass_on(Report& report, std::size_t at_least = piece_bytes) {
    if (report.text().size() < at_least) return;
    write_out(report.text());
    report.clear();
}

DetailReader detail_reader(const Subject& subject) {
    const InfoOptions& options = subject.options;
    const bool shows_holders = options.holders && subject.held;
    return {subject.scanner.directory(),
            {.clients = options.clients,
             .blocks = options.blocks,
             .held = shows_holders ? &*subject.held : nullptr}};
}

void show_connections(Subject& subject) {
    TextReport report(subject.options.sizes, false);
    for_each_file(subject, [&](const FileRecord& record) {
        report.add_connections(record);
        pass_on(report);
    });
    pass_on(report, 0);
}

void show_text(Subject& subject) {
    TextReport report(subject.options.sizes, subject.options.numeric_ids);
    report.add_directory(subject.scanner.directory().path(), subject.space);
    auto details = detail_reader(subject);
    for_each_file(subject, [&](const FileRecord& record) {
        report.add_file(record);
        report.add_details(details.read(record));
        pass_on(report);
    });
    report.add_deleted(subject.deleted);
    if (subject.account) report.add_account(*subject.account);
    pass_on(report, 0);
}

void show_json(Subject& subject) {
    const auto streams =
        subject.options.connections ? Scanner::Streams::look_at : Scanner::Streams::leave_out;
    JsonReport report(subject.scanner.directory().path(), subject.space, streams);
    auto details = detail_reader(subject);
    for_each_file(subject, [&](const FileRecord& record) {
        report.add_file(record, details.read(record));
        pass_on(report);
    });
    report.finish({.held = subject.held ? &*subject.held : nullptr,
                   .deleted = subject.options.deleted ? &subject.deleted : nullptr,
                   .account = subject.account ? &*subject.account : nullptr});
    pass_on(report, 0);
}

void show_csv(Subject& subject) {
    CsvReport report(subject.options.table(), subject.options.numeric_ids);
    auto details = detail_reader(subject);
    for_each_file(subject, [&](const FileRecord& record) {
        report.add_file(record, details.read(record));
        pass_on(report);
    });
    if (subject.options.deleted) report.add_deleted(subject.deleted);
    pass_on(report, 0);
}

void show_metrics(Subject& subject) {
    MetricsReport report(subject.scanner.directory().path(), subject.space);
    for_each_file(subject, [&](const FileRecord& record) { report.add_file(record); });
    write_out(report.finish());
}

/// Whatever --holders and --deleted need. Errors: the directory cannot be asked.
shmheap::Status find_holders_of(Subject& subject) {
    const InfoOptions& options = subject.options;
    if (!options.holders && !options.deleted) return {};
    auto held = find_held_files(subject.scanner.directory());
    if (!held) return tl::unexpected(held.error());
    subject.held = std::move(*held);
    if (!options.deleted) return {};
    subject.deleted = deleted_files(*subject.held);
    auto account = account_for_space(subject.scanner.directory(), subject.deleted);
    if (!account) return tl::unexpected(account.error());
    subject.account = *account;
    return {};
}

void tell_blind_spots(const Subject& subject) {
    for (const std::string& complaint : subject.unread.complaints())
        complain(shminfo_program, complaint);
    if (!subject.held) return;
    if (const auto text = blind_spot_text(*subject.held); !text.empty())
        complain(shminfo_program, text);
    if (!subject.account) return;
    if (subject.account->unreadable_directories != 0)
        complain(shminfo_program,
                 fmt::format("{} folder(s) not readable; what lies in them counts as "
                             "remainder",
                             subject.account->unreadable_directories));
    if (subject.account->deleted_of_unknown_size != 0)
        complain(shminfo_program,
                 fmt::format("the size of {} deleted file(s) is not known; it counts as "
                             "remainder, but to root",
                             subject.account->deleted_of_unknown_size));
}

/// False when something failed, so that it is not all.
shmheap::Result<bool> show_files(Scanner& scanner, const InfoOptions& options) {
    const auto space = read_space(scanner.directory());
    if (!space) return tl::unexpected(space.error());
    auto entries = scanner.entries();
    if (!entries) return tl::unexpected(entries.error());
    Subject subject{.options = options,
                    .scanner = scanner,
                    .entries = in_order(std::move(*entries), options.selection, scanner),
                    .space = *space};
    if (auto found = find_holders_of(subject); !found) return tl::unexpected(found.error());
    if (options.metrics) {
        show_metrics(subject);
    } else if (options.csv) {
        show_csv(subject);
    } else if (options.common.json) {
        show_json(subject);
    } else if (options.connections) {
        show_connections(subject);
    } else {
        show_text(subject);
    }
    tell_blind_spots(subject);
    return !subject.unread.has_failures();
}

/// The exit status: whether a condition is true, where all is known that they ask for.
shmheap::Result<int> check(Scanner& scanner, const InfoOptions& options) {
    Selection selection = options.selection;
    selection.all = true;
    const auto counted = find_quantities(scanner, selection, options.conditions);
    if (!counted) return tl::unexpected(counted.error());
    bool any = false;
    for (std::size_t index = 0; index < options.conditions.size(); ++index) {
        const Condition& condition = options.conditions[index];
        const bool is_so = is_true(condition, counted->quantities);
        any = any || is_so;
        write_out(fmt::format("{}: {}: {}\n", is_so ? "true" : "false",
                              escape(options.checks[index]),
                              quantities_text(condition, counted->quantities)));
    }
    for (const std::string& blind_spot : counted->blind_spots)
        complain(shminfo_program, blind_spot);
    if (any) return exit_found;
    return counted->is_whole ? exit_done : exit_not_done;
}

int verify(const shmheap::os::ShmDirectory& directory, const InfoOptions& options) {
    const std::string& name = *options.verified;
    const auto verification = verify_file(directory, name);
    if (!verification) {
        complain(
            shminfo_program,
            fmt::format("{}: cannot be read: {}; name a heap in {} that you may read", escape(name),
                        std::generic_category().message(verification.error().code),
                        escape(directory.path())));
        return exit_not_done;
    }
    if (!verification->is_heap) {
        complain(shminfo_program,
                 fmt::format("{}: is no heap; shminfo lists those that there are", escape(name)));
        return exit_not_done;
    }
    write_out(options.common.json ? verification_json(name, *verification)
                                  : verification_text(name, *verification));
    if (!flush_out(shminfo_program)) return exit_not_done;
    return verification->findings.empty() ? exit_done : exit_found;
}

int show(const InfoOptions& options) {
    auto directory = shmheap::os::ShmDirectory::open(options.common.directory);
    if (!directory) {
        complain_of_directory(shminfo_program, directory.error());
        return exit_not_done;
    }
    if (options.verified) return verify(*directory, options);
    if (options.interval) {
        const auto watched = live::watch(directory->path(), options.selection, *options.interval);
        if (!watched) complain(shminfo_program, watched.error());
        return watched ? exit_done : exit_not_done;
    }
    const auto streams =
        options.connections ? Scanner::Streams::look_at : Scanner::Streams::leave_out;
    Scanner scanner(*directory, streams);
    scanner.wait_for_what_passes();
    // Metrics count every file, and tell no types of others.
    if (options.selection.all && !options.metrics) scanner.look_at_foreign();
    const auto status = options.conditions.empty()
                            ? show_files(scanner, options).map([](bool is_all) {
                                  return is_all ? exit_done : exit_not_done;
                              })
                            : check(scanner, options);
    if (!status) complain_of_directory(shminfo_program, status.error());
    return flush_out(shminfo_program) && status ? *status : exit_not_done;
}

int run(int argc, char** argv) {
    InfoOptions options;
    if (const auto status = read_info_options(argc, argv, options)) return *status;
    if (options.metrics) options.selection.all = true;
    return show(options);
}

}  // namespace
}  // namespace reaper

int main(int argc, char** argv) {
    return reaper::run_tool(reaper::shminfo_program, reaper::run, argc, argv);
}
