/// What components print: captured through one pipe each and shown line by line on the terminal
/// with the component's name in front, captured into a log (log_keeper.hpp), or written by the
/// component itself to its log file.
///
/// A pipe lasts as long as its component, not as long as a process: nothing is lost at a restart,
/// and a descendant that lives on never meets a broken pipe. Reading stops while the terminal has
/// no room, so a component that floods waits in its own write(2) and costs nobody else anything.
/// Owns the pipes; the Writer must outlive it. One thread.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "launcher/asio.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/config/line_matcher.hpp"
#include "launcher/observe/capture_pipe.hpp"
#include "launcher/observe/carried_output.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/observe/kept_lines.hpp"
#include "launcher/observe/line_splitter.hpp"
#include "launcher/observe/log_keeper.hpp"
#include "launcher/observe/writer.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class Output {
public:
    /// Names are padded to `name_width`, or to the longest that comes; `colour` gives each
    /// component one of its own.
    Output(Executor executor, Writer& terminal, std::size_t name_width, bool colour);
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// Where logs that cannot be written are told of. Before the first open().
    void on_event(EventSink sink) { logs_.on_event(std::move(sink)); }

    /// The run directory, where the pipes of components that are to be kept lie. Without it theirs
    /// are like all others. Before the first open().
    void keep_in(std::string run_directory) { run_directory_ = std::move(run_directory); }

    /// A descriptor to become the stdout and stderr of one start of a component.
    struct Target {
        int fd = -1;
        shmheap::os::UniqueFd log = {};  ///< closes it, where the component has a log file
    };

    /// Errors: the log file or its folders cannot be made; no descriptor is left for a pipe.
    shmheap::Result<Target> open(const Descriptor& component);

    /// For a component that lives already: only what it may write into and harrier reads.
    shmheap::Result<Target> reopen(const Descriptor& component);

    /// Calls once when the captured output of a component, which was opened, shows a line that
    /// matches; at most one expectation for each.
    void expect(const std::string& component, LineMatcher matcher, std::function<void()> on_line);
    void expect_nothing(const std::string& component);

    /// Shows what the processes of a component, which have ended, left in the pipe, and the last
    /// line even if it has no newline.
    void drain(const std::string& component);

    /// The last lines of a component without a log; null while it has printed nothing.
    [[nodiscard]] const KeptLines* kept_lines(const std::string& component) const;

    /// Called when a component may have printed lines; at most one listener.
    void on_lines(std::function<void(const std::string& component)> listener) {
        on_lines_ = std::move(listener);
    }
    /// Ends the capturing of a component whose processes have ended: it is gone, or its output will
    /// go elsewhere. A descendant that was left alone meets a broken pipe.
    void close(const std::string& component);

    /// Between these two nothing is read of captured logs. False: not by `deadline`, a disk holds
    /// up the thread; then it goes on.
    Awaitable<bool> pause(TimePoint deadline) { return logs_.pause(deadline); }
    void go_on() { logs_.go_on(); }

    /// What of a component's output another program goes on with, while paused; nothing where
    /// nothing is captured. Errors: EBUSY, its log cannot be written, or is
    /// being compressed.
    [[nodiscard]] shmheap::Result<std::optional<CarriedOutput>> carry(
        const std::string& component) const;

    /// Goes on with it, as if it had been open()ed here. Owns the descriptors from now on. Errors:
    /// as open(), for people: the pipe of a captured log lasts all the same (log_keeper.hpp).
    shmheap::Status resume(const Descriptor& component, CarriedOutput carried);

    /// Brings all captured logs to the disk, when every component has ended. The last call.
    void finish() { logs_.finish(); }

private:
    struct Expectation {
        LineMatcher matcher;
        std::function<void()> on_line;
    };

    struct Capture {
        std::string component;
        std::size_t number;  ///< for its colour
        std::string prefix;
        StreamDescriptor read_end;
        shmheap::os::UniqueFd write_end;
        LineSplitter lines = {};
        std::unique_ptr<KeptLines> kept = {};  // once it has printed: most components are silent
        std::unique_ptr<Expectation> expectation = {};
    };

    std::string fifo_of(const Descriptor& component) const;
    shmheap::Result<Target> open_capture(const std::string& component, const std::string& fifo);
    Capture& add_capture(const std::string& component, CapturePipe pipe);
    std::string prefix_of(const std::string& component, std::size_t number) const;
    void widen(std::size_t name_width);
    bool read_once(Capture& capture);
    void show(Capture& capture, std::string_view line);
    void shown(const Capture& capture);
    void await_output(std::shared_ptr<Capture> capture);
    Awaitable<void> await_room(std::shared_ptr<Capture> capture);

    Executor executor_;
    Writer& terminal_;
    std::size_t name_width_;
    bool colour_;
    std::string run_directory_;                                 // or empty
    std::map<std::string, std::shared_ptr<Capture>> captures_;  // shared with what waits for output
    std::size_t captures_made_ = 0;
    std::function<void(const std::string& component)> on_lines_;
    LogKeeper logs_;
    std::array<char, std::size_t{64} << 10> buffer_;  // shared: between two waits nothing is in it
};

}  // namespace launcher
