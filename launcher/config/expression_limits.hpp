/// What keeps a regular expression of a description from costing time and memory without bounds
/// when it is compiled or matched. The C library writes repetitions out before it looks for
/// anything, so that a few nested ones, `+` among them, are millions of pieces; and it calls itself
/// for each parenthesis. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace launcher {

constexpr std::size_t expression_bytes_max = 1024;
constexpr std::size_t expression_depth_max = 32;     ///< of parentheses
constexpr std::size_t expression_pieces_max = 4096;  ///< with all repetitions written out

/// Why an extended regular expression is not compiled, in words; nothing when it may be. It need
/// not be one: what makes no sense is left for regcomp(3) to say.
std::optional<std::string> refusal_of_expression(std::string_view expression);

}  // namespace launcher
