#include "os/process_id.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "os/error.hpp"
#include "os/unique_fd.hpp"

namespace shmheap::os {
namespace {

constexpr int start_time_field = 22;  // proc(5); counted from 1, the command name is field 2

Result<std::uint64_t> start_ticks_in(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return error("open", path);
    std::array<char, 1024> buffer{};
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0) return error("read", path);
    std::string_view text(buffer.data(), static_cast<std::size_t>(count));

    // The command name may hold spaces and parentheses: fields are counted from the last ')'.
    const auto name_end = text.rfind(')');
    if (name_end == std::string_view::npos) return fail(EPROTO, "read", path);
    text.remove_prefix(name_end + 1);
    for (int field = 3; field <= start_time_field; ++field) {
        const auto begin = text.find_first_not_of(' ');
        if (begin == std::string_view::npos) return fail(EPROTO, "read", path);
        text.remove_prefix(begin);
        if (field < start_time_field) text.remove_prefix(std::min(text.find(' '), text.size()));
    }
    std::uint64_t ticks = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), ticks);
    if (code != std::errc{} || end == text.data()) return fail(EPROTO, "read", path);
    return ticks;
}

}  // namespace

Result<std::uint64_t> process_start_ticks(pid_t pid) {
    return start_ticks_in("/proc/" + std::to_string(pid) + "/stat");
}

ProcessId own_process_id() {
    ProcessId self;
    self.pid = ::getpid();
    // Not by the pid: /proc may belong to another pid namespace, where it is somebody else's.
    self.start_ticks = start_ticks_in("/proc/self/stat").value_or(0);
    struct stat space {};
    if (::stat("/proc/self/ns/pid", &space) == 0) self.pid_namespace = space.st_ino;
    return self;
}

mode_t own_umask() {
    constexpr mode_t strictest = 0077;
    const UniqueFd file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> buffer{};
    const ssize_t count = file ? ::read(file.get(), buffer.data(), buffer.size()) : 0;
    const std::string_view text(buffer.data(),
                                static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    constexpr std::string_view key = "\nUmask:\t";
    const auto position = text.find(key);
    if (position == std::string_view::npos) return strictest;
    const auto value = text.substr(position + key.size());
    mode_t mask = strictest;
    std::from_chars(value.data(), value.data() + value.size(), mask, 8);
    return mask;
}

}  // namespace shmheap::os
