// The same search that execvp makes, done before anything is started.
#include "launcher/config/executable.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include "launcher/config/diagnostic.hpp"

namespace launcher {
namespace {

/// What execvp uses where there is no PATH.
constexpr std::string_view path_default = "/bin:/usr/bin";

/// 0, or why the file cannot be executed.
int execution_error(const std::string& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return errno;
    if (S_ISDIR(status.st_mode)) return EISDIR;
    if (!S_ISREG(status.st_mode)) return EACCES;
    return ::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

std::string reason(int error_number) {
    switch (error_number) {
        case ENOENT:
            return "does not exist";
        case EACCES:
            return "is not executable";
        case EISDIR:
            return "is a directory";
        default:
            return "cannot be executed: " + std::generic_category().message(error_number);
    }
}

}  // namespace

std::string resolved(std::string_view path, std::string_view folder) {
    const std::filesystem::path whole = std::filesystem::path(folder) / path;
    // "link/.." is where the link points to, so a path with ".." is left to the kernel.
    const bool has_parent = std::find(whole.begin(), whole.end(), "..") != whole.end();
    if (has_parent) return whole.string();
    std::string result = whole.lexically_normal().string();
    if (result.size() > 1 && result.back() == '/') result.pop_back();
    return result;
}

tl::expected<std::string, std::string> find_executable(const ExecutableSearch& search) {
    if (search.command.find('/') != std::string_view::npos) {
        std::string file = resolved(search.command, search.working_directory);
        const int error_number = execution_error(file);
        if (error_number == 0) return file;
        return tl::unexpected<std::string>(
            fmt::format("executable {} {}", shown(file), reason(error_number)));
    }
    const std::string path = search.path.value_or(std::string(path_default));
    int error_seen = ENOENT;
    std::size_t begin = 0;
    while (begin <= path.size()) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        // An empty folder in PATH is the current one: the component's working directory.
        const std::string folder =
            resolved(path.substr(begin, end - begin), search.working_directory);
        std::string file = resolved(search.command, folder);
        const int error_number = execution_error(file);
        if (error_number == 0) return file;
        if (error_number == EACCES) error_seen = EACCES;
        begin = end + 1;
    }
    return tl::unexpected<std::string>(fmt::format(
        "executable {} {}", shown(search.command),
        error_seen == EACCES ? "is in PATH but not executable" : "is not found in PATH"));
}

}  // namespace launcher
