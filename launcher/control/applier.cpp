#include "launcher/control/applier.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "launcher/config/plan.hpp"
#include "launcher/config/read_logging.hpp"
#include "launcher/observe/worker.hpp"

namespace launcher {
namespace {

/// Shared by the one who waits and the thread that reads.
struct Reading {
    explicit Reading(Executor executor) : is_done(executor) {}

    Latch is_done;
    std::optional<Loaded> loaded;
};

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

}  // namespace

Awaitable<Loaded> Applier::load_aside(std::vector<std::string> files) {
    const auto reading = std::make_shared<Reading>(executor_);
    const auto worker = Worker::start("harrier-load", Worker::Priority::normal);
    if (!worker) {
        std::vector<Diagnostic> mistakes{
            mistake(Place{files.front()}, "", worker.error().message())};
        co_return tl::unexpected(std::move(mistakes));
    }
    (*worker)->post([executor = executor_, reading, files = std::move(files)] {
        auto loaded = std::make_shared<Loaded>(load(files, process_environment));
        asio::post(executor, [reading, loaded] {
            reading->loaded = std::move(*loaded);
            reading->is_done.release();
        });
    });
    ++reading_;
    while (!reading->loaded)
        co_await reading->is_done.wait_until(end_of_time);
    --reading_;
    idle_.release();
    co_return std::move(*reading->loaded);
}

Awaitable<Applier::Planned> Applier::plan(std::vector<std::string> files) {
    if (files.empty()) files = origin_.files;
    Loaded loaded = co_await load_aside(files);
    if (!loaded) co_return tl::unexpected(std::move(loaded.error()));
    Plan plan{.next = std::move(*loaded), .files = std::move(files), .changes = {}};
    auto mistakes = mistakes_in(plan);
    if (!mistakes.empty()) co_return tl::unexpected(std::move(mistakes));
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
    ++reading_;
    asio::co_spawn(executor_, apply_and_tell(), [this](const std::exception_ptr& failure) {
        --reading_;
        idle_.release();
        is_applying_again_ = false;
        if (failure) tell_refusal("out of memory");
        if (std::exchange(is_asked_again_, false)) apply_again();
    });
}

Awaitable<void> Applier::apply_and_tell() {
    std::vector<std::string> known;
    Planned planned = co_await plan(std::move(known));
    if (!planned) {
        for (const Diagnostic& diagnostic : planned.error())
            tell_refusal(diagnostic.text());
        co_return;
    }
    if (const auto applied = apply(std::move(*planned)); !applied)
        tell_refusal(applied.error().message());
}

void Applier::tell_refusal(const std::string& why) const {
    Event event{.kind = EventKind::refused};
    emit_(event.with("request", "apply").with("error", why));
}

Refusal invalid(const std::vector<Diagnostic>& mistakes) {
    Refusal refusal{.code = "invalid", .message = mistakes.front().text()};
    for (const Diagnostic& each : mistakes)
        refusal.mistakes.push_back(each.text());
    return refusal;
}

tl::expected<void, Refusal> Applier::launch(const LaunchText& text) {
    if (supervisor_.find(text.name) != nullptr)
        return tl::unexpected(Refusal{
            .code = "refused", .message = "there is a component " + shown(text.name) + " already"});
    auto descriptor = read_launch(text, process_environment);
    if (!descriptor) return tl::unexpected(invalid(descriptor.error()));
    std::vector<const Descriptor*> together;
    for (const auto& component : supervisor_.components())
        together.push_back(&component->descriptor());
    together.push_back(&*descriptor);
    Diagnostics diagnostics;
    if (together.size() > components_max) {
        diagnostics.add(mistake(descriptor->place, "", "there are too many components already"));
    } else {
        check_together(together, diagnostics);
    }
    if (!diagnostics.empty()) return tl::unexpected(invalid(diagnostics.take()));
    if (auto added = supervisor_.add_transient(std::move(*descriptor)); !added)
        return tl::unexpected(Refusal{.code = "refused", .message = added.error().message()});
    return {};
}

Awaitable<void> Applier::finish() {
    while (reading_ > 0)
        co_await idle_.wait_until(end_of_time);
}

}  // namespace launcher
