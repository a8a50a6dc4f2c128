/// PostgreSQL's dynamic shared memory, PostgreSQL.<number>. Each server has one control segment,
/// which the postmaster and its backends have mapped as long as they live, and which lists the
/// others by number. The others may be mapped by nobody for a while and still be in use (pinned).
/// So all of them live as long as somebody has the control segment; a file that no control segment
/// of its own user lists is not known to be PostgreSQL's, and one that two of them list is not
/// known to be either one's: whoever may write in the directory can make a control segment.
///
/// Source: PostgreSQL, src/backend/storage/ipc/dsm.c (at its start a server cleans what its
/// predecessor in the same data directory left, by the control segment of that one:
/// dsm_cleanup_using_control_segment).
#include <fmt/format.h>

#include <charconv>

#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {
namespace {

constexpr std::string_view prefix = "PostgreSQL.";

std::optional<Finding> recognise_listed(const Subject& subject) {
    std::uint32_t number = 0;
    const auto digits = subject.name.substr(prefix.size());
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (code != std::errc{} || end != digits.data() + digits.size()) return {};
    auto& segments = subject.witnesses.control_segments;
    if (!segments) segments.emplace(subject.directory);
    const auto [controls, is_complete] = segments->find(subject.status.st_uid, number);
    if (controls.empty()) return {};
    Finding finding;
    finding.type = "PostgreSQL segment";
    for (const auto* control : controls)
        finding.judged_by.push_back(control->name);
    const auto& control = *controls.front();
    if (controls.size() > 1 || !is_complete) {
        finding.evidence =
            fmt::format("{} lists it, and another control segment may as well", control.name);
        return finding;
    }
    finding.owner = Life::held;
    finding.held_file = control.status;
    finding.held_name = control.name;
    finding.evidence = fmt::format("{} lists it, which its server keeps mapped", control.name);
    return finding;
}

}  // namespace

std::optional<Finding> recognise_postgresql(const Subject& subject) {
    if (!matches(subject.name, "PostgreSQL.#")) return {};
    if (!is_control_segment(subject.fd, subject.status)) return recognise_listed(subject);
    Finding finding;
    finding.type = "PostgreSQL control segment";
    finding.owner = Life::held;
    finding.evidence = "its server has it mapped as long as it lives";
    finding.tells_of_others = true;
    return finding;
}

}  // namespace reaper::foreign
