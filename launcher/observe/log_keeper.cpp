#include "launcher/observe/log_keeper.hpp"

#include <exception>
#include <utility>

namespace launcher {

using shmheap::Result;

Result<int> LogKeeper::open(const Descriptor& component, const std::string& fifo) {
    if (auto unread = unread_.extract(component.name); !unread.empty()) {
        const auto read = read_on(component, std::move(unread.mapped()));
        if (!read) return tl::unexpected(read.error());
    }
    if (const auto known = logs_.find(component.name); known != logs_.end())
        return known->second.write_end.get();
    if (const auto started = start_thread(); !started) return tl::unexpected(started.error());
    auto pipe = open_capture_pipe(room_->worker->executor(), component.name, fifo);
    if (!pipe) return tl::unexpected(pipe.error());
    auto file = LogFile::open(*component.logging.path, component.logging.rotation);
    if (!file) return tl::unexpected(file.error());
    return add(component, std::move(*pipe), std::move(*file), {});
}

int LogKeeper::add(const Descriptor& component, CapturePipe pipe, LogFile file,
                   CarriedOutput carried) {
    auto capture = std::make_shared<LogCapture>(component, std::move(pipe.read_end),
                                                std::move(file), room_->shared);
    capture->resume(std::move(carried));
    asio::co_spawn(room_->worker->executor(), capture->run(),
                   [capture](const std::exception_ptr& failure) {
                       if (failure) std::rethrow_exception(failure);
                   });
    const int fd = pipe.write_end.get();
    logs_.emplace(component.name, Log{std::move(pipe.write_end), std::move(capture)});
    return fd;
}

shmheap::Status LogKeeper::resume(const Descriptor& component, CarriedOutput carried) {
    PipeEnds ends{shmheap::os::UniqueFd(carried.read_end),
                  shmheap::os::UniqueFd(carried.write_end)};
    return read_on(component, {.ends = std::move(ends), .carried = std::move(carried)});
}

shmheap::Status LogKeeper::read_on(const Descriptor& component, Unread unread) {
    auto pipe = watch(component.name, unread.ends);
    if (!pipe) {
        unread_.emplace(component.name, std::move(unread));
        return tl::unexpected(pipe.error());
    }
    const Logging& logging = component.logging;
    auto file = LogFile::open(*logging.path, logging.rotation);
    const auto opened = file.map([](const LogFile&) {});
    if (!file) file = LogFile::unopened(*logging.path, logging.rotation);
    add(component, std::move(*pipe), std::move(*file), std::move(unread.carried));
    return opened;
}

Result<CapturePipe> LogKeeper::watch(const std::string& component, PipeEnds& ends) {
    if (const auto started = start_thread(); !started) return tl::unexpected(started.error());
    return watch_pipe_ends(room_->worker->executor(), component, ends);
}

Result<std::optional<CarriedOutput>> LogKeeper::carry(const std::string& component) const {
    if (const auto unread = unread_.find(component); unread != unread_.end())
        return unread->second.carried;
    const auto found = logs_.find(component);
    if (found == logs_.end()) return std::nullopt;
    auto carried = found->second.capture->carry();
    if (!carried) return shmheap::fail(EBUSY, "finish the log of", component);
    carried->write_end = found->second.write_end.get();
    return carried;
}

/// Log thread. Nothing of a capture is in the middle of anything: this is a turn of its own.
void LogKeeper::hold(Executor main_thread, const std::shared_ptr<Pause>& pause) {
    asio::post(main_thread, [pause] {
        pause->has_begun = true;
        pause->begun.cancel();
    });
    std::unique_lock lock(pause->holding);
    pause->ended.wait(lock, [&pause] { return pause->is_over; });
}

void LogKeeper::hold_thread() {
    room_->worker->post([main_thread = main_thread_, pause = pause_] { hold(main_thread, pause); });
}

Awaitable<bool> LogKeeper::pause(TimePoint deadline) {
    const auto pause = std::make_shared<Pause>(main_thread_);
    pause_ = pause;
    if (!room_) co_return true;  // start_thread() makes one that is held
    hold_thread();
    pause->begun.expires_at(deadline);
    ErrorCode cancelled;
    if (!pause->has_begun)
        co_await pause->begun.async_wait(asio::redirect_error(use_awaitable, cancelled));
    if (!pause->has_begun) go_on();
    tell();  // what it noted before
    co_return pause->has_begun;
}

void LogKeeper::go_on() {
    const auto pause = std::move(pause_);
    if (!pause) return;
    {
        const std::lock_guard lock(pause->holding);
        pause->is_over = true;
    }
    pause->ended.notify_one();
}

shmheap::Status LogKeeper::start_thread() {
    if (room_) return {};
    auto worker = Worker::start("harrier-logs", Worker::Priority::normal);
    if (!worker) return tl::unexpected(worker.error());
    room_ = std::make_unique<Room>(std::move(*worker));
    room_->shared.emit = [this](const Event& event) { note(event); };
    if (pause_) hold_thread();
    return {};
}

void LogKeeper::process_ended(const std::string& component) {
    const auto found = logs_.find(component);
    if (found == logs_.end()) return;
    const auto capture = found->second.capture;
    capture->mark_end();
    room_->worker->post([capture] { capture->take_ends(); });
}

void LogKeeper::close(const std::string& component) {
    unread_.erase(component);
    const auto log = logs_.extract(component);
    if (log.empty()) return;
    room_->worker->post([capture = std::move(log.mapped().capture)] {
        capture->finish();
        capture->close();
    });
}

/// Log thread.
void LogKeeper::note(const Event& event) {
    {
        const std::lock_guard lock(noting_);
        notes_.push_back(event);
    }
    asio::post(main_thread_, [this] { tell(); });
}

void LogKeeper::tell() {
    std::vector<Event> notes;
    {
        const std::lock_guard lock(noting_);
        notes.swap(notes_);
    }
    for (const Event& event : notes) {
        if (sink_) sink_(event);
    }
}

void LogKeeper::finish() {
    if (!room_) return;
    go_on();
    room_->worker->stop();
    room_->compressor.stop();
    for (auto& [component, log] : logs_) {  // their thread has ended
        log.capture->finish();
        log.capture->clear_unfinished();
    }
    tell();
    logs_.clear();
    room_.reset();
}

}  // namespace launcher
