#include "harness/page_cache.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "harness/child.hpp"

namespace bench {
namespace {

void reload(const std::filesystem::path& file) {
    const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    // Only clean pages can be dropped.
    if (fdatasync(fd) == 0) posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
}

}  // namespace

void reload_programs() {
    const std::filesystem::path folder = program_folder();
    for (const auto& place : {folder, folder.parent_path() / "lib"}) {
        std::error_code error;
        for (std::filesystem::directory_iterator entry(place, error), end; !error && entry != end;
             entry.increment(error)) {
            if (entry->is_regular_file(error)) reload(entry->path());
        }
    }
}

}  // namespace bench
