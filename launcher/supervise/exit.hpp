/// How a process ended, as the kernel reported it, or why it never began. A value.
#pragma once

#include <string>
#include <variant>

#include "shmheap/result.hpp"

namespace launcher {

/// It ended by itself.
struct Exited {
    int status = 0;
};

/// A signal ended it.
struct Killed {
    int signal = 0;
    bool dumped_core = false;
};

/// There was no process: it could not be started.
struct NotStarted {
    shmheap::Error error;
};

/// It ended, and the kernel told somebody else how: it was adopted, not started by this harrier.
struct Unknown {};

using Exit = std::variant<Exited, Killed, NotStarted, Unknown>;

}  // namespace launcher
