#include "launcher/control/show_logs.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "launcher/control/print.hpp"
#include "launcher/observe/folder_watch.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds look_interval{1000};  ///< where nothing tells of changes
constexpr std::chrono::seconds last_line_patience{5};     ///< from hanging up to the last line
constexpr int messages_per_turn = 64;

std::string text_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? value->get_string().c_str() : std::string();
}

std::vector<std::string> lines_of(const json::object& object) {
    std::vector<std::string> lines;
    const json::value* value = object.if_contains("lines");
    if (value == nullptr || !value->is_array()) return lines;
    for (const json::value& line : value->get_array()) {
        if (line.is_string()) lines.emplace_back(line.get_string());
    }
    return lines;
}

std::uint64_t number_of(const json::object& object, std::string_view key) {
    boost::system::error_code error;
    const json::value* value = object.if_contains(key);
    const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(error);
    return error ? 0 : number;
}

}  // namespace

LogView::LogView(const json::array& logs, Complain complain) : complain_(std::move(complain)) {
    for (const json::value& each : logs) {
        const json::object* object = each.if_object();
        if (object == nullptr) continue;
        Log& log = logs_.emplace_back();
        log.name = text_of(*object, "name");
        log.lines = lines_of(*object);
        if (const std::string path = text_of(*object, "path"); !path.empty())
            log.tail.emplace(path, static_cast<unsigned>(number_of(*object, "rotated_files")));
        name_width_ = std::max(name_width_, log.name.size());
    }
}

void LogView::show(std::string_view name, std::string_view line, bool is_whole) {
    const bool has_prefix = logs_.size() > 1;
    if (has_prefix) {
        std::fwrite(name.data(), 1, name.size(), stdout);
        std::fputs(
            (std::string(name_width_ - std::min(name_width_, name.size()), ' ') + "  | ").c_str(),
            stdout);
    }
    std::fwrite(line.data(), 1, line.size(), stdout);
    if (is_whole || has_prefix) std::fputc('\n', stdout);
}

LogTail::Sink LogView::sink_of(const Log& log) {
    return [this, &log](std::string_view line, bool is_whole) { show(log.name, line, is_whole); };
}

/// Complains once of the same.
bool LogView::note(Log& log, const shmheap::Status& status) {
    if (status) return true;
    const std::string complaint = log.name + ": " + status.error().message();
    if (complaint != log.last_complaint) complain_(complaint);
    log.last_complaint = complaint;
    return false;
}

/// Complains once.
bool LogView::can_write() {
    if (can_write_) can_write_ = flush_out();
    return can_write_;
}

bool LogView::show_last(std::uint64_t count, bool is_all) {
    bool is_shown = true;
    for (Log& log : logs_) {
        for (const std::string& line : log.lines)
            show(log.name, line, true);
        log.lines = {};
        if (!log.tail) continue;
        is_shown = note(log, log.tail->show_last(count, sink_of(log))) && is_shown;
        if (is_all) log.tail->finish(sink_of(log));
    }
    return can_write() && is_shown;
}

bool LogView::catch_up() {
    bool is_shown = true;
    for (Log& log : logs_) {
        if (log.tail) is_shown = note(log, log.tail->catch_up(sink_of(log))) && is_shown;
    }
    return is_shown;
}

void LogView::show_message(const json::object& message) {
    const std::string name = text_of(message, "name");
    if (const auto skipped = number_of(message, "skipped"); skipped > 0)
        complain_(name + ": too slow, " + std::to_string(skipped) + " lines were skipped");
    for (const std::string& line : lines_of(message))
        show(name, line, true);
}

/// What harrier has sent, for one turn.
LogView::Incoming LogView::take_lines(Client& client) {
    for (int count = 0; count < messages_per_turn; ++count) {
        const auto message = client.receive(Clock::now());
        if (!message) {
            if (message.error().code == ETIMEDOUT) return Incoming::nothing;
            return Incoming::lost;
        }
        if (message->contains("end")) return Incoming::end;
        show_message(*message);
    }
    return Incoming::more;
}

bool LogView::follow(Client& client) {
    const bool has_files = std::any_of(logs_.begin(), logs_.end(),
                                       [](const Log& log) { return log.tail.has_value(); });
    FolderWatch folders;
    bool is_shown = true;
    Incoming incoming = Incoming::nothing;
    while (incoming == Incoming::nothing || incoming == Incoming::more) {
        for (const Log& log : logs_) {
            if (log.tail) folders.watch_folder_of(log.tail->path());
        }
        incoming = take_lines(client);
        is_shown = catch_up() && is_shown;
        if (!can_write()) return false;
        if (incoming != Incoming::nothing) continue;
        std::array<pollfd, 2> waits{{{.fd = client.descriptor(), .events = POLLIN, .revents = 0},
                                     {.fd = folders.descriptor(), .events = POLLIN, .revents = 0}}};
        poll(waits.data(), waits.size(), has_files ? static_cast<int>(look_interval.count()) : -1);
        folders.clear();
    }
    // harrier writes captured logs to their end after it has hung up.
    const bool has_ended = client.await_end(Clock::now() + last_line_patience).has_value();
    is_shown = catch_up() && is_shown;
    for (Log& log : logs_) {
        if (log.tail) log.tail->finish(sink_of(log));
    }
    if (incoming == Incoming::lost)
        complain_(has_ended ? "harrier has ended, its last lines may be missing"
                            : "harrier has hung up, lines may be missing");
    return can_write() && is_shown && incoming == Incoming::end;
}

}  // namespace launcher
