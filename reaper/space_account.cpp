#include "reaper/space_account.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "os/error.hpp"

namespace reaper {
namespace {

using shmheap::os::UniqueFd;

constexpr std::uint64_t stat_block_bytes = 512;
/// Directories that lie deeper than this, each in the last, are not entered.
constexpr unsigned depth_max = 64;

struct CloseStream {
    void operator()(DIR* stream) const { ::closedir(stream); }
};

/// Sums what lies below a directory of one file system.
class Tree {
public:
    explicit Tree(dev_t device) : device_(device) {}

    void add_directory(int parent, const char* name, unsigned depth);

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] unsigned unreadable() const { return unreadable_; }

private:
    void add_entry(int directory, const char* name, unsigned depth);

    const dev_t device_;
    std::uint64_t bytes_ = 0;
    unsigned unreadable_ = 0;
    std::unordered_set<ino_t> seen_;  // files that have several names
};

void Tree::add_directory(int parent, const char* name, unsigned depth) {
    UniqueFd fd;
    if (depth < depth_max)
        fd = UniqueFd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const std::unique_ptr<DIR, CloseStream> stream(fd ? ::fdopendir(fd.get()) : nullptr);
    if (!stream) {
        ++unreadable_;
        return;
    }
    (void)fd.release();  // closedir closes it
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view entry_name = entry->d_name;
        if (entry_name != "." && entry_name != "..")
            add_entry(::dirfd(stream.get()), entry->d_name, depth);
    }
}

void Tree::add_entry(int directory, const char* name, unsigned depth) {
    struct stat status {};
    if (::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (status.st_dev != device_) return;
    if (S_ISDIR(status.st_mode)) {
        add_directory(directory, name, depth + 1);
    } else if (status.st_nlink > 1 && !seen_.insert(status.st_ino).second) {
        return;
    }
    bytes_ += static_cast<std::uint64_t>(status.st_blocks) * stat_block_bytes;
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
