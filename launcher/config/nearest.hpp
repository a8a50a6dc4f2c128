/// Which known word did the writer mean? Pure; from any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace launcher {

/// The known word with the fewest edits (insert, delete, replace, swap of neighbours) from `word`,
/// the first of equals; else one that begins with `word`; none when every one differs by more than
/// a third of its letters, since a far-fetched guess misleads.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> known);

/// `, did you mean "restart"?`, or nothing when no known word is near.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> known);

}  // namespace launcher
