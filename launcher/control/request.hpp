/// What a client of the control socket asks for: one line of JSON as a value (PROTOCOL.md). The
/// line is input from anybody; parse_request() checks all of it. Pure; from any thread.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "launcher/config/read_launch.hpp"

namespace launcher {

inline constexpr int protocol_version = 1;
inline constexpr std::size_t request_bytes_max = std::size_t{64} << 10;
inline constexpr std::size_t components_named_max = 1000;
inline constexpr std::size_t files_named_max = 100;
inline constexpr std::size_t settings_max = 100;  ///< of a launch

enum class Verb {
    status,
    start,
    stop,
    restart,
    signal,
    launch,
    wait,
    events,
    logs,
    graph,
    plan,
    apply,
    upgrade,
    down,
};

/// What a `wait` waits for.
enum class Condition {
    ready,    ///< each is ready, or has completed
    ended,    ///< each has ended for good
    applied,  ///< nothing is being applied
};

struct ControlRequest {
    boost::json::value id = {};  ///< null, a number or a string; comes back with every answer
    Verb verb = Verb::status;
    std::vector<std::string> components = {};  ///< none: all, where the verb allows it
    int signal = 0;                            ///< signal
    Condition condition = Condition::ready;    ///< wait
    bool follow = false;                       ///< events, logs
    std::uint64_t lines = 10;                  ///< logs: the last ones of each component
    bool at_once = false;                      ///< down
    std::vector<std::string> files = {};       ///< plan, apply; absolute; none: those it knows
    LaunchText launch = {};                    ///< launch
    std::string program = {};                  ///< upgrade: absolute, or empty for its own
};

/// Why a request is not carried out.
struct Refusal {
    const char* code = "";  ///< one of those in PROTOCOL.md
    std::string message = {};
    boost::json::value id = {};
    std::vector<std::string> mistakes = {};  ///< of `invalid`: each in a line
};

tl::expected<ControlRequest, Refusal> parse_request(std::string_view line);

/// {"version":1,"id":…,"ok":true}, for the verb to add to; no id where the request has none.
boost::json::object make_answer(const boost::json::value& id);

/// {"version":1,"id":…,"ok":false,"error":{"code":…,"message":…}}
boost::json::object make_answer(const Refusal& refusal);

}  // namespace launcher
