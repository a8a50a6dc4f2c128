/// ${…} in the values of a description. Pure: the environment is asked through a function that the
/// caller gives. A failure is what is wrong, in words.
///
///   ${VAR}            the value; an error when VAR is not set (an empty value is a value)
///   ${VAR:-default}   the default when VAR is not set or empty; it may hold ${…} itself
///   ${VAR:?message}   an error with this message when VAR is not set or empty
///   ${component.name} the name of the component that the value belongs to
///   $${X}             the text ${X}; $VAR and every other $ are left alone
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace launcher {

/// The value of an environment variable, if it is set.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Linux gives one argument or variable 128 KiB at most, so no longer value is of use.
inline constexpr std::size_t value_bytes_max = 128UL * 1024 - 1;

/// `component` is empty for values that belong to no component.
[[nodiscard]] tl::expected<std::string, std::string> expand(std::string_view text,
                                                            const EnvironmentLookup& environment,
                                                            std::string_view component);

}  // namespace launcher
