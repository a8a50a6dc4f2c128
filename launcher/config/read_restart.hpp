/// How a component is started again: the keys `restart` and `success_exit_codes`. Pure but for the
/// diagnostics; main thread.
#pragma once

#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/value_reader.hpp"

namespace launcher {

void read_restart(const ValueReader& reader, const Entry& entry, Restart& restart);
void read_success_exits(const ValueReader& reader, const Entry& entry, SuccessExits& success);

[[nodiscard]] std::vector<Vocabulary> restart_vocabulary();

}  // namespace launcher
