#include "launcher/control/talk.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "launcher/control/client.hpp"
#include "launcher/control/print.hpp"
#include "launcher/control/show_logs.hpp"
#include "launcher/control/table.hpp"
#include "launcher/supervise/run_directory.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds answer_patience{10};   ///< for what harrier answers at once
constexpr std::chrono::seconds upgrade_patience{30};  ///< more than harrier takes to refuse
constexpr std::chrono::seconds end_patience{1};       ///< for the end of who hung up
constexpr std::chrono::seconds watch_interval{1};
constexpr std::chrono::milliseconds appearance_interval{20};  ///< of who is just being started

VerbStatus complain_of(const shmheap::Error& error) {
    complain(error.message());
    return error.code == ETIMEDOUT ? verb_timed_out : verb_not_done;
}

TimePoint soon() {
    return Clock::now() + answer_patience;
}

/// For what harrier answers at once, too: `--timeout` is for all of it.
TimePoint soon(const VerbOptions& options) {
    return std::min(soon(), options.deadline);
}

bool is_hung_up(const shmheap::Error& error) {
    return error.code == EPIPE || error.code == ECONNRESET;
}

bool is_absent(const shmheap::Error& error) {
    return error.code == ENOENT || error.code == ECONNREFUSED;
}

/// The mistakes in a description, as `validate` tells them. False where a refusal has none.
bool tell_mistakes(const json::object& answer) {
    const json::value* error = answer.if_contains("error");
    if (error == nullptr || !error->is_object()) return false;
    const json::value* mistakes = error->get_object().if_contains("mistakes");
    if (mistakes == nullptr || !mistakes->is_array()) return false;
    for (const json::value& mistake : mistakes->get_array()) {
        if (mistake.is_string())
            std::fputs((std::string(mistake.get_string()) + '\n').c_str(), stderr);
    }
    return true;
}

/// Complains of an answer that is a refusal.
bool is_ok(const json::object& answer) {
    const json::value* ok = answer.if_contains("ok");
    if (ok != nullptr && ok->is_bool() && ok->get_bool()) return true;
    std::string message = "harrier refused";
    if (const json::value* error = answer.if_contains("error"); error && error->is_object()) {
        if (const json::value* text = error->get_object().if_contains("message");
            text && text->is_string())
            message = text->get_string().c_str();
    }
    complain(message);
    return false;
}

std::optional<Client> connect(const std::string& named) {
    std::string application = named;
    if (application.empty()) {
        const auto instances = live_instances();
        if (instances.size() != 1) {
            std::string known;
            for (const std::string& instance : instances)
                known += (known.empty() ? "" : ", ") + instance;
            complain(instances.empty() ? "no application runs"
                                       : "several applications run, choose with --name: " + known);
            return std::nullopt;
        }
        application = instances.front();
    }
    auto client = Client::connect(run_directory_path(application));
    if (client) return std::move(*client);
    complain(is_absent(client.error()) ? "application " + application + " does not run"
                                       : client.error().message());
    return std::nullopt;
}

/// For `harrier run … & harrier wait --name … --timeout …`: it need not be there yet.
std::optional<Client> connect_in_time(const VerbOptions& options) {
    const bool has_time = !options.application.empty() && options.deadline != end_of_time;
    while (has_time && Clock::now() < options.deadline) {
        auto client = Client::connect(run_directory_path(options.application));
        if (client) return std::move(*client);
        if (!is_absent(client.error())) break;
        std::this_thread::sleep_for(appearance_interval);
    }
    return connect(options.application);
}

json::object request_of(std::string_view verb, const VerbOptions& options) {
    json::object request{{"request", verb}};
    if (!options.components.empty())
        request["components"] = json::array(options.components.begin(), options.components.end());
    return request;
}

/// Asks, and complains of whatever is no good answer.
std::optional<json::object> ask(Client& client, json::object request, TimePoint deadline,
                                VerbStatus& status) {
    auto answer = client.ask(std::move(request), deadline);
    status = verb_not_done;
    if (!answer) {
        status = complain_of(answer.error());
        return std::nullopt;
    }
    if (!is_ok(*answer)) return std::nullopt;
    status = verb_done;
    return std::move(*answer);
}

/// An answer that comes in several lines, each with a part of the list `key`, as one; a refusal is
/// one, too.
shmheap::Result<json::object> receive_all(Client& client, const char* key, TimePoint deadline) {
    auto answer = client.receive(deadline);
    json::array all;
    while (answer) {
        if (json::value* some = answer->if_contains(key); some && some->is_array()) {
            for (json::value& each : some->get_array())
                all.push_back(std::move(each));
        }
        if (!answer->contains("more")) break;
        answer = client.receive(deadline);
    }
    if (answer) (*answer)[key] = std::move(all);
    return answer;
}

shmheap::Result<json::object> ask_status(Client& client, const VerbOptions& options) {
    if (auto sent = client.send(request_of("status", options)); !sent)
        return tl::unexpected(sent.error());
    return receive_all(client, "components", soon());
}

/// Asks as a new client. Harrier hangs up on who neither asks nor reads for a while, as happens to
/// whose terminal is stopped.
shmheap::Result<json::object> ask_status_anew(Client& client, const VerbOptions& options,
                                              const std::string& application) {
    auto connected = Client::connect(run_directory_path(application));
    if (!connected) return tl::unexpected(connected.error());
    client = std::move(*connected);
    return ask_status(client, options);
}

VerbStatus show_status(Client& client, const VerbOptions& options) {
    CpuTimes cpu_times;
    std::string application;  // known from the first answer on
    const Width width = options.output == "wide" ? Width::wide : Width::narrow;
    const bool clears = options.watch && isatty(STDOUT_FILENO) == 1;
    for (;;) {
        auto answer = ask_status(client, options);
        if (!answer && !application.empty() && is_hung_up(answer.error())) {
            answer = ask_status_anew(client, options, application);
            if (!answer && answer.error().code != ETIMEDOUT) {
                complain("harrier has ended");
                return verb_not_done;
            }
        }
        if (!answer) return complain_of(answer.error());
        if (!is_ok(*answer)) return verb_not_done;
        const std::string text =
            options.output == "json"
                ? json::serialize(*answer) + '\n'
                : format_table(answer->at("components").get_array(), width, cpu_times);
        if (!write_out((clears ? "\033[H\033[J" : "") + text)) return verb_not_done;
        if (!options.watch) return verb_done;
        if (const json::value* name = answer->if_contains("application"); name && name->is_string())
            application = name->get_string().c_str();
        std::this_thread::sleep_for(watch_interval);
    }
}

bool show_event(const json::value& event) {
    const json::object* object = event.if_object();
    const json::value* line = object == nullptr ? nullptr : object->if_contains("line");
    return line == nullptr || !line->is_string() ||
           write_out(line->get_string().c_str() + std::string("\n"));
}

/// Whether an event is the last one that there is.
bool is_finish(const json::value& event) {
    const json::object* object = event.if_object();
    const json::value* kind = object == nullptr ? nullptr : object->if_contains("event");
    return kind != nullptr && kind->is_string() && kind->get_string() == "finished";
}

VerbStatus complain_of_missed_events(Client& client) {
    complain(client.await_end(Clock::now() + end_patience)
                 ? "harrier has ended, its last events were missed"
                 : "too slow, events were missed");
    return verb_not_done;
}

VerbStatus show_events(Client& client, const VerbOptions& options) {
    VerbStatus status = verb_done;
    json::object request = request_of("events", options);
    request["follow"] = options.follow;
    const auto answer = ask(client, std::move(request), soon(), status);
    if (!answer) return status;
    bool is_over = false;
    if (const json::value* events = answer->if_contains("events"); events && events->is_array()) {
        for (const json::value& event : events->get_array()) {
            if (!show_event(event)) return verb_not_done;
            is_over = is_finish(event);
        }
    }
    while (options.follow) {
        const auto next = client.receive(end_of_time);
        if (!next && is_hung_up(next.error()))
            return is_over ? verb_done : complain_of_missed_events(client);
        if (!next) return complain_of(next.error());
        if (const json::value* event = next->if_contains("event")) {
            if (!show_event(*event)) return verb_not_done;
            is_over = is_finish(*event);
        }
    }
    return verb_done;
}

VerbStatus show_logs_of(Client& client, const VerbOptions& options) {
    json::object request = request_of("logs", options);
    request["lines"] = options.lines;
    request["follow"] = options.follow;
    if (auto sent = client.send(std::move(request)); !sent) return complain_of(sent.error());
    const auto answer = receive_all(client, "logs", soon());
    if (!answer) return complain_of(answer.error());
    if (!is_ok(*answer)) return verb_not_done;
    LogView view(answer->at("logs").get_array(), complain);
    bool is_shown = view.show_last(options.lines, !options.follow);
    if (options.follow) is_shown = view.follow(client) && is_shown;
    return is_shown ? verb_done : verb_not_done;
}

json::object wait_request(const VerbOptions& options, std::string_view condition) {
    json::object request = request_of("wait", options);
    request["for"] = condition;
    return request;
}

/// What its end means to who is content with that: one that was killed, or failed, has not done
/// its part.
VerbStatus conclude_end(const Client& client) {
    if (!client.left_its_socket()) return verb_done;
    complain(
        "harrier ended without clearing up, as when it is killed; the next start of the "
        "application removes what is left");
    return verb_not_done;
}

/// What the answer to a wait means. With its last component harrier ends, too, and may hang up
/// before it has read that somebody waits for that, or for what was applied.
VerbStatus conclude(Client& client, const shmheap::Result<json::object>& answer,
                    std::string_view condition, TimePoint deadline) {
    if (answer) return is_ok(*answer) ? verb_done : verb_not_done;
    if (condition == "ended" && is_hung_up(answer.error()) && client.await_end(deadline))
        return conclude_end(client);
    return complain_of(answer.error());
}

VerbStatus await(Client& client, const VerbOptions& options, std::string_view condition) {
    const auto answer = client.ask(wait_request(options, condition), options.deadline);
    return conclude(client, answer, condition, soon(options));
}

/// start, stop, restart, launch: asks, and waits until it is so. Sends both requests before it
/// reads an answer: harrier may end with what it was asked for.
VerbStatus change(Client& client, const VerbOptions& options, json::object request) {
    const std::string_view condition = request.at("request") == "stop" ? "ended" : "ready";
    if (const auto asked = client.send(std::move(request)); !asked)
        return complain_of(asked.error());
    shmheap::Status waits;
    if (!options.no_wait) waits = client.send(wait_request(options, condition));
    const auto answer = client.receive(soon(options));
    if (!answer) return complain_of(answer.error());
    if (tell_mistakes(*answer)) return verb_usage;
    if (!is_ok(*answer)) return verb_not_done;
    if (options.no_wait) return verb_done;
    if (!waits) return conclude(client, tl::unexpected(waits.error()), condition, soon(options));
    const auto waited = client.receive(options.deadline);
    return conclude(client, waited, condition, soon(options));
}

VerbStatus launch(Client& client, const VerbOptions& options) {
    std::error_code error;
    const std::string folder = std::filesystem::current_path(error).string();
    if (error) {
        complain("the current directory is unknown: " + error.message());
        return verb_not_done;
    }
    json::object request{
        {"request", "launch"}, {"component", options.components.front()}, {"folder", folder}};
    request["command"] = json::array(options.command.begin(), options.command.end());
    request["set"] = json::array(options.settings.begin(), options.settings.end());
    return change(client, options, std::move(request));
}

std::string text_of(const json::object& object, const char* key) {
    const json::value* text = object.if_contains(key);
    return text != nullptr && text->is_string() ? text->get_string().c_str() : "";
}

/// "~ filter: command, environment"
std::string describe_change(const json::object& change) {
    const std::string kind = text_of(change, "change");
    const std::string component = text_of(change, "component");
    if (kind == "add") return "+ " + component + '\n';
    if (kind == "remove") return "- " + component + '\n';
    std::string why;
    if (const json::value* keys = change.if_contains("keys"); keys && keys->is_array()) {
        for (const json::value& key : keys->get_array())
            why +=
                (why.empty() ? "" : ", ") + (key.is_string() ? std::string(key.get_string()) : "");
    }
    if (kind == "update") why += " (no restart)";
    if (kind == "follow") why = "follows " + text_of(change, "follows");
    return "~ " + component + ": " + (why.empty() ? "is being stopped" : why) + '\n';
}

/// Asks for `verb`, plan or apply, and shows what it changes.
VerbStatus show_changes(Client& client, const VerbOptions& options, std::string_view verb,
                        bool& is_any) {
    json::object request{{"request", verb}};
    json::array files;
    for (const std::string& file : options.files)
        files.emplace_back(std::filesystem::absolute(file).string());
    if (!files.empty()) request["files"] = std::move(files);
    if (const auto sent = client.send(std::move(request)); !sent) return complain_of(sent.error());
    const auto answer = receive_all(client, "changes", soon(options));
    if (!answer) return complain_of(answer.error());
    if (tell_mistakes(*answer)) return verb_usage;
    if (!is_ok(*answer)) return verb_not_done;
    std::string text;
    for (const json::value& change : answer->at("changes").get_array()) {
        if (change.is_object()) text += describe_change(change.get_object());
    }
    is_any = !text.empty();
    return write_out(text) ? verb_done : verb_not_done;
}

VerbStatus show_plan(Client& client, const VerbOptions& options) {
    bool is_any = false;
    const VerbStatus status = show_changes(client, options, "plan", is_any);
    return status == verb_done && is_any ? verb_not_done : status;
}

VerbStatus apply(Client& client, const VerbOptions& options) {
    bool is_any = false;
    const VerbStatus status = show_changes(client, options, "apply", is_any);
    if (status != verb_done || options.no_wait) return status;
    return await(client, options, "applied");
}

VerbStatus send_signal(Client& client, const VerbOptions& options) {
    VerbStatus status = verb_done;
    json::object request = request_of("signal", options);
    request["signal"] = options.signal;
    ask(client, std::move(request), soon(), status);
    return status;
}

/// The answer comes from the program that goes on.
VerbStatus upgrade(Client& client, const VerbOptions& options) {
    json::object request{{"request", "upgrade"}};
    if (!options.program.empty())
        request["program"] = std::filesystem::absolute(options.program).string();
    const auto answer = client.ask(std::move(request), Clock::now() + upgrade_patience);
    if (!answer) return complain_of(answer.error());
    if (tell_mistakes(*answer)) return verb_usage;
    if (!is_ok(*answer)) return verb_not_done;
    const std::string text = "harrier " + text_of(*answer, "to") + " goes on where harrier " +
                             text_of(*answer, "from") + " was\n";
    return write_out(text) ? verb_done : verb_not_done;
}

VerbStatus show_graph(Client& client, const VerbOptions& options) {
    VerbStatus status = verb_done;
    const auto answer = ask(client, request_of("graph", options), soon(), status);
    if (!answer) return status;
    return write_out(answer->at("dot").as_string().c_str()) ? verb_done : verb_not_done;
}

VerbStatus take_down(Client& client, const VerbOptions& options) {
    VerbStatus status = verb_done;
    json::object request = request_of("down", options);
    request["at_once"] = options.at_once;
    ask(client, std::move(request), soon(options), status);
    if (status != verb_done || options.no_wait) return status;
    const auto ended = client.await_end(options.deadline);
    return ended ? conclude_end(client) : complain_of(ended.error());
}

}  // namespace

VerbStatus await_ready(const std::string& application, TimePoint deadline) {
    auto client = Client::connect(run_directory_path(application));
    if (!client) return verb_no_instance;
    const auto answer = client->ask(wait_request({}, "ready"), deadline);
    if (answer) return is_ok(*answer) ? verb_done : verb_not_done;
    return is_hung_up(answer.error()) ? verb_no_instance : complain_of(answer.error());
}

VerbStatus talk(std::string_view verb, const VerbOptions& options) {
    auto client = verb == "wait" ? connect_in_time(options) : connect(options.application);
    if (!client) return verb_no_instance;
    if (verb == "status") return show_status(*client, options);
    if (verb == "logs") return show_logs_of(*client, options);
    if (verb == "events") return show_events(*client, options);
    if (verb == "wait") return await(*client, options, options.condition);
    if (verb == "signal") return send_signal(*client, options);
    if (verb == "graph") return show_graph(*client, options);
    if (verb == "upgrade") return upgrade(*client, options);
    if (verb == "down") return take_down(*client, options);
    if (verb == "launch") return launch(*client, options);
    if (verb == "plan") return show_plan(*client, options);
    if (verb == "apply") return apply(*client, options);
    return change(*client, options, request_of(verb, options));
}

}  // namespace launcher
