/// Eclipse iceoryx (version 2): the memory that its daemon RouDi makes, iceoryx_mgmt for management
/// and one file for each segment of payload, which is named after the group of users that may write
/// to it. RouDi keeps /tmp/iox-unique-roudi.lock locked (flock) as long as it lives, and leaves
/// that file there when it is killed.
///
/// Source: iceoryx 2.0.3, iceoryx_posh/iceoryx_posh_types.hpp (SHM_NAME, ROUDI_LOCK_NAME),
/// iceoryx_hoofs/posix_wrapper/file_lock.hpp, platform_settings.hpp (the path of locks),
/// mepoo/memory_manager.hpp: management begins with the manager of introspection's memory, which is
/// closed (1), with the count of its chunks and the pools' (1). Where a payload segment stands in
/// it is not at a fixed place, so such a file is told by its neighbour: a name that is a group's,
/// of the same user, born together with the management.
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {
namespace {

constexpr const char* management_name = "iceoryx_mgmt";
constexpr const char* lock_name = "iox-unique-roudi.lock";

bool is_management(std::span<const std::byte> head) {
    constexpr std::uint32_t chunks_max = 1 << 24;
    const auto chunks = number_at<std::uint32_t>(head, 4);
    return number_at<std::uint32_t>(head, 0) == 1 && chunks && *chunks > 0 &&
           *chunks <= chunks_max && number_at<std::uint64_t>(head, 8) == 1;
}

bool is_group(std::string_view name) {
    std::vector<char> buffer(16384);
    struct group entry {};
    struct group* found = nullptr;
    const std::string text(name);
    return ::getgrnam_r(text.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 &&
           found != nullptr;
}

/// Payload can be anything; but RouDi gives each segment this mode, and an access control list with
/// the groups that may write and read.
bool has_rights_of_payload(const Subject& subject) {
    return (subject.status.st_mode & mode_t{07777}) == mode_t{0660} &&
           ::fgetxattr(subject.fd, "system.posix_acl_access", nullptr, 0) > 0;
}

/// Neither file changes once RouDi is ready, but for what is mapped, which moves no time.
bool is_payload(const Subject& subject) {
    constexpr time_t together_seconds = 60;
    if (!has_rights_of_payload(subject)) return false;
    const auto file = subject.directory.open_regular_file(management_name, O_RDONLY);
    if (!file) return false;
    struct stat status {};
    std::array<std::byte, 16> head{};
    if (::fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    if (::pread(file->get(), head.data(), head.size(), 0) != static_cast<ssize_t>(head.size()))
        return false;
    const bool belongs =
        is_management(head) && status.st_uid == subject.status.st_uid && subject.size() > 0 &&
        std::abs(status.st_mtim.tv_sec - subject.status.st_mtim.tv_sec) <= together_seconds;
    return belongs && is_group(subject.name);  // last: a directory service may be asked for it
}

void ask_daemon(const Subject& subject, Finding& finding) {
    const std::string path = subject.witnesses.places.iceoryx_locks + "/" + lock_name;
    const auto folder = shmheap::os::ShmDirectory::open(subject.witnesses.places.iceoryx_locks);
    const auto file = folder.and_then(
        [](const auto& directory) { return directory.open_regular_file(lock_name, O_RDONLY); });
    struct stat status {};
    if (!file || ::fstat(file->get(), &status) != 0) {
        finding.evidence = fmt::format("{} cannot be read", path);
        return;
    }
    judge_by_lock(subject, file->get(), status, path, finding);
}

}  // namespace

std::optional<Finding> recognise_iceoryx(const Subject& subject) {
    Finding finding;
    if (subject.name == management_name) {
        if (!is_management(subject.head)) return {};
        finding.type = "iceoryx management";
        finding.tells_of_others = true;
    } else if (is_payload(subject)) {
        finding.type = "iceoryx segment";
        finding.judged_by = {management_name};
    } else {
        return {};
    }
    ask_daemon(subject, finding);
    return finding;
}

}  // namespace reaper::foreign
