#include "launcher/supervise/outcome.hpp"

#include <algorithm>

namespace launcher {
namespace {

bool contains(const std::vector<int>& numbers, int number) {
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

}  // namespace

std::string_view to_string(Cause cause) {
    switch (cause) {
        case Cause::itself:
        case Cause::shutdown:
            return {};
        case Cause::request:
            return "request";
        case Cause::dependency:
            return "dependency";
        case Cause::watchdog:
            return "watchdog";
        case Cause::not_ready:
            return "not-ready";
        case Cause::not_ended:
            return "not-ended";
        case Cause::unhealthy:
            return "unhealthy";
    }
    return {};
}

Outcome outcome_of(const Exit& exit, Cause cause, const SuccessExits& success) {
    switch (cause) {
        case Cause::itself:
        case Cause::shutdown:
        case Cause::request:
        case Cause::dependency:
            break;
        case Cause::watchdog:
            return Outcome::watchdog;
        case Cause::not_ready:
        case Cause::not_ended:
        case Cause::unhealthy:
            return Outcome::abnormal;
    }
    if (const auto* exited = std::get_if<Exited>(&exit)) {
        const bool is_success = exited->status == 0 || contains(success.statuses, exited->status);
        return is_success ? Outcome::success : Outcome::failure;
    }
    if (const auto* killed = std::get_if<Killed>(&exit))
        return contains(success.signals, killed->signal) ? Outcome::success : Outcome::abnormal;
    // Nobody can say that it ended as it should, so it did not.
    if (std::holds_alternative<Unknown>(exit)) return Outcome::abnormal;
    return Outcome::failure;
}

}  // namespace launcher
