#include "launcher/observe/log_capture.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "launcher/observe/compressor.hpp"
#include "launcher/observe/format.hpp"
#include "launcher/observe/json_line.hpp"

namespace launcher {
namespace {

constexpr std::size_t pipe_bytes_usual = std::size_t{64} << 10;
constexpr std::size_t pipe_bytes_wide = std::size_t{1} << 20;

std::size_t readable_bytes(int fd) {
    int count = 0;
    return ioctl(fd, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace

LogCapture::LogCapture(const Descriptor& component, StreamDescriptor read_end, LogFile file,
                       Shared& shared)
    : component_(component.name),
      read_end_(std::move(read_end)),
      file_(std::move(file)),
      format_(component.logging.format),
      on_full_(component.logging.on_full),
      shared_(shared),
      retry_timer_(read_end_.get_executor()),
      owes_newline_(format_ == LogFormat::json && file_.ends_within_line()) {}

Awaitable<void> LogCapture::run() {
    compress_next();  // what an earlier harrier left plain
    while (read_end_.is_open()) {
        ErrorCode error;
        if (is_blocked()) {
            retry_timer_.expires_after(retry_delay);
            co_await retry_timer_.async_wait(asio::redirect_error(use_awaitable, error));
            if (is_blocked()) retry();  // else it was closed meanwhile
            continue;
        }
        co_await read_end_.async_wait(StreamDescriptor::wait_read,
                                      asio::redirect_error(use_awaitable, error));
        if (error) co_return;
        take_turn(turn_bytes_max);
    }
}

// ---- reading ------------------------------------------------------------------------------------

void LogCapture::take_turn(std::size_t bytes_max) {
    for (std::size_t taken = 0; taken < bytes_max && !is_blocked();) {
        const ssize_t count = read_some(bytes_max - taken);
        if (count <= 0) break;
        widen_pipe(static_cast<std::size_t>(count));
        taken += static_cast<std::size_t>(count);
        take(std::string_view(shared_.buffer.data(), static_cast<std::size_t>(count)));
    }
    if (file_.was_rotated()) compress_next();
    if (const auto failure = file_.rotation_failure())
        emit("unrotated", Event{.kind = EventKind::logging}.with("error", failure->message()));
}

ssize_t LogCapture::read_some(std::size_t bytes_max) {
    const std::lock_guard lock(reading_);
    const ssize_t count = ::read(read_end_.native_handle(), shared_.buffer.data(),
                                 std::min(bytes_max, shared_.buffer.size()));
    if (count > 0) read_bytes_ += static_cast<std::uint64_t>(count);
    return count;
}

/// Who fills the pipe is stopped less often by a wider one.
void LogCapture::widen_pipe(std::size_t count) {
    if (is_wide_ || count < pipe_bytes_usual) return;
    fcntl(read_end_.native_handle(), F_SETPIPE_SZ,
          static_cast<int>(pipe_bytes_wide));  // refused: stays as it is
    is_wide_ = true;
}

void LogCapture::mark_end() {
    const std::lock_guard lock(reading_);
    const std::uint64_t end = read_bytes_ + readable_bytes(read_end_.native_handle());
    ends_.push_back(end);
}

/// The bytes that follow those taken so far, with the ends of processes among them.
void LogCapture::take(std::string_view bytes) {
    while (!bytes.empty()) {
        std::size_t count = bytes.size();
        {
            const std::lock_guard lock(reading_);
            if (!ends_.empty())
                count = std::min<std::uint64_t>(count, ends_.front() - taken_bytes_);
        }
        format(bytes.substr(0, count));
        taken_bytes_ += count;
        bytes.remove_prefix(count);
        take_ends();
    }
}

std::optional<CarriedOutput> LogCapture::carry() {
    if (is_blocked() || trouble_ || is_compressing_) return std::nullopt;
    CarriedOutput carried{.read_end = read_end_.native_handle(), .partial = lines_.partial()};
    const std::lock_guard lock(reading_);
    for (const std::uint64_t end : ends_)
        carried.ends.push_back(end - taken_bytes_);
    return carried;
}

void LogCapture::resume(CarriedOutput carried) {
    lines_.resume(std::move(carried.partial));
    ends_.assign(carried.ends.begin(), carried.ends.end());
}

void LogCapture::take_ends() {
    for (;;) {
        {
            const std::lock_guard lock(reading_);
            if (ends_.empty() || ends_.front() > taken_bytes_) return;
            ends_.pop_front();
        }
        end_line();
    }
}

// ---- formatting ---------------------------------------------------------------------------------

void LogCapture::format(std::string_view bytes) {
    if (format_ == LogFormat::text) return deliver(bytes);
    const std::string time = rfc3339_utc(std::chrono::system_clock::now());
    objects_.clear();
    if (std::exchange(owes_newline_, false)) objects_ += '\n';
    lines_.feed(bytes, [&](std::string_view line, bool is_whole) {
        append_json_line(objects_, {time, component_, line, !is_whole});
    });
    deliver(objects_);
}

void LogCapture::end_line() {
    if (format_ == LogFormat::text) return;  // what the component wrote, and no more
    const std::string time = rfc3339_utc(std::chrono::system_clock::now());
    objects_.clear();
    lines_.finish([&](std::string_view line, bool is_whole) {
        append_json_line(objects_, {time, component_, line, !is_whole});
    });
    deliver(objects_);
}

// ---- writing ------------------------------------------------------------------------------------

void LogCapture::deliver(std::string_view bytes) {
    if (bytes.empty()) return;
    if (is_blocked()) {  // within a turn: the rest of what was read
        pending_ += bytes;
        return;
    }
    if (!trouble_) return write(bytes);
    if (Clock::now() < trouble_->retry_at) return drop(bytes);
    if (trouble_->is_within_line) {
        const std::size_t newline = bytes.find('\n');
        const std::size_t skip = newline == std::string_view::npos ? bytes.size() : newline + 1;
        drop(bytes.substr(0, skip));
        bytes.remove_prefix(skip);
    }
    if (!bytes.empty()) write(bytes);
}

void LogCapture::write(std::string_view bytes) {
    const LogFile::Appended done = file_.append(bytes);
    if (!done.error) {
        if (trouble_) recovered();
        return;
    }
    in_trouble(*done.error);
    bytes.remove_prefix(done.bytes);
    if (on_full_ == WhenLogFull::block) {
        pending_ = bytes;
        return;
    }
    trouble_->lost_bytes += file_.take_back_line();
    drop(bytes);
}

void LogCapture::retry() {
    const LogFile::Appended done = file_.append(pending_);
    pending_.erase(0, done.bytes);
    if (!done.error) {
        pending_.shrink_to_fit();
        recovered();
    }
}

void LogCapture::drop(std::string_view bytes) {
    trouble_->lost_bytes += bytes.size();
    trouble_->is_within_line = bytes.back() != '\n';
}

void LogCapture::in_trouble(const shmheap::Error& error) {
    const auto now = Clock::now();
    if (!trouble_) {
        trouble_ = Trouble{.since = now, .retry_at = now};
        emit(on_full_ == WhenLogFull::block ? "blocked" : "dropping",
             Event{.kind = EventKind::logging}.with("error", error.message()));
    }
    trouble_->retry_at = now + retry_delay;
}

void LogCapture::recovered() {
    emit("recovered", Event{.kind = EventKind::logging}
                          .with("after", format_duration(Clock::now() - trouble_->since))
                          .with("lost", format_bytes(trouble_->lost_bytes)));
    trouble_.reset();
}

void LogCapture::emit(const char* state, Event event) const {
    event.component = component_;
    event.fields.emplace(event.fields.begin(), "state", state);
    shared_.emit(event);
}

void LogCapture::finish() {
    if (is_blocked()) retry();
    take_turn(pipe_bytes_wide);  // a survivor may go on writing; a pipe full is enough
    end_line();
    std::uint64_t lost = pending_.size();
    if (is_blocked()) lost += readable_bytes(read_end_.native_handle());
    if (trouble_) lost += trouble_->lost_bytes;
    if (lost > 0) emit("lost", Event{.kind = EventKind::logging}.with("lost", format_bytes(lost)));
}

void LogCapture::close() {
    pending_.clear();
    read_end_.close();
    retry_timer_.cancel();
}

void LogCapture::clear_unfinished() {
    if (file_.rotated()) file_.rotated()->clear_unfinished();
}

// ---- compression --------------------------------------------------------------------------------

/// One file of this log at a time; the log thread alone changes names.
void LogCapture::compress_next() {
    if (is_compressing_ || !file_.rotated()) return;
    auto source = file_.rotated()->next_to_compress();
    if (!source) return;
    is_compressing_ = true;
    shared_.compressor.compress({std::move(source), file_.rotated()->unfinished_path()},
                                [this, self = shared_from_this()](std::optional<ino_t> done) {
                                    is_compressing_ = false;
                                    if (!done) return;  // no room for it: after the next rotation
                                    file_.rotated()->replace_by_compressed(*done);
                                    compress_next();
                                });
}

}  // namespace launcher
