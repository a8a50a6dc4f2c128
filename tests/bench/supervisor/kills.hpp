/// From the SIGKILL of a component to the removal of its heap and to its next start.
#pragma once

#include <vector>

#include "harness/program.hpp"

namespace bench {

/// Workloads heap-removed and restart, each with -p50 and -p99. The peers, which know nothing of
/// heaps, have rows of the latter only, and are left out when only the former is wanted.
shmheap::Status measure_kills(const Context& context, std::vector<Row>& rows);

}  // namespace bench
