#include "launcher/observe/kept_lines.hpp"

#include <algorithm>

#include "os/assert.hpp"

namespace launcher {
namespace {

constexpr std::size_t line_cost = 1 + sizeof(std::uint32_t);  ///< so empty lines are bounded, too

}  // namespace

void KeptLines::add(std::string_view line) {
    ASSERT(line.size() < bytes_max);
    make_room(line.size());
    text_ += line;
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
}

/// Half of it goes at once, at least, so that each byte is moved once at most.
void KeptLines::make_room(std::size_t bytes) {
    const auto cost = [](std::size_t text_bytes, std::size_t lines) {
        return text_bytes + lines * line_cost;
    };
    if (ends_.empty() || cost(text_.size() + bytes, ends_.size()) < bytes_max) return;
    const std::size_t stays = std::min(bytes_max / 2, bytes_max - 1 - bytes);
    std::size_t gone = 1;
    while (gone < ends_.size() && cost(text_.size() - ends_[gone - 1], ends_.size() - gone) > stays)
        ++gone;
    const std::uint32_t gone_bytes = ends_[gone - 1];
    text_.erase(0, gone_bytes);
    ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(gone));
    for (std::uint32_t& end : ends_)
        end -= gone_bytes;
    first_ += gone;
}

KeptLines::Taken KeptLines::since(Place place) const {
    Taken taken;
    if (place < first_) taken.skipped = first_ - place;
    for (std::uint64_t i = place > first_ ? place - first_ : 0; i < ends_.size(); ++i) {
        const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
        taken.lines.push_back(std::string_view(text_).substr(begin, ends_[i] - begin));
    }
    return taken;
}

}  // namespace launcher
