#include "launcher/supervise/restart.hpp"

#include <algorithm>
#include <cmath>

namespace launcher {
namespace {

/// delay × factor^multiplications, never above delay_max.
Duration back_off(const Restart& policy, unsigned multiplications) {
    const Duration first = std::min(policy.delay, policy.delay_max);
    if (first == first.zero()) return first;
    const double exact =
        static_cast<double>(first.count()) * std::pow(policy.factor, multiplications);
    if (exact >= static_cast<double>(policy.delay_max.count())) return policy.delay_max;
    return Duration(static_cast<Duration::rep>(exact));
}

/// Chance takes away up to the share `jitter`, so that those who failed together do not come back
/// together and max_delay stays the longest.
Duration with_jitter(Duration delay, double jitter, Random& random) {
    if (jitter == 0 || delay == delay.zero()) return delay;
    std::uniform_real_distribution<double> share(0, jitter);
    const auto taken =
        static_cast<Duration::rep>(static_cast<double>(delay.count()) * share(random));
    return delay - std::min(Duration(taken), delay);
}

bool is_within(TimePoint restart, Duration window, TimePoint now) {
    return now - restart < window;
}

}  // namespace

bool wants_restart(RestartPolicy policy, Outcome outcome) {
    switch (policy) {
        case RestartPolicy::no:
            return false;
        case RestartPolicy::always:
            return true;
        case RestartPolicy::on_failure:
            return outcome != Outcome::success;
        case RestartPolicy::on_abnormal:
            return outcome == Outcome::abnormal || outcome == Outcome::watchdog;
        case RestartPolicy::on_watchdog:
            return outcome == Outcome::watchdog;
    }
    return false;
}

Decision decide(const Restart& policy, const History& history, Outcome outcome, TimePoint now,
                Random& random) {
    if (!wants_restart(policy.policy, outcome))
        return Decision{.next = outcome == Outcome::success ? Next::complete : Next::fail};
    const bool was_stable = history.started && now - *history.started >= policy.reset_after;
    const unsigned in_row = was_stable ? 0 : history.attempts;
    unsigned counted = in_row;
    if (policy.window) {
        counted = static_cast<unsigned>(std::count_if(
            history.restarts.begin(), history.restarts.end(),
            [&](TimePoint restart) { return is_within(restart, *policy.window, now); }));
    }
    if (counted >= policy.attempts_max) return Decision{.next = Next::give_up, .attempt = counted};
    return Decision{.next = Next::restart,
                    .attempt = in_row + 1,
                    .delay = with_jitter(back_off(policy, in_row), policy.jitter, random)};
}

void remember(History& history, const Restart& policy, const Decision& decision, TimePoint now) {
    history.attempts = decision.attempt;
    if (!policy.window) return;
    std::erase_if(history.restarts,
                  [&](TimePoint restart) { return !is_within(restart, *policy.window, now); });
    history.restarts.push_back(now);
}

}  // namespace launcher
