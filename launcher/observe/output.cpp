#include "launcher/observe/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <exception>
#include <utility>

#include "launcher/kept_path.hpp"
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

Result<Output::Target> Output::reopen(const Descriptor& component) {
    const bool is_direct = component.logging.path && component.logging.mode == LogMode::direct;
    if (!is_direct) return open(component);
    // Its own log file is open. It has a FIFO instead if it had none when it was started.
    const std::string fifo = fifo_of(component);
    if (fifo.empty() || access(fifo.c_str(), F_OK) != 0) return Target{};
    return open_capture(component.name, fifo);
}

/// Empty for a component that ends with harrier.
std::string Output::fifo_of(const Descriptor& component) const {
    if (run_directory_.empty() || component.on_supervisor_loss != SupervisorLoss::keep) return {};
    return kept_path(run_directory_, component.name, kept_output);
}

Result<Output::Target> Output::open_capture(const std::string& component, const std::string& fifo) {
    Target target;
    if (const auto known = captures_.find(component); known != captures_.end()) {
        target.fd = known->second->write_end.get();
        return target;
    }
    auto pipe = open_capture_pipe(executor_, component, fifo);
    if (!pipe) return tl::unexpected(pipe.error());
    target.fd = add_capture(component, std::move(*pipe)).write_end.get();
    return target;
}

Output::Capture& Output::add_capture(const std::string& component, CapturePipe pipe) {
    if (component.size() > name_width_) widen(component.size());
    const std::size_t number = captures_made_++;
    auto capture =
        std::make_shared<Capture>(Capture{component, number, prefix_of(component, number),
                                          std::move(pipe.read_end), std::move(pipe.write_end)});
    captures_.emplace(component, capture);
    await_output(capture);
    return *capture;
}

Result<std::optional<CarriedOutput>> Output::carry(const std::string& component) const {
    const auto found = captures_.find(component);
    if (found == captures_.end()) return logs_.carry(component);
    Capture& capture = *found->second;
    CarriedOutput carried{.read_end = capture.read_end.native_handle(),
                          .write_end = capture.write_end.get(),
                          .partial = capture.lines.partial()};
    if (capture.kept) {
        for (const std::string_view line : capture.kept->since(0).lines)
            carried.kept.emplace_back(line);
    }
    return carried;
}

shmheap::Status Output::resume(const Descriptor& component, CarriedOutput carried) {
    if (component.logging.path) return logs_.resume(component, std::move(carried));
    PipeEnds ends{shmheap::os::UniqueFd(carried.read_end),
                  shmheap::os::UniqueFd(carried.write_end)};
    auto pipe = watch_pipe_ends(executor_, component.name, ends);
    if (!pipe) return tl::unexpected(pipe.error());
    Capture& capture = add_capture(component.name, std::move(*pipe));
    capture.lines.resume(std::move(carried.partial));
    if (!carried.kept.empty()) capture.kept = std::make_unique<KeptLines>();
    for (const std::string& line : carried.kept)
        capture.kept->add(line);
    return {};
}

std::string Output::prefix_of(const std::string& component, std::size_t number) const {
    std::string prefix = fmt::format("{:<{}}  | ", component, name_width_);
    if (!colour_) return prefix;
    return fmt::format("\x1b[{}m{}\x1b[0m", colours[number % colours.size()], prefix);
}

void Output::widen(std::size_t name_width) {
    name_width_ = name_width;
    for (const auto& [component, capture] : captures_) {
        capture->prefix = prefix_of(component, capture->number);
    }
}

/// No coroutine: of a thousand silent components each would keep its frame.
void Output::await_output(std::shared_ptr<Capture> capture) {
    StreamDescriptor& read_end = capture->read_end;
    read_end.async_wait(StreamDescriptor::wait_read,
                        [this, capture = std::move(capture)](ErrorCode error) mutable {
                            if (error) return;
                            read_once(*capture);
                            if (terminal_.has_room()) return await_output(std::move(capture));
                            asio::co_spawn(executor_, await_room(std::move(capture)),
                                           [](const std::exception_ptr& failure) {
                                               if (failure) std::rethrow_exception(failure);
                                           });
                        });
}

Awaitable<void> Output::await_room(std::shared_ptr<Capture> capture) {
    co_await terminal_.room();
    await_output(std::move(capture));
}

/// One read, so that each readable pipe gets its turn. False when there was nothing.
bool Output::read_once(Capture& capture) {
    const ssize_t count = ::read(capture.read_end.native_handle(), buffer_.data(), buffer_.size());
    if (count <= 0) return false;
    capture.lines.feed(std::string_view(buffer_.data(), static_cast<std::size_t>(count)),
                       [&](std::string_view line, bool) { show(capture, line); });
    shown(capture);
    return true;
}

void Output::shown(const Capture& capture) {
    terminal_.flush();
    if (on_lines_) on_lines_(capture.component);
}

void Output::show(Capture& capture, std::string_view line) {
    terminal_.append(capture.prefix);
    terminal_.append(line);
    terminal_.append("\n");
    if (!capture.kept) capture.kept = std::make_unique<KeptLines>();
    capture.kept->add(line);
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
    shown(capture);
}

const KeptLines* Output::kept_lines(const std::string& component) const {
    const auto found = captures_.find(component);
    return found == captures_.end() ? nullptr : found->second->kept.get();
}

void Output::close(const std::string& component) {
    const auto found = captures_.find(component);
    if (found == captures_.end()) return logs_.close(component);
    found->second->read_end.close();  // by which its coroutine ends
    captures_.erase(found);
}

}  // namespace launcher
