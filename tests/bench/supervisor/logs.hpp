/// How many lines of a component get into its log in a second: through harrier, through the loggers
/// of other supervisors, and with nobody in between.
#pragma once

#include <vector>

#include "harness/program.hpp"

namespace bench {

/// Workloads log-captured-lines, log-rotated-lines, log-direct-lines. Peers that are not installed
/// are left out. Errors: a line was lost, torn or out of order.
shmheap::Status measure_logs(const Context& context, std::vector<Row>& rows);

}  // namespace bench
