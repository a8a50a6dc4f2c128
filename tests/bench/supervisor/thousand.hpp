/// How supervisors do with a thousand components: starting them, having them, stopping them.
#pragma once

#include <vector>

#include "harness/program.hpp"

namespace bench {

/// From nothing to all components of one supervision having announced themselves: start-100.
shmheap::Status measure_starts(const Context& context, std::vector<Row>& rows);

/// Workloads start-1000, idle-1000-wakeups, idle-1000-rss-MB, stop-1000: one of each from every
/// supervision, of which at most 3 undisturbed ones are made for each subject.
shmheap::Status measure_thousand(const Context& context, std::vector<Row>& rows);

}  // namespace bench
