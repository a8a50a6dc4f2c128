#include "launcher/control/carry_out.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json/array.hpp>
#include <iterator>
#include <utility>

#include "launcher/config/nearest.hpp"
#include "launcher/control/condition.hpp"
#include "launcher/control/graph.hpp"
#include "launcher/control/tell_logs.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

using Names = std::vector<std::string>;
using Components = Supervisor::Components;

constexpr std::size_t components_per_line = 64;   ///< of an answer to `status`, `plan`, `apply`
constexpr std::chrono::milliseconds turn_max{2};  ///< for one request, then others have theirs

Refusal unknown_component(const ControlRequest& request, std::string_view name,
                          const Board& board) {
    std::vector<std::string_view> known;
    for (const auto& component : board.supervisor.components())
        known.push_back(component->descriptor().name);
    return {
        .code = "component",
        .message = "there is no component \"" + std::string(name) + '"' + suggestion(name, known),
        .id = request.id};
}

/// Those that are named, or all.
tl::expected<Components, Refusal> find_components(const ControlRequest& request,
                                                  const Board& board) {
    if (request.components.empty()) return board.supervisor.components();
    const bool may_be_gone = request.verb == Verb::wait && request.condition == Condition::ended;
    Components found;
    for (const std::string& name : request.components) {
        if (Component* component = board.supervisor.find(name)) {
            found.push_back(component->shared_from_this());
        } else if (!may_be_gone || !board.supervisor.is_gone(name)) {
            return tl::unexpected(unknown_component(request, name, board));
        }
    }
    return found;
}

shmheap::Status ask(Component& component, const ControlRequest& request, Supervisor& supervisor) {
    if (request.verb == Verb::start) return supervisor.start(component);
    if (request.verb == Verb::restart) return supervisor.restart(component);
    if (request.verb == Verb::signal) return Supervisor::signal(component, request.signal);
    supervisor.stop(component);
    return {};
}

/// start, stop, restart, signal: the first component that refuses is told of, the others are asked
/// all the same.
void ask_all(Session& session, const ControlRequest& request, const Components& components,
             Board& board) {
    std::optional<Refusal> refusal;
    for (const auto& component : components) {
        const auto asked = ask(*component, request, board.supervisor);
        if (!asked && !refusal)
            refusal =
                Refusal{.code = "refused", .message = asked.error().message(), .id = request.id};
    }
    session.send(refusal ? make_answer(*refusal) : make_answer(request.id));
}

Awaitable<void> tell_status(Session& session, const ControlRequest& request,
                            const Components& components, Board& board, Executor executor) {
    json::array described;
    TimePoint begun = Clock::now();
    for (const auto& component : components) {
        described.push_back(board.describe(*component));
        if (described.size() < components_per_line) continue;
        json::object answer = make_answer(request.id);
        answer["more"] = true;
        answer["components"] = std::exchange(described, {});
        session.send(answer);
        co_await session.room();
        if (Clock::now() - begun >= turn_max) {
            co_await asio::post(executor, use_awaitable);
            begun = Clock::now();
        }
        if (session.is_dropped()) co_return;
    }
    json::object answer = make_answer(request.id);
    answer["application"] = board.application;
    answer["pid"] = getpid();
    answer["components"] = std::move(described);
    session.send(answer);
}

std::string_view to_string(Change::Kind kind) {
    switch (kind) {
        case Change::Kind::add:
            return "add";
        case Change::Kind::remove:
            return "remove";
        case Change::Kind::restart:
            return "restart";
        case Change::Kind::update:
            return "update";
        case Change::Kind::follow:
            return "follow";
    }
    return "unknown";
}

json::object describe(const Change& change) {
    json::object described{{"change", to_string(change.kind)}, {"component", change.component}};
    if (!change.keys.empty())
        described["keys"] = json::array(change.keys.begin(), change.keys.end());
    if (!change.followed.empty()) described["follows"] = change.followed;
    return described;
}

Awaitable<void> tell_changes(Session& session, const ControlRequest& request,
                             const std::vector<Change>& changes) {
    json::array described;
    for (const Change& change : changes) {
        described.push_back(describe(change));
        if (described.size() < components_per_line) continue;
        json::object answer = make_answer(request.id);
        answer["more"] = true;
        answer["changes"] = std::exchange(described, {});
        session.send(answer);
        co_await session.room();
        if (session.is_dropped()) co_return;
    }
    json::object answer = make_answer(request.id);
    answer["changes"] = std::move(described);
    session.send(answer);
}

void refuse(Session& session, const ControlRequest& request, Refusal refusal) {
    refusal.id = request.id;
    session.send(make_answer(refusal));
}

/// plan, apply. What was read is dropped before it is told of, which takes as long as the client
/// takes to read.
Awaitable<void> change_application(std::shared_ptr<Session> session, ControlRequest request,
                                   Board& board) {
    auto planned = co_await board.applier.plan(request.files);
    if (!planned) {
        refuse(*session, request, planned.error());
        co_return;
    }
    const std::vector<Change> changes = planned->changes;
    Reader::Place place = std::move(planned->place);
    shmheap::Status applied;
    if (request.verb == Verb::apply) applied = board.applier.apply(std::move(*planned));
    planned = tl::unexpected(Refusal{});
    place.end_turn();
    if (!applied) {
        refuse(*session, request, Refusal{.code = "refused", .message = applied.error().message()});
        co_return;
    }
    co_await tell_changes(*session, request, changes);
}

Awaitable<void> launch(std::shared_ptr<Session> session, ControlRequest request, Board& board) {
    const auto launched = co_await board.applier.launch(request.launch);
    if (!launched) {
        refuse(*session, request, launched.error());
    } else {
        session->send(make_answer(request.id));
    }
}

/// Whoever asks is answered by the other program, if it comes to that.
Awaitable<void> upgrade(std::shared_ptr<Session> session, ControlRequest request, Board& board) {
    Upgrader::Asker asker{.socket = session->socket(), .id = request.id};
    Refusal refusal = co_await board.upgrader.upgrade(request.program, std::move(asker));
    // The end of everything has the last word.
    if (!board.supervisor.is_ending()) {
        Event event{.kind = EventKind::refused};
        board.emit(event.with("request", "upgrade").with("error", refusal.message));
    }
    refuse(*session, request, std::move(refusal));
}

/// What the Reader has a part in.
Awaitable<void> read_and_carry_out(const std::shared_ptr<Session>& session,
                                   const ControlRequest& request, Board& board) {
    if (request.verb == Verb::launch) return launch(session, request, board);
    if (request.verb == Verb::upgrade) return upgrade(session, request, board);
    return change_application(session, request, board);
}

void tell_events(Session& session, const ControlRequest& request, const Board& board) {
    json::object answer = make_answer(request.id);
    answer["events"] = board.journal.events();
    session.send(answer);
    if (request.follow) session.follows = request;
}

void stop_everything(Session& session, const ControlRequest& request, Board& board) {
    Event event{.kind = EventKind::stopping};
    event.with("reason", "down");
    if (request.at_once) event.with("mode", "at-once");
    board.emit(event);
    session.send(make_answer(request.id));
    if (request.at_once) {
        board.supervisor.stop_at_once();
    } else {
        board.supervisor.stop();
    }
}

/// The answer to a wait that is over; nothing while it is not.
std::optional<json::object> answer_of(const ControlRequest& request, const Board& board) {
    if (request.condition == Condition::applied) {
        if (board.supervisor.is_applying()) return std::nullopt;
        if (!board.supervisor.was_given_up()) return make_answer(request.id);
        return make_answer(Refusal{.code = "impossible",
                                   .message = "everything was stopped before it was applied",
                                   .id = request.id});
    }
    const auto components = find_components(request, board);
    if (!components) return make_answer(components.error());
    bool is_met = true;
    for (const auto& component : *components) {
        const Progress progress = progress_of(*component, request.condition);
        if (progress == Progress::impossible)
            return make_answer(Refusal{.code = "impossible",
                                       .message = "component \"" + component->descriptor().name +
                                                  "\" is " +
                                                  std::string(to_string(component->state())),
                                       .id = request.id});
        is_met = is_met && progress == Progress::met;
    }
    if (!is_met) return std::nullopt;
    return make_answer(request.id);
}

void begin_wait(Session& session, const ControlRequest& request, const Board& board) {
    if (session.waits.size() == Session::waits_max) {
        session.send(make_answer(
            Refusal{.code = "busy", .message = "too many waits of one client", .id = request.id}));
        return;
    }
    session.waits.push_back(request);
    answer_waits(session, board);
}

}  // namespace

Awaitable<void> carry_out(std::shared_ptr<Session> session, ControlRequest request, Board& board,
                          Executor executor) {
    const auto components = find_components(request, board);
    if (!components) {
        session->send(make_answer(components.error()));
        co_return;
    }
    switch (request.verb) {
        case Verb::status:
            co_await tell_status(*session, request, *components, board, executor);
            break;
        case Verb::start:
        case Verb::stop:
        case Verb::restart:
        case Verb::signal:
            ask_all(*session, request, *components, board);
            break;
        case Verb::launch:
        case Verb::plan:
        case Verb::apply:
        case Verb::upgrade:
            co_await read_and_carry_out(session, request, board);
            break;
        case Verb::wait:
            begin_wait(*session, request, board);
            break;
        case Verb::events:
            tell_events(*session, request, board);
            break;
        case Verb::logs:
            co_await tell_logs(*session, request, *components, board);
            break;
        case Verb::graph: {
            json::object answer = make_answer(request.id);
            answer["dot"] = graph_dot(board.application, board.supervisor.components());
            session->send(answer);
            break;
        }
        case Verb::down:
            stop_everything(*session, request, board);
            break;
    }
}

void answer_waits(Session& session, const Board& board) {
    const std::size_t answered = std::erase_if(session.waits, [&](const ControlRequest& request) {
        const auto answer = answer_of(request, board);
        if (answer) session.send(*answer);
        return answer.has_value();
    });
    if (answered > 0) session.expect_progress();
}

void push_event(Session& session, const json::object& event) {
    json::object line = make_answer(session.follows->id);
    line["event"] = event;
    session.push(line);
}

}  // namespace launcher
