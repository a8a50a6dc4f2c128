/// A connection between an output and an input as the launcher describes it to both ends, in one
/// variable of their environment, and where in the run directory the two meet. Whoever starts
/// components writes such a text, the ports read it; this file is the only one that knows how it
/// is spelt. Pure values.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shmheap/result.hpp"

namespace shmheap::port {

/// The variable: "source.out>filter.in:block:64 source.out>monitor.in:drop-oldest:16". Policy and
/// depth may be left out.
constexpr const char* connections_variable = "HARRIER_CONNECTIONS";

/// What an output does when the consumer at the other end is slow, or is not there.
enum class Policy {
    block,        ///< waits, and keeps the message when the wait is given up
    deadline,     ///< waits, and drops the message for this consumer when the wait is given up
    drop_oldest,  ///< never waits: the message that has waited longest makes room
    drop_newest,  ///< never waits: this message is dropped
};

/// The policies by the words that descriptions use for them.
struct PolicyWord {
    std::string_view word;
    Policy policy;
};
constexpr std::array<PolicyWord, 4> policy_words{{{"block", Policy::block},
                                                  {"deadline", Policy::deadline},
                                                  {"drop-oldest", Policy::drop_oldest},
                                                  {"drop-newest", Policy::drop_newest}}};

constexpr std::uint32_t depth_max = 1024;  ///< messages on their way: a ring has no more cells
constexpr std::uint32_t depth_default = 64;

/// "filter.in": an output or input of a component. Both names are [A-Za-z0-9_-]{1,64}.
struct PortName {
    std::string component = {};
    std::string port = {};

    bool operator==(const PortName&) const = default;
    [[nodiscard]] std::string text() const { return component + '.' + port; }
};

struct Connection {
    PortName from = {};
    PortName to = {};
    Policy policy = Policy::block;
    std::uint32_t depth = depth_default;

    bool operator==(const Connection&) const = default;
    /// "source.out -> filter.in", for people.
    [[nodiscard]] std::string name() const { return from.text() + " -> " + to.text(); }
};

/// The connections as the variable's text.
std::string spell(std::span<const Connection> connections);

/// The reverse of spell. Errors: EINVAL, with the part that is none.
Result<std::vector<Connection>> parse_connections(std::string_view text);

/// Both names of a port; EINVAL when they are no names. They become parts of a path.
Result<PortName> parse_port_name(std::string_view text);

/// Where the ends of a connection meet: a path below the run directory that no other connection
/// has, whose last part is short enough for a socket.
std::string meeting_place(const std::string& run_directory, const Connection& connection);

/// Makes the folders of a meeting place, 0700, as far as they do not exist below the run directory.
/// Errors: those of mkdir(2).
Status make_meeting_place(const std::string& run_directory, const Connection& connection);

}  // namespace shmheap::port
