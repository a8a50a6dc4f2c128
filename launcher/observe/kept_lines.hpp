/// The last lines that a component printed, for those who ask later: what `harrier logs` shows of a
/// component without a log. Bounded, the oldest go; who is silent costs nothing. A reader has a
/// place of his own and takes what came since, so he holds up nobody: when he is too slow, he is
/// told how many lines went. A value, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/observe/line_splitter.hpp"

namespace launcher {

class KeptLines {
public:
    /// The longest line fits.
    static constexpr std::size_t bytes_max = LineSplitter::line_bytes_max + 1;

    /// How far somebody has read: all lines before this one.
    using Place = std::uint64_t;

    void add(std::string_view line);

    /// Behind the last line.
    [[nodiscard]] Place end() const { return first_ + ends_.size(); }

    /// Before the last `count` lines, or as many as there are.
    [[nodiscard]] Place before_last(std::uint64_t count) const {
        return ends_.size() > count ? end() - count : first_;
    }

    struct Taken {
        std::vector<std::string_view> lines = {};  ///< until the next add()
        std::uint64_t skipped = 0;                 ///< lines before them that are kept no more
    };

    /// The lines from `place` on.
    [[nodiscard]] Taken since(Place place) const;

private:
    void make_room(std::size_t bytes);

    std::string text_;                 // the lines, one behind the other
    std::vector<std::uint32_t> ends_;  // of each in the text
    Place first_ = 0;
};

}  // namespace launcher
