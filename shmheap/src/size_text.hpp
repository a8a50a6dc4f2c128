/// Sizes as people write them: 4096B, 256MiB, 2GB. A number without a unit is no size, because the
/// reader cannot know which one the writer had in mind. Pure.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace shmheap {

/// Powers of 1024 and of 1000.
constexpr std::array<std::pair<std::string_view, std::uint64_t>, 9> size_units{
    {{"B", 1},
     {"KiB", std::uint64_t{1} << 10},
     {"MiB", std::uint64_t{1} << 20},
     {"GiB", std::uint64_t{1} << 30},
     {"TiB", std::uint64_t{1} << 40},
     {"KB", 1'000},
     {"MB", 1'000'000},
     {"GB", 1'000'000'000},
     {"TB", 1'000'000'000'000}}};
constexpr std::string_view size_units_text = "B, KiB, MiB, GiB, TiB, KB, MB, GB or TB";

/// Bytes, or nothing when `text` is no whole number directly followed by a unit, or exceeds 2^64-1.
inline std::optional<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end == text.data()) return std::nullopt;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const auto& [name, factor] : size_units) {
        if (unit != name) continue;
        if (__builtin_mul_overflow(value, factor, &value)) return std::nullopt;
        return value;
    }
    return std::nullopt;
}

}  // namespace shmheap
