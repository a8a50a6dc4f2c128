#include "launcher/supervise/supervisor.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "launcher/supervise/dependencies.hpp"
#include "launcher/supervise/reaping.hpp"
#include "launcher/supervise/supervise.hpp"
#include "os/assert.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;

// What a stop may take beyond the longest grace period; together they stay below one second.
constexpr auto order_slack = 200ms;     ///< for the order, when grace periods are short
constexpr auto late_grace = 300ms;      ///< for who was told last
constexpr auto death_patience = 350ms;  ///< from SIGKILL to gone

constexpr auto stray_patience = 5s;  ///< when nobody waits for the end

}  // namespace

Supervisor::Supervisor(Executor executor, const Application& application, Shared shared)
    : executor_(executor), shared_(std::move(shared)), ended_(executor) {
    components_.reserve(application.components.size());
    for (const Descriptor& descriptor : application.components)
        components_.push_back(std::make_unique<Component>(executor, descriptor, shared_.emit));
    connect(application);
}

void Supervisor::connect(const Application& application) {
    std::unordered_map<std::string_view, Component*> by_name;
    for (std::size_t i = 0; i < components_.size(); ++i)
        by_name.emplace(application.components[i].name, components_[i].get());
    for (const auto& component : components_) {
        for (const Dependency& dependency : component->descriptor().depends_on) {
            const auto found = by_name.find(dependency.component);
            ASSERT(found != by_name.end());
            component->dependencies.push_back(found->second);
            found->second->dependents.push_back(component.get());
        }
    }
}

Awaitable<Summary> Supervisor::run() {
    running_ = components_.size();
    for (const auto& component : components_) {
        asio::co_spawn(executor_, supervise(*component, shared_),
                       [this](const std::exception_ptr& failure) {
                           if (failure && !failure_) failure_ = failure;
                           --running_;
                           ended_.release();
                       });
    }
    while (running_ > 0 && !failure_)
        co_await shared_.host.sleep_until(end_of_time, ended_);
    if (failure_) std::rethrow_exception(failure_);
    co_await end_all();
    Summary summary{
        .components = components_.size(), .failed = failed_count(), .totals = shared_.totals};
    Event event{.kind = EventKind::finished};
    event.with("components", std::to_string(summary.components))
        .with("restarts", std::to_string(summary.totals.restarts))
        .with("reaped", std::to_string(summary.totals.heaps_reaped))
        .with("left_behind", std::to_string(summary.totals.left_behind));
    shared_.emit(event);
    co_return summary;
}

/// When all components have ended: what escaped them ends too, what it left is reaped, and what is
/// there all the same is counted.
Awaitable<void> Supervisor::end_all() {
    const TimePoint now = shared_.host.now();
    const TimePoint give_up_at =
        shared_.stop.requested() ? std::max(shared_.stop.give_up_at, now) : now + stray_patience;
    shared_.totals.left_behind += co_await shared_.host.end_strays(give_up_at);
    for (const std::string& prefix : final_prefixes()) {
        const reaper::Selection selection{
            .directory = shared_.shm_directory, .tag_prefix = prefix, .uid = geteuid()};
        shared_.totals.left_behind += reap_heaps(selection, 0ms, {}, shared_);
    }
}

/// What the last reap selects: everything of this instance at once, unless a component's heaps are
/// to stay.
std::vector<std::string> Supervisor::final_prefixes() const {
    std::vector<std::string> prefixes;
    bool all = true;
    for (const auto& component : components_) {
        if (component->descriptor().heap.reap == ReapHeap::never) {
            all = false;
        } else {
            prefixes.push_back(shared_.instance_tag + '/' + component->descriptor().name + '/');
        }
    }
    if (all) prefixes = {shared_.instance_tag + '/'};
    return prefixes;
}

std::size_t Supervisor::failed_count() const {
    return static_cast<std::size_t>(
        std::count_if(components_.begin(), components_.end(),
                      [](const auto& component) { return component->state() == State::failed; }));
}

void Supervisor::wake_all() {
    for (const auto& component : components_)
        component->latch.release();
}

void Supervisor::stop() {
    if (shared_.stop.requested()) return;
    Duration longest{};
    for (const auto& component : components_) {
        if (!is_final(component->state()))
            longest = std::max(longest, component->descriptor().stop_grace_period);
    }
    const TimePoint now = shared_.host.now();
    // A grace period of years is one without end; the times stay within what the clock can say.
    longest = std::min<Duration>(longest, (end_of_time - now) / 2);
    StopOrder& order = shared_.stop;
    order.phase = StopOrder::Phase::graceful;
    order.tell_by = now + longest + order_slack;
    order.kill_by = order.tell_by + late_grace;
    order.give_up_at = order.kill_by + death_patience;
    wake_all();
}

void Supervisor::stop_at_once() {
    StopOrder& order = shared_.stop;
    order.phase = StopOrder::Phase::at_once;
    order.tell_by = order.kill_by = shared_.host.now();
    order.give_up_at = order.kill_by + death_patience;
    wake_all();
}

}  // namespace launcher
