/// Reads typed values out of a tree: text with ${…} expanded, words of a list, durations, sizes,
/// maps with known keys. What is wrong goes to the diagnostics with its place, and the target keeps
/// its default, so that one run finds many mistakes. One reader serves one component (or the top
/// level); used by one thread; outlived by what it refers to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/config/diagnostic.hpp"
#include "launcher/config/expand.hpp"
#include "launcher/config/nearest.hpp"
#include "launcher/config/yaml_tree.hpp"

namespace launcher {

/// What all readers of one load share.
struct ReadingContext {
    const EnvironmentLookup& environment;
    Diagnostics& diagnostics;
    std::size_t expanded_bytes = 0;  ///< of all values so far
};
inline constexpr std::size_t expanded_bytes_max = 64UL * 1024 * 1024;

/// A word that a key may have as its value, and what it means.
template <class Meaning>
struct Choice {
    std::string_view word;
    Meaning meaning;
};

class ValueReader;

/// A key that a map may have, and how it is read into the target.
template <class Target>
struct KeyRule {
    std::string_view key;
    void (*read)(const ValueReader& reader, const Entry& entry, Target& target);
};

template <class Row, std::size_t Count, class Member>
constexpr std::array<std::string_view, Count> words_of(const std::array<Row, Count>& table,
                                                       Member member) {
    std::array<std::string_view, Count> words{};
    for (std::size_t i = 0; i < Count; ++i) {
        words[i] = table[i].*member;
    }
    return words;
}

/// The keys that a map may have ("component", "restart", …) or the words that a key may have
/// ("restart.policy", …); for the test that holds the JSON schema against them.
struct Vocabulary {
    std::string_view of;
    std::vector<std::string_view> words;
};

template <class Row, std::size_t Count>
Vocabulary vocabulary_of(std::string_view of, const std::array<Row, Count>& table,
                         std::string_view Row::*member) {
    const auto words = words_of(table, member);
    return {of, {words.begin(), words.end()}};
}

/// Bounds of a number, both included.
struct Range {
    double min = 0;
    double max = 0;
};

class ValueReader {
public:
    /// `component` is empty at the top level.
    ValueReader(ReadingContext& context, std::string_view component)
        : context_(context), component_(component) {}

    void refuse(const Position& position, std::string_view key, std::string what) const;
    /// At the value of the entry, under its key.
    void refuse(const Entry& entry, std::string what) const;
    void refuse_kind(const Entry& entry, std::string_view expected) const;

    /// The scalar's text, expanded; a null, a list or a map is refused.
    [[nodiscard]] std::optional<std::string> text(std::string_view key, const Node& node) const;
    [[nodiscard]] std::optional<std::string> text(const Entry& entry) const {
        return text(entry.key, entry.value);
    }
    /// The same; "" is refused too.
    [[nodiscard]] std::optional<std::string> filled_text(const Entry& entry) const;

    void read_duration(const Entry& entry, Duration& target) const;
    void read_size(const Entry& entry, std::optional<std::uint64_t>& target) const;
    /// A whole number from 1.
    void read_count(const Entry& entry, unsigned& target) const;
    /// A number with or without decimals.
    void read_number(const Entry& entry, Range range, double& target) const;
    void read_bool(const Entry& entry, bool& target) const;

    template <class Meaning, std::size_t Count>
    void read_choice(const Entry& entry, const std::array<Choice<Meaning>, Count>& choices,
                     Meaning& target) const {
        const std::optional<std::string> word = text(entry);
        if (!word) return;
        for (const Choice<Meaning>& choice : choices) {
            if (choice.word == *word) {
                target = choice.meaning;
                return;
            }
        }
        refuse_word(entry, *word, words_of(choices, &Choice<Meaning>::word));
    }

    /// Reads every key of a map by its rule; a key without one is refused with the nearest.
    template <class Target, std::size_t Count>
    void read_map(const Entry& entry, const std::array<KeyRule<Target>, Count>& rules,
                  Target& target) const {
        if (entry.value.kind != Node::Kind::map) return refuse_kind(entry, "a map");
        for (const Entry& inner : entry.value.entries) {
            const KeyRule<Target>* known = nullptr;
            for (const KeyRule<Target>& rule : rules) {
                if (rule.key == inner.key) known = &rule;
            }
            if (known == nullptr) {
                refuse_key(inner, words_of(rules, &KeyRule<Target>::key));
            } else {
                known->read(*this, inner, target);
            }
        }
    }

    [[nodiscard]] std::string_view component() const { return component_; }
    [[nodiscard]] ReadingContext& context() const { return context_; }

private:
    void refuse_key(const Entry& entry, std::span<const std::string_view> known) const;
    void refuse_word(const Entry& entry, std::string_view word,
                     std::span<const std::string_view> known) const;

    ReadingContext& context_;
    std::string_view component_;
};

/// "a list", "a map", "nothing", or the text in quotes.
[[nodiscard]] std::string described(const Node& node);

}  // namespace launcher
