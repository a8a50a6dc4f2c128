// What the supervisor knows of its components outlasts the program: written at one moment, when
// nothing is in the middle of anything, and read before run() by the program that comes after it.
#include <boost/json/value_to.hpp>
#include <utility>

#include "launcher/supervise/carry.hpp"
#include "launcher/supervise/supervisor.hpp"

namespace launcher {

namespace json = boost::json;

std::string Supervisor::transition() const {
    if (is_ending()) return "everything is being stopped";
    if (next_) return "another description is being applied";
    for (const auto& component : components_) {
        const std::string_view what = transition_of(*component);
        if (!what.empty())
            return "component \"" + component->descriptor().name + "\" " + std::string(what);
    }
    return {};
}

void Supervisor::hold_checks(TimePoint until) {
    shared_.no_check_before = until;
    wake_all();
}

json::object Supervisor::carry() const {
    json::object components;
    json::object requirements;
    for (const auto& component : components_) {
        const std::string& name = component->descriptor().name;
        components[name] = launcher::carry(*component);
        if (!component->requirements.empty()) requirements[name] = carry_requirements(*component);
    }
    json::object gone;
    for (const auto& [name, starts] : gone_)
        gone[name] = starts;
    return {{"components", std::move(components)},
            {"requirements", std::move(requirements)},
            {"gone", std::move(gone)},
            {"heap_stays", any_heap_stays_},
            {"next_number", next_number_},
            {"stays", stays_},
            {"restarts", shared_.totals.restarts},
            {"heaps_reaped", shared_.totals.heaps_reaped},
            {"left_behind", shared_.totals.left_behind}};
}

void Supervisor::restore(const json::object& carried, std::vector<Launched> launched) {
    for (Launched& each : launched) {
        components_.push_back(make(std::move(each.descriptor)));
        components_.back()->is_transient = true;
        components_.back()->launched = std::move(each.text);
    }
    connect();
    for (const auto& [name, state] : carried.at("components").as_object()) {
        Component& component = *by_name_.at(name);
        launcher::restore(component, state.as_object());
        anybody_unwanted_ = anybody_unwanted_ || component.is_unwanted;
    }
    for (const auto& [name, seen] : carried.at("requirements").as_object())
        restore_requirements(*by_name_.at(name), seen.as_array());
    for (const auto& [name, starts] : carried.at("gone").as_object())
        gone_[std::string(name)] = starts.to_number<unsigned>();
    any_heap_stays_ = carried.at("heap_stays").as_bool();
    next_number_ = carried.at("next_number").to_number<unsigned>();
    stays_ = carried.at("stays").as_bool();
    shared_.totals.restarts = carried.at("restarts").to_number<unsigned>();
    shared_.totals.heaps_reaped = carried.at("heaps_reaped").to_number<unsigned>();
    shared_.totals.left_behind = carried.at("left_behind").to_number<std::size_t>();
}

}  // namespace launcher
