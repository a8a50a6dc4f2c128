#include "launcher/control/program_file.hpp"

#include <sys/auxv.h>
#include <sys/stat.h>

#include <filesystem>

#include "os/error.hpp"

namespace launcher {
namespace {

constexpr const char* own_file = "/proc/self/exe";

bool is_same_time(const timespec& one, const timespec& other) {
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

/// What execve(2) was given, where argv[0] may be anything. Null if the kernel does not tell.
const char* executed_path() {
    const auto address = getauxval(AT_EXECFN);
    return reinterpret_cast<const char*>(address);  // NOLINT(performance-no-int-to-ptr): as given
}

}  // namespace

bool operator==(const ProgramFile& one, const ProgramFile& other) {
    return one.device == other.device && one.inode == other.inode &&
           one.size_bytes == other.size_bytes && is_same_time(one.modified, other.modified) &&
           is_same_time(one.changed, other.changed);
}

shmheap::Result<ProgramFile> find_program(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) return shmheap::os::error("execute", path);
    return ProgramFile{.device = status.st_dev,
                       .inode = status.st_ino,
                       .size_bytes = status.st_size,
                       .modified = status.st_mtim,
                       .changed = status.st_ctim};
}

std::string path_of_this_program() {
    std::error_code ignored;
    if (const char* given = executed_path(); given != nullptr) {
        const std::string path = std::filesystem::absolute(given, ignored).string();
        const auto named = find_program(path);
        const auto own = find_program(own_file);
        if (named && own && *named == *own) return path;
    }
    return std::filesystem::read_symlink(own_file, ignored).string();
}

}  // namespace launcher
