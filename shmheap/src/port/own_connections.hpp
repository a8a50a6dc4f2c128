/// What the description of an application says about one port of this process.
#pragma once

#include <string>
#include <vector>

#include "port/connection.hpp"
#include "shmheap/port.hpp"

namespace shmheap::port {

/// The connections that leave the port of that name; those that lead to it. At least one.
/// Errors: ENOTCONN (there is none), EINVAL (the description is none).
Result<std::vector<Connection>> connections_from(std::string_view port, const PortOptions& options);
Result<std::vector<Connection>> connections_to(std::string_view port, const PortOptions& options);

/// "." when nobody launched us.
std::string run_directory_of(const PortOptions& options);

}  // namespace shmheap::port
