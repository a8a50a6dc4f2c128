/// What the tests of descriptions share: a folder of their own that is removed with them, and
/// loading with an environment that holds PATH alone.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "launcher/config/load.hpp"

namespace support {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = "/tmp/harrier-config-XXXXXX";
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string at(std::string_view name) const { return path_ / name; }
    [[nodiscard]] std::string path() const { return path_; }

    /// Writes a file and returns its path.
    std::string write(std::string_view name, std::string_view text,
                      bool is_executable = false) const {
        const std::filesystem::path file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        if (is_executable) std::filesystem::permissions(file, std::filesystem::perms::owner_all);
        return file;
    }

private:
    std::filesystem::path path_;
};

inline std::optional<std::string> lookup(std::string_view name) {
    if (name == "PATH") return "/usr/bin:/bin";
    return std::nullopt;
}

/// Loads one text as if it stood in t.yaml of the current folder.
inline launcher::Loaded load_text(std::string text) {
    const std::vector<launcher::NamedText> texts{{"t.yaml", std::move(text)}};
    return launcher::load_texts(texts, lookup);
}

/// Loads one component `a` with these lines (of four spaces) after its command.
inline launcher::Loaded load_component(const std::string& lines) {
    return load_text("components:\n  a:\n    command: [sleep, 1]\n" + lines);
}

/// Every mistake as its line of text.
inline std::vector<std::string> mistakes(const launcher::Loaded& loaded) {
    std::vector<std::string> lines;
    if (loaded.has_value()) return lines;
    for (const launcher::Diagnostic& diagnostic : loaded.error()) {
        lines.push_back(diagnostic.text());
    }
    return lines;
}

inline std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

/// Exactly these mistakes, or the difference is shown.
inline void check_mistakes(const launcher::Loaded& loaded,
                           std::initializer_list<std::string> expected) {
    CHECK(joined(mistakes(loaded)) == joined(std::vector<std::string>(expected)));
}

}  // namespace support
