#include "os/memory_limits.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <string>
#include <string_view>

#include "os/error.hpp"
#include "os/unique_fd.hpp"

namespace shmheap::os {
namespace {

constexpr std::uint64_t unlimited_from = std::uint64_t{1} << 60;  // v1 says "no limit" as 2^63 - 1
constexpr std::uint64_t reserve_share = 20;                       // one twentieth: 5 %
constexpr std::size_t text_max = 8192;

/// Whether an error says that there is no such file for us, rather than that we could not look.
bool is_no_limit_file(int code) {
    return code == ENOENT || code == ENOTDIR || code == EACCES || code == EPERM || code == ENODEV;
}

/// What kept us from looking (EMFILE, …) is left in `failure`; a file that is not there is empty.
std::string read_text(const std::string& path, int& failure) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        if (!is_no_limit_file(errno)) failure = errno;
        return {};
    }
    std::array<char, text_max> buffer{};
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && !is_no_limit_file(errno)) failure = errno;
    return std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
}

/// Whether a limit was found when we last could look: a process that is out of descriptors must not
/// take that for "no limit", nor be kept from growing where there is none.
std::atomic<bool> limit_was_found{false};

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end == text.data()) return std::nullopt;
    return value;
}

/// Where the memory controller of this process is: a directory below `root`, and its file names.
struct Controller {
    std::string root;
    std::string path;  ///< "/a/b" below the root, or ""
    const char* limit_file;
    const char* usage_file;
};

/// From /proc/self/cgroup: "0::/a/b" (version 2) or "4:memory:/a/b" (version 1).
std::optional<Controller> find_controller(int& failure) {
    const std::string text = read_text("/proc/self/cgroup", failure);
    std::string_view rest = text;
    std::optional<Controller> found;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first == std::string_view::npos || second == std::string_view::npos) continue;
        const std::string controllers =
            "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
        const std::string path(line.substr(second + 1));
        if (controllers.find(",memory,") != std::string::npos) {
            return Controller{"/sys/fs/cgroup/memory", path, "memory.limit_in_bytes",
                              "memory.usage_in_bytes"};
        }
        if (controllers == ",,") {
            found = Controller{"/sys/fs/cgroup", path, "memory.max", "memory.current"};
        }
    }
    return found;
}

/// The directories from the process's own cgroup up to the root. Inside a container the path may
/// be that of the host and not exist; then only the root, which is the container's, is looked at.
template <class Visit>
void for_each_level(const Controller& controller, Visit visit) {
    std::string path = controller.path == "/" ? "" : controller.path;
    while (true) {
        visit(controller.root + path + "/");
        if (path.empty()) return;
        path.resize(std::min(path.rfind('/'), path.size() - 1));
    }
}

std::optional<std::uint64_t> limit_at(const Controller& controller, const std::string& directory,
                                      int& failure) {
    const auto limit = read_number(read_text(directory + controller.limit_file, failure));
    if (!limit || *limit >= unlimited_from) return std::nullopt;
    return limit;
}

/// Cache of disk files counts as use but goes when memory is needed.
std::uint64_t reclaimable(const std::string& directory, int& failure) {
    const std::string text = read_text(directory + "memory.stat", failure);
    constexpr std::string_view key = "\ninactive_file ";
    const auto position = text.find(key);
    if (position == std::string::npos) return 0;
    return read_number(std::string_view(text).substr(position + key.size())).value_or(0);
}

/// Whether one level of the hierarchy has room; `limited` when it has a limit at all.
bool level_has_room(const Controller& controller, const std::string& directory, std::uint64_t bytes,
                    bool& limited, int& failure) {
    const auto limit = limit_at(controller, directory, failure);
    if (!limit) return true;
    limited = true;
    const auto usage =
        read_number(read_text(directory + controller.usage_file, failure)).value_or(0);
    const std::uint64_t allowed = *limit - *limit / reserve_share;
    if (usage + bytes <= allowed) return true;
    return usage - std::min(usage, reclaimable(directory, failure)) + bytes <= allowed;
}

Status check_cgroup(std::uint64_t bytes) {
    int failure = 0;
    bool limited = false;
    bool room = true;
    if (const auto controller = find_controller(failure)) {
        for_each_level(*controller, [&](const std::string& directory) {
            room &= level_has_room(*controller, directory, bytes, limited, failure);
        });
    }
    if (failure == 0) limit_was_found.store(limited, std::memory_order_relaxed);
    if (!room) return fail(ENOMEM, "grow heap beyond the cgroup's limit");
    if (failure != 0 && limit_was_found.load(std::memory_order_relaxed)) {
        return fail(failure, "look at the cgroup's limit");
    }
    return {};
}

}  // namespace

Status check_growth(int fd, std::uint64_t bytes, std::uint64_t file_end) {
    struct rlimit size_limit {};
    if (::getrlimit(RLIMIT_FSIZE, &size_limit) == 0 && size_limit.rlim_cur != RLIM_INFINITY &&
        file_end > size_limit.rlim_cur) {
        return fail(EFBIG, "grow heap beyond RLIMIT_FSIZE");
    }
    struct statvfs space {};
    if (::fstatvfs(fd, &space) != 0) return error("ask for free space");
    if (space.f_blocks != 0 && space.f_bavail * space.f_frsize < bytes) {
        return fail(ENOSPC, "grow heap");
    }
    return check_cgroup(bytes);
}

std::optional<std::uint64_t> cgroup_memory_limit() {
    int ignored = 0;
    const auto controller = find_controller(ignored);
    if (!controller) return std::nullopt;
    std::optional<std::uint64_t> tightest;
    for_each_level(*controller, [&](const std::string& directory) {
        const auto limit = limit_at(*controller, directory, ignored);
        if (limit && (!tightest || *limit < *tightest)) tightest = limit;
    });
    return tightest;
}

std::uint64_t file_system_size(int fd) {
    struct statvfs space {};
    if (::fstatvfs(fd, &space) != 0) return 0;
    return space.f_blocks * space.f_frsize;
}

}  // namespace shmheap::os
