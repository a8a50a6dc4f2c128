/// What it costs to have components that fail as soon as they are started.
#pragma once

#include <vector>

#include "harness/program.hpp"

namespace bench {

/// Workloads storm-200-cpu (the processes that supervise) and storm-200-cpu-all (what they started
/// as well), at most 3 undisturbed samples of each subject. Errors: nothing failed.
shmheap::Status measure_storms(const Context& context, std::vector<Row>& rows);

}  // namespace bench
