/// The two roles of a soak, each the whole life of a process that may be killed at any moment. What
/// they find goes to the ledger; they return when it says so.
#pragma once

#include <cstddef>
#include <string>

#include "ledger.hpp"

namespace soak {

/// Sends buffers with checksums from a heap of its own; every 16th message is not from the heap.
void produce(Ledger& ledger, std::size_t pair, const std::string& directory);

/// Receives, keeps some messages for a while, and checks each when it comes and when it goes.
void consume(Ledger& ledger, std::size_t pair, const std::string& directory);

}  // namespace soak
