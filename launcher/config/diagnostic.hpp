/// How mistakes in a description are told: where, which key, what is wrong. Values; the collector
/// is used by one thread. Nothing here can fail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/config/descriptor.hpp"

namespace launcher {

struct Diagnostic {
    Place place;
    std::string key;   ///< empty when the mistake is in no key: an empty file
    std::string what;  ///< in words, with the remedy where there is one

    /// "demo.yaml:4:5: restrt: unknown key, did you mean \"restart\"?" on one line, whatever bytes
    /// the file holds.
    [[nodiscard]] std::string text() const;
    bool operator==(const Diagnostic&) const = default;
};

/// Text of a file as it may be shown to a person: in quotes, control characters escaped, and cut
/// after `shown_bytes_max`.
[[nodiscard]] std::string shown(std::string_view text);
inline constexpr std::size_t shown_bytes_max = 80;

/// Collects mistakes, each once (a mistake under `defaults` is met again with every component), and
/// no more than `diagnostics_max`: whoever has made more reads no further.
class Diagnostics {
public:
    void add(Diagnostic diagnostic);
    [[nodiscard]] bool empty() const { return found_.empty(); }
    [[nodiscard]] bool full() const { return found_.size() >= diagnostics_max; }
    /// Everything collected, in the order of the lines within each file.
    [[nodiscard]] std::vector<Diagnostic> take();

    static constexpr std::size_t diagnostics_max = 20;

private:
    std::vector<Diagnostic> found_;
};

}  // namespace launcher
