/// Every crash point there is, read from the sources: a point that is added there and that no
/// scenario reaches fails the driver. Read once, before any process is made; from one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace crash {

struct Point {
    std::string name;
    std::string file;  ///< that it stands in, from the top of the tree
};

constexpr std::size_t points_max = 256;

/// Sorted by name, at most points_max. Ends the test when a name stands twice or none is found.
const std::vector<Point>& points();

/// Where it stands in points(). Ends the process when it does not.
std::size_t index_of(std::string_view name);

}  // namespace crash
