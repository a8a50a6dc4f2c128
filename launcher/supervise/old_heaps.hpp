/// The heaps that earlier instances of an application left, removed before anything is started.
/// Main thread; the caller holds the lock of the application, which proves those instances dead.
#pragma once

#include <functional>
#include <string>

#include "launcher/config/descriptor.hpp"
#include "launcher/observe/event.hpp"
#include "launcher/supervise/leftovers.hpp"

namespace launcher {

/// Where to look, and what to leave.
struct OldHeaps {
    const Application& application;
    std::string own_directory;  ///< of harrier's own environment
    const Tags& spared;         ///< of who lives on
};

/// Sweeps harrier's own directory and each that a component's environment names, each once: removes
/// orphaned heaps of the application, but those of components that are described with `reap: never`
/// now, and counts the orphans of others, with an event for either. A directory that is not there
/// is nothing to sweep; `complain` is told of one that cannot be read.
void sweep_old_heaps(const OldHeaps& old, const EventSink& emit,
                     const std::function<void(const std::string&)>& complain);

}  // namespace launcher
