#include "tools/bare_loop.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

#include "shmheap/layout.hpp"

namespace bench {
namespace {

constexpr off_t owner_byte = off_t{1} << 62;

shmheap::Status look_at(int directory_fd, const std::string& name) {
    const int fd =
        openat(directory_fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return shmheap::fail(errno, "open", name);
    struct stat status {};
    std::array<std::byte, shmheap::page_size> header{};
    flock question{};
    question.l_type = F_RDLCK;
    question.l_start = owner_byte;
    question.l_len = 1;
    const bool answered = fstat(fd, &status) == 0 &&
                          pread(fd, header.data(), header.size(), 0) >= 0 &&
                          fcntl(fd, F_OFD_GETLK, &question) == 0;
    const int error = errno;
    close(fd);
    if (!answered) return shmheap::fail(error, "look at", name);
    return {};
}

shmheap::Result<std::vector<std::string>> names_in(const std::filesystem::path& path) {
    DIR* directory = opendir(path.c_str());
    if (directory == nullptr) return shmheap::fail(errno, "open directory", path.string());
    std::vector<std::string> names;
    while (const dirent* entry = readdir(directory)) {
        if (entry->d_type == DT_REG) names.emplace_back(entry->d_name);
    }
    closedir(directory);
    return names;
}

}  // namespace

shmheap::Result<int> look_at_all(const std::filesystem::path& directory, Then then) {
    const auto names = names_in(directory);
    if (!names) return tl::unexpected(names.error());
    const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return shmheap::fail(errno, "open directory", directory.string());
    shmheap::Status status;
    for (const std::string& name : *names) {
        status = look_at(fd, name);
        if (status && then == Then::remove && unlinkat(fd, name.c_str(), 0) != 0) {
            status = shmheap::fail(errno, "remove", name);
        }
        if (!status) break;
    }
    close(fd);
    if (!status) return tl::unexpected(status.error());
    return static_cast<int>(names->size());
}

}  // namespace bench
