/// The one way to write to harrier's own stdout or stderr. It never waits for whoever reads: what
/// does not fit now is kept and written when there is room, so that a stopped terminal or a slow
/// pipe cannot stop the supervision. Past a limit it has no room, and writers should wait.
///
/// Owns a descriptor of its own for the stream, never closes the standard one. A stream that breaks
/// (EPIPE, a full disk) swallows what follows and says so once, through on_broken. One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "launcher/asio.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class Writer {
public:
    /// `name` is for messages: "standard output".
    Writer(Executor executor, int fd, std::string name);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Called once, with what broke the stream.
    void on_broken(std::function<void(const shmheap::Error&)> handler) {
        on_broken_ = std::move(handler);
    }

    /// Takes the bytes; flush() brings them out. What exceeds hold_bytes_max is dropped and
    /// counted.
    void append(std::string_view bytes);

    /// Writes what can be written now.
    void flush();

    [[nodiscard]] bool has_room() const { return pending_.size() < room_bytes; }

    /// Ends when there is room again, or the stream is broken.
    Awaitable<void> room();

    /// Ends when nothing is held any more, or the stream is broken.
    Awaitable<void> emptied();

    /// What is not brought out yet.
    [[nodiscard]] const std::string& held() const { return pending_; }

    /// Writes what is held, waiting for the reader until `deadline` at most. For the end of main.
    void finish(TimePoint deadline);

    [[nodiscard]] bool is_terminal() const { return is_terminal_; }
    [[nodiscard]] std::size_t dropped_bytes() const { return dropped_bytes_; }

private:
    static constexpr std::size_t room_bytes = std::size_t{256} << 10;
    static constexpr std::size_t hold_bytes_max = std::size_t{4} << 20;

    enum class Way {
        nonblocking,  ///< an open file description of our own, in non-blocking mode
        socket,       ///< send(2) without waiting
        file,         ///< a regular file never makes anybody wait
        blocking,     ///< what cannot be opened again: in small pieces, when there is room
    };

    static Way way_of(int fd);
    ssize_t write_some(std::string_view bytes);
    void await_room();
    void broken(int error);

    StreamDescriptor descriptor_;
    Timer room_;  // at the end of time; cancelled when there is room
    std::string name_;
    std::string pending_;
    std::function<void(const shmheap::Error&)> on_broken_;
    std::size_t dropped_bytes_ = 0;
    Way way_ = Way::blocking;
    bool is_terminal_ = false;
    bool is_broken_ = false;
    bool is_waiting_ = false;
    std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);  // for who comes too late
};

}  // namespace launcher
