// The frames of open_ are the path from the root to the collection that is being filled; a node is
// moved into its parent when it is complete.
#include "launcher/config/tree_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace launcher {

void TreeBuilder::refuse(Position position, std::string key, std::string what) {
    diagnostics_.add({position.place(), std::move(key), std::move(what)});
}

void TreeBuilder::stop(Position position, std::string what) {
    stopped_ = true;
    // The mistake stands within the value of the innermost key.
    std::string key;
    for (const Frame& frame : open_) {
        if (frame.pending) key = frame.pending->key;
    }
    refuse(position, std::move(key), std::move(what));
}

/// Counts what is about to be added, before it is copied anywhere.
bool TreeBuilder::charge(Position position, const TreeSize& size) {
    total_.values += size.values;
    total_.bytes += size.bytes;
    if (open_.size() + size.depth > tree_depth_max) {
        stop(position, fmt::format("nested more than {} levels deep", tree_depth_max));
    } else if (total_.values > tree_values_max) {
        stop(position,
             fmt::format("more than {} values, counting every alias and anchor", tree_values_max));
    } else if (total_.bytes > tree_bytes_max) {
        stop(position, "more than 4 MiB of text, counting every alias and anchor");
    }
    return !stopped_;
}

void TreeBuilder::add_leaf(Node leaf, Anchor anchor) {
    if (stopped_ || !charge(leaf.position, size_of(leaf))) return;
    add(std::move(leaf), anchor);
}

void TreeBuilder::add_alias(Position position, Anchor anchor) {
    if (stopped_) return;
    const auto is_its_own = [anchor](const Frame& frame) { return frame.anchor == anchor; };
    if (std::any_of(open_.begin(), open_.end(), is_its_own)) {
        stop(position, "this alias stands within its own anchor and would never end");
        return;
    }
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
        stop(position, "this alias names no complete anchor");
        return;
    }
    if (!charge(position, size_of(found->second))) return;
    add(found->second, 0);
}

void TreeBuilder::open(Node collection, Anchor anchor) {
    if (stopped_ || !charge(collection.position, size_of(collection))) return;
    open_.push_back(Frame{std::move(collection), anchor});
}

void TreeBuilder::close() {
    if (stopped_) return;
    Frame frame = std::move(open_.back());
    open_.pop_back();
    if (frame.node.kind == Node::Kind::map) drop_duplicates(frame.node);
    add(std::move(frame.node), frame.anchor);
}

/// Puts a complete node where it belongs: a key or value of the open map, an item of the open list,
/// or the root.
void TreeBuilder::add(Node node, Anchor anchor) {
    if (anchor != 0) {
        if (!charge(node.position, size_of(node))) return;
        anchored_[anchor] = node;
    }
    if (open_.empty()) {
        root_ = std::move(node);
    } else if (open_.back().node.kind == Node::Kind::list) {
        open_.back().node.items.push_back(std::move(node));
    } else {
        add_to_map(open_.back(), std::move(node));
    }
}

void TreeBuilder::add_to_map(Frame& frame, Node node) {
    if (!frame.pending) {
        if (node.kind != Node::Kind::scalar) {
            stop(node.position, "a key must be text");
            return;
        }
        frame.pending = Entry{std::move(node.text), node.position, {}};
        return;
    }
    Entry entry = std::move(*frame.pending);
    frame.pending.reset();
    if (entry.key == "<<") {
        refuse(entry.key_position, "<<",
               "merge keys are not supported, put what components share under \"defaults\"");
        return;
    }
    // Where nothing is written there is no place but the key's.
    if (node.kind == Node::Kind::null) node.position = entry.key_position;
    entry.value = std::move(node);
    frame.node.entries.push_back(std::move(entry));
}

/// Sorting finds duplicates among very many keys in time.
void TreeBuilder::drop_duplicates(Node& map) {
    std::vector<std::size_t> order(map.entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&map](std::size_t a, std::size_t b) {
        return map.entries[a].key < map.entries[b].key;
    });
    std::vector<bool> is_duplicate(map.entries.size());
    std::size_t first = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
        const Entry& earlier = map.entries[order[first]];
        const Entry& entry = map.entries[order[i]];
        if (earlier.key != entry.key) {
            first = i;
            continue;
        }
        is_duplicate[order[i]] = true;
        refuse(entry.key_position, entry.key,
               fmt::format("duplicate key, first written at line {}", earlier.key_position.line));
    }
    std::vector<Entry> kept;
    kept.reserve(map.entries.size());
    for (std::size_t i = 0; i < map.entries.size(); ++i) {
        if (!is_duplicate[i]) kept.push_back(std::move(map.entries[i]));
    }
    map.entries = std::move(kept);
}

}  // namespace launcher
