// Recursion is bounded by tree_depth_max.
#include "launcher/config/merge.hpp"

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace launcher {

Node merge(Node base, const Node& overlay) {
    if (base.kind != Node::Kind::map || overlay.kind != Node::Kind::map) return overlay;
    base.entries.reserve(base.entries.size() + overlay.entries.size());  // keeps the views valid
    std::unordered_map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < base.entries.size(); ++i) {
        index.emplace(base.entries[i].key, i);
    }
    for (const Entry& entry : overlay.entries) {
        const auto found = index.find(entry.key);
        if (found == index.end()) {
            base.entries.push_back(entry);
            continue;
        }
        Node& value = base.entries[found->second].value;
        value = merge(std::move(value), entry.value);
    }
    return base;
}

}  // namespace launcher
