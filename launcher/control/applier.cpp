#include "launcher/control/applier.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "launcher/config/plan.hpp"
#include "launcher/config/read_logging.hpp"

namespace launcher {
namespace {

Diagnostic mistake(Place place, std::string key, std::string what) {
    return {.place = std::move(place), .key = std::move(key), .what = std::move(what)};
}

/// What cannot be seen in one file, or one component, alone.
void check_together(const std::vector<const Descriptor*>& descriptors, Diagnostics& diagnostics) {
    if (const auto order = plan_together(descriptors); !order) {
        for (const Diagnostic& diagnostic : order.error())
            diagnostics.add(diagnostic);
    }
    check_log_files(descriptors, diagnostics);
}

std::size_t count_of(const std::vector<Change>& changes, Change::Kind kind) {
    return static_cast<std::size_t>(
        std::count_if(changes.begin(), changes.end(),
                      [kind](const Change& change) { return change.kind == kind; }));
}

/// A refusal that tells of mistakes in a description.
Refusal invalid(const std::vector<Diagnostic>& mistakes) {
    Refusal refusal{.code = "invalid", .message = mistakes.front().text()};
    for (const Diagnostic& each : mistakes)
        refusal.mistakes.push_back(each.text());
    return refusal;
}

/// Why nothing was read.
Refusal unread(const shmheap::Error& error) {
    if (error.code == EBUSY) return {.code = "busy", .message = error.message()};
    if (error.code == ECANCELED) return {.code = "refused", .message = "harrier is stopping"};
    return {.code = "refused", .message = error.message()};
}

}  // namespace

Awaitable<Applier::Planned> Applier::plan(std::vector<std::string> files) {
    if (files.empty()) files = origin_.files;
    const auto loaded = std::make_shared<std::optional<Loaded>>();
    std::function<void()> work = [loaded, files] { *loaded = load(files, process_environment); };
    auto place = co_await reader_.read(std::move(work));
    if (!place) co_return tl::unexpected(unread(place.error()));
    if (!**loaded) co_return tl::unexpected(invalid((*loaded)->error()));
    Plan plan{.next = std::move(***loaded),
              .files = std::move(files),
              .changes = {},
              .place = std::move(*place)};
    const auto mistakes = mistakes_in(plan);
    if (!mistakes.empty()) co_return tl::unexpected(invalid(mistakes));
    plan.changes = changes_between(supervisor_.components(), plan.next);
    co_return plan;
}

/// What is wrong with it for the application that runs.
std::vector<Diagnostic> Applier::mistakes_in(const Plan& plan) const {
    Diagnostics diagnostics;
    if (plan.next.name != origin_.application) {
        diagnostics.add(mistake(Place{plan.files.front()}, "name",
                                "the application that runs is " + shown(origin_.application) +
                                    ", it cannot become " + shown(plan.next.name)));
        return diagnostics.take();
    }
    std::vector<const Descriptor*> together = refer_to(plan.next.components);
    for (const auto& component : supervisor_.components()) {
        if (component->is_transient) together.push_back(&component->descriptor());
    }
    if (together.size() == plan.next.components.size()) return {};  // load() has seen to it
    if (together.size() > components_max)
        diagnostics.add(mistake(Place{plan.files.front()}, "components",
                                "there would be too many with those that were launched"));
    for (const Descriptor& descriptor : plan.next.components) {
        const Component* known = supervisor_.find(descriptor.name);
        if (known != nullptr && known->is_transient)
            diagnostics.add(mistake(descriptor.place, descriptor.name,
                                    "a component of that name was launched, stop it before"));
    }
    if (diagnostics.empty()) check_together(together, diagnostics);
    return diagnostics.take();
}

shmheap::Status Applier::apply(Plan plan) {
    const auto count = [&plan](Change::Kind kind) {
        return std::to_string(count_of(plan.changes, kind));
    };
    Event event{.kind = EventKind::applied};
    event.with("added", count(Change::Kind::add))
        .with("removed", count(Change::Kind::remove))
        .with("restarted", count(Change::Kind::restart))
        .with("updated", count(Change::Kind::update));
    if (auto applied = supervisor_.apply(std::move(plan.next)); !applied) return applied;
    origin_.files = std::move(plan.files);
    emit_(event);
    return {};
}

void Applier::apply_again() {
    is_asked_again_ = is_applying_again_;
    if (is_applying_again_) return;
    is_applying_again_ = true;
    asio::co_spawn(executor_, apply_and_tell(), [this](const std::exception_ptr& failure) {
        is_applying_again_ = false;
        idle_.release();
        if (failure) tell_refusal("out of memory");
        if (std::exchange(is_asked_again_, false)) apply_again();
    });
}

Awaitable<void> Applier::apply_and_tell() {
    std::vector<std::string> known;
    Planned planned = co_await plan(std::move(known));
    if (!planned) {
        const Refusal& refusal = planned.error();
        if (refusal.mistakes.empty()) tell_refusal(refusal.message);
        for (const std::string& each : refusal.mistakes)
            tell_refusal(each);
        co_return;
    }
    if (const auto applied = apply(std::move(*planned)); !applied)
        tell_refusal(applied.error().message());
}

void Applier::tell_refusal(const std::string& why) const {
    Event event{.kind = EventKind::refused};
    emit_(event.with("request", "apply").with("error", why));
}

Awaitable<Applier::Launched> Applier::launch(LaunchText text) {
    using Read = tl::expected<Descriptor, std::vector<Diagnostic>>;
    const auto read = std::make_shared<std::optional<Read>>();
    std::function<void()> work = [read, text] { *read = read_launch(text, process_environment); };
    const auto place = co_await reader_.read(std::move(work));
    if (!place) co_return tl::unexpected(unread(place.error()));
    if (supervisor_.find(text.name) != nullptr)
        co_return tl::unexpected(Refusal{
            .code = "refused", .message = "there is a component " + shown(text.name) + " already"});
    if (!**read) co_return tl::unexpected(invalid((*read)->error()));
    co_return add(std::move(***read), std::make_shared<const LaunchText>(std::move(text)));
}

/// Beside the application as it is at this moment.
Applier::Launched Applier::add(Descriptor descriptor, std::shared_ptr<const LaunchText> text) {
    std::vector<const Descriptor*> together;
    for (const auto& component : supervisor_.components())
        together.push_back(&component->descriptor());
    together.push_back(&descriptor);
    Diagnostics diagnostics;
    if (together.size() > components_max) {
        diagnostics.add(mistake(descriptor.place, "", "there are too many components already"));
    } else {
        check_together(together, diagnostics);
    }
    if (!diagnostics.empty()) return tl::unexpected(invalid(diagnostics.take()));
    if (auto added = supervisor_.add_transient(std::move(descriptor), std::move(text)); !added)
        return tl::unexpected(Refusal{.code = "refused", .message = added.error().message()});
    return {};
}

Awaitable<void> Applier::finish() {
    while (is_applying_again_)
        co_await idle_.wait_until(end_of_time);
}

}  // namespace launcher
