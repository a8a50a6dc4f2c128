/// Entries of a directory, read one by one (readdir(3)), by a stream that closes itself.
#pragma once

#include <dirent.h>

#include <memory>

namespace shmheap::os {

struct CloseDirectory {
    void operator()(DIR* stream) const { ::closedir(stream); }
};

using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

/// A stream over the directory `name` below `parent`, with a descriptor and so a position of its
/// own; `flags` are added to those of openat(2). Null with errno set when it cannot be read.
DirectoryStream open_directory_stream(int parent, const char* name, int flags = 0);

/// The next entry, which is the stream's. Null at the end, with errno 0, and where it cannot be
/// read, with another errno: then what came so far is not all.
const dirent* next_entry(const DirectoryStream& stream);

}  // namespace shmheap::os
