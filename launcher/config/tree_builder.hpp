/// Builds a Node tree from what a YAML parser meets, in document order, within the limits of
/// yaml_tree.hpp. Used by one thread for one document. After a mistake that leaves no tree (beyond
/// a limit, an alias within its own anchor, a key that is not text) it is stopped(): everything
/// that follows is ignored, because the parser itself cannot be told to stop but by an exception.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "launcher/config/diagnostic.hpp"
#include "launcher/config/yaml_tree.hpp"

namespace launcher {

class TreeBuilder {
public:
    /// How the parser numbers anchors; 0 is none.
    using Anchor = std::size_t;

    explicit TreeBuilder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    void add_leaf(Node leaf, Anchor anchor);
    void add_alias(Position position, Anchor anchor);
    void open(Node collection, Anchor anchor);
    void close();
    void refuse(Position position, std::string key, std::string what);

    [[nodiscard]] bool stopped() const { return stopped_; }
    /// The tree, when the document was closed without a mistake that leaves none.
    [[nodiscard]] std::optional<Node> take() { return stopped_ ? std::nullopt : std::move(root_); }

private:
    /// A list or map that is not closed yet.
    struct Frame {
        Node node;
        Anchor anchor = 0;
        std::optional<Entry> pending = {};  ///< of a map: the key whose value comes next
    };

    void stop(Position position, std::string what);
    bool charge(Position position, const TreeSize& size);
    void add(Node node, Anchor anchor);
    void add_to_map(Frame& frame, Node node);
    void drop_duplicates(Node& map);

    Diagnostics& diagnostics_;
    bool stopped_ = false;
    std::vector<Frame> open_;
    std::map<Anchor, Node> anchored_;
    std::optional<Node> root_;
    TreeSize total_;  ///< of everything built so far, copies for aliases included
};

}  // namespace launcher
