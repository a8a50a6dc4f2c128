/// From YAML files to an Application: read, parse, merge, fill in defaults, check. Nothing is
/// started and nothing is written; what is wrong comes back as a list of mistakes. No exception
/// leaves. Looks at the file system and at the environment, which nobody changes meanwhile, and
/// hands freed memory back to the kernel; from one thread at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "launcher/config/descriptor.hpp"
#include "launcher/config/diagnostic.hpp"
#include "launcher/config/expand.hpp"
#include "launcher/config/read_component.hpp"

namespace launcher {

/// Of one application: more would be a mistake, and each needs a pid.
inline constexpr std::size_t components_max = 10'000;

using Loaded = tl::expected<Application, std::vector<Diagnostic>>;

/// `files` has at least one; later files override earlier ones: maps by key, lists and scalars
/// replaced. The result has a valid start order (see plan). Fails with at least one and at most
/// Diagnostics::diagnostics_max mistakes.
[[nodiscard]] Loaded load(std::span<const std::string> files, const EnvironmentLookup& environment);

/// The same for texts that are already at hand: pairs of a file name, for messages and relative
/// paths, and the file's bytes.
using NamedText = std::pair<std::string, std::string>;
[[nodiscard]] Loaded load_texts(std::span<const NamedText> texts,
                                const EnvironmentLookup& environment);

/// A variable of this process's own environment. Not to be called while another thread changes it.
[[nodiscard]] std::optional<std::string> process_environment(std::string_view name);

/// The keys of the top level and everything below, for the test that holds the JSON schema against
/// them.
[[nodiscard]] std::vector<Vocabulary> vocabulary();

}  // namespace launcher
