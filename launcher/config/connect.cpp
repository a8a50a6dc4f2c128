#include "launcher/config/connect.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "launcher/config/nearest.hpp"

namespace launcher {
namespace {

/// One end of a connection, as it was written.
struct End {
    std::string_view key;  ///< "from" or "to"
    const shmheap::port::PortName& port;
    const Place& place;
};

End from_end(const Connection& connection) {
    return {"from", connection.value.from, connection.from_place};
}
End to_end(const Connection& connection) {
    return {"to", connection.value.to, connection.to_place};
}

/// "in line 7", seen from another place.
std::string in_line(const Place& of, const Place& seen_from) {
    const std::string line = fmt::format("in line {}", of.line);
    return of.file == seen_from.file ? line : line + " of " + shown(of.file);
}

/// What is known while the connections are gone through, one after the other.
class Connecting {
public:
    Connecting(Application& application, Diagnostics& diagnostics) : diagnostics_(diagnostics) {
        for (Descriptor& descriptor : application.components) {
            components_.emplace(descriptor.name, Ends{.descriptor = &descriptor});
            names_.push_back(descriptor.name);
        }
    }

    void add(const Connection& connection) {
        Ends* const from = find(from_end(connection));
        Ends* const to = find(to_end(connection));
        if (from == nullptr || to == nullptr) return;
        if (from == to) {
            return refuse(to_end(connection), fmt::format("{} would be connected to itself",
                                                          shown(connection.value.to.component)));
        }
        const bool is_consistent = keeps_its_role(from_end(connection)) &&
                                   keeps_its_role(to_end(connection)) && is_new(connection);
        if (!is_consistent) return;
        if (++from->leaving == connections_from_max + 1) {
            refuse(from_end(connection),
                   fmt::format("more than {} connections leave {}", connections_from_max,
                               shown(connection.value.from.component)));
        }
        if (++to->arriving == connections_to_max + 1) {
            refuse(to_end(connection),
                   fmt::format("more than {} connections lead to {}", connections_to_max,
                               shown(connection.value.to.component)));
        }
        from->descriptor->connections.push_back(connection.value);
        to->descriptor->connections.push_back(connection.value);
    }

private:
    struct Ends {
        Descriptor* descriptor;
        std::size_t leaving = 0;
        std::size_t arriving = 0;
    };

    void refuse(const End& end, std::string what) {
        diagnostics_.add({end.place, std::string(end.key), std::move(what)});
    }

    Ends* find(const End& end) {
        const auto found = components_.find(end.port.component);
        if (found != components_.end()) return &found->second;
        refuse(end, fmt::format("there is no component {}{}", shown(end.port.component),
                                suggestion(end.port.component, names_)));
        return nullptr;
    }

    /// Whether the port is what it was in the connections before: an output or an input.
    bool keeps_its_role(const End& end) {
        const auto [known, is_first] = roles_.try_emplace(end.port.text(), end);
        if (is_first || known->second.key == end.key) return true;
        refuse(end, fmt::format("{} is an {} {}", shown(end.port.text()),
                                end.key == "to" ? "output" : "input",
                                in_line(known->second.place, end.place)));
        return false;
    }

    bool is_new(const Connection& connection) {
        const auto [known, is_first] =
            connections_.try_emplace(connection.value.name(), &connection);
        if (is_first) return true;
        const bool is_same = known->second->value == connection.value;
        diagnostics_.add(
            {connection.place, "connections",
             fmt::format("{} is connected to {} already {}{}", shown(connection.value.from.text()),
                         shown(connection.value.to.text()),
                         in_line(known->second->place, connection.place),
                         is_same ? "" : ", with other options")});
        return false;
    }

    Diagnostics& diagnostics_;
    std::unordered_map<std::string_view, Ends> components_;
    std::vector<std::string_view> names_;
    std::unordered_map<std::string, End> roles_;                      // by port
    std::unordered_map<std::string, const Connection*> connections_;  // by name
};

}  // namespace

void connect(Application& application, Diagnostics& diagnostics) {
    Connecting connecting(application, diagnostics);
    for (const Connection& connection : application.connections) {
        if (diagnostics.full()) return;
        connecting.add(connection);
    }
}

}  // namespace launcher
