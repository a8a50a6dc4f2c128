// A table per map: key → how it is read. What depends on several keys is left to read_command
// (command, shell, working_dir, environment) and read_logging, when all of them are known.
#include "launcher/config/read_component.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "launcher/config/executable.hpp"
#include "launcher/config/read_command.hpp"
#include "launcher/config/read_logging.hpp"
#include "launcher/config/read_restart.hpp"
#include "launcher/config/read_stop.hpp"

namespace launcher {
namespace {

/// A component while it is read.
struct Draft {
    Descriptor descriptor;
    CommandKeys command_keys;
    StopKeys stop_keys;
    const Entry* logging = nullptr;
};

// ---- words --------------------------------------------------------------------------------------

constexpr std::array<Choice<DependencyCondition>, 2> conditions{
    {{"started", DependencyCondition::started},
     {"completed_successfully", DependencyCondition::completed_successfully}}};
constexpr std::array<Choice<KillMode>, 3> kill_modes{
    {{"group", KillMode::group}, {"mixed", KillMode::mixed}, {"process", KillMode::process}}};
constexpr std::array<Choice<ReapHeap>, 2> reap_moments{
    {{"on-exit", ReapHeap::on_exit}, {"never", ReapHeap::never}}};
enum class SupervisorLoss { kill };
constexpr std::array<Choice<SupervisorLoss>, 1> supervisor_losses{{{"kill", SupervisorLoss::kill}}};

// ---- heap ---------------------------------------------------------------------------------------

/// Octal as chmod takes it, by its own text: 416 is what a YAML reader makes of 0640, and nobody's
/// intention.
void read_heap_mode(const ValueReader& reader, const Entry& entry, HeapSettings& heap) {
    const std::optional<std::string> text = reader.text(entry);
    if (!text) return;
    const bool is_octal = text->size() == 4 && text->front() == '0' &&
                          text->find_first_not_of("01234567") == std::string::npos;
    if (!is_octal) {
        return reader.refuse(
            entry, fmt::format("{} is not an octal file mode such as 0640", shown(*text)));
    }
    constexpr unsigned mode_bits_allowed = 0660;
    const auto mode = static_cast<unsigned>(std::stoul(*text, nullptr, 8));
    if ((mode & ~mode_bits_allowed) != 0) {
        return reader.refuse(entry, fmt::format("{} has bits outside 0660", shown(*text)));
    }
    heap.mode = mode;
}

void read_heap_size(const ValueReader& reader, const Entry& entry, HeapSettings& heap) {
    reader.read_size(entry, heap.size_bytes);
    if (heap.size_bytes == 0U) reader.refuse(entry, "a heap of no size holds nothing");
}

constexpr std::array<KeyRule<HeapSettings>, 3> heap_keys{{
    {"size", read_heap_size},
    {"mode", read_heap_mode},
    {"reap", [](const ValueReader& reader, const Entry& entry,
                HeapSettings& heap) { reader.read_choice(entry, reap_moments, heap.reap); }},
}};

// ---- dependencies -------------------------------------------------------------------------------

void read_condition(const ValueReader& reader, const Entry& entry, Dependency& dependency) {
    if (entry.value.kind == Node::Kind::scalar && entry.value.text == "healthy") {
        return reader.refuse(entry,
                             "\"healthy\" needs health checks, which components do not have yet; "
                             "wait for started or completed_successfully");
    }
    reader.read_choice(entry, conditions, dependency.condition);
}

constexpr std::array<KeyRule<Dependency>, 1> dependency_keys{{{"condition", read_condition}}};

/// A map of names with conditions, or a list of names, each of which has to be started.
void read_depends_on(const ValueReader& reader, const Entry& entry, Draft& draft) {
    std::vector<Dependency>& dependencies = draft.descriptor.depends_on;
    if (entry.value.kind == Node::Kind::map) {
        for (const Entry& inner : entry.value.entries) {
            Dependency dependency{inner.key, DependencyCondition::started,
                                  inner.key_position.place()};
            reader.read_map(inner, dependency_keys, dependency);
            dependencies.push_back(std::move(dependency));
        }
        return;
    }
    if (entry.value.kind != Node::Kind::list) return reader.refuse_kind(entry, "a map or a list");
    for (const Node& item : entry.value.items) {
        std::optional<std::string> name = reader.text(entry.key, item);
        if (!name) continue;
        const auto is_it = [&name](const Dependency& known) { return known.component == *name; };
        if (std::any_of(dependencies.begin(), dependencies.end(), is_it)) {
            reader.refuse(item.position, entry.key, shown(*name) + " is named twice");
            continue;
        }
        dependencies.push_back(
            {std::move(*name), DependencyCondition::started, item.position.place()});
    }
}

// ---- the other keys of a component --------------------------------------------------------------

void read_environment(const ValueReader& reader, const Entry& entry, Draft& draft) {
    if (entry.value.kind != Node::Kind::map) return reader.refuse_kind(entry, "a map");
    for (const Entry& variable : entry.value.entries) {
        if (variable.key.empty() || variable.key.find('=') != std::string::npos) {
            reader.refuse(variable.key_position, entry.key,
                          shown(variable.key) + " cannot be the name of a variable");
            continue;
        }
        std::optional<std::string> value;
        if (variable.value.kind != Node::Kind::null) {
            value = reader.text(variable);
            if (!value) continue;
        }
        draft.descriptor.environment[variable.key] = std::move(value);
    }
}

void read_supervisor_loss(const ValueReader& reader, const Entry& entry, Draft&) {
    if (entry.value.kind == Node::Kind::scalar && entry.value.text == "keep") {
        return reader.refuse(entry,
                             "\"keep\" is not supported yet, components end with harrier (kill)");
    }
    SupervisorLoss loss{};
    reader.read_choice(entry, supervisor_losses, loss);
}

constexpr std::array<KeyRule<Draft>, 14> component_keys{{
    {"command", [](const ValueReader&, const Entry& entry,
                   Draft& draft) { draft.command_keys.command = &entry; }},
    {"shell", [](const ValueReader& reader, const Entry& entry,
                 Draft& draft) { reader.read_bool(entry, draft.command_keys.is_shell); }},
    {"working_dir", [](const ValueReader&, const Entry& entry,
                       Draft& draft) { draft.command_keys.working_dir = &entry; }},
    {"environment", read_environment},
    {"depends_on", read_depends_on},
    {"restart", [](const ValueReader& reader, const Entry& entry,
                   Draft& draft) { read_restart(reader, entry, draft.descriptor.restart); }},
    {"success_exit_codes",
     [](const ValueReader& reader, const Entry& entry, Draft& draft) {
         read_success_exits(reader, entry, draft.descriptor.success_exits);
     }},
    {"stop_signal",
     [](const ValueReader&, const Entry& entry, Draft& draft) { draft.stop_keys.signal = &entry; }},
    {"stop_grace_period", [](const ValueReader&, const Entry& entry,
                             Draft& draft) { draft.stop_keys.grace_period = &entry; }},
    {"stop_sequence", [](const ValueReader&, const Entry& entry,
                         Draft& draft) { draft.stop_keys.sequence = &entry; }},
    {"kill_mode",
     [](const ValueReader& reader, const Entry& entry, Draft& draft) {
         reader.read_choice(entry, kill_modes, draft.descriptor.kill_mode);
     }},
    {"on_supervisor_loss", read_supervisor_loss},
    {"heap", [](const ValueReader& reader, const Entry& entry,
                Draft& draft) { reader.read_map(entry, heap_keys, draft.descriptor.heap); }},
    {"logging",
     [](const ValueReader&, const Entry& entry, Draft& draft) { draft.logging = &entry; }},
}};

}  // namespace

bool is_name(std::string_view text) {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    constexpr std::size_t name_bytes_max = 64;
    return !text.empty() && text.size() <= name_bytes_max &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

Descriptor read_component(const Entry& component, ReadingContext& context) {
    const ValueReader reader(context, component.key);
    Draft draft;
    draft.descriptor.name = component.key;
    draft.descriptor.place = component.key_position.place();
    if (!is_name(component.key)) {
        reader.refuse(component.key_position, component.key,
                      shown(component.key) + " " + std::string(name_rule));
    }
    reader.read_map(component, component_keys, draft);
    if (component.value.kind == Node::Kind::map) {
        read_command(reader, component, draft.command_keys, draft.descriptor);
        read_stop(reader, draft.stop_keys, draft.descriptor.stop_sequence);
    }
    if (draft.logging != nullptr) read_logging(reader, *draft.logging, draft.descriptor);
    return std::move(draft.descriptor);
}

std::vector<Vocabulary> component_vocabulary() {
    std::vector<Vocabulary> all = {
        vocabulary_of("component", component_keys, &KeyRule<Draft>::key),
        vocabulary_of("dependency", dependency_keys, &KeyRule<Dependency>::key),
        vocabulary_of("heap", heap_keys, &KeyRule<HeapSettings>::key),
        vocabulary_of("dependency.condition", conditions, &Choice<DependencyCondition>::word),
        vocabulary_of("kill_mode", kill_modes, &Choice<KillMode>::word),
        vocabulary_of("on_supervisor_loss", supervisor_losses, &Choice<SupervisorLoss>::word),
        vocabulary_of("heap.reap", reap_moments, &Choice<ReapHeap>::word)};
    for (const auto& some : {restart_vocabulary(), logging_vocabulary()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

}  // namespace launcher
