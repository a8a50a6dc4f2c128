#include "launcher/control/request.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

#include "launcher/config/nearest.hpp"
#include "launcher/config/signal_name.hpp"
#include "launcher/utf8.hpp"

namespace launcher {
namespace {

namespace json = boost::json;

struct VerbRule {
    std::string_view name;
    Verb verb;
    bool takes_components;
    bool needs_components;
    std::array<std::string_view, 4> extra_keys;  ///< further ones that it knows; empty for none
};

constexpr std::array<VerbRule, 14> verb_rules{{
    {"status", Verb::status, true, false, {}},
    {"start", Verb::start, true, true, {}},
    {"stop", Verb::stop, true, true, {}},
    {"restart", Verb::restart, true, true, {}},
    {"signal", Verb::signal, true, true, {"signal"}},
    {"launch", Verb::launch, false, false, {"component", "command", "set", "folder"}},
    {"wait", Verb::wait, true, false, {"for"}},
    {"events", Verb::events, false, false, {"follow"}},
    {"logs", Verb::logs, true, false, {"follow", "lines"}},
    {"graph", Verb::graph, false, false, {}},
    {"plan", Verb::plan, false, false, {"files"}},
    {"apply", Verb::apply, false, false, {"files"}},
    {"upgrade", Verb::upgrade, false, false, {"program"}},
    {"down", Verb::down, false, false, {"at_once"}},
}};

const VerbRule* find_rule(std::string_view name) {
    for (const VerbRule& rule : verb_rules)
        if (rule.name == name) return &rule;
    return nullptr;
}

std::string unknown_verb(std::string_view name) {
    std::array<std::string_view, verb_rules.size()> known;
    for (std::size_t i = 0; i < known.size(); ++i)
        known[i] = verb_rules[i].name;
    return "request \"" + std::string(name) + "\" is unknown" + suggestion(name, known);
}

Refusal wrong(std::string message) {
    return {.code = "argument", .message = std::move(message)};
}

tl::expected<void, Refusal> read_components(const json::value& value, ControlRequest& request) {
    const json::array* names = value.if_array();
    if (names == nullptr || names->size() > components_named_max)
        return tl::unexpected(wrong("components: expected a list of at most " +
                                    std::to_string(components_named_max) + " names"));
    for (const json::value& name : *names) {
        if (!name.is_string()) return tl::unexpected(wrong("components: expected names"));
        request.components.emplace_back(name.get_string());
    }
    return {};
}

tl::expected<void, Refusal> read_condition(const json::value& value, ControlRequest& request) {
    const json::string* text = value.if_string();
    constexpr std::array<std::pair<std::string_view, Condition>, 3> conditions{
        {{"ready", Condition::ready},
         {"ended", Condition::ended},
         {"applied", Condition::applied}}};
    for (const auto& [word, condition] : conditions) {
        if (text == nullptr || *text != word) continue;
        request.condition = condition;
        return {};
    }
    return tl::unexpected(wrong("for: expected \"ready\", \"ended\" or \"applied\""));
}

tl::expected<void, Refusal> read_signal(const json::value& value, ControlRequest& request) {
    const json::string* text = value.if_string();
    if (text == nullptr) return tl::unexpected(wrong("signal: expected the name of a signal"));
    const auto number = parse_signal(*text);
    if (!number) return tl::unexpected(wrong("signal: " + number.error()));
    request.signal = *number;
    return {};
}

tl::expected<void, Refusal> read_flag(std::string_view key, const json::value& value, bool& flag) {
    const bool* given = value.if_bool();
    if (given == nullptr) return tl::unexpected(wrong(std::string(key) + ": expected a boolean"));
    flag = *given;
    return {};
}

tl::expected<void, Refusal> read_lines(const json::value& value, ControlRequest& request) {
    boost::system::error_code error;
    request.lines = value.to_number<std::uint64_t>(error);
    if (error) return tl::unexpected(wrong("lines: expected a number of lines"));
    return {};
}

bool is_absolute(const std::string& path) {
    return path.starts_with('/') && path.find('\0') == std::string::npos;
}

tl::expected<void, Refusal> read_texts(std::string_view key, const json::value& value,
                                       std::vector<std::string>& texts) {
    const json::array* list = value.if_array();
    const bool are_texts =
        list != nullptr && std::all_of(list->begin(), list->end(), [](const json::value& each) {
            return each.is_string() && each.get_string().find('\0') == json::string::npos;
        });
    if (!are_texts) return tl::unexpected(wrong(std::string(key) + ": expected a list of strings"));
    for (const json::value& text : *list)
        texts.emplace_back(text.get_string());
    return {};
}

tl::expected<void, Refusal> read_files(const json::value& value, ControlRequest& request) {
    if (auto read = read_texts("files", value, request.files); !read) return read;
    const bool is_right = request.files.size() <= files_named_max &&
                          std::all_of(request.files.begin(), request.files.end(), is_absolute);
    if (is_right) return {};
    return tl::unexpected(
        wrong("files: expected at most " + std::to_string(files_named_max) + " absolute paths"));
}

tl::expected<void, Refusal> read_launch_key(std::string_view key, const json::value& value,
                                            LaunchText& launch) {
    if (key == "command") return read_texts(key, value, launch.command);
    if (key == "set") {
        if (auto read = read_texts(key, value, launch.settings); !read) return read;
        if (launch.settings.size() <= settings_max) return {};
        return tl::unexpected(
            wrong("set: expected at most " + std::to_string(settings_max) + " settings"));
    }
    const json::string* text = value.if_string();
    if (text == nullptr) return tl::unexpected(wrong(std::string(key) + ": expected a string"));
    (key == "folder" ? launch.folder : launch.name) = std::string(*text);
    return {};
}

tl::expected<void, Refusal> read_program(const json::value& value, ControlRequest& request) {
    const json::string* path = value.if_string();
    if (path == nullptr || !is_absolute(std::string(*path)))
        return tl::unexpected(wrong("program: expected an absolute path"));
    request.program = std::string(*path);
    return {};
}

/// The keys that only some verbs know.
tl::expected<void, Refusal> read_extra(std::string_view key, const json::value& value,
                                       ControlRequest& request) {
    switch (request.verb) {
        case Verb::signal:
            return read_signal(value, request);
        case Verb::wait:
            return read_condition(value, request);
        case Verb::events:
            return read_flag("follow", value, request.follow);
        case Verb::logs:
            return key == "lines" ? read_lines(value, request)
                                  : read_flag(key, value, request.follow);
        case Verb::down:
            return read_flag("at_once", value, request.at_once);
        case Verb::launch:
            return read_launch_key(key, value, request.launch);
        case Verb::plan:
        case Verb::apply:
            return read_files(value, request);
        case Verb::upgrade:
            return read_program(value, request);
        case Verb::status:
        case Verb::start:
        case Verb::stop:
        case Verb::restart:
        case Verb::graph:
            break;
    }
    return {};
}

/// The keys that every request has: version, id, request. Returns the verb's rule.
tl::expected<const VerbRule*, Refusal> read_head(const json::object& object,
                                                 ControlRequest& request) {
    const json::value* version = object.if_contains("version");
    if (version == nullptr || *version != protocol_version)
        return tl::unexpected(
            Refusal{.code = "version",
                    .message = "version: this harrier speaks version 1 of the protocol"});
    const json::value* verb = object.if_contains("request");
    if (verb == nullptr || !verb->is_string())
        return tl::unexpected(wrong("request: expected the name of a request"));
    const VerbRule* rule = find_rule(verb->get_string());
    if (rule == nullptr)
        return tl::unexpected(
            Refusal{.code = "request", .message = unknown_verb(verb->get_string())});
    request.verb = rule->verb;
    return rule;
}

tl::expected<void, Refusal> read_keys(const json::object& object, ControlRequest& request) {
    const auto rule = read_head(object, request);
    if (!rule) return tl::unexpected(rule.error());
    const VerbRule& known = **rule;
    for (const auto& [key, value] : object) {
        if (key == "version" || key == "id" || key == "request") continue;
        tl::expected<void, Refusal> read;
        if (key == "components" && known.takes_components) {
            read = read_components(value, request);
        } else if (!key.empty() && std::count(known.extra_keys.begin(), known.extra_keys.end(),
                                              std::string_view(key)) > 0) {
            read = read_extra(key, value, request);
        } else {
            return tl::unexpected(wrong("\"" + std::string(key) + "\" is no key of the request \"" +
                                        std::string(known.name) + "\""));
        }
        if (!read) return read;
    }
    if (known.needs_components && request.components.empty())
        return tl::unexpected(wrong("components: expected at least one name"));
    if (known.verb == Verb::signal && request.signal == 0)
        return tl::unexpected(wrong("signal: the key is missing"));
    if (known.verb == Verb::launch && request.launch.name.empty())
        return tl::unexpected(wrong("component: the key is missing"));
    if (known.verb == Verb::launch && !is_absolute(request.launch.folder))
        return tl::unexpected(wrong("folder: expected an absolute path"));
    return {};
}

}  // namespace

tl::expected<ControlRequest, Refusal> parse_request(std::string_view line) {
    boost::system::error_code error;
    const json::value value = json::parse({line.data(), line.size()}, error);
    if (error) return tl::unexpected(Refusal{.code = "malformed", .message = "not a line of JSON"});
    const json::object* object = value.if_object();
    if (object == nullptr)
        return tl::unexpected(Refusal{.code = "malformed", .message = "not a JSON object"});
    ControlRequest request;
    if (const json::value* id = object->if_contains("id")) {
        // Not every number: 1e999 is one that an answer could not tell.
        if (!id->is_null() && !id->is_int64() && !id->is_uint64() && !id->is_string())
            return tl::unexpected(wrong("id: expected an integer of 64 bits or a string"));
        request.id = *id;
    }
    if (auto read = read_keys(*object, request); !read) {
        read.error().id = request.id;
        return tl::unexpected(std::move(read.error()));
    }
    return request;
}

json::object make_answer(const json::value& id) {
    json::object answer{{"version", protocol_version}};
    if (!id.is_null()) answer["id"] = id;
    answer["ok"] = true;
    return answer;
}

json::object make_answer(const Refusal& refusal) {
    json::object answer = make_answer(refusal.id);
    answer["ok"] = false;
    answer["error"] =
        json::object{{"code", refusal.code}, {"message", with_replacements(refusal.message)}};
    if (!refusal.mistakes.empty()) {
        json::array mistakes;
        for (const std::string& mistake : refusal.mistakes)
            mistakes.emplace_back(with_replacements(mistake));
        answer["error"].get_object()["mistakes"] = std::move(mistakes);
    }
    return answer;
}

}  // namespace launcher
