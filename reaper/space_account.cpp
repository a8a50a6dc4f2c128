#include "reaper/space_account.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "os/allocated_bytes.hpp"
#include "os/directory_stream.hpp"
#include "os/error.hpp"
#include "reaper/lack.hpp"

namespace reaper {
namespace {

/// Directories that lie deeper than this, each in the last, are not entered.
constexpr unsigned depth_max = 64;

/// Sums what lies below a directory of one file system.
class Tree {
public:
    explicit Tree(dev_t device) : device_(device) {}

    void add_directory(int parent, const char* name, unsigned depth);

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] unsigned unreadable() const { return unreadable_; }
    /// An errno value of lack.hpp, if the sum is not the whole one because of it; else 0.
    [[nodiscard]] int lack() const { return lack_; }

private:
    void add_entry(int directory, const char* name, unsigned depth);

    const dev_t device_;
    std::uint64_t bytes_ = 0;
    unsigned unreadable_ = 0;
    int lack_ = 0;
    std::unordered_set<ino_t> seen_;  // files that have several names
};

void Tree::add_directory(int parent, const char* name, unsigned depth) {
    if (depth >= depth_max) {
        ++unreadable_;
        return;
    }
    const auto stream = shmheap::os::open_directory_stream(parent, name, O_NOFOLLOW);
    if (!stream) {
        if (is_lack(errno)) lack_ = errno;
        ++unreadable_;
        return;
    }
    while (const dirent* entry = shmheap::os::next_entry(stream)) {
        const std::string_view entry_name = entry->d_name;
        if (entry_name != "." && entry_name != "..")
            add_entry(::dirfd(stream.get()), entry->d_name, depth);
    }
    if (errno == 0) return;
    if (is_lack(errno)) lack_ = errno;
    ++unreadable_;
}

void Tree::add_entry(int directory, const char* name, unsigned depth) {
    struct stat status {};
    if (::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (is_lack(errno)) lack_ = errno;
        return;
    }
    if (status.st_dev != device_) return;
    if (S_ISDIR(status.st_mode)) {
        add_directory(directory, name, depth + 1);
    } else if (status.st_nlink > 1 && !seen_.insert(status.st_ino).second) {
        return;
    }
    bytes_ += shmheap::os::allocated_bytes(status);
}

}  // namespace

std::vector<DeletedFile> deleted_files(const HeldFiles& held) {
    std::vector<DeletedFile> deleted;
    for (const auto& [inode, file] : held.by_inode)
        if (file.deleted) deleted.push_back({inode, &file});
    const auto rank = [](const DeletedFile& file) {
        const auto& size = file.held->size;
        return std::pair(size ? ~size->allocated_bytes : 0, file.inode);
    };
    std::sort(deleted.begin(), deleted.end(),
              [&](const DeletedFile& left, const DeletedFile& right) {
                  return rank(left) < rank(right);
              });
    return deleted;
}

shmheap::Result<SpaceAccount> account_for_space(const shmheap::os::ShmDirectory& directory,
                                                const std::vector<DeletedFile>& deleted) {
    struct statvfs file_system {};
    struct stat status {};
    if (::fstatvfs(directory.fd(), &file_system) != 0 || ::fstat(directory.fd(), &status) != 0)
        return shmheap::os::error("inspect file system of", directory.path());
    Tree tree(status.st_dev);
    tree.add_directory(directory.fd(), ".", 0);
    if (tree.lack() != 0) return shmheap::fail(tree.lack(), "sum up directory", directory.path());
    SpaceAccount account{
        .used_bytes = (file_system.f_blocks - file_system.f_bfree) * file_system.f_frsize,
        .named_bytes = tree.bytes(),
        .unreadable_directories = tree.unreadable()};
    for (const DeletedFile& file : deleted) {
        account.deleted_bytes += file.held->size ? file.held->size->allocated_bytes : 0;
        account.deleted_of_unknown_size += file.held->size ? 0 : 1;
    }
    return account;
}

}  // namespace reaper
