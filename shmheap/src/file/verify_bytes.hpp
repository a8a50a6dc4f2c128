/// What the parts of verify.hpp have in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "file/bounded_read.hpp"
#include "file/verify.hpp"

namespace shmheap {

inline void report(Findings& findings, std::string place, std::string rule,
                   std::string found = {}) {
    if (findings.size() >= findings_max) return;
    findings.push_back({std::move(place), std::move(rule), std::move(found)});
}

inline bool is_zero(std::span<const std::byte> bytes) {
    // Each is like the one before it, and the first is zero.
    return bytes.empty() || (bytes.front() == std::byte{0} &&
                             std::memcmp(&bytes[0], &bytes[0] + 1, bytes.size() - 1) == 0);
}

/// Bytes [begin, end) of a structure.
struct Range {
    std::size_t begin;
    std::size_t end;
};

/// Bytes that nothing is ever written to.
template <std::size_t count>
void verify_reserved(std::span<const std::byte> bytes, const Range (&ranges)[count],
                     const std::string& place, Findings& findings) {
    for (const Range& range : ranges) {
        if (is_zero(bytes.subspan(range.begin, range.end - range.begin))) continue;
        report(findings, place,
               "reserved bytes from " + std::to_string(range.begin) + " on are not zero");
    }
}

/// Text ends within its field, and nothing comes after its end.
inline void verify_text(std::span<const std::byte> field, const char* name,
                        const std::string& place, Findings& findings) {
    const auto end = std::find(field.begin(), field.end(), std::byte{0});
    if (end == field.end())
        report(findings, place, std::string(name) + " has no end");
    else if (!is_zero({end, field.end()}))
        report(findings, place, std::string(name) + " goes on after its end");
}

}  // namespace shmheap
