#include "reaper/process_table.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <string>
#include <string_view>

#include "os/directory_stream.hpp"
#include "os/process_id.hpp"
#include "reaper/proc_file.hpp"

namespace reaper {
namespace {

using std::chrono::nanoseconds;

/// Start times are cut to clock ticks and file times to scheduler ticks, 10 ms at most each.
constexpr nanoseconds time_resolution = std::chrono::milliseconds(20);

/// Everything after "\nKEY:" up to the end of the line.
std::string_view status_line(std::string_view status, std::string_view key) {
    const auto at = status.find("\n" + std::string(key) + ":");
    if (at == std::string_view::npos) return {};
    const auto line = status.substr(at + key.size() + 2);
    return line.substr(0, line.find('\n'));
}

std::vector<long> numbers(std::string_view line) {
    std::vector<long> found;
    while (const auto value = to_number(take_word(line)))
        found.push_back(*value);
    return found;
}

nanoseconds now(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

/// When the file was born, since 1970; when its inode changed last where that is not known, which
/// is never earlier.
nanoseconds birth(int fd, const struct stat& status) {
    struct statx extended {};
    if (::statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &extended) == 0 &&
        (extended.stx_mask & STATX_BTIME) != 0) {
        return std::chrono::seconds(extended.stx_btime.tv_sec) +
               nanoseconds(extended.stx_btime.tv_nsec);
    }
    return std::chrono::seconds(status.st_ctim.tv_sec) + nanoseconds(status.st_ctim.tv_nsec);
}

bool started_after(pid_t pid, nanoseconds born) {
    const auto ticks = shmheap::os::process_start_ticks(pid);
    const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
    if (!ticks || ticks_per_second <= 0) return false;
    const auto since_boot =
        nanoseconds(std::chrono::seconds(1)) / ticks_per_second * static_cast<std::int64_t>(*ticks);
    const auto booted = now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME);
    return booted + since_boot > born + time_resolution;
}

/// Whether the process has a mapping of the file; no value when we may not look.
std::optional<bool> maps_file(pid_t pid, const struct stat& status) {
    const auto maps = read_proc(pid, "maps");
    if (!maps) return {};
    std::string_view rest = *maps;
    while (!rest.empty()) {
        std::string_view line = take_line(rest);
        for (int column = 0; column < 3; ++column)  // addresses, permissions, offset
            take_word(line);
        const auto device = take_word(line);
        const auto colon = std::min(device.find(':'), device.size());
        const auto major_number = to_number(device.substr(0, colon), 16);
        const auto minor_number = to_number(device.substr(std::min(colon + 1, device.size())), 16);
        const auto inode = to_number(take_word(line));
        if (major_number == static_cast<long>(major(status.st_dev)) &&
            minor_number == static_cast<long>(minor(status.st_dev)) &&
            inode == static_cast<long>(status.st_ino)) {
            return true;
        }
    }
    return false;
}

bool has_leader_ended(std::string_view process_status) {
    std::string_view state = status_line(process_status, "State");
    const auto letter = take_word(state);
    return letter == "Z" || letter == "X";
}

/// A leader that ended before its other threads is a zombie, too, but its process lives.
bool is_zombie(std::string_view process_status) {
    const auto threads = numbers(status_line(process_status, "Threads"));
    return has_leader_ended(process_status) && (threads.empty() || threads.front() <= 1);
}

/// Reads the status of a process. False when there is no such process; `text` is empty when it is
/// hidden from us.
bool read_status(pid_t pid, std::string& text) {
    text = read_proc(pid, "status").value_or("");
    return !text.empty() || ::kill(pid, 0) == 0 || errno != ESRCH;
}

/// What /proc says of a process that exists; no value when `pid` is only a thread's number, or
/// when the process is gone by now.
std::optional<CandidateFacts> look_once_at(pid_t pid, const struct stat& status, nanoseconds born) {
    CandidateFacts facts{.pid = pid};
    std::string text;
    if (!read_status(pid, text)) return {};
    if (text.empty()) return facts;  // nothing speaks against its being the creator
    if (numbers(status_line(text, "Tgid")) != std::vector<long>{pid}) return {};
    facts.zombie = is_zombie(text);
    if (facts.zombie) return facts;
    const bool has_maps = !has_leader_ended(text);
    if (has_maps) facts.maps_heap = maps_file(pid, status);
    if (facts.maps_heap && *facts.maps_heap) return facts;
    if (has_maps && status_line(text, "VmSize").empty()) return {};  // a kernel thread
    facts.started_after_birth = started_after(pid, born);
    facts.same_user = false;
    for (const long uid : numbers(status_line(text, "Uid")))
        facts.same_user = facts.same_user || uid == static_cast<long>(status.st_uid);
    return facts;
}

/// The same, and never half of what a process was that ended meanwhile.
std::optional<CandidateFacts> look_at(pid_t pid, const struct stat& status, nanoseconds born) {
    const auto facts = look_once_at(pid, status, born);
    if (!facts || facts->zombie || facts->maps_heap.value_or(false)) return facts;
    std::string text;
    const bool has_ended = !read_status(pid, text) || is_zombie(text);
    return has_ended ? look_once_at(pid, status, born) : facts;
}

}  // namespace

CreatorFacts ProcessTable::find_creator(pid_t creator_pid, int fd, const struct stat& status) {
    CreatorFacts creator;
    creator.sees_everyone = sees_everyone();
    const nanoseconds born = birth(fd, status);
    const auto is_settled_by = [&](pid_t pid) {
        auto facts = look_at(pid, status, born);
        if (!facts) return false;
        facts->is_nested = pid != creator_pid;
        creator.candidates.push_back(*facts);
        return judge({.format = Format::redhawk, .creator = creator}).verdict == Verdict::live;
    };
    const bool exists = ::kill(creator_pid, 0) == 0 || errno == EPERM;
    if (exists && is_settled_by(creator_pid)) return creator;
    const auto [first, last] = nested_at(born).equal_range(creator_pid);
    creator.sees_everyone = sees_everyone();  // nested_at() may have failed to
    for (auto entry = first; entry != last; ++entry)
        if (is_settled_by(entry->second)) break;
    return creator;
}

bool ProcessTable::sees_everyone() {
    // /proc may be missing, be that of another pid namespace, or hide what is not ours.
    if (!sees_everyone_) sees_everyone_ = proc_view() == ProcView::everyone;
    return *sees_everyone_;
}

const std::unordered_multimap<pid_t, pid_t>& ProcessTable::nested_at(nanoseconds born) {
    if (nested_ && born + time_resolution < nested_looked_up_at_) return *nested_;
    nested_looked_up_at_ = now(CLOCK_REALTIME);
    nested_.emplace();
    const auto proc = shmheap::os::open_directory_stream(AT_FDCWD, "/proc");
    if (!proc) {
        sees_everyone_ = false;
        return *nested_;
    }
    std::string text;
    while (const dirent* entry = shmheap::os::next_entry(proc)) {
        const auto pid = to_number(entry->d_name);
        if (!pid) continue;
        const auto name = std::string(entry->d_name) + "/status";
        const auto read = read_proc_at(::dirfd(proc.get()), name.c_str(), text);
        if (read == ProcRead::lacking) sees_everyone_ = false;
        if (read != ProcRead::done) continue;  // ended meanwhile
        const auto levels = numbers(status_line(text, "NSpid"));
        for (std::size_t level = 1; level < levels.size(); ++level)
            nested_->emplace(static_cast<pid_t>(levels[level]), static_cast<pid_t>(*pid));
    }
    if (errno != 0) sees_everyone_ = false;
    return *nested_;
}

}  // namespace reaper
