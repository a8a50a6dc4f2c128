#include "reaper/name_list.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "os/error.hpp"
#include "os/unique_fd.hpp"

namespace reaper {
namespace {

constexpr std::size_t list_bytes_max = std::size_t{64} << 20;

shmheap::Result<std::string> read_all(int fd, const std::string& path) {
    std::string text;
    std::array<char, 65536> chunk;
    while (true) {
        const ssize_t count = ::read(fd, chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return shmheap::os::error("read names from", path);
        if (count == 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(count));
        if (text.size() > list_bytes_max) {
            errno = EFBIG;
            return shmheap::os::error("read names from", path);
        }
    }
}

}  // namespace

shmheap::Result<std::vector<std::string>> read_names(const std::string& path, char separator) {
    shmheap::os::UniqueFd opened;
    if (path != "-") {
        opened.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!opened) return shmheap::os::error("read names from", path);
    }
    const auto text = read_all(opened ? opened.get() : STDIN_FILENO, path);
    if (!text) return tl::unexpected(text.error());
    std::vector<std::string> names;
    for (std::size_t at = 0; at < text->size();) {
        const auto end = std::min(text->find(separator, at), text->size());
        std::string name = text->substr(at, end - at);
        if (name.starts_with("./")) name.erase(0, 2);
        if (!name.empty() && name != ".") names.push_back(std::move(name));
        at = end + 1;
    }
    return names;
}

}  // namespace reaper
