/// The key `logging` of one component: where its output goes, who writes it, and what becomes of
/// old files. Read when the command is known, since @NAME@ in the path stands for one of its
/// arguments.
#pragma once

#include <vector>

#include "launcher/config/plan.hpp"
#include "launcher/config/read_component.hpp"

namespace launcher {

void read_logging(const ValueReader& reader, const Entry& logging, Descriptor& descriptor);

/// Refuses a captured log that is another component's log, too.
void check_log_files(DescriptorRefs descriptors, Diagnostics& diagnostics);

/// The words of `logging`, for the schema.
[[nodiscard]] std::vector<Vocabulary> logging_vocabulary();

}  // namespace launcher
