/// One client of the control socket: lines in, lines out, neither without a limit. A line may have
/// request_bytes_max; who sends no whole request for `patience`, or does not read what was sent,
/// is dropped, unless he waits for something or follows the events. Owned by its coroutine and the
/// server. One thread.
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/control/request.hpp"
#include "launcher/observe/kept_lines.hpp"
#include "launcher/observe/writer.hpp"
#include "os/unique_fd.hpp"

namespace launcher {

/// What a client who follows what components print has been sent so far.
struct FollowedLines {
    boost::json::value id;
    std::vector<std::pair<std::string, KeptLines::Place>> places;  ///< by component
    std::size_t next = 0;                                          ///< whose turn it is
    bool is_under_way = false;                                     ///< a coroutine is sending
};

class Session : public std::enable_shared_from_this<Session> {
public:
    static constexpr std::chrono::seconds patience{5};
    static constexpr std::size_t waits_max = 16;

    Session(Executor executor, shmheap::os::UniqueFd socket);

    /// The next line; nothing when there will be none, for whatever reason. A client that sends no
    /// more has been given its answers by then, or `patience` to take them; it waits for nothing.
    Awaitable<std::optional<std::string>> next_line();

    /// Sends a line, or holds it until the client reads.
    void send(const boost::json::object& line);

    /// Sends a line of which many may come unasked: a client who has not read the ones before is
    /// dropped.
    void push(const boost::json::object& line);

    /// Ends when the client has read enough to be sent more, or is gone.
    Awaitable<void> room();

    /// The same, however long the client takes: for what can be skipped.
    Awaitable<void> room_some_day() { return writer_.room(); }
    [[nodiscard]] bool has_room() const { return writer_.has_room(); }

    /// Brings out what is held until `deadline` at most, waiting. For the end.
    void finish(TimePoint deadline) { writer_.finish(deadline); }

    /// From now on, the client has `patience` for what is expected of it.
    void expect_progress();

    /// Its coroutine ends soon.
    void drop();

    /// The descriptor, by which another program may answer.
    [[nodiscard]] int socket() { return socket_.native_handle(); }

    [[nodiscard]] bool is_dropped() const { return is_dropped_; }
    /// Neither asks nor waits for anything, and since when.
    [[nodiscard]] bool is_idle() const { return is_reading_ && !is_subscribed(); }
    [[nodiscard]] TimePoint idle_since() const { return idle_since_; }

    /// What the client waits for.
    std::vector<ControlRequest> waits;
    /// The request by which it follows the events.
    std::optional<ControlRequest> follows;
    std::optional<FollowedLines> follows_lines;

private:
    [[nodiscard]] bool is_subscribed() const { return follows || follows_lines || !waits.empty(); }
    std::optional<std::string> take_line();
    Awaitable<void> hand_over();

    StreamDescriptor socket_;
    Writer writer_;
    Timer deadline_;
    std::string received_;
    TimePoint idle_since_;
    bool is_reading_ = false;  // waits for the client to send
    bool is_writing_ = false;  // waits for the client to read
    bool is_dropped_ = false;
    std::array<char, 4096> buffer_{};
};

}  // namespace launcher
