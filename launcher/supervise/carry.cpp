#include "launcher/supervise/carry.hpp"

#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace launcher {
namespace {

namespace json = boost::json;

using SystemTime = std::chrono::system_clock::time_point;

/// Both programs count from the same boot.
std::int64_t count(TimePoint time) {
    return time.time_since_epoch().count();
}

TimePoint time_of(const json::value& value) {
    return TimePoint(Duration(value.to_number<Duration::rep>()));
}

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

json::value carry_exit(const std::optional<Exit>& exit) {
    if (!exit) return nullptr;
    if (const auto* exited = std::get_if<Exited>(&*exit))
        return json::object{{"status", exited->status}};
    if (const auto* killed = std::get_if<Killed>(&*exit))
        return json::object{{"signal", killed->signal}, {"core", killed->dumped_core}};
    if (const auto* not_started = std::get_if<NotStarted>(&*exit))
        return json::object{{"code", not_started->error.code},
                            {"doing", not_started->error.doing},
                            {"subject", not_started->error.subject}};
    return json::object{};
}

/// The words of an error have to last as long as it does: they are kept in `words`.
std::optional<Exit> restore_exit(const json::value& carried,
                                 std::shared_ptr<const std::string>& words) {
    if (carried.is_null()) return std::nullopt;
    const json::object& exit = carried.as_object();
    if (exit.contains("status")) return Exited{exit.at("status").to_number<int>()};
    if (exit.contains("signal"))
        return Killed{exit.at("signal").to_number<int>(), exit.at("core").as_bool()};
    if (!exit.contains("code")) return Unknown{};
    words = std::make_shared<const std::string>(text_of(exit.at("doing")));
    return NotStarted{shmheap::Error{exit.at("code").to_number<int>(), words->c_str(),
                                     text_of(exit.at("subject"))}};
}

json::object carry_history(const History& history) {
    json::array restarts;
    for (const TimePoint restart : history.restarts)
        restarts.push_back(count(restart));
    json::object carried{{"attempts", history.attempts}, {"restarts", std::move(restarts)}};
    if (history.started) carried["started"] = count(*history.started);
    return carried;
}

History restore_history(const json::object& carried) {
    History history{.attempts = carried.at("attempts").to_number<unsigned>()};
    for (const json::value& restart : carried.at("restarts").as_array())
        history.restarts.push_back(time_of(restart));
    if (carried.contains("started")) history.started = time_of(carried.at("started"));
    return history;
}

json::object carry_attention(const Attention& attention) {
    json::object carried{{"alive_by", count(attention.alive_by)}};
    if (!attention.health) return carried;
    const Health::Past& past = *attention.health;
    carried["health"] = {{"start_until", count(past.start_until)},
                         {"next_at", count(past.next_at)},
                         {"state", static_cast<int>(past.state)},
                         {"failures", past.failures},
                         {"has_passed", past.has_passed}};
    return carried;
}

Attention restore_attention(const json::object& carried) {
    Attention attention{.is_ready = true, .alive_by = time_of(carried.at("alive_by"))};
    if (!carried.contains("health")) return attention;
    const json::object& past = carried.at("health").as_object();
    attention.health =
        Health::Past{.start_until = time_of(past.at("start_until")),
                     .next_at = time_of(past.at("next_at")),
                     .state = static_cast<Health::State>(past.at("state").to_number<int>()),
                     .failures = past.at("failures").to_number<unsigned>(),
                     .has_passed = past.at("has_passed").as_bool()};
    return attention;
}

std::string_view transition_of_process(const std::optional<Attention>& attention) {
    if (!attention) return "is starting";
    if (attention->is_ending) return "has said that it ends";
    if (!attention->is_ready) return "is not ready yet";
    return attention->is_checking ? "has its health checked" : "";
}

std::string_view transition_of_state(const Component& component) {
    switch (component.state()) {
        case State::waiting:
        case State::backing_off:
            return "";
        case State::starting:
            return "is starting";
        case State::running:
            return transition_of_process(component.attention);
        case State::stopping:
            return "is stopping";
        case State::ending:
            return "is ending";
        case State::completed:
        case State::failed:
        case State::stopped:
            return component.is_supervised ? "is ending" : "";
    }
    return "";
}

}  // namespace

std::string_view transition_of(const Component& component) {
    const std::string_view what = transition_of_state(component);
    if (!what.empty()) return what;
    if (component.asked) return "has been asked to start or to stop";
    return component.signals.empty() ? "" : "is about to be sent a signal";
}

json::object carry(const Component& component) {
    json::object carried{{"state", static_cast<int>(component.state())},
                         {"reached", json::value_from(component.all_reached())},
                         {"history", carry_history(component.history)},
                         {"restart_at", count(component.restart_at)},
                         {"adopted", component.is_adopted},
                         {"unkillable", component.is_unkillable},
                         {"unwanted", component.is_unwanted},
                         {"number", component.number},
                         {"starts", component.starts},
                         {"starts_before", component.starts_before},
                         {"pid", component.pid},
                         {"last_exit", carry_exit(component.last_exit)},
                         {"since", component.since.time_since_epoch().count()},
                         {"status", component.status},
                         {"healthy", component.is_healthy}};
    if (component.attention) {
        carried["attention"] = carry_attention(*component.attention);
        carried["process"] = carry(component.attention->process->carry());
    }
    return carried;
}

void restore(Component& component, const json::object& carried) {
    component.resume(static_cast<State>(carried.at("state").to_number<int>()),
                     json::value_to<Component::Reached>(carried.at("reached")));
    component.history = restore_history(carried.at("history").as_object());
    component.restart_at = time_of(carried.at("restart_at"));
    component.is_adopted = carried.at("adopted").as_bool();
    component.is_unkillable = carried.at("unkillable").as_bool();
    component.is_unwanted = carried.at("unwanted").as_bool();
    component.number = carried.at("number").to_number<unsigned>();
    component.starts = carried.at("starts").to_number<unsigned>();
    component.starts_before = carried.at("starts_before").to_number<unsigned>();
    component.pid = carried.at("pid").to_number<pid_t>();
    component.last_exit = restore_exit(carried.at("last_exit"), component.last_exit_words);
    component.since =
        SystemTime(SystemTime::duration(carried.at("since").to_number<SystemTime::rep>()));
    component.status = text_of(carried.at("status"));
    component.is_healthy = carried.at("healthy").as_bool();
    if (!carried.contains("process")) return;
    component.attention = restore_attention(carried.at("attention").as_object());
    component.carried =
        std::make_shared<CarriedProcess>(restore_process(carried.at("process").as_object()));
}

json::array carry_requirements(const Component& component) {
    json::array seen;
    for (const Requirement& requirement : component.requirements)
        seen.push_back(requirement.seen);
    return seen;
}

void restore_requirements(Component& component, const json::array& carried) {
    for (std::size_t i = 0; i < component.requirements.size(); ++i)
        component.requirements[i].seen = carried.at(i).to_number<unsigned>();
}

json::object carry(const CarriedProcess& process) {
    return {{"tag", process.tag},
            {"pid", process.pid},
            {"pidfd", process.pidfd},
            {"notify_socket", process.notify_socket},
            {"ready_pipe", process.ready_pipe},
            {"group", process.group},
            {"adopted", process.is_adopted}};
}

CarriedProcess restore_process(const json::object& carried) {
    return {.tag = text_of(carried.at("tag")),
            .pid = carried.at("pid").to_number<pid_t>(),
            .pidfd = carried.at("pidfd").to_number<int>(),
            .notify_socket = carried.at("notify_socket").to_number<int>(),
            .ready_pipe = carried.at("ready_pipe").to_number<int>(),
            .group = text_of(carried.at("group")),
            .is_adopted = carried.at("adopted").as_bool()};
}

}  // namespace launcher
