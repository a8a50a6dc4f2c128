/// What a process that reaps again and again remembers of heaps that it has looked at, so that it
/// opens each of them once: the end of one component among a thousand with heaps would otherwise
/// cost a thousand looks. A heap has its tag before it has a name, and keeps it.
///
/// A file is told by its file system and its inode number. That is enough in a tmpfs with numbers
/// of 64 bits, which does not give one a second time; of other file systems nothing is remembered.
/// The device alone would not tell two tmpfs that were mounted one after the other. One thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "os/shm_directory.hpp"

namespace reaper {

class KnownTags {
public:
    /// Chooses the directory that the other calls are about.
    void enter(const shmheap::os::ShmDirectory& directory);

    /// Null when nothing is known of the file. Valid until the next call that is not const.
    [[nodiscard]] const std::string* find(ino_t inode) const;

    /// That a file which bears a name has this tag.
    void learn(ino_t inode, std::string_view tag);

private:
    struct FileSystem {
        dev_t device = 0;
        std::uint64_t id = 0;

        friend bool operator==(const FileSystem& left, const FileSystem& right) {
            return left.device == right.device && left.id == right.id;
        }
    };

    struct File {
        FileSystem system;
        ino_t inode = 0;

        friend bool operator==(const File& left, const File& right) {
            return left.system == right.system && left.inode == right.inode;
        }
    };

    struct Hash {
        std::size_t operator()(const File& file) const {
            return std::hash<std::uint64_t>()(file.inode ^ file.system.id);
        }
    };

    std::optional<FileSystem> system_;  // of the chosen directory; nothing when it is no tmpfs
    std::unordered_map<File, std::string, Hash> tags_;
};

}  // namespace reaper
