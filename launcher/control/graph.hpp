/// The components of an application as a graph for dot(1): who depends on whom, and which ports are
/// connected. Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "launcher/supervise/component.hpp"

namespace launcher {

std::string graph_dot(const std::string& application,
                      const std::vector<std::shared_ptr<Component>>& components);

}  // namespace launcher
