// The tree: kinds, places, aliases as copies, and what is refused while it is built.
#include "launcher/config/yaml_tree.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "launcher/config/source.hpp"

using launcher::Diagnostics;
using launcher::Node;
using launcher::Source;

namespace {

struct Parsed {
    explicit Parsed(std::string text) : source{"t.yaml", "/", std::move(text)} {
        Diagnostics diagnostics;
        tree = launcher::parse_yaml(source, diagnostics);
        for (const launcher::Diagnostic& diagnostic : diagnostics.take()) {
            mistakes.push_back(diagnostic.text());
        }
    }
    Parsed(const Parsed&) = delete;
    Parsed& operator=(const Parsed&) = delete;

    Source source;
    std::optional<Node> tree;
    std::vector<std::string> mistakes;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("maps, lists, scalars and nothing keep their places") {
    const Parsed parsed("a: 1\nb:\n  - x\n  - {c: 'd e'}\nn: ~\n");
    REQUIRE(parsed.tree);
    CHECK(parsed.mistakes.empty());
    const Node& root = *parsed.tree;
    REQUIRE(root.kind == Node::Kind::map);
    REQUIRE(root.entries.size() == 3);
    CHECK(root.find("a")->value.text == "1");
    CHECK(root.find("a")->value.position.place() == launcher::Place{"t.yaml", 1, 4});
    const Node& list = root.find("b")->value;
    REQUIRE(list.kind == Node::Kind::list);
    REQUIRE(list.items.size() == 2);
    CHECK(list.items[0].position.place() == launcher::Place{"t.yaml", 3, 5});
    CHECK(list.items[1].find("c")->value.text == "d e");
    CHECK(list.items[1].find("c")->key_position.place() == launcher::Place{"t.yaml", 4, 6});
    CHECK(root.find("n")->value.kind == Node::Kind::null);
    CHECK(root.find("z") == nullptr);
}

TEST_CASE("scalars are their own text, quoted or not") {
    const Parsed parsed("a: no\nb: \"no\"\nc: 0640\nd: 1e3\ne: |\n  x [{\n  y\n");
    REQUIRE(parsed.tree);
    CHECK(parsed.tree->find("a")->value.text == "no");
    CHECK(parsed.tree->find("b")->value.text == "no");
    CHECK(parsed.tree->find("c")->value.text == "0640");
    CHECK(parsed.tree->find("d")->value.text == "1e3");
    CHECK(parsed.tree->find("e")->value.text == "x [{\ny\n");
}

TEST_CASE("nothing where a value is due stands at its key") {
    const Parsed parsed("a:\n\n\nb: 1\n");
    REQUIRE(parsed.tree);
    CHECK(parsed.tree->find("a")->value.position.place() == launcher::Place{"t.yaml", 1, 1});
}

TEST_CASE("columns count bytes, also behind other alphabets and line ends") {
    const Parsed parsed("\xc3\xa4: {\xc3\xb6: x}\r\nb: y\r\n");
    REQUIRE(parsed.tree);
    CHECK(parsed.tree->entries[0].value.entries[0].value.position.place() ==
          launcher::Place{"t.yaml", 1, 10});
    CHECK(parsed.tree->find("b")->value.position.place() == launcher::Place{"t.yaml", 2, 4});
}

TEST_CASE("an alias is a copy of its anchor") {
    const Parsed parsed("a: &x {k: [1, 2]}\nb: *x\nc: &y t\nd: *y\n");
    REQUIRE(parsed.tree);
    CHECK(parsed.tree->find("b")->value.find("k")->value.items.size() == 2);
    CHECK(parsed.tree->find("d")->value.text == "t");
}

TEST_CASE("an alias within its own anchor is refused where it stands") {
    CHECK(Parsed("a: &x\n  b: [1, *x]\n").mistakes ==
          Lines{"t.yaml:2:10: b: this alias stands within its own anchor and would never end"});
    CHECK(Parsed("&x [*x]").mistakes ==
          Lines{"t.yaml:1:5: this alias stands within its own anchor and would never end"});
    CHECK_FALSE(Parsed("&x {*x : 1}").tree);
}

TEST_CASE("a duplicate key is refused and the first kept") {
    const Parsed parsed("a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n");
    CHECK(parsed.mistakes == Lines{"t.yaml:2:17: c: duplicate key, first written at line 2",
                                   "t.yaml:3:1: a: duplicate key, first written at line 1"});
    REQUIRE(parsed.tree);
    CHECK(parsed.tree->find("a")->value.text == "1");
}

TEST_CASE("a merge key is refused and points at defaults") {
    const Parsed parsed("a: &x {k: 1}\nb:\n  <<: *x\n");
    CHECK(parsed.mistakes ==
          Lines{"t.yaml:3:3: <<: merge keys are not supported, put what components share under "
                "\"defaults\""});
}

TEST_CASE("tags are refused") {
    CHECK(Parsed("a: !!str 5\n").mistakes.front().starts_with("t.yaml:1:4: the tag "));
    CHECK(Parsed("a: !include [x]\n").mistakes.size() == 1);
    CHECK(Parsed("!x {a: 1}\n").mistakes.size() == 1);
    CHECK(Parsed("a: ! 5\n").mistakes.empty());
}

TEST_CASE("only text can be a key") {
    CHECK(Parsed("[a]: 1\n").mistakes == Lines{"t.yaml:1:1: a key must be text"});
    CHECK(Parsed("x:\n  ~: 1\n").mistakes == Lines{"t.yaml:2:3: x: a key must be text"});
    CHECK(Parsed("? {a: 1}\n: 1\n").mistakes == Lines{"t.yaml:1:3: a key must be text"});
}

TEST_CASE("a NUL that is written as an escape is refused") {
    CHECK(Parsed("a: \"x\\0y\"\n").mistakes ==
          Lines{"t.yaml:1:4: the text \"x\\x00y\" holds a NUL character"});
}

TEST_CASE("a quote that is never closed is refused where it opens") {
    CHECK(Parsed("a: 1\nb: \"x\nc: 2\n").mistakes ==
          Lines{"t.yaml:2:4: this quote is never closed"});
    CHECK(Parsed("b: 'it''s\n").mistakes == Lines{"t.yaml:1:4: this quote is never closed"});
    CHECK(Parsed("b: \"x\\\"\n").mistakes == Lines{"t.yaml:1:4: this quote is never closed"});
    CHECK(Parsed("a: 'it''s'\nb: \"\\\"\"\nc: |\n  \"\nd: ''\n").mistakes.empty());
}

TEST_CASE("what yaml-cpp reports has its place") {
    CHECK(Parsed("a: [1, 2\nb: 3\n").mistakes ==
          Lines{"t.yaml:2:2: not YAML: end of sequence flow not found"});
    CHECK(Parsed("a: 1\n\tb: 2\n").mistakes.front().starts_with("t.yaml:2:1: not YAML: "));
    CHECK(Parsed("a: *none\n").mistakes.front().starts_with("t.yaml:1:4: not YAML: "));
    CHECK(Parsed("a: `x`\n").mistakes == Lines{"t.yaml:1:4: not YAML: unknown token"});
}

TEST_CASE("a file holds exactly one document") {
    CHECK(Parsed("").mistakes == Lines{"t.yaml:1:1: the file is empty"});
    CHECK(Parsed("# nothing\n\n").mistakes == Lines{"t.yaml:1:1: the file is empty"});
    CHECK(Parsed("a: 1\n---\nb: 2\n").mistakes ==
          Lines{"t.yaml:2:1: a second document begins here, a file holds one"});
    CHECK(Parsed("{a: 1} b\n").mistakes ==
          Lines{"t.yaml:1:8: a second document begins here, a file holds one"});
    CHECK(Parsed("---\na: 1\n...\n").mistakes.empty());
}

TEST_CASE("nesting is limited, and aliases count with what they stand for") {
    const auto nested = [](std::size_t levels) {
        return std::string(levels, '[') + "x" + std::string(levels, ']');
    };
    CHECK(Parsed(nested(31)).tree);
    CHECK(Parsed(nested(32)).mistakes == Lines{"t.yaml:1:33: nested more than 32 levels deep"});
    CHECK(Parsed("a: &x " + nested(20) + "\nb: [[*x]]\n").tree);
    CHECK(Parsed("a: &x " + nested(20) + "\nb: " + std::string(12, '[') + "*x" +
                 std::string(12, ']') + "\n")
              .mistakes == Lines{"t.yaml:2:16: b: nested more than 32 levels deep"});
}

TEST_CASE("the size of a tree counts values, bytes and depth") {
    const Parsed parsed("a: [xx, yyy]\nbb: z\n");
    REQUIRE(parsed.tree);
    const launcher::TreeSize size = launcher::size_of(*parsed.tree);
    CHECK(size.values == 5);
    CHECK(size.bytes == 9);
    CHECK(size.depth == 3);
}
