// The SHMHEAP_* variables as HeapOptions. secure_getenv: a program that runs with more rights than
// its caller must not let the caller choose where its files go.
#include "environment.hpp"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

#include "shmheap/heap_options.hpp"
#include "size_text.hpp"

namespace shmheap {
namespace {

tl::unexpected<Error> refuse(const char* variable, std::string_view value, const char* expected) {
    return fail(EINVAL, "understand",
                std::string(variable) + "=" + std::string(value) + " (expected " + expected + ")");
}

Status read_size(const char* variable, std::uint64_t& into) {
    const auto text = detail::environment_text(variable);
    if (!text) return {};
    const auto size = parse_size(*text);
    if (!size || *size == 0) return refuse(variable, *text, "a size such as 256MiB");
    into = *size;
    return {};
}

Status read_mode(unsigned& into) {
    const auto text = detail::environment_text("SHMHEAP_MODE");
    if (!text) return {};
    unsigned mode = 0;
    const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), mode, 8);
    if (code != std::errc{} || end != text->data() + text->size() || (mode & ~0660U) != 0) {
        return refuse("SHMHEAP_MODE", *text, "an octal mode without bits outside 0660");
    }
    into = mode;
    return {};
}

Status read_choices(HeapOptions& options) {
    if (const auto text = detail::environment_text("SHMHEAP_POLICY")) {
        if (*text != "thread" && *text != "cpu") {
            return refuse("SHMHEAP_POLICY", *text, "thread or cpu");
        }
        options.policy = *text == "cpu" ? Policy::cpu : Policy::thread;
    }
    if (const auto text = detail::environment_text("SHMHEAP_PREFAULT")) {
        if (*text == "none") {
            options.prefault = Prefault::none;
        } else if (*text == "on-grow") {
            options.prefault = Prefault::on_grow;
        } else if (*text == "background") {
            options.prefault = Prefault::background;
        } else {
            return refuse("SHMHEAP_PREFAULT", *text, "none, on-grow or background");
        }
    }
    if (const auto text = detail::environment_text("SHMHEAP_BACKGROUND")) {
        if (*text != "on" && *text != "off")
            return refuse("SHMHEAP_BACKGROUND", *text, "on or off");
        options.background = *text == "on";
    }
    return {};
}

}  // namespace

namespace detail {

std::optional<std::string_view> environment_text(const char* variable) {
    const char* value = ::secure_getenv(variable);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string_view(value);
}

}  // namespace detail

Result<HeapOptions> HeapOptions::from_environment() {
    HeapOptions options;
    if (const auto text = detail::environment_text("SHMHEAP_DIR")) options.directory = *text;
    if (const auto text = detail::environment_text("SHMHEAP_COMPONENT")) options.component = *text;
    if (const auto text = detail::environment_text("SHMHEAP_TAG")) options.tag = *text;
    for (const Status& read : {read_size("SHMHEAP_MAX_SIZE", options.size_max),
                               read_size("SHMHEAP_SUPERBLOCK_SIZE", options.superblock_size),
                               read_mode(options.mode), read_choices(options)}) {
        if (!read) return tl::unexpected(read.error());
    }
    return options;
}

}  // namespace shmheap
