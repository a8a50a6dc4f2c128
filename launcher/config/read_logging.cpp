#include "launcher/config/read_logging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "launcher/config/executable.hpp"

namespace launcher {
namespace {

constexpr unsigned rotated_files_max = 1000;  // every rotation renames them

/// `logging` while it is read.
struct LoggingDraft {
    Logging logging;
    const Entry* path = nullptr;
    std::optional<LogMode> mode;
    const Entry* needs_captured = nullptr;  ///< the first key that only harrier can carry out
};

constexpr std::array<Choice<LogMode>, 2> modes{
    {{"direct", LogMode::direct}, {"captured", LogMode::captured}}};
constexpr std::array<Choice<LogFormat>, 2> formats{
    {{"text", LogFormat::text}, {"json", LogFormat::json}}};
constexpr std::array<Choice<WhenLogFull>, 2> when_full{
    {{"block", WhenLogFull::block}, {"drop", WhenLogFull::drop}}};

// ---- rotation -----------------------------------------------------------------------------------

void read_size_max(const ValueReader& reader, const Entry& entry, Rotation& rotation) {
    std::optional<std::uint64_t> size;
    reader.read_size(entry, size);
    if (size == 0U) return reader.refuse(entry, "a log of no size holds nothing");
    if (size) rotation.size_bytes_max = *size;
}

void read_files_max(const ValueReader& reader, const Entry& entry, Rotation& rotation) {
    unsigned files = rotation.files_max;
    reader.read_count(entry, files);
    if (files > rotated_files_max) {
        return reader.refuse(
            entry, fmt::format("{} rotated files are more than {}", files, rotated_files_max));
    }
    rotation.files_max = files;
}

void read_age_max(const ValueReader& reader, const Entry& entry, Rotation& rotation) {
    Duration age = Duration::zero();
    reader.read_duration(entry, age);
    if (age == Duration::zero()) {
        return reader.refuse(entry, "must be longer than nothing, or no rotated file is kept");
    }
    rotation.age_max = age;
}

constexpr std::array<KeyRule<Rotation>, 4> rotation_keys{{
    {"max_size", read_size_max},
    {"max_files", read_files_max},
    {"max_age", read_age_max},
    {"compress", [](const ValueReader& reader, const Entry& entry,
                    Rotation& rotation) { reader.read_bool(entry, rotation.compress); }},
}};

// ---- logging ------------------------------------------------------------------------------------

void note_captured(const Entry& entry, LoggingDraft& draft) {
    if (draft.needs_captured == nullptr) draft.needs_captured = &entry;
}

constexpr std::array<KeyRule<LoggingDraft>, 5> logging_keys{{
    {"path",
     [](const ValueReader&, const Entry& entry, LoggingDraft& draft) { draft.path = &entry; }},
    {"mode",
     [](const ValueReader& reader, const Entry& entry, LoggingDraft& draft) {
         LogMode mode = LogMode::direct;
         reader.read_choice(entry, modes, mode);
         draft.mode = mode;
     }},
    {"format",
     [](const ValueReader& reader, const Entry& entry, LoggingDraft& draft) {
         reader.read_choice(entry, formats, draft.logging.format);
         if (draft.logging.format != LogFormat::text) note_captured(entry, draft);
     }},
    {"rotation",
     [](const ValueReader& reader, const Entry& entry, LoggingDraft& draft) {
         draft.logging.rotation.emplace();
         reader.read_map(entry, rotation_keys, *draft.logging.rotation);
         note_captured(entry, draft);
     }},
    {"on_full",
     [](const ValueReader& reader, const Entry& entry, LoggingDraft& draft) {
         reader.read_choice(entry, when_full, draft.logging.on_full);
         note_captured(entry, draft);
     }},
}};

// ---- the path -----------------------------------------------------------------------------------

using Expanded = tl::expected<std::string, std::string>;

bool is_parameter_name(std::string_view text) {
    constexpr std::string_view letters_and_digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return !text.empty() && text.find_first_not_of(letters_and_digits) == std::string_view::npos;
}

/// As REDHAWK hands parameters to its components: NAME VALUE NAME VALUE …
Expanded parameter(std::string_view name, const std::vector<std::string>& command) {
    const auto found = std::find(command.begin() + 1, command.end(), name);
    if (found != command.end() && found + 1 != command.end()) return *(found + 1);
    return tl::unexpected(
        fmt::format("@{0}@ is the argument after {1}, which the command does not have; write @@ "
                    "for a literal @",
                    name.substr(0, shown_bytes_max), shown(name)));
}

/// @NAME@ and @@; any other @ is left alone.
Expanded expand_parameters(std::string_view text, const std::vector<std::string>& command) {
    std::string result;
    while (!text.empty()) {
        const std::size_t at = std::min(text.find('@'), text.size());
        result += text.substr(0, at);
        text.remove_prefix(at);
        if (text.empty()) break;
        const std::size_t end = text.find('@', 1);
        if (end == 1) {
            result += '@';
            text.remove_prefix(2);
        } else if (end != std::string_view::npos && is_parameter_name(text.substr(1, end - 1))) {
            const Expanded value = parameter(text.substr(1, end - 1), command);
            if (!value) return value;
            result += *value;
            text.remove_prefix(end + 1);
        } else {
            result += '@';
            text.remove_prefix(1);
        }
    }
    return result;
}

void read_path(const ValueReader& reader, const Entry& entry, Descriptor& descriptor) {
    const std::optional<std::string> text = reader.filled_text(entry);
    if (!text || descriptor.command.empty()) return;
    const Expanded path = expand_parameters(*text, descriptor.command);
    if (!path) return reader.refuse(entry, path.error());
    descriptor.logging.path = resolved(*path, entry.value.position.source->folder);
    descriptor.logging.place = entry.value.position.place();
}

}  // namespace

void read_logging(const ValueReader& reader, const Entry& logging, Descriptor& descriptor) {
    LoggingDraft draft;
    reader.read_map(logging, logging_keys, draft);
    if (logging.value.kind != Node::Kind::map) return;
    descriptor.logging = std::move(draft.logging);
    if (draft.path != nullptr) read_path(reader, *draft.path, descriptor);
    if (draft.path == nullptr && !logging.value.entries.empty()) {
        reader.refuse(logging, "has no path, without which the output goes to the terminal");
    }
    if (draft.mode == LogMode::direct && draft.needs_captured != nullptr) {
        reader.refuse(*draft.needs_captured,
                      "needs mode: captured; with direct, harrier never sees the output");
    }
    const bool is_captured = draft.mode == LogMode::captured || draft.needs_captured != nullptr;
    descriptor.logging.mode = is_captured ? LogMode::captured : LogMode::direct;
}

void check_log_files(DescriptorRefs descriptors, Diagnostics& diagnostics) {
    std::map<std::string_view, const Descriptor*> owners;
    for (const Descriptor* reference : descriptors) {
        const Descriptor& descriptor = *reference;
        if (!descriptor.logging.path) continue;
        const auto [owner, is_new] = owners.emplace(*descriptor.logging.path, &descriptor);
        if (is_new) continue;
        const Logging& other = owner->second->logging;
        if (descriptor.logging.mode == LogMode::direct && other.mode == LogMode::direct) continue;
        diagnostics.add({descriptor.logging.place, "path",
                         fmt::format("is the log of {}, too, and one of them is captured; write "
                                     "${{component.name}} into it, or make both direct",
                                     shown(owner->second->name))});
    }
}

std::vector<Vocabulary> logging_vocabulary() {
    return {vocabulary_of("logging", logging_keys, &KeyRule<LoggingDraft>::key),
            vocabulary_of("rotation", rotation_keys, &KeyRule<Rotation>::key),
            vocabulary_of("logging.mode", modes, &Choice<LogMode>::word),
            vocabulary_of("logging.format", formats, &Choice<LogFormat>::word),
            vocabulary_of("logging.on_full", when_full, &Choice<WhenLogFull>::word)};
}

}  // namespace launcher
