#include "reaper/live/survey.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <utility>

#include "reaper/escape.hpp"
#include "reaper/report_text.hpp"

namespace reaper::live {
namespace {

std::string_view state_of(const FileRecord& record) {
    return record.verdict == Verdict::foreign ? "unknown" : to_string(record.verdict);
}

std::vector<Carried> carried_by(const FileRecord& record) {
    std::vector<Carried> carried;
    for (const shmheap::StreamRecord& stream : record.streams) {
        if (!stream.has_stream()) continue;
        carried.push_back({.slot = stream.slot,
                           .opened_at_ns = stream.opened_at_ns,
                           .messages = stream.messages,
                           .bytes = stream.bytes});
    }
    return carried;
}

File file_of(const FileRecord& record, AccountNames& names) {
    File file;
    file.raw_name = record.name;
    file.name = escape(record.name);
    file.inode = record.status.st_ino;
    file.state = state_of(record);
    file.user = escape(names.user(record.status.st_uid));
    file.allocated_bytes = record.allocated_bytes();
    file.measures = measures_of(record);
    file.carried = carried_by(record);
    if (record.foreign) file.component = record.foreign->type;
    if (orphaned_text(record).empty()) return file;
    file.heap_bytes = heap_bytes(record);
    file.references = reference_count(record);
    file.creator = creator_pid(record);
    if (record.format == Format::heap) file.component = escape(record.heap.component());
    return file;
}

void count(const FileRecord& record, Survey& survey) {
    if (!orphaned_text(record).empty()) ++survey.heaps;
    if (record.verdict == Verdict::orphaned) ++survey.orphaned;
}

char lower(char letter) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

/// `wanted` is in lower case.
bool contains(std::string_view text, std::string_view wanted) {
    const auto same = [](char letter, char other) { return lower(letter) == other; };
    return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same) != text.end();
}

/// What comes first has the smaller one, whatever the key: a number for --sort, or a rate.
std::pair<std::uint64_t, double> rank_of(const Row& row, Key key) {
    const auto as_sorted = [&row](SortKey sort_key) {
        return std::pair(rank(row.file->measures, sort_key), 0.0);
    };
    switch (key) {
        case Key::name:
            return as_sorted(SortKey::name);
        case Key::size:
            return as_sorted(SortKey::size);
        case Key::used:
            return as_sorted(SortKey::used);
        case Key::growth:
            return {0, row.rates ? -row.rates->growth_bytes : 0};
        case Key::messages:
            return {0, row.rates ? -row.rates->messages : 0};
        case Key::age:
            return as_sorted(SortKey::age);
    }
    return {};
}

}  // namespace

shmheap::Result<Survey> take_survey(const shmheap::os::ShmDirectory& directory,
                                    const Selection& selection, AccountNames& names) {
    Survey survey;
    const auto space = read_space(directory);
    if (!space) return tl::unexpected(space.error());
    survey.space = *space;
    Scanner scanner(directory, Scanner::Streams::look_at);
    scanner.wait_for_what_passes();
    if (selection.all) scanner.look_at_foreign();
    const auto entries = scanner.entries();
    if (!entries) return tl::unexpected(entries.error());
    FileRecord record;
    for (const DirectoryEntry& entry : *entries) {
        if (!scanner.look(entry, record)) continue;
        if (record.verdict == Verdict::unreadable && is_heap_name(record.name)) ++survey.unreadable;
        if (!selection.matches(record)) continue;
        count(record, survey);
        survey.files.push_back(file_of(record, names));
    }
    survey.taken_at = Clock::now();
    survey.taken_at_ns = static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
    return survey;
}

Rates rates_between(const File& before, const File& now, double seconds) {
    Rates rates;
    rates.growth_bytes =
        (static_cast<double>(now.allocated_bytes) - static_cast<double>(before.allocated_bytes)) /
        seconds;
    for (const Carried& stream : now.carried) {
        const auto former =
            std::find_if(before.carried.begin(), before.carried.end(), [&](const Carried& other) {
                return other.slot == stream.slot && other.opened_at_ns == stream.opened_at_ns;
            });
        const Carried start = former != before.carried.end() ? *former : Carried{};
        // Counters in a file that others write: what falls has not moved.
        if (stream.messages > start.messages)
            rates.messages += static_cast<double>(stream.messages - start.messages) / seconds;
        if (stream.bytes > start.bytes)
            rates.bytes += static_cast<double>(stream.bytes - start.bytes) / seconds;
    }
    return rates;
}

std::vector<Row> rows_of(const Survey& now, const Survey* before) {
    std::map<std::string_view, const File*> former;
    double seconds = 0;
    if (before != nullptr) {
        for (const File& file : before->files)
            former.emplace(file.name, &file);
        seconds = std::chrono::duration<double>(now.taken_at - before->taken_at).count();
    }
    std::vector<Row> rows;
    rows.reserve(now.files.size());
    for (const File& file : now.files) {
        Row row{.file = &file, .rates = {}};
        const auto found = former.find(file.name);
        if (found != former.end() && found->second->inode == file.inode && seconds > 0)
            row.rates = rates_between(*found->second, file, seconds);
        rows.push_back(row);
    }
    return rows;
}

std::string_view to_string(Key key) {
    switch (key) {
        case Key::name:
            return "name";
        case Key::size:
            return "size";
        case Key::used:
            return "used";
        case Key::growth:
            return "growth";
        case Key::messages:
            return "messages";
        case Key::age:
            return "age";
    }
    return "";
}

void sort_rows(std::vector<Row>& rows, Key key, bool reversed) {
    const auto comes_first = [key](const Row& row, const Row& other) {
        const auto here = rank_of(row, key);
        const auto there = rank_of(other, key);
        return here != there ? here < there : row.file->raw_name < other.file->raw_name;
    };
    std::sort(rows.begin(), rows.end(), comes_first);
    if (reversed) std::reverse(rows.begin(), rows.end());
}

void filter_rows(std::vector<Row>& rows, std::string_view text) {
    std::string wanted;
    std::transform(text.begin(), text.end(), std::back_inserter(wanted), lower);
    std::erase_if(rows, [&wanted](const Row& row) {
        const File& file = *row.file;
        const auto fields = {std::string_view(file.name), std::string_view(file.component),
                             std::string_view(file.user), file.state};
        return std::none_of(fields.begin(), fields.end(),
                            [&](std::string_view field) { return contains(field, wanted); });
    });
}

}  // namespace reaper::live
