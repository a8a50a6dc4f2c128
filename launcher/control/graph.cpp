#include "launcher/control/graph.hpp"

#include "launcher/control/condition.hpp"

namespace launcher {
namespace {

/// Names and ports are made of letters, digits, '_' and '-', so there is nothing to escape.
std::string dot_name(std::string_view name) {
    return '"' + std::string(name) + '"';
}

std::string_view to_string(DependencyCondition condition) {
    switch (condition) {
        case DependencyCondition::started:
            return "started";
        case DependencyCondition::ready:
            return "ready";
        case DependencyCondition::healthy:
            return "healthy";
        case DependencyCondition::completed_successfully:
            return "completed_successfully";
    }
    return "unknown";
}

}  // namespace

std::string graph_dot(const std::string& application,
                      const std::vector<std::shared_ptr<Component>>& components) {
    std::string dot = "digraph " + dot_name(application) + " {\n    node [shape=box];\n";
    for (const auto& component : components) {
        const Descriptor& descriptor = component->descriptor();
        dot += "    " + dot_name(descriptor.name) + " [label=\"" + descriptor.name + "\\n" +
               std::string(to_string(component->state())) + "\"];\n";
        for (const Dependency& dependency : descriptor.depends_on)
            dot += "    " + dot_name(descriptor.name) + " -> " + dot_name(dependency.component) +
                   " [style=dashed, label=\"" + std::string(to_string(dependency.condition)) +
                   "\"];\n";
        for (const auto& connection : descriptor.connections) {
            if (connection.from.component != descriptor.name) continue;  // shown at its beginning
            dot += "    " + dot_name(descriptor.name) + " -> " + dot_name(connection.to.component) +
                   " [label=\"" + connection.from.port + " to " + connection.to.port + "\"];\n";
        }
    }
    return dot + "}\n";
}

}  // namespace launcher
