#include "launcher/supervise/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
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
    const std::string content = read_file(proc_path(pid, "/stat"));
    // The name stands in parentheses and may hold any character, parentheses among them.
    const std::size_t name_end = content.rfind(')');
    if (name_end == std::string::npos || content.size() < name_end + 4) return {};
    std::string_view text = std::string_view(content).substr(name_end + 4);  // ") S "
    Kinship kinship;
    if (!take_number(text, kinship.parent) || !take_number(text, kinship.group)) return {};
    return kinship;
}

std::string environment_value(pid_t pid, std::string_view name) {
    const std::string content = read_file(proc_path(pid, "/environ"));
    std::string_view text = content;
    while (!text.empty()) {
        const std::string_view variable = text.substr(0, text.find('\0'));
        if (variable.size() > name.size() && variable.starts_with(name) &&
            variable[name.size()] == '=')
            return std::string(variable.substr(name.size() + 1));
        text.remove_prefix(std::min(text.size(), variable.size() + 1));
    }
    return {};
}

}  // namespace launcher
