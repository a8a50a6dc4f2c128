/// All captured logs of an application: the pipes on the main thread's side, and the log thread,
/// which is made with the first of them. Owns both. The main thread calls it and is told of events.
#pragma once

#include <array>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/config/descriptor.hpp"
#include "launcher/observe/capture_pipe.hpp"
#include "launcher/observe/carried_output.hpp"
#include "launcher/observe/compressor.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/observe/log_capture.hpp"
#include "launcher/observe/worker.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class LogKeeper {
public:
    explicit LogKeeper(Executor main_thread) : main_thread_(main_thread) {}
    LogKeeper(const LogKeeper&) = delete;
    LogKeeper& operator=(const LogKeeper&) = delete;
    ~LogKeeper() { finish(); }

    /// Where logs are said to be in trouble. Before the first open().
    void on_event(EventSink sink) { sink_ = std::move(sink); }

    /// The descriptor for the stdout and stderr of one start of a component; the same for each.
    /// `fifo` as in open_capture_pipe(). Errors: the log or its folders cannot be made; no
    /// descriptor or thread is left.
    shmheap::Result<int> open(const Descriptor& component, const std::string& fifo = {});

    /// The processes of a component have ended; others may follow.
    void process_ended(const std::string& component);

    /// The log of a component whose processes have ended is written to its end and let go of.
    void close(const std::string& component);

    /// Holds the log thread between two turns, until go_on(), also one that is made meanwhile.
    /// False: not by `deadline`; then it is not held.
    Awaitable<bool> pause(TimePoint deadline);
    void go_on();

    /// As Output::carry(), while paused.
    [[nodiscard]] shmheap::Result<std::optional<CarriedOutput>> carry(
        const std::string& component) const;

    /// As Output::resume(). Nobody meets a broken pipe: a log that cannot be opened is one that
    /// cannot be written for now; without a thread, what is printed waits in the pipe until the
    /// next open() of the component, or the next program.
    shmheap::Status resume(const Descriptor& component, CarriedOutput carried);

    /// Writes what is in the pipes and ends the threads. The last call.
    void finish();

private:
    struct Log {
        shmheap::os::UniqueFd write_end;
        std::shared_ptr<LogCapture> capture;  // with its coroutine
    };

    /// Of another program, whose pipe nobody reads now.
    struct Unread {
        PipeEnds ends;
        CarriedOutput carried;
    };

    /// What lives as long as the log thread.
    struct Room {
        explicit Room(std::unique_ptr<Worker> log_thread)
            : worker(std::move(log_thread)), compressor(worker->executor()) {}

        std::array<char, LogCapture::turn_bytes_max> buffer{};
        std::unique_ptr<Worker> worker;
        Compressor compressor;
        LogCapture::Shared shared{.emit = {}, .compressor = compressor, .buffer = buffer};
    };

    /// Of the log thread; both share it.
    struct Pause {
        explicit Pause(Executor executor) : begun(executor) {}

        Timer begun;             // cancelled
        bool has_begun = false;  // main thread
        std::mutex holding;
        std::condition_variable ended;
        bool is_over = false;  // under the lock
    };

    shmheap::Status start_thread();
    shmheap::Result<CapturePipe> watch(const std::string& component, PipeEnds& ends);
    shmheap::Status read_on(const Descriptor& component, Unread unread);
    int add(const Descriptor& component, CapturePipe pipe, LogFile file, CarriedOutput carried);
    void hold_thread();
    static void hold(Executor main_thread, const std::shared_ptr<Pause>& pause);
    void note(const Event& event);
    void tell();

    Executor main_thread_;
    EventSink sink_;
    std::mutex noting_;
    std::vector<Event> notes_;  // under the lock: from the log thread to the main thread
    std::unique_ptr<Room> room_;
    std::shared_ptr<Pause> pause_;  // while there is one
    std::map<std::string, Unread> unread_;
    std::map<std::string, Log> logs_;  // before room_: their loop outlives them
};

}  // namespace launcher
