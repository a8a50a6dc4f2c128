#include "port/connection.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "os/error.hpp"

namespace shmheap::port {
namespace {

constexpr std::size_t name_size_max = 64;
constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_size_max &&
           text.find_first_not_of(name_characters) == std::string_view::npos;
}

/// What stands before the separator; `text` keeps what stands behind it, and is empty without one.
std::string_view cut(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view before = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
    return before;
}

std::optional<Policy> policy_of(std::string_view word) {
    for (const PolicyWord& known : policy_words) {
        if (known.word == word) return known.policy;
    }
    return std::nullopt;
}

std::string_view word_of(Policy policy) {
    for (const PolicyWord& known : policy_words) {
        if (known.policy == policy) return known.word;
    }
    return {};
}

std::optional<std::uint32_t> depth_of(std::string_view text) {
    std::uint32_t depth = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), depth);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (depth < 1 || depth > depth_max) return std::nullopt;
    return depth;
}

Result<Connection> parse_connection(const std::string_view text) {
    const auto refused = fail(EINVAL, "understand connection", text);
    std::string_view rest = text;
    std::string_view ends = cut(rest, ':');
    const std::string_view policy_text = cut(rest, ':');
    auto from = parse_port_name(cut(ends, '>'));
    auto to = parse_port_name(ends);
    if (!from || !to) return refused;
    Connection connection{.from = std::move(*from), .to = std::move(*to)};
    if (!policy_text.empty()) {
        const auto policy = policy_of(policy_text);
        if (!policy) return refused;
        connection.policy = *policy;
    }
    if (!rest.empty()) {
        const auto depth = depth_of(rest);
        if (!depth) return refused;
        connection.depth = *depth;
    }
    return connection;
}

/// The folders of a meeting place, the outermost first, below the run directory.
std::array<const std::string*, 3> folders(const Connection& connection) {
    return {&connection.from.component, &connection.from.port, &connection.to.component};
}

constexpr const char* ports_folder = "/ports";

}  // namespace

std::string spell(std::span<const Connection> connections) {
    std::string text;
    for (const Connection& each : connections) {
        if (!text.empty()) text += ' ';
        text += each.from.text() + '>' + each.to.text() + ':';
        text += word_of(each.policy);
        text += ':' + std::to_string(each.depth);
    }
    return text;
}

Result<PortName> parse_port_name(std::string_view text) {
    const std::string_view whole = text;
    const std::string_view component = cut(text, '.');
    if (!is_name(component) || !is_name(text)) return fail(EINVAL, "understand port", whole);
    return PortName{.component = std::string(component), .port = std::string(text)};
}

Result<std::vector<Connection>> parse_connections(std::string_view text) {
    std::vector<Connection> connections;
    while (!text.empty()) {
        const std::string_view part = cut(text, ' ');
        if (part.empty()) continue;
        auto connection = parse_connection(part);
        if (!connection) return tl::unexpected(connection.error());
        const bool is_known = std::any_of(
            connections.begin(), connections.end(), [&connection](const Connection& known) {
                return known.from == connection->from && known.to == connection->to;
            });
        if (is_known) return fail(EINVAL, "connect the same ports twice", part);
        connections.push_back(std::move(*connection));
    }
    return connections;
}

std::string meeting_place(const std::string& run_directory, const Connection& connection) {
    std::string path = run_directory + ports_folder;
    for (const std::string* folder : folders(connection))
        path += '/' + *folder;
    return path + '/' + connection.to.port;
}

Status make_meeting_place(const std::string& run_directory, const Connection& connection) {
    std::string path = run_directory + ports_folder;
    const auto make = [&path]() -> Status {
        if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
        return os::error("make the folder of a port", path);
    };
    if (auto made = make(); !made) return made;
    for (const std::string* folder : folders(connection)) {
        path += '/' + *folder;
        if (auto made = make(); !made) return made;
    }
    return {};
}

}  // namespace shmheap::port
