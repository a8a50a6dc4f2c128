#include "launcher/config/read_connections.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace launcher {
namespace {

using shmheap::port::depth_max;
using shmheap::port::Policy;
using shmheap::port::policy_words;
using shmheap::port::PortName;

constexpr std::array<Choice<Policy>, policy_words.size()> policies = [] {
    std::array<Choice<Policy>, policy_words.size()> choices{};
    for (std::size_t i = 0; i < choices.size(); ++i)
        choices[i] = {policy_words[i].word, policy_words[i].policy};
    return choices;
}();

void read_port(const ValueReader& reader, const Entry& entry, PortName& port, Place& place) {
    place = entry.value.position.place();
    const std::optional<std::string> text = reader.text(entry);
    if (!text) return;
    const std::size_t dot = text->find('.');
    if (dot == std::string::npos) {
        return reader.refuse(entry, fmt::format("{} names no port, write COMPONENT.PORT as in "
                                                "source.out",
                                                shown(*text)));
    }
    PortName read{.component = text->substr(0, dot), .port = text->substr(dot + 1)};
    for (const std::string& name : {read.component, read.port}) {
        if (!is_name(name)) {
            return reader.refuse(entry, fmt::format("{} {}", shown(name), name_rule));
        }
    }
    port = std::move(read);
}

void read_depth(const ValueReader& reader, const Entry& entry, Connection& connection) {
    unsigned depth = connection.value.depth;
    reader.read_count(entry, depth);
    if (depth > depth_max) {
        return reader.refuse(entry, fmt::format("{} messages are more than the {} that a "
                                                "connection has room for",
                                                depth, depth_max));
    }
    connection.value.depth = depth;
}

constexpr std::array<KeyRule<Connection>, 4> connection_keys{{
    {"from",
     [](const ValueReader& reader, const Entry& entry, Connection& connection) {
         read_port(reader, entry, connection.value.from, connection.from_place);
     }},
    {"to",
     [](const ValueReader& reader, const Entry& entry, Connection& connection) {
         read_port(reader, entry, connection.value.to, connection.to_place);
     }},
    {"policy",
     [](const ValueReader& reader, const Entry& entry, Connection& connection) {
         reader.read_choice(entry, policies, connection.value.policy);
     }},
    {"depth", read_depth},
}};

bool has_both_ends(const Connection& connection) {
    return !connection.value.from.port.empty() && !connection.value.to.port.empty();
}

}  // namespace

std::vector<Connection> read_connections(const Entry& list, ReadingContext& context) {
    const ValueReader reader(context, "");
    std::vector<Connection> connections;
    if (list.value.kind != Node::Kind::list) {
        reader.refuse_kind(list, "a list");
        return connections;
    }
    for (const Node& item : list.value.items) {
        if (context.diagnostics.full()) break;
        const Entry entry{list.key, item.position, item};
        Connection connection{.place = item.position.place()};
        reader.read_map(entry, connection_keys, connection);
        for (const char* key : {"from", "to"}) {
            if (item.kind == Node::Kind::map && item.find(key) == nullptr) {
                reader.refuse(item.position, key, "the key is missing");
            }
        }
        if (has_both_ends(connection)) connections.push_back(std::move(connection));
    }
    return connections;
}

std::vector<Vocabulary> connection_vocabulary() {
    return {vocabulary_of("connection", connection_keys, &KeyRule<Connection>::key),
            vocabulary_of("connection.policy", policies, &Choice<Policy>::word)};
}

}  // namespace launcher
