#include "launcher/control/tell_logs.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "launcher/utf8.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

constexpr std::size_t components_per_line = 64;

json::array as_json(const KeptLines::Taken& taken) {
    json::array lines;
    lines.reserve(taken.lines.size());
    for (const std::string_view line : taken.lines)
        lines.emplace_back(with_replacements(line));
    return lines;
}

json::object describe_file(const Descriptor& component) {
    const Logging& logging = component.logging;
    return {{"name", component.name},
            {"mode", logging.mode == LogMode::direct ? "direct" : "captured"},
            {"format", logging.format == LogFormat::json ? "json" : "text"},
            {"path", with_replacements(*logging.path)},
            {"rotated_files", logging.rotation ? logging.rotation->files_max : 0}};
}

/// The last lines, and behind them the place where who follows goes on.
json::object describe_lines(const std::string& component, std::uint64_t count, const Output& output,
                            KeptLines::Place& place) {
    json::object told{{"name", component}, {"mode", "kept"}};
    const KeptLines* kept = output.kept_lines(component);
    told["lines"] =
        kept == nullptr ? json::array() : as_json(kept->since(kept->before_last(count)));
    place = kept == nullptr ? 0 : kept->end();
    return told;
}

}  // namespace

Awaitable<void> tell_logs(Session& session, const ControlRequest& request,
                          const std::vector<std::shared_ptr<Component>>& components,
                          const Board& board) {
    FollowedLines followed{.id = request.id, .places = {}};
    json::array logs;
    for (const auto& component : components) {
        const Descriptor& descriptor = component->descriptor();
        if (descriptor.logging.path) {
            logs.push_back(describe_file(descriptor));
        } else {
            auto& place = followed.places.emplace_back(descriptor.name, 0).second;
            logs.push_back(describe_lines(descriptor.name, request.lines, board.output, place));
        }
        // Kept lines may be long: they go component by component.
        if (descriptor.logging.path && logs.size() < components_per_line) continue;
        json::object answer = make_answer(request.id);
        answer["more"] = true;
        answer["logs"] = std::exchange(logs, {});
        session.send(answer);
        co_await session.room();
        if (session.is_dropped()) co_return;
    }
    json::object answer = make_answer(request.id);
    answer["logs"] = std::move(logs);
    session.send(answer);
    if (!request.follow) co_return;
    if (session.follows_lines) followed.is_under_way = session.follows_lines->is_under_way;
    session.follows_lines = std::move(followed);
}

bool follows_lines_of(const Session& session, const std::string& component) {
    if (!session.follows_lines) return false;
    const auto& places = session.follows_lines->places;
    return std::any_of(places.begin(), places.end(),
                       [&](const auto& followed) { return followed.first == component; });
}

bool push_some_lines(Session& session, const Output& output) {
    if (!session.follows_lines) return false;
    FollowedLines& followed = *session.follows_lines;
    for (std::size_t looked = 0; looked < followed.places.size(); ++looked) {
        auto& [component, place] = followed.places[followed.next++ % followed.places.size()];
        const KeptLines* kept = output.kept_lines(component);
        if (kept != nullptr && place > kept->end()) place = 0;  // another of its name
        if (kept == nullptr || kept->end() == place) continue;
        const KeptLines::Taken taken = kept->since(place);
        place = kept->end();
        json::object line = make_answer(followed.id);
        line["name"] = component;
        line["lines"] = as_json(taken);
        if (taken.skipped > 0) line["skipped"] = taken.skipped;
        session.send(line);
        return true;
    }
    return false;
}

void tell_end_of_lines(Session& session) {
    if (!session.follows_lines) return;
    json::object line = make_answer(session.follows_lines->id);
    line["end"] = true;
    session.send(line);
}

}  // namespace launcher
