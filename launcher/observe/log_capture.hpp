/// From the pipe of one component into its log: reads in turns, formats, and deals with a disk that
/// is full (LOGS.md). What was read is written before more is read.
///
/// Made by the main thread, lives on the log thread; mark_end() alone may be called
/// from another. Owns the reading end and the file; its coroutine has a share in it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "launcher/asio.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/observe/carried_output.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/observe/line_splitter.hpp"
#include "launcher/observe/log_file.hpp"

namespace launcher {

class Compressor;

class LogCapture : public std::enable_shared_from_this<LogCapture> {
public:
    static constexpr std::size_t turn_bytes_max = std::size_t{256} << 10;
    static constexpr std::chrono::milliseconds retry_delay{250};

    /// What the captures of one log thread share; it outlives them.
    struct Shared {
        EventSink emit;  ///< called on the log thread
        Compressor& compressor;
        std::span<char> buffer;  ///< between two waits nothing is in it
    };

    LogCapture(const Descriptor& component, StreamDescriptor read_end, LogFile file,
               Shared& shared);
    LogCapture(const LogCapture&) = delete;
    LogCapture& operator=(const LogCapture&) = delete;

    /// Runs until close(), or until the loop is stopped.
    Awaitable<void> run();

    /// Any thread: what has been written into the pipe so far is all that the component's
    /// processes, which have ended, had to say; an unfinished line ends there. Call take_ends()
    /// after it.
    void mark_end();

    /// What another program goes on with, but for the writing end; nothing while the log cannot be
    /// written, or one that was rotated is being compressed. Main thread, while the log thread is
    /// held.
    [[nodiscard]] std::optional<CarriedOutput> carry();

    /// Goes on with it. Before run().
    void resume(CarriedOutput carried);

    /// Looks at marks that may lie behind what was read.
    void take_ends();

    /// Writes what is in the pipe now, and counts what cannot be written. Nothing is read after it.
    void finish();

    /// Ends run().
    void close();

    /// Removes what a compression that was given up has left.
    void clear_unfinished();

private:
    /// While the log cannot be written.
    struct Trouble {
        Clock::time_point since;
        Clock::time_point retry_at;
        std::uint64_t lost_bytes = 0;
        bool is_within_line = false;  ///< the last byte that was dropped ended no line
    };

    [[nodiscard]] bool is_blocked() const { return !pending_.empty(); }
    void take_turn(std::size_t bytes_max);
    ssize_t read_some(std::size_t bytes_max);
    void widen_pipe(std::size_t count);
    void take(std::string_view bytes);
    void format(std::string_view bytes);
    void end_line();
    void deliver(std::string_view bytes);
    void write(std::string_view bytes);
    void retry();
    void in_trouble(const shmheap::Error& error);
    void recovered();
    void drop(std::string_view bytes);
    void compress_next();
    void emit(const char* state, Event event) const;

    std::string component_;
    StreamDescriptor read_end_;
    LogFile file_;
    LogFormat format_;
    WhenLogFull on_full_;
    Shared& shared_;
    Timer retry_timer_;
    bool owes_newline_;  // to what an earlier run left unfinished: an object has a line of its own

    LineSplitter lines_;
    std::string objects_;  // the JSON of one turn
    std::string pending_;  // read, but not written: the disk is full
    std::optional<Trouble> trouble_;
    bool is_wide_ = false;
    bool is_compressing_ = false;

    std::mutex reading_;              // held for one read(2)
    std::uint64_t read_bytes_ = 0;    // written by the log thread under the lock
    std::deque<std::uint64_t> ends_;  // under the lock
    std::uint64_t taken_bytes_ = 0;   // of the log thread
};

}  // namespace launcher
