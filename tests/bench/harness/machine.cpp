#include "harness/machine.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string_view>

namespace bench {
namespace {

/// The value of the first line that starts with `key`, without separators and quotes around it.
std::string value_in(const char* path, std::string_view key) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(key)) continue;
        const auto begin = line.find_first_not_of(" \t:=\"", key.size());
        if (begin == std::string::npos) return {};
        return line.substr(begin, line.find_last_not_of(" \"") + 1 - begin);
    }
    return {};
}

std::string now_utc() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%MZ", &parts);
    return text.data();
}

std::string load_average() {
    std::array<double, 1> load{};
    if (getloadavg(load.data(), 1) != 1) return {};
    const std::string text = std::to_string(load[0]);
    return text.substr(0, text.find('.') + 3);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> describe_machine() {
    utsname kernel{};
    uname(&kernel);
    std::vector<std::pair<std::string, std::string>> facts{
        {"date", now_utc()},
        {"processor", value_in("/proc/cpuinfo", "model name")},
        {"processors", std::to_string(sysconf(_SC_NPROCESSORS_ONLN))},
        {"memory", value_in("/proc/meminfo", "MemTotal")},
        {"kernel", kernel.release},
        {"system", value_in("/etc/os-release", "PRETTY_NAME")},
        {"compiler", "GCC " __VERSION__},
        {"load_average", load_average()},
    };
    std::erase_if(facts, [](const auto& fact) { return fact.second.empty(); });
    return facts;
}

}  // namespace bench
