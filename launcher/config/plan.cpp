// Kahn's algorithm with the smallest index first; no recursion, since a chain may be as long as the
// file allows.
#include "launcher/config/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "launcher/config/nearest.hpp"

namespace launcher {
namespace {

constexpr std::string_view key = "depends_on";

/// A dependency with the name looked up.
struct Edge {
    std::size_t target;
    const Dependency* dependency;
};

/// By component: what it depends on. Dependencies on nothing that exists are told and left out.
using Graph = std::vector<std::vector<Edge>>;

Graph make_graph(DescriptorRefs descriptors, Diagnostics& diagnostics) {
    std::unordered_map<std::string_view, std::size_t> index;
    std::vector<std::string_view> names;
    for (const Descriptor* descriptor : descriptors) {
        index.emplace(descriptor->name, names.size());
        names.push_back(descriptor->name);
    }
    Graph graph(descriptors.size());
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
        for (const Dependency& dependency : descriptors[i]->depends_on) {
            if (diagnostics.full()) return graph;
            const auto target = index.find(dependency.component);
            if (target != index.end()) {
                graph[i].push_back({target->second, &dependency});
                continue;
            }
            if (!dependency.required) continue;
            diagnostics.add({dependency.place, std::string(key),
                             fmt::format("there is no component {}{}", shown(dependency.component),
                                         suggestion(dependency.component, names))});
        }
    }
    return graph;
}

void check_conditions(DescriptorRefs descriptors, const Graph& graph, Diagnostics& diagnostics) {
    for (const std::vector<Edge>& edges : graph) {
        for (const Edge& edge : edges) {
            const Descriptor& target = *descriptors[edge.target];
            const DependencyCondition condition = edge.dependency->condition;
            if (condition == DependencyCondition::completed_successfully &&
                target.restart.policy == RestartPolicy::always) {
                diagnostics.add({edge.dependency->place, std::string(key),
                                 fmt::format("{} never completes, its restart policy is always",
                                             shown(target.name))});
            }
            if (condition == DependencyCondition::healthy && !target.healthcheck) {
                diagnostics.add({edge.dependency->place, std::string(key),
                                 fmt::format("{} has no healthcheck, give it one or wait for "
                                             "ready or started",
                                             shown(target.name))});
            }
        }
    }
}

/// As many components as can be ordered; those on a circle, and what waits for them, are missing.
StartOrder order_of(const Graph& graph) {
    std::vector<std::vector<std::size_t>> waiting(graph.size());
    std::vector<std::size_t> missing(graph.size());
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> free;
    for (std::size_t i = 0; i < graph.size(); ++i) {
        missing[i] = graph[i].size();
        if (graph[i].empty()) free.push(i);
        for (const Edge& edge : graph[i]) {
            waiting[edge.target].push_back(i);
        }
    }
    StartOrder order;
    while (!free.empty()) {
        const std::size_t next = free.top();
        free.pop();
        order.push_back(next);
        for (const std::size_t waiter : waiting[next]) {
            if (--missing[waiter] == 0) free.push(waiter);
        }
    }
    return order;
}

/// The first edge of `from` that stays within what could not be ordered. There is one: whatever
/// could not be ordered waits for something that could not.
const Edge* unordered_edge(const std::vector<Edge>& edges, const std::vector<bool>& is_ordered) {
    for (const Edge& edge : edges) {
        if (!is_ordered[edge.target]) return &edge;
    }
    return nullptr;
}

/// Walks from an unordered component until one comes up again: that one is on a circle.
Diagnostic describe_cycle(DescriptorRefs descriptors, const Graph& graph, const StartOrder& order) {
    std::vector<bool> is_ordered(graph.size());
    for (const std::size_t i : order) {
        is_ordered[i] = true;
    }
    std::size_t at = 0;
    while (is_ordered[at]) {
        ++at;
    }
    std::vector<bool> is_seen(graph.size());
    while (!is_seen[at]) {
        is_seen[at] = true;
        at = unordered_edge(graph[at], is_ordered)->target;
    }
    // Begin the circle at its component that stands first in the files.
    std::size_t first = at;
    for (std::size_t i = unordered_edge(graph[at], is_ordered)->target; i != at;
         i = unordered_edge(graph[i], is_ordered)->target) {
        first = std::min(first, i);
    }
    const Edge* edge = unordered_edge(graph[first], is_ordered);
    const Place place = edge->dependency->place;
    std::string path = descriptors[first]->name + " -> " + descriptors[edge->target]->name;
    while (edge->target != first) {
        edge = unordered_edge(graph[edge->target], is_ordered);
        path += " -> " + descriptors[edge->target]->name;
    }
    return {place, std::string(key), "components depend on each other in a circle: " + path};
}

}  // namespace

tl::expected<StartOrder, std::vector<Diagnostic>> plan_together(DescriptorRefs descriptors) {
    Diagnostics diagnostics;
    const Graph graph = make_graph(descriptors, diagnostics);
    check_conditions(descriptors, graph, diagnostics);
    StartOrder order = order_of(graph);
    if (order.size() < descriptors.size()) {
        diagnostics.add(describe_cycle(descriptors, graph, order));
    }
    if (!diagnostics.empty()) return tl::unexpected(diagnostics.take());
    return order;
}

std::vector<const Descriptor*> refer_to(const std::vector<Descriptor>& descriptors) {
    std::vector<const Descriptor*> references;
    references.reserve(descriptors.size());
    for (const Descriptor& descriptor : descriptors)
        references.push_back(&descriptor);
    return references;
}

}  // namespace launcher
