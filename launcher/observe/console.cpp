#include "launcher/observe/console.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>

#include "launcher/observe/format.hpp"

namespace launcher {
namespace {

constexpr std::chrono::milliseconds reader_patience{300};

}  // namespace

Console::Console(Executor executor)
    : output_(executor, STDOUT_FILENO, "standard output"),
      errors_(executor, STDERR_FILENO, "standard error") {
    output_.on_broken([this](const shmheap::Error& error) {
        say(error.message() + "; the output of components is discarded");
    });
}

void Console::emit(const Event& event) {
    component_width_ = std::max(component_width_, event.component.size());
    errors_.append(format_event(event, std::chrono::system_clock::now(), component_width_));
    errors_.flush();
}

void Console::say(std::string_view text) {
    say_plainly("harrier: " + std::string(text));
}

void Console::say_plainly(std::string_view text) {
    errors_.append(text);
    errors_.append("\n");
    errors_.flush();
}

bool Console::wants_colour() const {
    const char* no_colour = std::getenv("NO_COLOR");
    return output_.is_terminal() && (no_colour == nullptr || *no_colour == '\0');
}

void Console::finish() {
    const TimePoint deadline = Clock::now() + reader_patience;
    output_.finish(deadline);
    errors_.finish(deadline);
    if (const std::size_t dropped = output_.dropped_bytes(); dropped > 0) {
        say("nobody read " + format_bytes(dropped) + " of the output of components");
        errors_.finish(deadline);
    }
}

}  // namespace launcher
