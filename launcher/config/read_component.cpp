// A table per map: key → how it is read. What depends on several keys is left to read_command
// (command, shell, working_dir, environment) and read_logging, when all of them are known.
#include "launcher/config/read_component.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "launcher/config/executable.hpp"
#include "launcher/config/read_command.hpp"
#include "launcher/config/read_dependencies.hpp"
#include "launcher/config/read_healthcheck.hpp"
#include "launcher/config/read_logging.hpp"
#include "launcher/config/read_ready.hpp"
#include "launcher/config/read_restart.hpp"
#include "launcher/config/read_stop.hpp"

namespace launcher {
namespace {

/// A component while it is read.
struct ComponentDraft {
    Descriptor descriptor;
    CommandKeys command_keys;
    StopKeys stop_keys;
    const Entry* logging = nullptr;
    const Entry* healthcheck = nullptr;
};

// ---- words --------------------------------------------------------------------------------------

constexpr std::array<Choice<KillMode>, 3> kill_modes{
    {{"group", KillMode::group}, {"mixed", KillMode::mixed}, {"process", KillMode::process}}};
constexpr std::array<Choice<ReapHeap>, 2> reap_moments{
    {{"on-exit", ReapHeap::on_exit}, {"never", ReapHeap::never}}};
constexpr std::array<Choice<ComponentType>, 3> types{{{"simple", ComponentType::simple},
                                                      {"notify", ComponentType::notify},
                                                      {"oneshot", ComponentType::oneshot}}};
constexpr std::array<Choice<NotifyAccess>, 2> notify_accesses{
    {{"main", NotifyAccess::main}, {"all", NotifyAccess::all}}};
constexpr std::array<Choice<SupervisorLoss>, 2> supervisor_losses{
    {{"kill", SupervisorLoss::kill}, {"keep", SupervisorLoss::keep}}};

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

// ---- the other keys of a component --------------------------------------------------------------

void read_environment(const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
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

void read_watchdog(const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
    Duration time{};
    reader.read_duration(entry, time);
    // WATCHDOG_USEC counts in microseconds.
    if (time < std::chrono::microseconds(1))
        return reader.refuse(entry, "a watchdog needs a time, such as 10s");
    draft.descriptor.watchdog = time;
}

constexpr std::array<KeyRule<ComponentDraft>, 20> component_keys{{
    {"command", [](const ValueReader&, const Entry& entry,
                   ComponentDraft& draft) { draft.command_keys.command = &entry; }},
    {"shell", [](const ValueReader& reader, const Entry& entry,
                 ComponentDraft& draft) { reader.read_bool(entry, draft.command_keys.is_shell); }},
    {"working_dir", [](const ValueReader&, const Entry& entry,
                       ComponentDraft& draft) { draft.command_keys.working_dir = &entry; }},
    {"environment", read_environment},
    {"depends_on",
     [](const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
         read_depends_on(reader, entry, draft.descriptor.depends_on);
     }},
    {"type",
     [](const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
         reader.read_choice(entry, types, draft.descriptor.type);
     }},
    {"notify_access",
     [](const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
         reader.read_choice(entry, notify_accesses, draft.descriptor.notify_access);
     }},
    {"ready", [](const ValueReader& reader, const Entry& entry,
                 ComponentDraft& draft) { read_ready(reader, entry, draft.descriptor.ready); }},
    {"healthcheck", [](const ValueReader&, const Entry& entry,
                       ComponentDraft& draft) { draft.healthcheck = &entry; }},
    {"watchdog", read_watchdog},
    {"watchdog_signal",
     [](const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
         read_stop_signal(reader, entry, draft.descriptor.watchdog_signal);
     }},
    {"restart",
     [](const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
         read_restart(reader, entry, draft.descriptor.restart);
     }},
    {"success_exit_codes",
     [](const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
         read_success_exits(reader, entry, draft.descriptor.success_exits);
     }},
    {"stop_signal", [](const ValueReader&, const Entry& entry,
                       ComponentDraft& draft) { draft.stop_keys.signal = &entry; }},
    {"stop_grace_period", [](const ValueReader&, const Entry& entry,
                             ComponentDraft& draft) { draft.stop_keys.grace_period = &entry; }},
    {"stop_sequence", [](const ValueReader&, const Entry& entry,
                         ComponentDraft& draft) { draft.stop_keys.sequence = &entry; }},
    {"kill_mode",
     [](const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
         reader.read_choice(entry, kill_modes, draft.descriptor.kill_mode);
     }},
    {"on_supervisor_loss",
     [](const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
         reader.read_choice(entry, supervisor_losses, draft.descriptor.on_supervisor_loss);
     }},
    {"heap",
     [](const ValueReader& reader, const Entry& entry, ComponentDraft& draft) {
         reader.read_map(entry, heap_keys, draft.descriptor.heap);
     }},
    {"logging",
     [](const ValueReader&, const Entry& entry, ComponentDraft& draft) { draft.logging = &entry; }},
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
    ComponentDraft draft;
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
        if (draft.healthcheck != nullptr)
            read_healthcheck(reader, *draft.healthcheck, draft.descriptor);
        if (draft.logging != nullptr) read_logging(reader, *draft.logging, draft.descriptor);
        check_readiness(reader, component, draft.descriptor);
    }
    return std::move(draft.descriptor);
}

std::vector<Vocabulary> component_vocabulary() {
    std::vector<Vocabulary> all = {
        vocabulary_of("component", component_keys, &KeyRule<ComponentDraft>::key),
        vocabulary_of("heap", heap_keys, &KeyRule<HeapSettings>::key),
        vocabulary_of("type", types, &Choice<ComponentType>::word),
        vocabulary_of("notify_access", notify_accesses, &Choice<NotifyAccess>::word),
        vocabulary_of("kill_mode", kill_modes, &Choice<KillMode>::word),
        vocabulary_of("on_supervisor_loss", supervisor_losses, &Choice<SupervisorLoss>::word),
        vocabulary_of("heap.reap", reap_moments, &Choice<ReapHeap>::word)};
    for (const auto part : {restart_vocabulary, logging_vocabulary, dependency_vocabulary,
                            ready_vocabulary, healthcheck_vocabulary}) {
        for (Vocabulary& more : part())
            all.push_back(std::move(more));
    }
    return all;
}

}  // namespace launcher
