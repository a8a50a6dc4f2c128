/// A supervisor over a FakeHost, with everything it says kept in order. What a test describes is an
/// application of components by name; the fixture runs it and ends it.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fake_host.hpp"
#include "launcher/observe/format.hpp"
#include "launcher/supervise/supervisor.hpp"

namespace launcher::test {

inline Descriptor component(std::string name) {
    Descriptor descriptor;
    descriptor.name = std::move(name);
    descriptor.command = {"/bin/true"};
    descriptor.executable = "/bin/true";
    descriptor.working_directory = "/";
    return descriptor;
}

class Fixture {
public:
    asio::io_context io{1};
    FakeHost host{io};
    Application application{.name = "app", .components = {}};
    std::vector<Event> events;
    std::vector<std::string> lines;  ///< "exited a status=1", in order
    std::vector<reaper::HeapSelection> reaps;
    reaper::ReapOutcome next_reap;  ///< what the next reap finds
    std::optional<Summary> summary;

    Fixture() = default;
    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;
    ~Fixture() {
        if (!supervisor_ || summary) return;
        supervisor_->stop_at_once();
        host.end_all();
        host.advance(std::chrono::seconds(60));
    }

    Descriptor& add(std::string name) {
        application.components.push_back(component(std::move(name)));
        return application.components.back();
    }

    void start() {
        Shared shared{.host = host,
                      .emit = emit_,
                      .reap = [this](const reaper::HeapSelection& selection,
                                     std::chrono::milliseconds) { return reap(selection); },
                      .instance_tag = "app/uuid",
                      .run_directory = "/run/app",
                      .shm_directory = "/dev/shm",
                      .environment = {"HOME=/"},
                      .random = Random(1)};
        supervisor_.emplace(io.get_executor(), application, std::move(shared));
        asio::co_spawn(io, keep_summary(*supervisor_, summary), rethrow);
        host.settle();
    }

    Supervisor& supervisor() { return *supervisor_; }

    [[nodiscard]] std::size_t count(const std::string& line_start) const {
        return static_cast<std::size_t>(
            std::count_if(lines.begin(), lines.end(),
                          [&](const std::string& line) { return line.starts_with(line_start); }));
    }

    [[nodiscard]] std::size_t starts_of(const std::string& name) const {
        return static_cast<std::size_t>(std::count(host.started.begin(), host.started.end(), name));
    }

private:
    static void rethrow(const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);
    }

    static Awaitable<void> keep_summary(Supervisor& supervisor, std::optional<Summary>& summary) {
        summary = co_await supervisor.run();
    }

    shmheap::Result<reaper::ReapOutcome> reap(const reaper::HeapSelection& selection) {
        reaps.push_back(selection);
        return std::exchange(next_reap, {});
    }

    void keep(const Event& event) {
        events.push_back(event);
        std::string line = std::string(to_string(event.kind)) + ' ' + event.component;
        for (const auto& [key, value] : event.fields) {
            if (key != "pid") line += ' ' + key + '=' + quote_value(value);
        }
        lines.push_back(line);
    }

    EventSink emit_ = [this](const Event& event) { keep(event); };
    std::optional<Supervisor> supervisor_;
};

}  // namespace launcher::test
