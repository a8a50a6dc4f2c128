#include "launcher/config/read_dependencies.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace launcher {
namespace {

constexpr std::array<Choice<DependencyCondition>, 4> conditions{
    {{"started", DependencyCondition::started},
     {"ready", DependencyCondition::ready},
     {"healthy", DependencyCondition::healthy},
     {"completed_successfully", DependencyCondition::completed_successfully}}};

constexpr std::array<KeyRule<Dependency>, 3> dependency_keys{{
    {"condition",
     [](const ValueReader& reader, const Entry& entry, Dependency& dependency) {
         reader.read_choice(entry, conditions, dependency.condition);
     }},
    {"restart", [](const ValueReader& reader, const Entry& entry,
                   Dependency& dependency) { reader.read_bool(entry, dependency.restart); }},
    {"required", [](const ValueReader& reader, const Entry& entry,
                    Dependency& dependency) { reader.read_bool(entry, dependency.required); }},
}};

Dependency started(std::string name, Place place) {
    Dependency dependency;
    dependency.component = std::move(name);
    dependency.place = std::move(place);
    return dependency;
}

void read_list(const ValueReader& reader, const Entry& entry,
               std::vector<Dependency>& dependencies) {
    for (const Node& item : entry.value.items) {
        std::optional<std::string> name = reader.text(entry.key, item);
        if (!name) continue;
        const auto is_it = [&name](const Dependency& known) { return known.component == *name; };
        if (std::any_of(dependencies.begin(), dependencies.end(), is_it)) {
            reader.refuse(item.position, entry.key, shown(*name) + " is named twice");
            continue;
        }
        dependencies.push_back(started(std::move(*name), item.position.place()));
    }
}

}  // namespace

void read_depends_on(const ValueReader& reader, const Entry& entry,
                     std::vector<Dependency>& dependencies) {
    if (entry.value.kind == Node::Kind::list) return read_list(reader, entry, dependencies);
    if (entry.value.kind != Node::Kind::map) return reader.refuse_kind(entry, "a map or a list");
    for (const Entry& inner : entry.value.entries) {
        Dependency dependency = started(inner.key, inner.key_position.place());
        reader.read_map(inner, dependency_keys, dependency);
        dependencies.push_back(std::move(dependency));
    }
}

std::vector<Vocabulary> dependency_vocabulary() {
    return {vocabulary_of("dependency", dependency_keys, &KeyRule<Dependency>::key),
            vocabulary_of("dependency.condition", conditions, &Choice<DependencyCondition>::word)};
}

}  // namespace launcher
