/// When a component's processes are dead: remove their heaps and say so.
#pragma once

#include <chrono>
#include <string>

#include "launcher/supervise/shared.hpp"

namespace launcher {

/// Reaps what one start of a component left behind, unless its descriptor says never. Call it when
/// the processes have ended and before they are collected.
void reap_component(const Descriptor& descriptor, const SpawnRequest& request, Shared& shared);

/// Reaps whatever `selection` selects, with an event for each heap, and adds to the totals.
/// `component` is for what a heap's own header does not name. Returns how many heaps it could not
/// remove, or 1 when it could not look.
std::size_t reap_heaps(const reaper::HeapSelection& selection, std::chrono::milliseconds patience,
                       const std::string& component, Shared& shared);

/// The events of a sweep or a reap, without adding to anything.
void emit_outcome(const reaper::ReapOutcome& outcome, const std::string& component,
                  const EventSink& emit);

}  // namespace launcher
