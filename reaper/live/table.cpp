#include "reaper/live/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "reaper/size_text.hpp"

namespace reaper::live {
namespace {

constexpr std::size_t name_width_min = 14;

struct Column {
    std::string_view title;
    std::size_t width;
    int importance;  ///< the least goes first
    bool is_right_aligned;
    std::string (*text)(const Row& row, std::uint64_t now_ns);
};

bool is_heap(const Row& row) {
    return row.file->creator != 0;
}

std::string bytes_text(double bytes) {
    constexpr double most = 1e18;  // counters may say anything
    return size_text(static_cast<std::uint64_t>(std::min(std::abs(bytes), most)),
                     SizeFormat::automatic);
}

std::string state_text(const Row& row, std::uint64_t) {
    return std::string(row.file->state);
}
std::string creator_text(const Row& row, std::uint64_t) {
    return is_heap(row) ? std::to_string(row.file->creator) : "";
}
std::string component_text(const Row& row, std::uint64_t) {
    return row.file->component;
}
std::string user_text(const Row& row, std::uint64_t) {
    return row.file->user;
}
std::string file_size_text(const Row& row, std::uint64_t) {
    return size_text(row.file->measures.file_bytes, SizeFormat::automatic);
}
std::string allocated_text(const Row& row, std::uint64_t) {
    return size_text(row.file->allocated_bytes, SizeFormat::automatic);
}
std::string used_text(const Row& row, std::uint64_t) {
    return is_heap(row) ? size_text(row.file->measures.used_bytes, SizeFormat::automatic) : "";
}
std::string share_text(const Row& row, std::uint64_t) {
    return is_heap(row) ? percent_text(row.file->measures.used_bytes, row.file->heap_bytes) : "";
}
std::string growth_text(const Row& row, std::uint64_t) {
    if (!row.rates) return "";
    const double growth = row.rates->growth_bytes;
    const char* sign = growth > 0 ? "+" : growth < 0 ? "-" : "";
    return sign + bytes_text(growth);
}
std::string messages_text(const Row& row, std::uint64_t) {
    return is_heap(row) && row.rates ? short_count(row.rates->messages) : "";
}
std::string traffic_text(const Row& row, std::uint64_t) {
    return is_heap(row) && row.rates ? bytes_text(row.rates->bytes) : "";
}
std::string references_text(const Row& row, std::uint64_t) {
    return is_heap(row) ? std::to_string(row.file->references) : "";
}
std::string age_text_of(const Row& row, std::uint64_t now_ns) {
    const std::int64_t since_ns = row.file->measures.since_ns;
    const bool is_past = since_ns < 0 || now_ns > static_cast<std::uint64_t>(since_ns);
    return short_age(is_past ? now_ns - static_cast<std::uint64_t>(since_ns) : 0);
}

constexpr std::array columns{
    Column{"STATE", 10, 11, false, state_text},
    Column{"PID", 7, 8, true, creator_text},
    Column{"COMPONENT", 14, 7, false, component_text},
    Column{"USER", 8, 3, false, user_text},
    Column{"SIZE", 7, -1, true, file_size_text},
    Column{"ALLOC", 7, 10, true, allocated_text},
    Column{"USED", 7, 9, true, used_text},
    Column{"USED%", 6, 2, true, share_text},
    Column{"GROWTH/s", 8, 5, true, growth_text},
    Column{"MSG/s", 6, 6, true, messages_text},
    Column{"BYTES/s", 7, 4, true, traffic_text},
    Column{"REFS", 4, 1, true, references_text},
    Column{"AGE", 6, 0, true, age_text_of},
};

std::string placed(const Column& column, const std::string& text) {
    const std::string shown = fitted(text, column.width);
    return column.is_right_aligned ? fmt::format(" {:>{}}", shown, column.width)
                                   : fmt::format(" {:<{}}", shown, column.width);
}

}  // namespace

Table::Table(std::size_t width) : columns_(columns.size()) {
    std::iota(columns_.begin(), columns_.end(), std::size_t{0});
    const auto needed = [this] {
        return std::accumulate(
            columns_.begin(), columns_.end(), name_width_min,
            [](std::size_t sum, std::size_t place) { return sum + 1 + columns[place].width; });
    };
    while (!columns_.empty() && needed() > width) {
        columns_.erase(std::min_element(
            columns_.begin(), columns_.end(), [](std::size_t place, std::size_t other) {
                return columns[place].importance < columns[other].importance;
            }));
    }
    const std::size_t others = needed() - name_width_min;
    name_width_ = width > others ? width - others : 0;
}

std::string Table::title() const {
    std::string line = fmt::format("{:<{}}", fitted("NAME", name_width_), name_width_);
    for (const std::size_t place : columns_)
        line += placed(columns[place], std::string(columns[place].title));
    return line;
}

std::string Table::line(const Row& row, std::uint64_t now_ns) const {
    std::string line = fmt::format("{:<{}}", fitted(row.file->name, name_width_), name_width_);
    for (const std::size_t place : columns_)
        line += placed(columns[place], columns[place].text(row, now_ns));
    return line;
}

std::string bar_line(const Space& space, std::size_t width) {
    const std::uint64_t free = std::min(space.free_bytes, space.size_bytes);
    const std::uint64_t used = std::min(space.used_bytes, space.size_bytes);
    const std::string text = fmt::format(
        " {} of {} used, {} free", size_text(used, SizeFormat::automatic),
        size_text(space.size_bytes, SizeFormat::automatic), percent_text(free, space.size_bytes));
    if (width < text.size() + 4) return fitted(text.substr(1), width);
    const std::size_t room = width - text.size() - 2;
    const double share = space.size_bytes == 0
                             ? 0
                             : static_cast<double>(used) / static_cast<double>(space.size_bytes);
    const auto marks = static_cast<std::size_t>(std::ceil(share * static_cast<double>(room)));
    return "[" + std::string(marks, '#') + std::string(room - marks, ' ') + "]" + text;
}

std::string short_age(std::uint64_t age_ns) {
    const std::uint64_t seconds = age_ns / 1'000'000'000;
    const std::uint64_t minutes = seconds / 60;
    const std::uint64_t hours = minutes / 60;
    if (minutes == 0) return fmt::format("{}s", seconds);
    if (hours == 0) return fmt::format("{}m{:02}s", minutes, seconds % 60);
    if (hours < 24) return fmt::format("{}h{:02}m", hours, minutes % 60);
    return fmt::format("{}d{}h", hours / 24, hours % 24);
}

std::string short_count(double count) {
    constexpr std::array units{"", "k", "M", "G", "T"};
    std::size_t unit = 0;
    while (count >= 999.5 && unit + 1 < units.size()) {
        count /= 1000;
        ++unit;
    }
    if (unit == 0) return fmt::format("{:.0f}", count);
    return fmt::format("{:.1f}{}", count, units[unit]);
}

std::string fitted(std::string_view text, std::size_t width) {
    if (text.size() <= width) return std::string(text);
    if (width == 0) return "";
    return std::string(text.substr(0, width - 1)) + "~";
}

std::string fitted_end(std::string_view text, std::size_t width) {
    if (text.size() <= width) return std::string(text);
    if (width == 0) return "";
    return "~" + std::string(text.substr(text.size() - (width - 1)));
}

}  // namespace reaper::live
