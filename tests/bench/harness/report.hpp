/// The result of a benchmark, as one JSON document or as a table with the ratios to the peers.
#pragma once

#include <ostream>
#include <string_view>
#include <vector>

#include "harness/rounds.hpp"

namespace bench {

/// {"bench": …, "machine": {…}, "rows": [{"workload", "subject", "value", "unit", …}, …]}
void print_json(std::ostream& out, std::string_view bench, const std::vector<Row>& rows);

/// Each peer's row says what multiple of it harrier reached: for times, less than 1 is
/// better; for rates, more.
void print_table(std::ostream& out, const std::vector<Row>& rows);

}  // namespace bench
