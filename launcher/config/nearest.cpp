// The edit distance is the restricted Damerau-Levenshtein one: three rows of the usual table.
#include "launcher/config/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace launcher {
namespace {

/// Names and keys are at most 64 long; a longer word is nobody's misspelling and not worth the
/// time.
constexpr std::size_t word_bytes_max = 64;

/// The beginning of a word is as good as a misspelling from this length: env, deps.
constexpr std::size_t beginning_bytes_min = 3;

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known) {
    if (word.size() > word_bytes_max) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t best_distance = 0;
    for (const std::string_view candidate : known) {
        if (candidate.size() > word_bytes_max) continue;
        const std::size_t distance = edit_distance(word, candidate);
        const std::size_t distance_max = (std::max(word.size(), candidate.size()) + 2) / 3;
        if (distance > distance_max || (best && distance >= best_distance)) continue;
        best = candidate;
        best_distance = distance;
    }
    if (best || word.size() < beginning_bytes_min) return best;
    const auto begins = [word](std::string_view candidate) { return candidate.starts_with(word); };
    const auto found = std::find_if(known.begin(), known.end(), begins);
    return found == known.end() ? std::nullopt : std::optional(*found);
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
    const std::optional<std::string_view> meant = nearest(word, known);
    if (!meant) return {};
    return ", did you mean \"" + std::string(*meant) + "\"?";
}

}  // namespace launcher
