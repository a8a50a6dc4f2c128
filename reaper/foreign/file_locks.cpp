#include "reaper/foreign/file_locks.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <string>

#include "reaper/proc_file.hpp"

namespace reaper::foreign {
namespace {

/// File systems on which stat gives the device by which /proc/locks names a file. Others (btrfs,
/// overlayfs) have two numbers for one file.
bool has_one_number(int fd) {
    constexpr std::array<std::uint32_t, 4> known{TMPFS_MAGIC, RAMFS_MAGIC, EXT4_SUPER_MAGIC,
                                                 0x58465342};  // the last is XFS
    struct statfs about {};
    if (::fstatfs(fd, &about) != 0) return false;
    const auto magic = static_cast<std::uint32_t>(about.f_type);
    return std::find(known.begin(), known.end(), magic) != known.end();
}

}  // namespace

FileLocks::Answer FileLocks::ask(int fd, const struct stat& status) {
    if (!locks_) read();
    const auto found = locks_->find({status.st_dev, status.st_ino});
    if (found != locks_->end()) return {State::locked, found->second};
    return {is_complete_ && has_one_number(fd) ? State::free : State::unknown, 0};
}

void FileLocks::read() {
    constexpr std::size_t one_piece_max = 2048;  // a page ends earlier for want of one line only
    constexpr int readings = 5;
    locks_.emplace();
    is_complete_ = proc_view() == ProcView::everyone;
    std::string table;
    for (int reading = 0; reading < readings; ++reading) {
        if (read_proc_at(AT_FDCWD, "/proc/locks", table) != ProcRead::done) is_complete_ = false;
        add(table);
        if (table.size() <= one_piece_max) return;
    }
}

/// Each line: "7: FLOCK  ADVISORY  WRITE 1234 00:2c:17 0 EOF"; the kernel leaves out those whose
/// process is in none of our pid namespaces. "->" before the kind: somebody waits for a lock.
void FileLocks::add(std::string_view table) {
    while (!table.empty()) {
        auto line = take_line(table);
        (void)take_word(line);
        if (take_word(line) == "->") continue;
        (void)take_word(line);  // advisory
        (void)take_word(line);  // read or write
        const auto pid = to_number(take_word(line));
        auto file = take_word(line);
        const auto major_number = to_number(file.substr(0, file.find(':')), 16);
        file.remove_prefix(std::min(file.find(':') + 1, file.size()));
        const auto minor_number = to_number(file.substr(0, file.find(':')), 16);
        file.remove_prefix(std::min(file.find(':') + 1, file.size()));
        const auto inode = to_number(file);
        if (!pid || !major_number || !minor_number || !inode) continue;
        const dev_t device =
            makedev(static_cast<unsigned>(*major_number), static_cast<unsigned>(*minor_number));
        locks_->emplace(std::pair{device, static_cast<ino_t>(*inode)},
                        static_cast<pid_t>(std::max(*pid, 0L)));
    }
}

}  // namespace reaper::foreign
