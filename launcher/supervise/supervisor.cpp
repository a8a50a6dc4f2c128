#include "launcher/supervise/supervisor.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "launcher/observe/format.hpp"
#include "launcher/supervise/reaping.hpp"
#include "launcher/supervise/stop_schedule.hpp"
#include "launcher/supervise/supervise.hpp"
#include "os/assert.hpp"

namespace launcher {
namespace {

using namespace std::chrono_literals;
using shmheap::Status;

// What a stop may take beyond the longest grace period; together they stay below one second.
// The third is death_patience.
constexpr auto order_slack = 200ms;  ///< for the order, when grace periods are short
constexpr auto late_grace = 300ms;   ///< for who was told last

constexpr auto laggard_patience = 1s;     ///< from being told to stop to being told of
constexpr auto telling_pause_max = 1min;  ///< between tellings, which double from laggard_patience
constexpr std::size_t laggards_named_max = 5;

constexpr std::size_t signals_pending_max = 64;  ///< of one component, before its next look

constexpr auto stray_patience = 5s;  ///< when nobody waits for the end

}  // namespace

Supervisor::Supervisor(Executor executor, Application application, Shared shared)
    : executor_(executor), shared_(std::move(shared)), ended_(executor) {
    components_.reserve(application.components.size());
    for (Descriptor& descriptor : application.components)
        components_.push_back(make(std::move(descriptor)));
    connect();
    shared_.on_stopping = [this] { look_for_laggards_in_a_second(); };
}

std::shared_ptr<Component> Supervisor::make(Descriptor descriptor) {
    auto component = std::make_shared<Component>(executor_, std::move(descriptor), shared_.emit);
    component->number = next_number_++;
    const auto before = gone_.find(component->descriptor().name);
    if (before != gone_.end()) component->starts_before = before->second;
    if (on_add_) on_add_(*component);
    return component;
}

void Supervisor::on_add(std::function<void(Component&)> callback) {
    on_add_ = std::move(callback);
    for (const auto& component : components_)
        on_add_(*component);
}

/// Looks up who needs whom, anew. Which start of the other a running one relied on is known for
/// those that it needed before; of another it is content with the present start, or the first.
void Supervisor::connect() {
    by_name_.clear();
    for (const auto& component : components_) {
        by_name_.emplace(component->descriptor().name, component.get());
        component->dependents.clear();
    }
    for (const auto& component : components_) {
        std::unordered_map<const Component*, unsigned> seen;
        for (const Requirement& before : std::exchange(component->requirements, {}))
            seen.emplace(&before.component, before.seen);
        for (const Dependency& dependency : component->descriptor().depends_on) {
            const auto found = by_name_.find(dependency.component);
            if (found == by_name_.end()) {
                ASSERT(!dependency.required);
                continue;
            }
            Component& other = *found->second;
            const auto known = seen.find(&other);
            component->requirements.push_back(
                {.component = other,
                 .dependency = dependency,

                 .seen = known == seen.end() ? std::max(other.starts, 1U) : known->second});
            other.dependents.push_back(component.get());
        }
    }
}

Awaitable<Summary> Supervisor::run() {
    for (const auto& component : components_) {
        if (!is_final(component->state())) launch(*component);
    }
    for (;;) {
        make_changes();
        const bool goes_on = running_ > 0 || (stays_ && !shared_.stop.requested());
        if (!goes_on || failure_) break;
        if (shared_.host.now() >= look_for_laggards_at_) tell_laggards();
        co_await shared_.host.sleep_until(look_for_laggards_at_, ended_);
    }
    is_over_ = true;
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

void Supervisor::launch(Component& component) {
    ASSERT(!component.is_supervised);
    component.is_supervised = true;
    ++running_;
    asio::co_spawn(executor_, supervise(component, shared_),
                   [this](const std::exception_ptr& failure) {
                       if (failure && !failure_) failure_ = failure;
                       --running_;
                       ended_.release();
                   });
}

/// When all components have ended: what escaped them ends too, what it left is reaped, and what is
/// there all the same is counted.
Awaitable<void> Supervisor::end_all() {
    const TimePoint now = shared_.host.now();
    const TimePoint give_up_at =
        shared_.stop.requested() ? std::max(shared_.stop.give_up_at, now) : now + stray_patience;
    shared_.totals.left_behind += co_await shared_.host.end_strays(give_up_at);
    for (const std::string& prefix : final_prefixes()) {
        const reaper::HeapSelection selection{
            .directory = shared_.shm_directory, .tag_prefix = prefix, .uid = geteuid()};
        shared_.totals.left_behind += reap_heaps(selection, 0ms, {}, shared_);
    }
}

/// What the last reap selects: everything of this instance at once, unless a component's heaps are
/// to stay.
std::vector<std::string> Supervisor::final_prefixes() const {
    std::vector<std::string> prefixes;
    bool all = !any_heap_stays_;
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

Component* Supervisor::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

Status Supervisor::start(Component& component) {
    if (shared_.stop.requested() || is_over_)
        return shmheap::fail(ECANCELED, "start", component.descriptor().name);
    if (component.is_unkillable) return shmheap::fail(EBUSY, "start", component.descriptor().name);
    component.is_unwanted = false;
    if (component.is_leaving) {
        component.starts_again = true;
        return {};
    }
    for (const Requirement& requirement : component.requirements) {
        Component& other = requirement.component;
        // What has completed is not run again, unless it did so without getting as far as needed.
        const bool is_down = other.state() == State::completed
                                 ? other.reached(requirement.dependency.condition) == 0
                                 : is_final(other.state());
        if (is_down && requirement.dependency.required && other.asked != Request::start)
            (void)start(other);
    }
    component.ask(Request::start);
    if (is_final(component.state()) && !component.is_supervised) launch(component);
    return {};
}

void Supervisor::stop(Component& component) {
    if (component.is_transient) {
        component.is_unwanted = true;
        anybody_unwanted_ = true;
        ended_.release();
    }
    component.starts_again = false;
    if (component.is_leaving || is_down(component)) return;
    component.ask(Request::stop);
}

Status Supervisor::restart(Component& component) {
    if (is_final(component.state()) || component.is_leaving) return start(component);
    if (shared_.stop.requested() || is_over_)
        return shmheap::fail(ECANCELED, "restart", component.descriptor().name);
    component.is_unwanted = false;
    component.ask(Request::restart);
    return {};
}

Status Supervisor::signal(Component& component, int number) {
    const bool has_leader =
        component.state() == State::running || component.state() == State::stopping;
    if (!has_leader) return shmheap::fail(ESRCH, "signal", component.descriptor().name);
    if (component.signals.size() >= signals_pending_max)
        return shmheap::fail(EAGAIN, "signal", component.descriptor().name);
    component.signals.push_back(number);
    component.latch.release();
    return {};
}

void Supervisor::look_for_laggards_in_a_second() {
    const TimePoint look_at = shared_.host.now() + laggard_patience;
    if (look_for_laggards_at_ <= look_at) return;
    look_for_laggards_at_ = look_at;
    telling_pause_ = laggard_patience;
    ended_.release();
}

/// Who was told to stop and takes longer than a second, in one event; then again after pauses that
/// grow, since a grace period may last for days.
void Supervisor::tell_laggards() {
    const TimePoint now = shared_.host.now();
    std::size_t count = 0;
    bool is_stopping = shared_.stop.requested() && running_ > 0;
    Duration longest{};
    std::string names;
    for (const auto& component : components_) {
        const bool is_told =
            component->state() == State::stopping || component->state() == State::ending;
        is_stopping = is_stopping || is_told;
        if (!is_told || now - component->told_at < laggard_patience) continue;
        longest = std::max<Duration>(longest, now - component->told_at);
        if (++count <= laggards_named_max)
            names += (count > 1 ? "," : "") + component->descriptor().name;
    }
    if (count > 0) telling_pause_ = std::min<Duration>(2 * telling_pause_, telling_pause_max);
    look_for_laggards_at_ = is_stopping ? now + telling_pause_ : end_of_time;
    if (count == 0) return;
    if (count > laggards_named_max) names += ",...";
    Event event{.kind = EventKind::waiting};
    event.with("components", std::to_string(count))
        .with("for", names)
        .with("longest", format_duration(longest));
    shared_.emit(event);
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
            longest = std::max(longest, grace_of(component->descriptor().stop_sequence));
    }
    const TimePoint now = shared_.host.now();
    // A grace period of years is one without end; the times stay within what the clock can say.
    longest = std::min<Duration>(longest, (end_of_time - now) / 2);
    StopOrder& order = shared_.stop;
    order.phase = StopOrder::Phase::graceful;
    order.tell_by = now + longest + order_slack;
    order.kill_by = order.tell_by + late_grace;
    order.give_up_at = order.kill_by + death_patience;
    look_for_laggards_in_a_second();
    wake_all();
    ended_.release();
}

void Supervisor::stop_at_once() {
    StopOrder& order = shared_.stop;
    order.phase = StopOrder::Phase::at_once;
    order.tell_by = order.kill_by = shared_.host.now();
    order.give_up_at = order.kill_by + death_patience;
    wake_all();
    ended_.release();
}

}  // namespace launcher
