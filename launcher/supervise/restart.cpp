#include "launcher/supervise/restart.hpp"

#include <algorithm>

namespace launcher {
namespace {

bool wants_restart(RestartPolicy policy, const Exit& exit) {
    switch (policy) {
        case RestartPolicy::no:
            return false;
        case RestartPolicy::always:
            return true;
        case RestartPolicy::on_failure:
            return !succeeded(exit);
        case RestartPolicy::on_abnormal:
            return std::holds_alternative<Killed>(exit);
    }
    return false;
}

/// delay × 2^doublings, without overflow, and never above delay_max.
Duration back_off(const Restart& policy, unsigned doublings) {
    Duration delay = std::min(policy.delay, policy.delay_max);
    if (delay == delay.zero()) return delay;
    for (unsigned i = 0; i < doublings && delay < policy.delay_max; ++i)
        delay = delay > policy.delay_max / 2 ? policy.delay_max : delay * 2;
    return delay;
}

}  // namespace

Decision decide(const Restart& policy, const History& history, const Exit& exit, TimePoint now) {
    if (!wants_restart(policy.policy, exit)) {
        const Next next = succeeded(exit) ? Next::complete : Next::fail;
        return Decision{.next = next};
    }
    const bool was_stable = history.started && now - *history.started >= policy.reset_after;
    const unsigned attempts = was_stable ? 0 : history.attempts;
    if (attempts >= policy.attempts_max) return Decision{.next = Next::give_up};
    return Decision{
        .next = Next::restart, .attempt = attempts + 1, .delay = back_off(policy, attempts)};
}

}  // namespace launcher
