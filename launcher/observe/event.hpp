/// What happened, as a value, and how it reads on stderr:
///
///     12:00:02.911 event=exited    component=flaky   pid=814 signal=SIGSEGV uptime=1.7s
///
/// Whoever changes a state emits the event; nobody parses one back. Values, safe to copy.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace launcher {

enum class EventKind {
    started,    ///< a component's process runs
    adopted,    ///< one that an earlier harrier started runs, and is this one's now
    ready,      ///< it can be used, as it was asked to say
    healthy,    ///< a health check passed, for the first time or again
    unhealthy,  ///< too many health checks failed
    exited,     ///< it ended, as the kernel reported it
    reaped,     ///< a heap of a dead process was removed
    leftover,   ///< something that should have ended or been removed was not
    orphans,    ///< heaps of others that nobody owns, counted at the start
    backoff,    ///< a restart waits
    failed,     ///< a component ended for good, and not as it should
    logging,    ///< a log cannot be written, or can be again
    stopping,   ///< a component, or all of it, was told to stop
    waiting,    ///< a stop takes long, and for whom
    stopped,    ///< a component ended because it was told to stop
    applied,    ///< the application is another one from now on
    refused,    ///< another one cannot be applied
    upgraded,   ///< another program goes on in this process
    finished,   ///< everything has ended
};

struct Event {
    EventKind kind;
    std::string component = {};  ///< empty when it concerns the application
    std::vector<std::pair<std::string, std::string>> fields = {};

    /// Adds `key=value`; the value is quoted when the line is written.
    Event&& with(std::string_view key, std::string value) && {
        fields.emplace_back(key, std::move(value));
        return std::move(*this);
    }
    Event& with(std::string_view key, std::string value) & {
        fields.emplace_back(key, std::move(value));
        return *this;
    }
};

/// Where events go.
using EventSink = std::function<void(const Event&)>;

std::string_view to_string(EventKind kind);

/// One line with its newline. Event and component are padded so that what follows stands in
/// columns; `component_width` is the length of the longest name. Local time.
std::string format_event(const Event& event, std::chrono::system_clock::time_point time,
                         std::size_t component_width);

}  // namespace launcher
