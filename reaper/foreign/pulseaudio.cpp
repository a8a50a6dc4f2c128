/// PulseAudio: a memory pool, pulse-shm-<number>, with a marker of 40 bytes at its end: 0xbeefcafe,
/// then the pid of the process that made it. PulseAudio itself removes, whenever it makes one,
/// those whose pid belongs to nobody. (With memfd, its default, it leaves no file.)
///
/// Source: PulseAudio, src/pulsecore/shm.c (struct shm_marker, shm_cleanup).
#include <unistd.h>

#include "reaper/foreign/name_pattern.hpp"
#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {

std::optional<Finding> recognise_pulseaudio(const Subject& subject) {
    constexpr std::uint32_t marker = 0xbeefcafe;
    constexpr std::uint64_t marker_bytes = 40;
    if (!matches(subject.name, "pulse-shm-#") || subject.size() < marker_bytes) return {};
    std::array<std::uint32_t, 2> end{};
    const auto offset = static_cast<off_t>(subject.size() - marker_bytes);
    if (::pread(subject.fd, end.data(), sizeof end, offset) != sizeof end) return {};
    const auto pid = static_cast<pid_t>(end[1]);
    if (end[0] != marker || pid <= 0) return {};
    Finding finding;
    finding.type = "PulseAudio pool";
    judge_by_pid(subject, pid, finding);
    return finding;
}

}  // namespace reaper::foreign
