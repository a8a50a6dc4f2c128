/// The live view as lines of text, fitted to the width of a terminal: printable ASCII, so that a
/// byte is a column. Pure; from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reaper/live/survey.hpp"

namespace reaper::live {

class Table {
public:
    /// Columns that do not fit into `width` are left out, the least important first; the name is
    /// always there and takes what is left.
    explicit Table(std::size_t width);

    [[nodiscard]] std::string title() const;
    [[nodiscard]] std::string line(const Row& row, std::uint64_t now_ns) const;

private:
    std::vector<std::size_t> columns_;  ///< places in the list of all there are
    std::size_t name_width_ = 0;
};

/// "[#######            ] 3.2G of 23.5G used, 86.4% free", as wide as that.
std::string bar_line(const Space& space, std::size_t width);

/// "42s", "3m07s", "5h12m", "12d3h"
std::string short_age(std::uint64_t age_ns);

/// "0", "950", "1.2k", "3.4M"
std::string short_count(double count);

/// At most `width` bytes, a `~` at the end where something is missing.
std::string fitted(std::string_view text, std::size_t width);

/// The same of its end: the `~` is at the beginning.
std::string fitted_end(std::string_view text, std::size_t width);

}  // namespace reaper::live
