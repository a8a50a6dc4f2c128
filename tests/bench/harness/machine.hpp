/// What a benchmark ran on, for its readers: figures of two machines compare only as ratios.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

/// Names and values, ready to print; what cannot be found out is left out.
std::vector<std::pair<std::string, std::string>> describe_machine();

}  // namespace bench
