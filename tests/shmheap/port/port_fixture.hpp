/// What the tests of ports share: an application's run directory and heap, the components of which
/// are played by one process, and the buffers they send.
#pragma once

#include <string>

#include "shmheap/port.hpp"
#include "stream/fixture.hpp"

namespace port_test {

using stream_test::at_once;
using stream_test::in;
using stream_test::soon;
using stream_test::text_of;

/// The ports of an application with these connections.
struct Ports {
    explicit Ports(std::string spelt) : connections(std::move(spelt)) {}

    /// What the launcher would tell a component.
    [[nodiscard]] shmheap::PortOptions options(const std::string& component) const {
        return {.component = component,
                .run_directory = here.folder.path(),
                .connections = connections,
                .heap = here.heap.get()};
    }
    [[nodiscard]] shmheap::Output output(const std::string& component,
                                         const std::string& port = "out") const {
        auto opened = shmheap::Output::open(port, options(component));
        REQUIRE(opened.has_value());
        return std::move(*opened);
    }
    [[nodiscard]] shmheap::Input input(const std::string& component,
                                       const std::string& port = "in") const {
        auto opened = shmheap::Input::open(port, options(component));
        REQUIRE(opened.has_value());
        return std::move(*opened);
    }
    [[nodiscard]] shmheap::Buffer buffer(const std::string& text) const {
        return stream_test::buffer_of(*here.heap, text);
    }

    stream_test::HeapFolder here;
    std::string connections;
};

/// Lets both ends of a connection within one thread greet each other.
inline void meet(shmheap::Output& output, shmheap::Input& input) {
    while (!input.connected() || !output.connected()) {
        REQUIRE(output.attend().has_value());
        const auto none = input.receive(at_once);
        REQUIRE_FALSE(none.has_value());
        REQUIRE(none.error().code == ETIMEDOUT);
    }
}

/// The next message as text.
inline std::string next_text(shmheap::Input& input, shmheap::Deadline deadline = soon()) {
    const auto message = input.receive(deadline);
    if (!message) return message.error().message();
    return text_of(message->bytes());
}

}  // namespace port_test
