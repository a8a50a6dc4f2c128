// Every single-byte slip in good files: one byte deleted, or replaced by one that means something
// to YAML, at every position. Whatever comes of it is a value or mistakes at real places; nothing
// crashes, throws or hangs.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "config_support.hpp"

namespace {

constexpr std::string_view hostile_bytes = "{[]&*:-\"'\n\t#|<\x01\xff";
/// For further files, those of them that change the shape of a tree most.
constexpr std::string_view few_hostile_bytes = "{:\"\n";

constexpr std::string_view mutated_description = R"(version: "1"
name: demo
defaults: {kill_mode: mixed}
components:
  siggen:
    command: [sleep, --rate, "${RATE:-2M}"]
    working_dir: /
    environment: {GAIN: "3", GONE: ~}
    depends_on:
      sink: {condition: started}
    restart: {policy: on-failure, delay: 200ms, max_attempts: 10}
    stop_signal: SIGTERM
    stop_grace_period: 5s
    heap: {size: 256MiB, mode: "0640", reap: on-exit}
    logging: {path: 'l/${component.name}'}
  sink: &s
    shell: true
    command: |
      cat | cat
  twin: *s
)";

/// Mutating one file in full must stay within seconds also where sanitizers look on.
constexpr std::size_t file_bytes_max = 1'000;

int lines_of(std::string_view text) {
    return static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
}

/// Counts instead of checking each: hundreds of thousands of assertions would cost more than what
/// they are about.
bool is_sound(const std::string& text) {
    const launcher::Loaded loaded = support::load_text(text);
    if (loaded.has_value()) return !loaded->name.empty() && !loaded->components.empty();
    if (loaded.error().empty()) return false;
    return std::all_of(loaded.error().begin(), loaded.error().end(),
                       [&text](const launcher::Diagnostic& diagnostic) {
                           return diagnostic.place.file == "t.yaml" && diagnostic.place.line >= 1 &&
                                  diagnostic.place.line <= lines_of(text) &&
                                  diagnostic.place.column >= 1 &&
                                  diagnostic.place.column <= static_cast<int>(text.size()) + 1 &&
                                  !diagnostic.what.empty();
                       });
}

void mutate(const std::string& good, std::string_view bytes) {
    REQUIRE(is_sound(good));
    std::vector<std::string> unsound;
    const auto examine = [&unsound](const std::string& text) {
        if (!is_sound(text)) unsound.push_back(text);
    };
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string text = good;
        text.erase(at, 1);
        examine(text);
        examine(good.substr(0, at));
        for (const char byte : bytes) {
            text = good;
            text[at] = byte;
            examine(text);
        }
    }
    CHECK(support::joined(unsound).empty());
}

std::string example(const std::string& name) {
    std::ifstream stream(HARRIER_CONFIGS_DIR "/" + name);
    std::string text((std::istreambuf_iterator<char>(stream)), {});
    // Comments are the most of an example and the least worth mutating.
    std::string kept;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
        const std::string line = text.substr(begin, end - begin);
        if (line.find_first_not_of(' ') != line.find('#')) kept += line;
        begin = end;
    }
    return kept;
}

}  // namespace

TEST_CASE("every single-byte slip in a file with every key is answered") {
    REQUIRE(support::load_text(std::string(mutated_description)).has_value());
    mutate(std::string(mutated_description), hostile_bytes);
}

TEST_CASE("every single-byte slip in the examples is answered") {
    for (const char* name : {"dependencies.yaml", "environment.yaml"}) {
        CAPTURE(name);
        const std::string text = example(name);
        REQUIRE(text.size() > 100);
        REQUIRE(text.size() < file_bytes_max);
        mutate(text, few_hostile_bytes);
    }
}
