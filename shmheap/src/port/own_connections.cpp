#include "port/own_connections.hpp"

#include "environment.hpp"

namespace shmheap::port {
namespace {

Result<std::vector<Connection>> connections_at(PortName Connection::*end, std::string_view port,
                                               const PortOptions& options) {
    const PortName own{.component = options.component, .port = std::string(port)};
    auto connections = parse_connections(options.connections);
    if (!connections) return connections;
    std::erase_if(*connections,
                  [end, &own](const Connection& connection) { return connection.*end != own; });
    if (connections->empty()) return fail(ENOTCONN, "find a connection of port", own.text());
    return connections;
}

}  // namespace

Result<std::vector<Connection>> connections_from(std::string_view port,
                                                 const PortOptions& options) {
    return connections_at(&Connection::from, port, options);
}

Result<std::vector<Connection>> connections_to(std::string_view port, const PortOptions& options) {
    return connections_at(&Connection::to, port, options);
}

std::string run_directory_of(const PortOptions& options) {
    return options.run_directory.empty() ? "." : options.run_directory;
}

}  // namespace shmheap::port

namespace shmheap {

PortOptions PortOptions::from_environment() {
    const auto text = [](const char* variable) {
        return std::string(detail::environment_text(variable).value_or(""));
    };
    return {.component = text("SHMHEAP_COMPONENT"),
            .run_directory = text("HARRIER_RUN_DIR"),
            .connections = text(port::connections_variable),
            .heap = nullptr};
}

}  // namespace shmheap
