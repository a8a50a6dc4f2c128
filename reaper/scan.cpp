#include "reaper/scan.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "os/allocated_bytes.hpp"
#include "os/crash_point.hpp"
#include "os/directory_stream.hpp"
#include "os/error.hpp"

namespace reaper {
namespace {

using shmheap::Content;
using shmheap::Result;

/// What openat says of a name that stopped being a regular file after it was listed.
bool is_no_file(int code) {
    return code == ELOOP || code == ENXIO || code == ENODEV || code == EISDIR;
}

void set_unreadable(FileRecord& record, const shmheap::Error& error) {
    record.format = Format::unreadable;
    record.verdict = Verdict::unreadable;
    record.reason = unreadable_reason(error.code);
    record.error = error.code;
}

constexpr int waits_for_one_file_max = 20;
constexpr std::chrono::milliseconds wait_step{1};

}  // namespace

bool is_heap_name(std::string_view name) {
    return name.starts_with("heap-");
}

bool is_denial(int error) {
    return error == EACCES || error == EPERM;
}

std::string unreadable_reason(int error) {
    if (error == EWOULDBLOCK) return "a process keeps a lease on it (fcntl(2), F_SETLEASE)";
    return std::generic_category().message(error);
}

std::uint64_t FileRecord::allocated_bytes() const {
    return shmheap::os::allocated_bytes(status);
}

bool Scanner::is_any(const DirectoryEntry& entry) {
    return entry.name != "." && entry.name != "..";
}

Result<std::vector<DirectoryEntry>> Scanner::entries(
    const std::function<bool(const DirectoryEntry&)>& is_wanted) const {
    const auto stream = shmheap::os::open_directory_stream(directory_.fd(), ".");
    if (!stream) return shmheap::os::error("read directory", directory_.path());

    std::vector<DirectoryEntry> found;
    while (const dirent* listed = shmheap::os::next_entry(stream)) {
        DirectoryEntry entry{
            .name = listed->d_name, .type = listed->d_type, .inode = listed->d_ino};
        if (is_wanted(entry)) found.push_back(std::move(entry));
    }
    if (errno != 0) return shmheap::os::error("read directory", directory_.path());
    // A tmpfs lists the newest first, which mostly have the highest pids in their names.
    std::reverse(found.begin(), found.end());
    if (!std::is_sorted(found.begin(), found.end())) std::sort(found.begin(), found.end());
    return found;
}

void Scanner::look_at_foreign(foreign::Places places) {
    witnesses_.emplace();
    witnesses_->places = std::move(places);
}

bool Scanner::look(const DirectoryEntry& entry, FileRecord& record) {
    record = FileRecord{};
    record.name = entry.name;
    if (entry.type != DT_REG) {
        if (!look_at_name(record, Format::other)) return false;
        if (entry.type != DT_UNKNOWN || !S_ISREG(record.status.st_mode)) return true;
    }
    const auto file = open_to_read(entry.name);
    CRASH_POINT(scan_file_opened);
    if (file) return look_at_file(file->get(), record);
    if (file.error().code == ENOENT) return false;
    if (is_no_file(file.error().code)) return look_at_name(record, Format::other);
    if (!look_at_name(record, Format::unreadable)) return false;
    set_unreadable(record, file.error());
    return true;
}

Result<shmheap::os::UniqueFd> Scanner::open_to_read(const std::string& name) {
    auto file = directory_.open_file(name, O_RDONLY);
    int waits = 0;
    while (!file && file.error().code == EWOULDBLOCK && may_wait_once_more(waits))
        file = directory_.open_file(name, O_RDONLY);
    if (file) vain_waits_left_ += waits;
    return file;
}

Result<shmheap::Holders> Scanner::find_holders(int fd, const shmheap::HeapRecord& heap) {
    auto holders = shmheap::find_holders(fd);
    if (!holders || !holders->owner || vain_waits_left_ == 0 || !has_owner_ended(heap))
        return holders;
    int waits = 0;
    while (holders && holders->owner && may_wait_once_more(waits))
        holders = shmheap::find_holders(fd);
    if (holders && !holders->owner) vain_waits_left_ += waits;
    return holders;
}

/// False also where that cannot be found out.
bool Scanner::has_owner_ended(const shmheap::HeapRecord& heap) {
    if (!self_) self_ = shmheap::os::own_process_id();
    if (self_->pid_namespace == 0 || heap.pid_namespace != self_->pid_namespace) return false;
    const shmheap::os::UniqueFd owner(
        static_cast<int>(::syscall(SYS_pidfd_open, heap.creator_pid, 0)));
    if (!owner) return errno == ESRCH;
    pollfd ended{.fd = owner.get(), .events = POLLIN, .revents = 0};
    return ::poll(&ended, 1, 0) == 1;
}

/// Waits for a moment, unless that was done often enough: then false.
bool Scanner::may_wait_once_more(int& waits) {
    if (waits == waits_for_one_file_max || vain_waits_left_ == 0) return false;
    ++waits;
    --vain_waits_left_;
    std::this_thread::sleep_for(wait_step);
    return true;
}

/// What can be said without opening the file. False when the name is gone.
bool Scanner::look_at_name(FileRecord& record, Format format) {
    record.format = format;
    record.verdict = judge({.format = format}).verdict;
    if (::fstatat(directory_.fd(), record.name.c_str(), &record.status, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    if (errno == ENOENT) return false;
    set_unreadable(record, {.code = errno});
    return true;
}

bool Scanner::look_at_file(int fd, FileRecord& record) {
    if (::fstat(fd, &record.status) != 0) {
        set_unreadable(record, {.code = errno});
        return true;
    }
    if (record.status.st_nlink == 0) return false;
    if (S_ISREG(record.status.st_mode)) read_content(fd, record);
    if (record.format == Format::unreadable) return true;
    if (record.format == Format::other) recognise_foreign(fd, record);

    Facts facts{.format = record.format, .names = record.status.st_nlink};
    if (record.format == Format::heap) {
        if (const auto holders = find_holders(fd, record.heap)) {
            record.holders = *holders;
            facts.owner_locked = holders->owner;
        }
        if (streams_ == Streams::look_at) {
            // What cannot be read here could not be read above either.
            if (auto streams = shmheap::inspect_streams(fd)) record.streams = std::move(*streams);
        }
    }
    if (record.format == Format::redhawk)
        facts.creator = processes_.find_creator(record.redhawk.creator_pid, fd, record.status);
    const Judgement judgement = judge(facts);
    record.verdict = judgement.verdict;
    if (record.format == Format::redhawk && record.verdict == Verdict::live)
        record.redhawk_creator = facts.creator.candidates.back().pid;
    if (record.reason.empty()) record.reason = judgement.reason;
    return true;
}

/// Finds out which format the file has.
void Scanner::read_content(int fd, FileRecord& record) {
    auto own = shmheap::inspect(fd, record.status, head_);
    if (!own) return set_unreadable(record, own.error());
    if (own->content == Content::heap) {
        record.format = Format::heap;
        record.heap = own->heap;
    }
    if (own->content == Content::damaged) {
        record.format = Format::damaged;
        record.reason = std::move(own->damage);
    }
    if (own->content != Content::other) return;

    auto redhawk =
        inspect_redhawk(fd, head_.content(), static_cast<std::uint64_t>(record.status.st_size));
    if (!redhawk) return set_unreadable(record, redhawk.error());
    if (redhawk->content == Content::heap) {
        record.format = Format::redhawk;
        record.redhawk = redhawk->heap;
    }
    if (redhawk->content == Content::damaged) {
        record.format = Format::damaged;
        record.damaged_redhawk = true;
        record.reason = std::move(redhawk->damage);
    }
}

/// A file with more than one name is nobody's: all of them make theirs new.
void Scanner::recognise_foreign(int fd, FileRecord& record) {
    if (!witnesses_ || !S_ISREG(record.status.st_mode) || record.status.st_nlink != 1) return;
    record.foreign = foreign::recognise({.directory = directory_,
                                         .name = record.name,
                                         .fd = fd,
                                         .status = record.status,
                                         .head = head_.content(),
                                         .witnesses = *witnesses_});
}

}  // namespace reaper
