#include "launcher/supervise/environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "port/connection.hpp"

namespace launcher {
namespace {

using Changes = std::map<std::string, std::optional<std::string>, std::less<>>;

std::string_view name_of(std::string_view variable) {
    return variable.substr(0, variable.find('='));
}

bool is_harriers_own(std::string_view name) {
    constexpr std::array own = {"NOTIFY_SOCKET", "SHMHEAP_TAG", "SHMHEAP_COMPONENT",
                                "HARRIER_RUN_DIR", shmheap::port::connections_variable};
    for (const std::string_view each : own) {
        if (name == each) return true;
    }
    return name.starts_with("WATCHDOG_") || name.starts_with("LISTEN_");
}

Changes changes_of(const Descriptor& descriptor, const Identity& identity) {
    Changes changes(descriptor.environment.begin(), descriptor.environment.end());
    if (descriptor.heap.size_bytes)
        changes["SHMHEAP_MAX_SIZE"] = std::to_string(*descriptor.heap.size_bytes) + "B";
    if (descriptor.heap.mode)
        changes["SHMHEAP_MODE"] = fmt::format("{:04o}", *descriptor.heap.mode);
    changes["SHMHEAP_TAG"] = identity.tag;
    changes["SHMHEAP_COMPONENT"] = descriptor.name;
    changes["HARRIER_RUN_DIR"] = identity.run_directory;
    if (!identity.notify_socket.empty()) changes["NOTIFY_SOCKET"] = identity.notify_socket;
    if (descriptor.watchdog) {
        const auto microseconds =
            std::chrono::duration_cast<std::chrono::microseconds>(*descriptor.watchdog);
        changes["WATCHDOG_USEC"] = std::to_string(microseconds.count());
    }
    auto& connections = changes[shmheap::port::connections_variable];
    connections.reset();
    if (!descriptor.connections.empty()) connections = shmheap::port::spell(descriptor.connections);
    return changes;
}

}  // namespace

std::vector<std::string> inherited_environment() {
    std::vector<std::string> inherited;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        if (!is_harriers_own(name_of(*variable))) inherited.emplace_back(*variable);
    }
    return inherited;
}

std::vector<std::string> component_environment(const std::vector<std::string>& inherited,
                                               const Descriptor& descriptor,
                                               const Identity& identity) {
    const Changes changes = changes_of(descriptor, identity);
    std::vector<std::string> environment;
    environment.reserve(inherited.size() + changes.size());
    for (const std::string& variable : inherited) {
        if (!changes.contains(name_of(variable))) environment.push_back(variable);
    }
    for (const auto& [name, value] : changes) {
        if (value) environment.push_back(name + '=' + *value);
    }
    return environment;
}

const char* find_variable(const std::vector<std::string>& environment, std::string_view name) {
    for (const std::string& variable : environment) {
        if (name_of(variable) == name && variable.size() > name.size())
            return variable.c_str() + name.size() + 1;
    }
    return nullptr;
}

}  // namespace launcher
