#include "launcher/observe/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <exception>
#include <utility>

#include "launcher/kept_path.hpp"
#include "launcher/observe/capture_pipe.hpp"
#include "launcher/observe/log_file.hpp"
#include "os/assert.hpp"

namespace launcher {
namespace {

using shmheap::Result;

constexpr std::array colours = {"36", "33", "32", "35", "34", "96", "93", "92", "95", "94"};
constexpr int drain_reads_max = 64;  // a survivor may go on writing; four pipes full are enough

}  // namespace

Output::Output(Executor executor, Writer& terminal, std::size_t name_width, bool colour)
    : executor_(executor),
      terminal_(terminal),
      name_width_(name_width),
      colour_(colour),
      logs_(executor) {}

Result<Output::Target> Output::open(const Descriptor& component) {
    if (!component.logging.path) return open_capture(component.name, fifo_of(component));
    if (component.logging.mode == LogMode::captured)
        return logs_.open(component, fifo_of(component)).map([](int fd) {
            return Target{.fd = fd};
        });
    auto log = open_log(*component.logging.path);
    if (!log) return tl::unexpected(log.error());
    Target target;
    target.fd = log->get();
    target.log = std::move(*log);
    return target;
}

/// Empty for a component that ends with harrier.
std::string Output::fifo_of(const Descriptor& component) const {
    if (run_directory_.empty() || component.on_supervisor_loss != SupervisorLoss::keep) return {};
    return kept_path(run_directory_, component.name, kept_output);
}

Result<Output::Target> Output::open_capture(const std::string& component, const std::string& fifo) {
    auto& capture = captures_[component];
    if (!capture) {
        auto pipe = open_capture_pipe(executor_, component, fifo);
        if (!pipe) {
            captures_.erase(component);
            return tl::unexpected(pipe.error());
        }
        capture = std::make_unique<Capture>(
            Capture{prefix_of(component), std::move(pipe->read_end), std::move(pipe->write_end)});
        // The capture outlives the coroutine: both end with the io_context.
        asio::co_spawn(executor_, pump(*capture), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
    }
    Target target;
    target.fd = capture->write_end.get();
    return target;
}

std::string Output::prefix_of(const std::string& component) const {
    std::string prefix = fmt::format("{:<{}}  | ", component, name_width_);
    if (!colour_) return prefix;
    return fmt::format("\x1b[{}m{}\x1b[0m", colours[(captures_.size() - 1) % colours.size()],
                       prefix);
}

Awaitable<void> Output::pump(Capture& capture) {
    for (;;) {
        ErrorCode error;
        co_await capture.read_end.async_wait(StreamDescriptor::wait_read,
                                             asio::redirect_error(use_awaitable, error));
        if (error) co_return;
        read_once(capture);
        if (!terminal_.has_room()) co_await terminal_.room();
    }
}

/// One read, so that each readable pipe gets its turn. False when there was nothing.
bool Output::read_once(Capture& capture) {
    const ssize_t count = ::read(capture.read_end.native_handle(), buffer_.data(), buffer_.size());
    if (count <= 0) return false;
    capture.lines.feed(std::string_view(buffer_.data(), static_cast<std::size_t>(count)),
                       [&](std::string_view line, bool) { show(capture, line); });
    terminal_.flush();
    return true;
}

void Output::show(Capture& capture, std::string_view line) {
    terminal_.append(capture.prefix);
    terminal_.append(line);
    terminal_.append("\n");
    if (!capture.expectation || !capture.expectation->matcher.matches(line)) return;
    std::exchange(capture.expectation, nullptr)->on_line();
}

void Output::expect(const std::string& component, LineMatcher matcher,
                    std::function<void()> on_line) {
    const auto found = captures_.find(component);
    ASSERT(found != captures_.end());
    found->second->expectation =
        std::make_unique<Expectation>(Expectation{std::move(matcher), std::move(on_line)});
}

void Output::expect_nothing(const std::string& component) {
    const auto found = captures_.find(component);
    if (found != captures_.end()) found->second->expectation.reset();
}

void Output::drain(const std::string& component) {
    const auto found = captures_.find(component);
    if (found == captures_.end()) return logs_.process_ended(component);
    Capture& capture = *found->second;
    for (int reads = 0; reads < drain_reads_max && read_once(capture);)
        ++reads;
    capture.lines.finish([&](std::string_view line, bool) { show(capture, line); });
    terminal_.flush();
}

}  // namespace launcher
