/// harrier's two streams: events and messages on stderr, components' output on stdout. Owns the
/// writers; nothing else of harrier writes to either. One thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "launcher/asio.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/observe/writer.hpp"

namespace launcher {

class Console {
public:
    explicit Console(Executor executor);

    /// The length of the longest component's name, for columns.
    void align(std::size_t component_width) { component_width_ = component_width; }

    void emit(const Event& event);

    /// "harrier: text", for people.
    void say(std::string_view text);

    /// A line as it is, on stderr.
    void say_plainly(std::string_view text);

    Writer& output() { return output_; }
    Writer& errors() { return errors_; }

    /// Colour only on a terminal, and not when NO_COLOR says so (no-color.org).
    [[nodiscard]] bool wants_colour() const;

    /// Brings out what is still held, waiting for slow readers, but not for ever.
    void finish();

private:
    Writer output_;
    Writer errors_;
    std::size_t component_width_ = 0;
};

}  // namespace launcher
