#include "reaper/known_tags.hpp"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cstring>

namespace reaper {
namespace {

/// Then all of it is forgotten, and learned anew: most of those files are gone by then.
constexpr std::size_t files_max = 16384;

}  // namespace

void KnownTags::enter(const shmheap::os::ShmDirectory& directory) {
    system_.reset();
    struct statfs system {};
    struct stat status {};
    const bool is_tmpfs = ::fstatfs(directory.fd(), &system) == 0 && system.f_type == TMPFS_MAGIC;
    if (!is_tmpfs || ::fstat(directory.fd(), &status) != 0) return;
    FileSystem chosen{.device = status.st_dev, .id = 0};
    static_assert(sizeof chosen.id == sizeof system.f_fsid);
    std::memcpy(&chosen.id, &system.f_fsid, sizeof chosen.id);
    system_ = chosen;
}

const std::string* KnownTags::find(ino_t inode) const {
    if (!system_) return nullptr;
    const auto found = tags_.find(File{*system_, inode});
    return found == tags_.end() ? nullptr : &found->second;
}

void KnownTags::learn(ino_t inode, std::string_view tag) {
    if (!system_) return;
    if (tags_.size() >= files_max) tags_.clear();
    tags_.insert_or_assign(File{*system_, inode}, tag);
}

}  // namespace reaper
