/// A YAML document as a tree of immutable values that know where they stand. This is the only part
/// that uses yaml-cpp, and it uses its parser alone (events, no YAML::Node): so every alias, every
/// duplicate key and every depth is seen when it comes, at its exact place, and yaml-cpp's own
/// tree, with its silent duplicates and cycles, is never built.
///
/// Values; from any thread. The source outlives its tree. Exceptions of yaml-cpp end here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "launcher/config/diagnostic.hpp"
#include "launcher/config/source.hpp"

namespace launcher {

struct Entry;

struct Node {
    enum class Kind { null, scalar, list, map };

    // Not in the class, where Entry has no size yet: clang asks for it here.
    Node();
    Node(Kind a_kind, Position a_position, std::string a_text = {});

    Kind kind = Kind::null;
    Position position;
    std::string text;            ///< of a scalar, by its own text: no and "no" are the same
    std::vector<Node> items;     ///< of a list
    std::vector<Entry> entries;  ///< of a map, in the order of the file; no key twice

    [[nodiscard]] const Entry* find(std::string_view key) const;
};

struct Entry {
    std::string key;
    Position key_position;
    Node value;
};

/// What a tree costs; aliases are copies, so they count.
struct TreeSize {
    std::size_t values = 0;
    std::size_t bytes = 0;  ///< of keys and scalars
    std::size_t depth = 0;  ///< a scalar has depth 1
};
[[nodiscard]] TreeSize size_of(const Node& node);

inline constexpr std::size_t tree_depth_max = 32;
inline constexpr std::size_t tree_values_max = 100'000;
inline constexpr std::size_t tree_bytes_max = 4UL * 1024 * 1024;

/// The one document of `source`. Nothing when it is not to be had: not YAML, empty, a second
/// document, beyond a limit, or an alias within its own anchor. Duplicate keys, `<<` and tags are
/// reported and left out, so that reading may go on and find more; whoever wants to use the tree
/// looks at `diagnostics` first.
[[nodiscard]] std::optional<Node> parse_yaml(const Source& source, Diagnostics& diagnostics);

}  // namespace launcher
