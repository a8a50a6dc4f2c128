// Scans from left to right. A default or message is expanded only when it is used, so that
// ${A:-${B}} asks for B only where A is not set.
#include "launcher/config/expand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "launcher/config/diagnostic.hpp"

namespace launcher {
namespace {

using Expanded = tl::expected<std::string, std::string>;
using Failure = tl::unexpected<std::string>;

/// How deep defaults may stand within defaults.
constexpr int nesting_max = 8;

struct Scope {
    const EnvironmentLookup& environment;
    std::string_view component;
};

Expanded expand_at(std::string_view text, const Scope& scope, int depth);

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

/// The length of what stands between "${" and its "}", where `text` begins after "${"; openings
/// within are matched, the literal "$${" too. npos when it is never closed.
std::size_t body_length(std::string_view text) {
    int open = 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == "${") ++open;
        if (text[i] == '}' && --open == 0) return i;
    }
    return std::string_view::npos;
}

Expanded expand_component(std::string_view name, const Scope& scope) {
    if (name != "component.name") {
        return Failure(
            fmt::format("{} is unknown, only ${{component.name}} can be asked for", shown(name)));
    }
    if (scope.component.empty()) {
        return Failure("${component.name} has a value only within a component");
    }
    return std::string(scope.component);
}

/// `body` is what stands between "${" and "}".
Expanded expand_body(std::string_view body, const Scope& scope, int depth) {
    if (body.starts_with("component.")) return expand_component(body, scope);
    const std::size_t name_length =
        std::min(body.find_first_not_of(letters_and_digits), body.size());
    const std::string name(body.substr(0, name_length));
    const std::string_view after = body.substr(name_length);
    const bool is_known_form = after.empty() || after.starts_with(":-") || after.starts_with(":?");
    if (name.empty() || letters.find(name.front()) == std::string_view::npos || !is_known_form) {
        return Failure(
            fmt::format("{} is none of ${{VAR}}, ${{VAR:-default}}, ${{VAR:?message}} and "
                        "${{component.name}}; write $${{ for a literal ${{",
                        shown("${" + std::string(body) + "}")));
    }
    std::optional<std::string> value = scope.environment(name);
    if (after.empty()) {
        if (value) return std::move(*value);
        return Failure(
            fmt::format("environment variable {} is not set, set it or write ${{{}:-default}}",
                        shown(name), name.substr(0, shown_bytes_max)));
    }
    if (value && !value->empty()) return std::move(*value);
    Expanded alternative = expand_at(after.substr(2), scope, depth + 1);
    if (after.starts_with(":-") || !alternative) return alternative;
    return Failure(fmt::format("environment variable {} is not set: {}", shown(name),
                               alternative->empty() ? "it is required" : shown(*alternative)));
}

Expanded expand_at(std::string_view text, const Scope& scope, int depth) {
    if (depth > nesting_max) return Failure("defaults within defaults are nested too deeply");
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t dollar = std::min(text.find('$', at), text.size());
        result += text.substr(at, dollar - at);
        at = dollar;
        const std::string_view rest = text.substr(at);
        if (rest.starts_with("$${")) {
            result += "${";
            at += 3;
        } else if (rest.starts_with("${")) {
            const std::size_t length = body_length(rest.substr(2));
            if (length == std::string_view::npos) {
                return Failure("${ is never closed by }, write $${ for a literal ${");
            }
            const Expanded value = expand_body(rest.substr(2, length), scope, depth);
            if (!value) return value;
            result += *value;
            at += length + 3;
        } else if (!rest.empty()) {
            result += '$';
            at += 1;
        }
        if (result.size() > value_bytes_max) {
            return Failure("longer than 128 KiB, the most that one argument or variable may have");
        }
    }
    return result;
}

}  // namespace

tl::expected<std::string, std::string> expand(std::string_view text,
                                              const EnvironmentLookup& environment,
                                              std::string_view component) {
    return expand_at(text, Scope{environment, component}, 0);
}

}  // namespace launcher
