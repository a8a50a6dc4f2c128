#include "launcher/control/upgrader.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json/value_from.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "launcher/supervise/carry.hpp"
#include "os/error.hpp"

namespace launcher {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto quiet_patience = 2s;
constexpr auto quiet_pause = 10ms;  // before the next look
constexpr const char* too_long = ", which takes too long to wait for";
constexpr int turns_of_signals = 3;  // a handler's byte is read in the next but one, at most

/// SIGINT and SIGTERM wait for whoever is there to take them.
class StopsHeld {
public:
    StopsHeld() {
        sigset_t stops;
        sigemptyset(&stops);
        sigaddset(&stops, SIGINT);
        sigaddset(&stops, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &stops, &before_);
    }
    ~StopsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    StopsHeld(const StopsHeld&) = delete;
    StopsHeld& operator=(const StopsHeld&) = delete;

private:
    sigset_t before_{};
};

/// Does it when the scope is left, in whatever way.
template <class Action>
class AtEnd {
public:
    explicit AtEnd(Action action) : action_(std::move(action)) {}
    ~AtEnd() { action_(); }
    AtEnd(const AtEnd&) = delete;
    AtEnd& operator=(const AtEnd&) = delete;

private:
    Action action_;
};

Refusal refused(std::string message) {
    return {.code = "refused", .message = std::move(message)};
}

Refusal differs(const std::string& what) {
    return refused("the description differs from what runs (" + what +
                   "): see 'harrier plan', and apply it before");
}

}  // namespace

Upgrader::Upgrader(Executor executor, Parts parts)
    : executor_(executor), parts_(std::move(parts)), own_program_(path_of_this_program()) {}

Awaitable<Refusal> Upgrader::upgrade(std::string program, Asker asker) {
    if (is_under_way_) co_return Refusal{.code = "busy", .message = "another upgrade is under way"};
    is_under_way_ = true;
    const AtEnd over([this] { is_under_way_ = false; });
    Candidate candidate;
    candidate.program = program.empty() ? own_program_ : std::move(program);
    auto refusal = co_await await_applied();
    candidate.files = parts_.applier.files();
    if (!refusal) refusal = co_await examine(candidate);
    if (!refusal) refusal = co_await replace(candidate, asker);
    co_return *refusal;
}

/// What is being applied is what will run.
Awaitable<std::optional<Refusal>> Upgrader::await_applied() {
    const TimePoint deadline = Clock::now() + quiet_patience;
    Timer pause(executor_);
    while (parts_.supervisor.is_applying() || parts_.applier.is_applying_again()) {
        if (Clock::now() >= deadline)
            co_return refused(std::string("another description is being applied") + too_long);
        pause.expires_after(quiet_pause);
        co_await pause.async_wait(use_awaitable);
    }
    co_return std::nullopt;
}

/// Of the program, to the application; empty when it has none. Notes which file it is.
std::string Upgrader::objection_of(Candidate& candidate) {
    auto file = find_program(candidate.program);
    if (!file) return file.error().message();
    candidate.file = *file;
    const auto version =
        ask_program(candidate.program, {{"description", carry(candidate.description)}});
    return version ? std::string() : version.error();
}

/// The Reader's thread waits for the disk and for the program.
Awaitable<std::optional<Refusal>> Upgrader::examine(Candidate& candidate) {
    for (const auto& component : parts_.supervisor.components()) {
        if (component->launched) candidate.description.launched.push_back(*component->launched);
    }
    const auto shared = std::make_shared<Candidate>(candidate);
    std::function<void()> work = [shared] {
        auto texts = read_texts(shared->files);
        if (!texts) {
            shared->described = tl::unexpected(std::move(texts.error()));
            return;
        }
        shared->description.texts = std::move(*texts);
        shared->described = read_description(shared->description);
        if (!shared->described) return;
        shared->objection = objection_of(*shared);
    };
    auto place = co_await parts_.reader.read(std::move(work));
    if (!place) co_return refused(place.error().message());
    candidate = std::move(*shared);
    if (!candidate.described) {
        Refusal refusal{.code = "invalid", .message = candidate.described.error().front().text()};
        for (const Diagnostic& each : candidate.described.error())
            refusal.mistakes.push_back(each.text());
        co_return refusal;
    }
    if (!candidate.objection.empty()) co_return refused(candidate.objection);
    co_return difference(*candidate.described);
}

/// What is described is what runs: nobody is asked to change anything by the way.
std::optional<Refusal> Upgrader::difference(const Described& described) const {
    if (described.application.name != parts_.application) return differs("name");
    const auto changes = changes_between(parts_.supervisor.components(), described.application);
    if (!changes.empty()) return differs("component \"" + changes.front().component + '"');
    std::size_t transient = 0;
    for (const auto& component : parts_.supervisor.components()) {
        if (!component->is_transient) continue;
        const auto is_this = [&component](const Descriptor& launched) {
            return launched.name == component->descriptor().name &&
                   changed_keys(component->descriptor(), launched).empty();
        };
        ++transient;
        if (std::none_of(described.launched.begin(), described.launched.end(), is_this))
            return differs("component \"" + component->descriptor().name + '"');
    }
    if (transient != described.launched.size()) return differs("what was launched");
    return std::nullopt;
}

/// What is in the middle of something, as a sentence; empty when nothing is.
std::string Upgrader::transition() const {
    std::string what = parts_.supervisor.transition();
    if (what.empty() && parts_.applier.is_applying_again()) what = "the files are being applied";
    return what;
}

Awaitable<Refusal> Upgrader::replace(const Candidate& candidate, const Asker& asker) {
    const TimePoint deadline = Clock::now() + quiet_patience;
    parts_.supervisor.hold_checks(deadline);
    const AtEnd go_on([this] { parts_.supervisor.let_checks_go_on(); });
    Timer pause(executor_);
    for (;;) {
        std::string why = transition();
        is_hopeless_ = parts_.supervisor.is_ending();
        if (why.empty()) why = co_await attempt(candidate, asker, deadline);
        if (is_hopeless_) co_return refused(std::move(why));
        if (Clock::now() >= deadline) co_return refused(why + too_long);
        pause.expires_after(quiet_pause);
        co_await pause.async_wait(use_awaitable);
    }
}

/// Returns why it was not to be.
Awaitable<std::string> Upgrader::attempt(const Candidate& candidate, const Asker& asker,
                                         TimePoint deadline) {
    const StopsHeld held;
    const bool is_paused = co_await parts_.output.pause(deadline);
    if (!is_paused) co_return "a log waits for its disk";
    const AtEnd go_on([this] { parts_.output.go_on(); });
    for (int i = 0; i < turns_of_signals; ++i)
        co_await asio::post(executor_, use_awaitable);
    // From here on nobody else has a turn.
    std::string why = transition();
    if (why.empty()) why = obstacle(candidate);
    if (!why.empty()) co_return why;
    auto record = record_of(candidate, asker);
    if (!record) co_return record.error().message();
    co_return execute(candidate, std::move(*record));
}

/// What waiting does not help against; empty when there is none.
std::string Upgrader::obstacle(const Candidate& candidate) {
    is_hopeless_ = true;
    if (const auto changed = difference(*candidate.described)) return changed->message;
    if (const auto held = parts_.directory.check(); !held) return held.error().message();
    is_hopeless_ = false;
    return {};
}

shmheap::Result<json::object> Upgrader::carry_outputs() const {
    json::object outputs;
    for (const auto& component : parts_.supervisor.components()) {
        const std::string& name = component->descriptor().name;
        const auto carried = parts_.output.carry(name);
        if (!carried) return tl::unexpected(carried.error());
        if (*carried) outputs[name] = carry(**carried);
    }
    return outputs;
}

shmheap::Result<json::object> Upgrader::record_of(const Candidate& candidate,
                                                  const Asker& asker) const {
    auto outputs = carry_outputs();
    if (!outputs) return tl::unexpected(outputs.error());
    json::object record{{"description", carry(candidate.description)},
                        {"instance", parts_.instance},
                        {"from", HARRIER_VERSION},
                        {"supervisor", parts_.supervisor.carry()},
                        {"spared", json::value_from(parts_.host.spared())},
                        {"outputs", std::move(*outputs)},
                        {"journal", parts_.journal.carry()},
                        {"held_output", parts_.console.output().held()},
                        {"held_errors", parts_.console.errors().held()},
                        {"files_current", parts_.open_files.rlim_cur},
                        {"files_max", parts_.open_files.rlim_max},
                        {"lock", parts_.directory.lock()},
                        {"containment", parts_.host.containment_lock()},
                        {"control", parts_.control},
                        {"asker", asker.socket},
                        {"asker_id", asker.id}};
    record["descriptors"] = json::value_from(descriptors_in(record));
    return record;
}

/// All that the exec leaves open, so that the other program can take care of them at once.
std::vector<int> Upgrader::descriptors_in(const json::object& record) {
    std::vector<int> all;
    const auto add = [&all](const json::object& object, const char* key) {
        const int fd = object.at(key).to_number<int>();
        if (fd >= 0) all.push_back(fd);
    };
    for (const char* key : {"lock", "containment", "control", "asker"})
        add(record, key);
    for (const auto& [name, output] : record.at("outputs").as_object()) {
        add(output.as_object(), "read_end");
        add(output.as_object(), "write_end");
    }
    for (const auto& [name, component] : record.at("supervisor").at("components").as_object()) {
        const json::value* process = component.as_object().if_contains("process");
        if (process == nullptr) continue;
        for (const char* key : {"pidfd", "notify_socket", "ready_pipe"})
            add(process->as_object(), key);
    }
    return all;
}

/// Returns if it is not to be: with why, and everything as before.
std::string Upgrader::execute(const Candidate& candidate, json::object record) {
    is_hopeless_ = true;
    std::vector<int> descriptors = descriptors_in(record);
    const auto file = write_record(std::move(record));
    if (!file) return file.error().message();
    descriptors.push_back(file->get());
    std::vector<std::string> arguments{candidate.program, "run", "--handed-over",
                                       std::to_string(file->get())};
    arguments.insert(arguments.end(), candidate.files.begin(), candidate.files.end());
    const auto opened = close_on_exec(descriptors, false);
    const std::string why =
        opened ? execute_that(candidate, std::move(arguments)) : opened.error().message();
    if (const auto closed = close_on_exec(descriptors, true); !closed)
        return closed.error().message();
    return why;
}

/// The file that was asked, and no other.
std::string Upgrader::execute_that(const Candidate& candidate, std::vector<std::string> arguments) {
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const auto file = find_program(candidate.program);
    if (!file) return file.error().message();
    if (!(*file == candidate.file))
        return candidate.program + " was replaced after it had been asked";
    execv(candidate.program.c_str(), pointers.data());
    return shmheap::os::error("execute", candidate.program).value().message();
}

}  // namespace launcher
