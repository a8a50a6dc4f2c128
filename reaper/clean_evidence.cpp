#include "reaper/clean_evidence.hpp"

#include <fmt/format.h>

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

}  // namespace

ForeignVerdict judge_foreign(const FileRecord& record, const HeldFiles& held, Unheld unheld) {
    const foreign::Finding& finding = *record.foreign;
    if (finding.owner == foreign::Life::alive) return {false, true, finding.evidence};
    if (const HeldFile* file = held.find(record.status.st_ino))
        return {false, true, holders_text(*file)};
    if (finding.held_file && held.find(finding.held_file->st_ino) != nullptr)
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

Returns count_returns(const FileRecord& record, const HeldFiles& held) {
    const HeldFile* file = held.find(record.status.st_ino);
    if (file == nullptr) return {.bytes_now = record.allocated_bytes()};
    return {.bytes_later = record.allocated_bytes(), .holders = file->holders.size()};
}

}  // namespace reaper
