#include "launcher/supervise/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <memory>

#include "os/unique_fd.hpp"

namespace launcher {
namespace {

using shmheap::os::UniqueFd;

constexpr std::size_t file_bytes_max = std::size_t{8} << 20;  // an environment may be megabytes

/// All of a file of /proc; empty when it cannot be read.
std::string read_file(const std::string& path) {
    const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string content;
    if (!file) return content;
    std::size_t used = 0;
    while (used < file_bytes_max) {
        content.resize(used + 8192);
        const ssize_t count = read(file.get(), content.data() + used, content.size() - used);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        used += static_cast<std::size_t>(count);
    }
    content.resize(used);
    return content;
}

std::string proc_path(pid_t pid, std::string_view rest) {
    return "/proc/" + std::to_string(pid) + std::string(rest);
}

/// Takes the next number out of `text`, passing over blanks; false at the end.
bool take_number(std::string_view& text, pid_t& number) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return false;
    text.remove_prefix(begin);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

void append_children(const std::string& path, std::vector<pid_t>& children) {
    const std::string content = read_file(path);
    std::string_view text = content;
    for (pid_t child = 0; take_number(text, child);)
        children.push_back(child);
}

/// The line of /proc/<pid>/stat, by the numbers that proc(5) gives its fields.
class StatLine {
public:
    explicit StatLine(pid_t pid) : content_(read_file(proc_path(pid, "/stat"))) {}

    /// 0 when there is no such field, or no such process. The first field is 3, the state.
    template <typename Number>
    [[nodiscard]] Number field(int number) const {
        // The name stands in parentheses and may hold any character, parentheses among them.
        std::size_t begin = content_.rfind(')');
        for (int i = 2; i < number && begin != std::string::npos; ++i)
            begin = content_.find(' ', begin + 1);
        Number value = 0;
        if (begin == std::string::npos) return value;
        std::from_chars(content_.data() + begin + 1, content_.data() + content_.size(), value);
        return value;
    }

private:
    std::string content_;
};

/// Whether the process has been seen within execve(2): between the moment when the kernel drops
/// the memory of the old program and the one when it has put the environment of the new one in
/// place. Somebody else's process is told by its start of code, 1; what has no memory (a zombie,
/// a thread of the kernel) by its size. While the kernel counts the environment, that begins and
/// ends at the same place; the start of code is 0 until it has (binfmt_elf.c, create_elf_tables
/// and what follows its call).
bool is_between_programs(pid_t pid) {
    const StatLine line(pid);
    const bool has_memory = line.field<std::uint64_t>(23) != 0;
    const auto code_begin = line.field<std::uint64_t>(26);
    const bool is_readable = code_begin != 1;
    const auto environment_begin = line.field<std::uint64_t>(50);
    const auto environment_end = line.field<std::uint64_t>(51);
    // An environment that is there now and could not be read a moment ago has just been put there.
    const bool is_empty_for_good =
        code_begin != 0 && environment_end != 0 && environment_begin == environment_end;
    return has_memory && is_readable && !is_empty_for_good;
}

}  // namespace

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    const std::string tasks = proc_path(pid, "/task");
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(tasks.c_str()), closedir);
    if (!directory) return children;
    while (const dirent* entry = readdir(directory.get())) {
        if (entry->d_name[0] != '.')
            append_children(tasks + '/' + entry->d_name + "/children", children);
    }
    return children;
}

Kinship kinship_of(pid_t pid) {
    const StatLine line(pid);
    return Kinship{.parent = line.field<pid_t>(4), .group = line.field<pid_t>(5)};
}

std::optional<std::string> environment_value(pid_t pid, std::string_view name) {
    const std::string content = read_file(proc_path(pid, "/environ"));
    if (content.empty() && is_between_programs(pid)) return std::nullopt;
    std::string_view text = content;
    while (!text.empty()) {
        const std::string_view variable = text.substr(0, text.find('\0'));
        if (variable.size() > name.size() && variable.starts_with(name) &&
            variable[name.size()] == '=')
            return std::string(variable.substr(name.size() + 1));
        text.remove_prefix(std::min(text.size(), variable.size() + 1));
    }
    return std::string();
}

}  // namespace launcher
