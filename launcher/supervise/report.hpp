/// What a running component says of itself, in the words of sd_notify(3) and by the other means
/// that make it ready. Values; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "launcher/config/descriptor.hpp"

namespace launcher {

/// Everything said since the last look.
struct Report {
    bool ready = false;             ///< READY=1, the awaited line, something on the descriptor
    bool stopping = false;          ///< STOPPING=1: it ends by itself
    bool alive = false;             ///< WATCHDOG=1
    bool watchdog_trigger = false;  ///< WATCHDOG=trigger: it asks to be taken for hung
    std::optional<Duration> extend_timeout{};  ///< EXTEND_TIMEOUT_USEC, counted from now
    std::optional<std::string> status{};       ///< STATUS, cut after status_bytes_max
};
inline constexpr std::size_t status_bytes_max = 256;

/// Adds what a datagram says; unknown fields and what cannot be read are passed over. MAINPID is
/// one of the unknown: the leader stays the leader.
void add_notification(std::string_view datagram, Report& report);

}  // namespace launcher
