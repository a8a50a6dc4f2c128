#include "reaper/clean_evidence.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

#include "reaper/escape.hpp"

namespace reaper {
namespace {

/// "process 811 (sink) has it mapped", or how many have.
std::string holders_text(const HeldFile& file) {
    const Holder& first = file.holders.front();
    const std::string_view how = first.maps ? "mapped" : "open";
    if (file.holders.size() == 1)
        return fmt::format("process {} ({}) has it {}", first.pid, escape(first.name), how);
    return fmt::format("{} processes have it mapped or open, the first is {} ({})",
                       file.holders.size(), first.pid, escape(first.name));
}

/// Who has the file, of those that count: our tools do not once the kernel says that nobody has it.
const HeldFile* find_user(const HeldFiles& held, ino_t inode, Unheld unheld) {
    const HeldFile* file = held.find(inode);
    if (file != nullptr && unheld == Unheld::proven && file->is_only_looked_at()) return nullptr;
    return file;
}

}  // namespace

ForeignVerdict judge_foreign(const FileRecord& record, const HeldFiles& held, Unheld unheld) {
    const foreign::Finding& finding = *record.foreign;
    if (finding.owner == foreign::Life::alive) return {false, true, finding.evidence};
    if (const HeldFile* file = find_user(held, record.status.st_ino, unheld))
        return {false, true, holders_text(*file)};
    if (finding.held_file && find_user(held, finding.held_file->st_ino, unheld) != nullptr)
        return {false, true, finding.evidence};
    if (unheld == Unheld::disproven)
        return {false, true, "a process that cannot be seen has it mapped or open"};
    if (finding.owner == foreign::Life::unknown) return {false, false, finding.evidence};
    if (unheld == Unheld::unknown && !held.is_complete()) {
        return {false, false,
                fmt::format("that no process has it mapped or open is not proven ({})",
                            blind_spot_text(held))};
    }
    return {true, false, finding.evidence + "; no process has it mapped or open"};
}

void settle_by_holders(const HeldFiles& held, const FileRecord& record, foreign::Finding& finding) {
    if (finding.owner != foreign::Life::held) return;
    const ino_t inode = finding.held_file ? finding.held_file->st_ino : record.status.st_ino;
    const HeldFile* file = held.find(inode);
    if (file != nullptr && !file->is_only_looked_at()) {
        finding.owner = foreign::Life::alive;
        finding.evidence = holders_text(*file);
    } else if (file == nullptr && held.is_complete()) {
        finding.owner = foreign::Life::dead;
        finding.evidence += "; no process has it mapped or open";
    } else {
        finding.owner = foreign::Life::unknown;
    }
}

std::string heap_evidence(const FileRecord& record) {
    switch (record.verdict) {
        case Verdict::orphaned:
            if (record.format == Format::heap)
                return fmt::format("its owner's lock is free; process {} was its owner",
                                   record.heap.creator_pid);
            return fmt::format("process {}, which made it, has ended", record.redhawk.creator_pid);
        case Verdict::foreign:
            return fmt::format("forced, although {}", record.reason);
        case Verdict::live:
            return "forced, although its owner lives";
        case Verdict::damaged:
        case Verdict::unreadable:
            return fmt::format("forced, although it is {} ({})", to_string(record.verdict),
                               escape(record.reason));
        case Verdict::other:
            return "forced, although it is no heap";
    }
    return {};
}

Returns count_returns(const FileRecord& record, std::size_t holders) {
    Returns returns{.holders = holders};
    if (record.status.st_nlink > 1) returns.other_names = record.status.st_nlink - 1;
    const bool stays = holders > 0 || returns.other_names > 0;
    (stays ? returns.bytes_later : returns.bytes_now) = record.allocated_bytes();
    return returns;
}

Returns count_returns(const FileRecord& record, const HeldFiles& held, Unheld unheld) {
    const HeldFile* file = find_user(held, record.status.st_ino, unheld);
    Returns returns = count_returns(record, file == nullptr ? 0 : file->holders.size());
    if (file != nullptr) return returns;
    if (unheld == Unheld::disproven) {
        returns.blind_spots = "a process that cannot be seen has it";
        returns.bytes_later += std::exchange(returns.bytes_now, 0);
    }
    if (unheld == Unheld::unknown) returns.blind_spots = blind_spot_text(held);
    return returns;
}

std::string returns_text(const Returns& returns) {
    std::string text = fmt::format("{} bytes return now", returns.bytes_now);
    if (returns.bytes_later > 0) {
        text += fmt::format(", {} when ", returns.bytes_later);
        std::vector<std::string> what;
        if (returns.holders > 0)
            what.push_back(fmt::format("its {} holder{} exit{}", returns.holders,
                                       returns.holders == 1 ? "" : "s",
                                       returns.holders == 1 ? "s" : ""));
        if (returns.other_names > 0)
            what.push_back(fmt::format("its {} other name{} {} gone", returns.other_names,
                                       returns.other_names == 1 ? "" : "s",
                                       returns.other_names == 1 ? "is" : "are"));
        if (what.empty()) what.emplace_back("its holder exits");
        text += fmt::format("{}", fmt::join(what, " and "));
    }
    if (!returns.blind_spots.empty())
        text += fmt::format(", as far as can be seen ({})", returns.blind_spots);
    return text;
}

}  // namespace reaper
