#include "supervisor/process_tree.hpp"

#include <unistd.h>

#include <charconv>
#include <ctime>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

namespace bench {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(pid_t pid) {
    return "/proc/" + std::to_string(pid);
}

/// What is needed of /proc/PID/stat, whose second field may contain spaces and brackets.
struct Stat {
    pid_t parent = 0;
    double children_ticks = 0;

    static std::optional<Stat> read(pid_t pid) {
        std::ifstream file(folder_of(pid) / "stat");
        const std::string text(std::istreambuf_iterator<char>(file), {});
        const auto end_of_name = text.rfind(')');
        if (end_of_name == std::string::npos) return std::nullopt;
        std::istringstream fields(text.substr(end_of_name + 1));
        Stat stat;
        std::string skipped;
        fields >> skipped >> stat.parent;
        constexpr int first_skipped = 5;
        constexpr int last_skipped = 15;  // cutime and cstime are fields 16 and 17
        for (int field = first_skipped; field <= last_skipped; ++field)
            fields >> skipped;
        double user = 0;
        double system = 0;
        if (!(fields >> user >> system)) return std::nullopt;
        stat.children_ticks = user + system;
        return stat;
    }
};

double field_of_status(const fs::path& path, const std::string& name) {
    std::ifstream status(path);
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) return std::stod(line.substr(name.size()));
    }
    return 0;
}

double switches_of(pid_t pid) {
    double sum = 0;
    std::error_code ended;
    for (const auto& thread : fs::directory_iterator(folder_of(pid) / "task", ended))
        sum += field_of_status(thread.path() / "status", "voluntary_ctxt_switches:");
    return sum;
}

Seconds processor_time_of(pid_t pid) {
    clockid_t clock{};
    timespec time{};
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::vector<pid_t> process_tree(pid_t root) {
    std::multimap<pid_t, pid_t> children;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        pid_t pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{})
            continue;
        if (const auto stat = Stat::read(pid)) children.emplace(stat->parent, pid);
    }
    std::vector<pid_t> tree{root};
    for (std::size_t i = 0; i < tree.size(); ++i) {
        const auto [begin, end] = children.equal_range(tree[i]);
        for (auto child = begin; child != end; ++child)
            tree.push_back(child->second);
    }
    return tree;
}

TreeUsage usage_of_supervisors(pid_t root, const fs::path& component) {
    TreeUsage usage;
    for (const pid_t pid : process_tree(root)) {
        std::error_code gone;  // a zombie, too, executes nothing
        const fs::path program = fs::read_symlink(folder_of(pid) / "exe", gone);
        const auto stat = Stat::read(pid);
        if (gone || program == component || !stat) continue;
        usage.processor += processor_time_of(pid);
        usage.ended_children +=
            Seconds(stat->children_ticks / static_cast<double>(sysconf(_SC_CLK_TCK)));
        usage.switches += switches_of(pid);
        usage.resident_bytes += field_of_status(folder_of(pid) / "status", "VmRSS:") * 1024;
    }
    return usage;
}

}  // namespace bench
