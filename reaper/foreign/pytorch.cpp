/// PyTorch: a tensor shared by the strategy file_system, torch_<pid>_<random>_<count>. (By the
/// default strategy, file_descriptor, the name goes as soon as the file is open.) The pid is that
/// of the process that made it; the file begins with the number of those who use it and 60 zero
/// bytes.
///
/// Source: PyTorch, aten/src/ATen/MapAllocator.cpp (NewProcessWideShmHandle, MapInfo), and
/// torch/lib/libshm/manager.cpp: torch_shm_manager unlinks what its clients registered once the
/// last of them has gone, and dies with them when a whole container or session is killed. A tensor
/// may outlive its maker, in processes that have it mapped or on its way to one that will; so as
/// long as there are users and a manager, it is the manager's to decide.
#include <fmt/format.h>

#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {

std::optional<Finding> recognise_pytorch(const Subject& subject) {
    constexpr std::string_view prefix = "torch_";
    constexpr std::size_t header_bytes = 64;
    constexpr std::uint32_t users_max = 1 << 22;  // PID_MAX_LIMIT
    if (!matches(subject.name, "torch_#_#_#") && !matches(subject.name, "torch_#_#")) return {};
    const auto pid = leading_pid(subject.name.substr(prefix.size()));
    const auto users = number_at<std::uint32_t>(subject.head, 0);
    if (!pid || !users || *users > users_max) return {};
    if (!is_zero(subject.head, sizeof *users, header_bytes)) return {};
    Finding finding;
    finding.type = "PyTorch tensor";
    judge_by_pid(subject, *pid, finding);
    if (finding.owner == Life::dead && *users > 0 && subject.witnesses.has_torch_manager()) {
        finding.owner = Life::unknown;
        finding.evidence +=
            fmt::format(", but it counts {} users and torch_shm_manager runs", *users);
    }
    return finding;
}

}  // namespace reaper::foreign
