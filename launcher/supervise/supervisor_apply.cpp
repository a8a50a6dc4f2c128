// Components come, go and are changed in one place and at one moment, make_changes(), between two
// looks of run(), when all that leave are down: nobody has half of the old edges and half of the
// new ones. Until then those that leave are asked to stop, and hold up nobody but each other.
#include <algorithm>
#include <cerrno>
#include <utility>

#include "launcher/supervise/changes.hpp"
#include "launcher/supervise/supervisor.hpp"
#include "os/assert.hpp"

namespace launcher {
namespace {

using shmheap::Status;

/// Names of who is gone that are kept: as many as there may be components.
constexpr std::size_t gone_max = 10'000;

}  // namespace

Status Supervisor::add_transient(Descriptor descriptor, std::shared_ptr<const LaunchText> text) {
    if (shared_.stop.requested() || is_over_)
        return shmheap::fail(ECANCELED, "launch", descriptor.name);
    if (next_) return shmheap::fail(EBUSY, "launch", descriptor.name);
    ASSERT(find(descriptor.name) == nullptr);
    components_.push_back(make(std::move(descriptor)));
    Component& component = *components_.back();
    component.is_transient = true;
    component.launched = std::move(text);
    connect();
    launch(component);
    return {};
}

Status Supervisor::apply(Application next) {
    if (shared_.stop.requested() || is_over_) return shmheap::fail(ECANCELED, "apply", next.name);
    for (const Change& change : changes_between(components_, next)) {
        const bool leaves =
            change.kind == Change::Kind::remove || change.kind == Change::Kind::restart;
        if (leaves) leave(*find(change.component));
    }
    next_ = std::move(next);
    was_given_up_ = false;
    ended_.release();
    return {};
}

void Supervisor::leave(Component& component) {
    if (component.is_leaving) return;
    const bool is_to_stop = component.state() == State::stopped || component.asked == Request::stop;
    component.starts_again = component.asked == Request::start || !is_to_stop;
    component.is_leaving = true;
    if (!is_down(component)) component.ask(Request::stop);
}

bool Supervisor::anybody_leaves() const {
    return std::any_of(components_.begin(), components_.end(), [](const auto& component) {
        return component->is_leaving && !is_down(*component);
    });
}

/// What was asked for and can be done now.
void Supervisor::make_changes() {
    see_off_unwanted();
    if (!next_) return;
    if (shared_.stop.requested()) {
        // The stop of everything has an order of its own.
        for (const auto& component : components_) {
            if (std::exchange(component->is_leaving, false)) component->asked.reset();
        }
        next_.reset();
        was_given_up_ = true;
    } else if (!anybody_leaves()) {
        take_over();
    } else {
        return;
    }
    if (on_applied_) on_applied_();
}

void Supervisor::take_over() {
    Application next = std::move(*next_);
    next_.reset();
    // Looked up before any descriptor, and with it the name that it is found by, is replaced.
    std::vector<Component*> known;
    for (const Descriptor& descriptor : next.components)
        known.push_back(find(descriptor.name));
    const Components before = std::exchange(components_, {});
    std::vector<Component*> to_launch;
    std::unordered_map<const Component*, std::shared_ptr<Component>> owned;
    for (const auto& component : before)
        owned.emplace(component.get(), component);
    for (std::size_t i = 0; i < known.size(); ++i) {
        Descriptor& descriptor = next.components[i];
        if (known[i] == nullptr) {
            components_.push_back(make(std::move(descriptor)));
            to_launch.push_back(components_.back().get());
            continue;
        }
        components_.push_back(owned.extract(known[i]).mapped());
        Component& component = *known[i];
        const bool starts = component.is_leaving && component.starts_again;
        replace(component, std::move(descriptor));
        if (starts && !component.is_unkillable) to_launch.push_back(&component);
    }
    for (const auto& component : before) {
        if (!owned.contains(component.get())) continue;
        if (component->is_transient) {
            components_.push_back(component);
        } else {
            see_off(*component);
        }
    }
    connect();
    // Nobody who needs one of them takes it for one that stays down.
    for (Component* component : to_launch)
        component->asked = Request::start;
    for (Component* component : to_launch)
        launch(*component);
    wake_all();
}

void Supervisor::replace(Component& component, Descriptor next) {
    const auto keys = changed_keys(component.descriptor(), next);
    const bool is_written_elsewhere =
        std::any_of(keys.begin(), keys.end(), [](std::string_view key) {
            return key == "logging" || key == "on_supervisor_loss";  // a pipe or a FIFO
        });
    if (is_written_elsewhere) shared_.host.forget(component.descriptor().name);
    any_heap_stays_ = any_heap_stays_ || component.descriptor().heap.reap == ReapHeap::never;
    // What is asked of another from now on was not asked of its present start.
    for (Requirement& requirement : component.requirements) {
        const bool is_same =
            std::count(next.depends_on.begin(), next.depends_on.end(), requirement.dependency) > 0;
        if (!is_same) requirement.seen = std::max(requirement.component.starts, 1U);
    }
    component.replace_descriptor(std::move(next));
    if (std::exchange(component.is_leaving, false)) component.forget_past();
}

void Supervisor::see_off(const Component& component) {
    const Descriptor& descriptor = component.descriptor();
    shared_.host.forget(descriptor.name);
    any_heap_stays_ = any_heap_stays_ || descriptor.heap.reap == ReapHeap::never;
    if (gone_.size() == gone_max) gone_.clear();
    gone_[descriptor.name] = component.starts_before + component.starts;
}

/// Transient components that were stopped, unless somebody is described as needing them.
void Supervisor::see_off_unwanted() {
    if (!anybody_unwanted_) return;
    bool is_anybody_gone = true;
    while (std::exchange(is_anybody_gone, false)) {
        std::erase_if(components_, [&](const auto& component) {
            const bool goes =
                component->is_unwanted && is_down(*component) && component->dependents.empty();
            if (goes) see_off(*component);
            is_anybody_gone = is_anybody_gone || goes;
            return goes;
        });
        if (is_anybody_gone) connect();
    }
    anybody_unwanted_ = std::any_of(components_.begin(), components_.end(),
                                    [](const auto& component) { return component->is_unwanted; });
}

}  // namespace launcher
