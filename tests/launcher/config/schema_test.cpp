// The JSON schema for editors lists exactly the keys and words that the loader knows. JSON is YAML,
// so the loader's own parser reads it.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "config_support.hpp"
#include "launcher/config/load.hpp"
#include "launcher/config/source.hpp"
#include "launcher/config/yaml_tree.hpp"

using launcher::Node;

namespace {

using Words = std::vector<std::string>;

Words sorted(Words words) {
    std::sort(words.begin(), words.end());
    return words;
}

struct Schema {
    Schema() {
        launcher::Diagnostics diagnostics;
        auto read = launcher::read_source(HARRIER_CONFIGS_DIR "/harrier.schema.json", diagnostics);
        REQUIRE(read);
        source = std::move(*read);
        auto parsed = launcher::parse_yaml(source, diagnostics);
        REQUIRE(diagnostics.empty());
        root = std::move(*parsed);
    }

    /// Follows keys; every one has to be there.
    [[nodiscard]] const Node& at(const Words& path) const {
        const Node* node = &root;
        for (const std::string& key : path) {
            CAPTURE(key);
            const launcher::Entry* const entry = node->find(key);
            REQUIRE(entry != nullptr);
            node = &entry->value;
        }
        return *node;
    }
    [[nodiscard]] Words keys(const Words& path) const {
        Words words;
        for (const launcher::Entry& entry : at(path).entries) {
            words.push_back(entry.key);
        }
        return sorted(words);
    }
    [[nodiscard]] Words items(const Words& path) const {
        Words words;
        for (const Node& item : at(path).items) {
            words.push_back(item.text);
        }
        return sorted(words);
    }

    launcher::Source source;
    Node root;
};

Words words_known_of(std::string_view of) {
    for (const launcher::Vocabulary& vocabulary : launcher::vocabulary()) {
        if (vocabulary.of == of) return sorted({vocabulary.words.begin(), vocabulary.words.end()});
    }
    FAIL("no such vocabulary");
    return {};
}

}  // namespace

TEST_CASE("the schema has the loader's keys, map by map") {
    const Schema schema;
    const std::map<std::string, Words> maps = {
        {"top", {}},
        {"component", {"$defs", "component"}},
        {"restart", {"$defs", "restart"}},
        {"dependency", {"$defs", "dependency"}},
        {"ready", {"$defs", "ready"}},
        {"healthcheck", {"$defs", "healthcheck"}},
        {"healthcheck.test", {"$defs", "health_test"}},
        {"healthcheck.test.heap", {"$defs", "heap_test"}},
        {"heap", {"$defs", "heap"}},
        {"logging", {"$defs", "logging"}},
        {"rotation", {"$defs", "rotation"}},
        {"connection", {"$defs", "connection"}},
    };
    for (const auto& [of, path] : maps) {
        CAPTURE(of);
        Words properties = path;
        properties.push_back("properties");
        CHECK(schema.keys(properties) == words_known_of(of));
        Words additional = path;
        additional.push_back("additionalProperties");
        CHECK(schema.at(additional).text == "false");
    }
}

TEST_CASE("the schema has the loader's words, key by key") {
    const Schema schema;
    const std::map<std::string, Words> enumerations = {
        {"restart.policy", {"$defs", "restart", "properties", "policy", "enum"}},
        {"dependency.condition", {"$defs", "dependency", "properties", "condition", "enum"}},
        {"type", {"$defs", "component", "properties", "type", "enum"}},
        {"notify_access", {"$defs", "component", "properties", "notify_access", "enum"}},
        {"kill_mode", {"$defs", "component", "properties", "kill_mode", "enum"}},
        {"on_supervisor_loss", {"$defs", "component", "properties", "on_supervisor_loss", "enum"}},
        {"heap.reap", {"$defs", "heap", "properties", "reap", "enum"}},
        {"logging.mode", {"$defs", "logging", "properties", "mode", "enum"}},
        {"logging.format", {"$defs", "logging", "properties", "format", "enum"}},
        {"logging.on_full", {"$defs", "logging", "properties", "on_full", "enum"}},
        {"connection.policy", {"$defs", "connection", "properties", "policy", "enum"}},
    };
    for (const auto& [of, path] : enumerations) {
        CAPTURE(of);
        CHECK(schema.items(path) == words_known_of(of));
    }
    CHECK(launcher::vocabulary().size() == enumerations.size() + 12);
}
