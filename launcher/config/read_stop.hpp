/// How a component is asked to end: `stop_sequence`, or `stop_signal` and `stop_grace_period` for a
/// sequence of one. Pure but for the diagnostics; main thread.
#pragma once

#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/value_reader.hpp"

namespace launcher {

/// The entries as they were found; they outlive read_stop().
struct StopKeys {
    const Entry* signal = nullptr;
    const Entry* grace_period = nullptr;
    const Entry* sequence = nullptr;
};

void read_stop(const ValueReader& reader, const StopKeys& keys, std::vector<StopStep>& steps);

/// A signal that may be asked for by name.
void read_stop_signal(const ValueReader& reader, const Entry& entry, int& signal);

}  // namespace launcher
