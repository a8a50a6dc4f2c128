/// One YAML file as text, read under limits before any parser sees it: a regular file of at most
/// 1 MiB of UTF-8 without control characters. Whatever else it is (a directory, a FIFO that would
/// block, a program) is told in words. From any thread; holds no descriptor afterwards.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "launcher/config/diagnostic.hpp"

namespace launcher {

/// Trees point at their source (Position), so a source outlives them and does not move.
struct Source {
    std::string file;    ///< as the user named it, for messages
    std::string folder;  ///< absolute; relative paths in the file count from here
    std::string text;    ///< without a byte order mark
};

/// A byte of a source; becomes a Place when it has to be told.
struct Position {
    const Source* source = nullptr;
    int line = 1;
    int column = 1;

    [[nodiscard]] Place place() const { return Place{source->file, line, column}; }
};

inline constexpr std::size_t source_bytes_max = 1024UL * 1024;

/// Reads `file`; nothing (and one more diagnostic) when it is not fit to be parsed.
[[nodiscard]] std::optional<Source> read_source(const std::string& file, Diagnostics& diagnostics);

/// The same for text that is already at hand, as if it stood in `file`.
[[nodiscard]] std::optional<Source> make_source(const std::string& file, std::string text,
                                                Diagnostics& diagnostics);

}  // namespace launcher
