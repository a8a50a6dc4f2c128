/// SIGTERM and SIGINT as a request that the component looks at now and then, so that it ends by
/// itself: with its report, and removing its heap.
#pragma once

#include <chrono>
#include <csignal>

#include "shmheap/stream.hpp"

namespace demo {

/// How long a component waits on a stream before it looks whether it is to stop.
constexpr std::chrono::milliseconds look_up_after(250);

inline volatile std::sig_atomic_t stop_was_requested = 0;

/// To be called once at the start of main().
inline void listen_to_stop_requests() {
    struct sigaction action {};
    action.sa_handler = [](int) { stop_was_requested = 1; };
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
}

inline bool stop_requested() {
    return stop_was_requested != 0;
}

/// Repeats a step, which is given a deadline, until it does not time out or a stop is requested.
template <class Step>
auto until_stopped(Step step) {
    while (true) {
        auto result = step(std::chrono::steady_clock::now() + look_up_after);
        if (result || result.error().code != ETIMEDOUT || stop_requested()) return result;
    }
}

}  // namespace demo
