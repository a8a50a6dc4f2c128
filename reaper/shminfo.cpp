/// shminfo: shows the state of shared memory. Only reads; see reaper/DESIGN.md for its output.
#include <fmt/format.h>

#include <cstdlib>

#include "os/shm_directory.hpp"
#include "reaper/report_json.hpp"
#include "reaper/report_text.hpp"
#include "reaper/scan.hpp"
#include "reaper/space.hpp"
#include "reaper/tool.hpp"

namespace reaper {
namespace {

constexpr const char* program = "shminfo";
constexpr std::string_view heap_name_prefix = "heap-";
/// Output is handed on in pieces of about this size.
constexpr std::size_t piece_bytes = std::size_t{64} << 10;

struct Options {
    CommonOptions common;
    bool all = false;
    bool numeric_ids = false;
    bool connections = false;
    std::string format = "auto";
};

std::optional<int> read_options(int argc, char** argv, Options& options) {
    CLI::App app(
        "Shows the heaps in shared memory: how large they are, whose, and which are "
        "orphaned. Heaps of other users may need superuser privileges.",
        program);
    add_common_options(app, options.common);
    app.add_flag("-a,--all", options.all, "Show every file, not only heaps");
    app.add_flag("-l", options.numeric_ids, "Show users and groups as numbers");
    app.add_flag("-c,--connections", options.connections,
                 "Show the streams between processes: messages, bytes, what was copied or dropped, "
                 "how far the consumer is behind, what it holds, and for how long");
    app.add_option("--format", options.format,
                   "How sizes are shown: auto, or bare integers of b(ytes) or k(ibibytes)")
        ->check(CLI::IsMember({"auto", "b", "k"}));
    return parse(app, argc, argv);
}

SizeFormat size_format(const std::string& option) {
    if (option == "b") return SizeFormat::bytes;
    return option == "k" ? SizeFormat::kibibytes : SizeFormat::automatic;
}

bool is_heap(const FileRecord& record) {
    return record.verdict != Verdict::other && record.verdict != Verdict::unreadable;
}

/// Walks the directory and shows each file in the report, which is either kind.
template <class Report>
void show_files(Scanner& scanner, const std::vector<DirectoryEntry>& entries, bool all,
                Report& report) {
    unsigned unreadable = 0;
    FileRecord record;
    for (const DirectoryEntry& entry : entries) {
        if (!scanner.look(entry, record)) continue;
        if (record.verdict == Verdict::unreadable && entry.name.starts_with(heap_name_prefix))
            ++unreadable;
        if (!all && !is_heap(record)) continue;
        report.add_file(record);
        if (report.text().size() < piece_bytes) continue;
        write_out(report.text());
        report.clear();
    }
    if (unreadable == 0) return;
    complain(program, fmt::format("{} heap(s) cannot be read by this user; run shminfo as root to "
                                  "see them (--all shows them as other files)",
                                  unreadable));
}

/// Shows the connections of each heap as a file of the report.
class ConnectionReport {
public:
    explicit ConnectionReport(SizeFormat sizes) : report_(sizes, false) {}

    void add_file(const FileRecord& record) { report_.add_connections(record); }
    [[nodiscard]] std::string_view text() const { return report_.text(); }
    void clear() { report_.clear(); }

private:
    TextReport report_;
};

int show(const Options& options) {
    auto directory = shmheap::os::ShmDirectory::open(options.common.directory);
    if (!directory) {
        complain_of_directory(program, directory.error());
        return exit_not_done;
    }
    const auto space = read_space(*directory);
    const auto streams =
        options.connections ? Scanner::Streams::look_at : Scanner::Streams::leave_out;
    Scanner scanner(*directory, streams);
    if (options.all) scanner.look_at_foreign();
    const auto entries = scanner.entries();
    if (!space || !entries) {
        complain_of_directory(program, !space ? space.error() : entries.error());
        return exit_not_done;
    }
    if (options.common.json) {
        JsonReport report(directory->path(), *space, streams);
        show_files(scanner, *entries, options.all, report);
        report.finish();
        write_out(report.text());
    } else if (options.connections) {
        ConnectionReport report(size_format(options.format));
        show_files(scanner, *entries, false, report);
        write_out(report.text());
    } else {
        TextReport report(size_format(options.format), options.numeric_ids);
        report.add_directory(directory->path(), *space);
        show_files(scanner, *entries, options.all, report);
        write_out(report.text());
    }
    return flush_out(program) ? exit_done : exit_not_done;
}

int run(int argc, char** argv) {
    Options options;
    if (const auto status = read_options(argc, argv, options)) return *status;
    return show(options);
}

}  // namespace
}  // namespace reaper

int main(int argc, char** argv) {
    return reaper::run_tool(reaper::program, reaper::run, argc, argv);
}
