// The one user of yaml-cpp (0.7). What was found out about its parser: it recurses no deeper than
// 500 levels and then throws with a place of no use, long after TreeBuilder has refused; a run of
// opening brackets is read to its end before the first event, at 240 bytes of memory each; a quote
// that is never closed is closed silently at the end of the file; tags are passed on unread.
#include "launcher/config/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <string_view>
#include <utility>

#include "launcher/config/tree_builder.hpp"

namespace launcher {
namespace {

/// No description and no script in one has so many brackets open at once.
constexpr int open_brackets_max = 1000;

Position position_of(const Source& source, const YAML::Mark& mark) {
    if (mark.is_null()) return {&source, 1, 1};
    return {&source, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

/// Passes what the parser meets on to a TreeBuilder, and refuses what YAML allows but we do not.
class Handler final : public YAML::EventHandler {
public:
    Handler(const Source& source, Diagnostics& diagnostics)
        : source_(source), builder_(diagnostics) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        builder_.add_leaf({Node::Kind::null, position_of(source_, mark)}, anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        builder_.add_alias(position_of(source_, mark), anchor);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check_tag(mark, tag);
        const Position position = position_of(source_, mark);
        if (value.find('\0') != std::string::npos) {
            builder_.refuse(position, "", "the text " + shown(value) + " holds a NUL character");
        } else if (tag == "!" && !quote_is_closed(mark)) {
            builder_.refuse(position, "", "this quote is never closed");
        }
        builder_.add_leaf({Node::Kind::scalar, position, value}, anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        builder_.open({Node::Kind::list, position_of(source_, mark)}, anchor);
    }
    void OnSequenceEnd() override { builder_.close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        builder_.open({Node::Kind::map, position_of(source_, mark)}, anchor);
    }
    void OnMapEnd() override { builder_.close(); }

    [[nodiscard]] bool stopped() const { return builder_.stopped(); }
    [[nodiscard]] std::optional<Node> take() { return builder_.take(); }

private:
    void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (builder_.stopped() || tag.empty() || tag == "?" || tag == "!") return;
        builder_.refuse(position_of(source_, mark), "",
                        "the tag " + shown(tag) + " is not supported, every value is its own text");
    }

    /// Is the quoted text at `mark`, if it is one, closed before the end of the file?
    [[nodiscard]] bool quote_is_closed(const YAML::Mark& mark) const {
        const std::string& text = source_.text;
        std::size_t at =
            text.find_first_of("\"'|>", static_cast<std::size_t>(std::max(mark.pos, 0)));
        if (at == std::string::npos || text[at] == '|' || text[at] == '>') return true;
        const char quote = text[at];
        for (++at; at < text.size(); ++at) {
            if (quote == '"' && text[at] == '\\') {
                ++at;
            } else if (text[at] == quote) {
                if (quote == '"' || text.substr(at + 1, 1) != "'") return true;
                ++at;
            }
        }
        return false;
    }

    const Source& source_;
    TreeBuilder builder_;
};

/// Notes where a document starts and ignores what is in it.
class StartOfDocument final : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark& mark) override { mark_ = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}

    [[nodiscard]] const YAML::Mark& mark() const { return mark_; }

private:
    YAML::Mark mark_;
};

/// The bracket that is one too many, if there is one. Brackets in scripts and quotes are counted
/// too; only their balance matters, and only far beyond anything that is written by people.
std::optional<Position> find_bracket_flood(const Source& source) {
    Position position{&source, 1, 1};
    int open = 0;
    for (const char character : source.text) {
        if (character == '[' || character == '{') ++open;
        if (character == ']' || character == '}') open = std::max(open - 1, 0);
        if (open > open_brackets_max) return position;
        ++position.column;
        if (character == '\n') position = {&source, position.line + 1, 1};
    }
    return std::nullopt;
}

std::optional<Node> parse_guarded(const Source& source, Handler& handler,
                                  Diagnostics& diagnostics) {
    std::istringstream stream(source.text);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(handler)) {
        diagnostics.add({Place{source.file}, "", "the file is empty"});
        return std::nullopt;
    }
    if (handler.stopped()) return std::nullopt;
    StartOfDocument second;
    if (parser.HandleNextDocument(second)) {
        diagnostics.add({position_of(source, second.mark()).place(), "",
                         "a second document begins here, a file holds one"});
        return std::nullopt;
    }
    return handler.take();
}

}  // namespace

Node::Node() = default;

Node::Node(Kind a_kind, Position a_position, std::string a_text)
    : kind(a_kind), position(a_position), text(std::move(a_text)) {}

const Entry* Node::find(std::string_view key) const {
    const auto is_it = [key](const Entry& entry) { return entry.key == key; };
    const auto found = std::find_if(entries.begin(), entries.end(), is_it);
    return found == entries.end() ? nullptr : &*found;
}

TreeSize size_of(const Node& node) {
    TreeSize size{1, node.text.size(), 1};
    const auto add = [&size](const Node& child) {
        const TreeSize inner = size_of(child);  // no deeper than tree_depth_max
        size.values += inner.values;
        size.bytes += inner.bytes;
        size.depth = std::max(size.depth, inner.depth + 1);
    };
    for (const Node& item : node.items) {
        add(item);
    }
    for (const Entry& entry : node.entries) {
        size.bytes += entry.key.size();
        add(entry.value);
    }
    return size;
}

std::optional<Node> parse_yaml(const Source& source, Diagnostics& diagnostics) {
    if (const auto flood = find_bracket_flood(source)) {
        diagnostics.add(
            {flood->place(), "",
             fmt::format("nested too deeply: {} brackets are open", open_brackets_max)});
        return std::nullopt;
    }
    Handler handler(source, diagnostics);
    try {
        return parse_guarded(source, handler, diagnostics);
    } catch (const YAML::Exception& error) {
        if (!handler.stopped()) {
            diagnostics.add(
                {position_of(source, error.mark).place(), "", "not YAML: " + error.msg});
        }
    } catch (const std::exception& error) {
        diagnostics.add({Place{source.file}, "", std::string("cannot be parsed: ") + error.what()});
    }
    return std::nullopt;
}

}  // namespace launcher
