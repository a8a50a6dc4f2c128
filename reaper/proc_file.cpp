#include "reaper/proc_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "os/process_id.hpp"
#include "os/unique_fd.hpp"
#include "reaper/lack.hpp"

namespace reaper {
namespace {

/// The initial pid namespace has this inode on every Linux; whoever is in it sees every process.
constexpr ino_t initial_pid_namespace = 0xEFFFFFFC;
constexpr std::size_t proc_file_max = std::size_t{16} << 20;
/// Files of /proc come a page at a time, whatever is asked for.
constexpr std::size_t chunk_bytes = 4096;

ProcRead why_not() {
    if (is_lack(errno)) return ProcRead::lacking;
    return errno == ENOENT || errno == ESRCH ? ProcRead::gone : ProcRead::refused;
}

}  // namespace

ProcRead read_proc_at(int proc, const char* name, std::string& text) {
    text.clear();
    const shmheap::os::UniqueFd fd(::openat(proc, name, O_RDONLY | O_CLOEXEC));
    if (!fd) return why_not();
    std::array<char, chunk_bytes> chunk;
    while (text.size() < proc_file_max) {
        const ssize_t count = ::read(fd.get(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return why_not();
        if (count == 0) return ProcRead::done;
        text.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return ProcRead::refused;
}

std::optional<std::string> read_proc(pid_t pid, const char* file) {
    std::string text;
    const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
    if (read_proc_at(AT_FDCWD, path.c_str(), text) != ProcRead::done) return {};
    return text;
}

std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    const auto word = text.substr(0, text.find_first_of(" \t\n"));
    text.remove_prefix(word.size());
    return word;
}

std::string_view take_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

std::optional<long> to_number(std::string_view word, int base) {
    long value = 0;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value, base);
    if (code != std::errc{} || end != word.data() + word.size()) return {};
    return value;
}

ProcView proc_view() {
    std::array<char, 32> self{};
    const ssize_t size = ::readlink("/proc/self", self.data(), self.size());
    // The link of a /proc in which we are not leads nowhere.
    if (size < 0 && is_lack(errno)) return ProcView::unknown;
    if (size < 0)
        return ::access("/proc/1", F_OK) == 0 ? ProcView::other_namespace : ProcView::nobody;
    const std::string_view self_pid(self.data(), static_cast<std::size_t>(size));
    if (to_number(self_pid) != static_cast<long>(::getpid())) return ProcView::other_namespace;
    std::string status;
    const auto read = read_proc_at(AT_FDCWD, "/proc/1/status", status);
    if (read == ProcRead::lacking) return ProcView::unknown;
    if (read != ProcRead::done) return ProcView::not_hidden;
    return shmheap::os::own_process_id().pid_namespace == initial_pid_namespace
               ? ProcView::everyone
               : ProcView::pid_namespace;
}

}  // namespace reaper
