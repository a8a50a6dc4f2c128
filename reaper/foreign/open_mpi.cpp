/// Open MPI: the segment by which the processes of one node send to a rank,
/// vader_segment.<host>.<uid>.<job>.<rank> in version 4, sm_segment. in version 5. It begins with a
/// lock and the pid of the process that made it, which is its rank.
///
/// Source: Open MPI, opal/mca/btl/vader/btl_vader_component.c (the name),
/// opal/mca/shmem/shmem_types.h (opal_shmem_seg_hdr_t). At a normal end mpirun removes them
/// (PMIx's register_cleanup); they stay when it was killed as well.
#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {
namespace {

/// The job is printed in hexadecimal, without leading zeros.
bool is_segment_name(std::string_view name) {
    if (!name.starts_with("vader_segment.") && !name.starts_with("sm_segment.")) return false;
    const auto dot = name.rfind('.');
    const auto before = name.substr(0, dot);
    const auto job = before.substr(before.rfind('.') + 1);
    constexpr std::string_view eight = "%%%%%%%%";
    return job.size() <= eight.size() && matches(job, eight.substr(0, job.size())) &&
           matches(name.substr(dot), ".#") && matches(before.substr(0, before.rfind('.')), "*.*.#");
}

}  // namespace

std::optional<Finding> recognise_open_mpi(const Subject& subject) {
    constexpr std::uint32_t pid_max = 1 << 22;  // PID_MAX_LIMIT
    if (!is_segment_name(subject.name)) return {};
    const auto lock = number_at<std::uint32_t>(subject.head, 0);
    const auto pid = number_at<std::uint32_t>(subject.head, 4);
    if (!lock || !pid || *lock > 1 || *pid == 0 || *pid > pid_max) return {};
    Finding finding;
    finding.type = "Open MPI segment";
    judge_by_pid(subject, static_cast<pid_t>(*pid), finding);
    return finding;
}

}  // namespace reaper::foreign
