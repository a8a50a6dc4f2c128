/// A number for all of a description that a process is started with: what a change of restarts it
/// (changes.hpp). By it the next harrier sees whether a process that was kept runs under the
/// description that it reads, also after a kill in the midst of an `apply`. Wherever the keys stand
/// in the files does not count. Pure.
#pragma once

#include <cstdint>

#include "launcher/config/descriptor.hpp"

namespace launcher {

/// The same number in every harrier that spells it so; another way to spell it costs a restart.
[[nodiscard]] std::uint64_t fingerprint_of(const Descriptor& descriptor);

}  // namespace launcher
