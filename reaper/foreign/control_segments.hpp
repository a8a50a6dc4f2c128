/// Which files PostgreSQL's control segments list, all of a directory read once: each server has
/// one, and it belongs to the user of what it lists. Content is input: how much of it is read is
/// bounded for each user, so that none can exhaust what another's files are judged by.
/// Not thread-safe; nothing here fails: what cannot be read is no control segment.
///
/// Source: PostgreSQL, src/backend/storage/ipc/dsm.c (dsm_control_header, dsm_control_item,
/// PG_DYNSHMEM_CONTROL_MAGIC). An item has 40 bytes since version 14, before that 24.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "os/shm_directory.hpp"

namespace reaper::foreign {

/// Whether the file behind `fd`, whose fstat is `status`, begins and is as long as one.
bool is_control_segment(int fd, const struct stat& status);

class ControlSegments {
public:
    struct Segment {
        std::string name;
        struct stat status {};
    };

    /// What the control segments of one user say of a number.
    struct Listing {
        std::vector<const Segment*> segments;  ///< those that list it
        bool is_complete = true;               ///< all of that user's could be read
    };

    explicit ControlSegments(const shmheap::os::ShmDirectory& directory);

    [[nodiscard]] Listing find(uid_t user, std::uint32_t number) const;

private:
    struct User {
        std::uint64_t bytes_read = 0;
        bool is_complete = true;
        std::multimap<std::uint32_t, std::size_t> segment_of;  ///< number → index in segments_
    };

    void read(const shmheap::os::ShmDirectory& directory, const std::string& name);

    std::vector<Segment> segments_;
    std::map<uid_t, User> users_;
};

}  // namespace reaper::foreign
