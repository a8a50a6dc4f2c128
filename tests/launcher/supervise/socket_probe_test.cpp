/// The health check of a connection, whatever the event loop was told before it was made.
#include "launcher/supervise/socket_probe.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <optional>
#include <vector>

#include "launcher/asio.hpp"

namespace launcher::test {
namespace {

using shmheap::os::UniqueFd;

UniqueFd tcp_socket() {
    return UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// A port of the loopback whose queue of connections is full: another one waits.
struct BusyPort {
    BusyPort() {
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(bind(listener.get(), any, size) == 0);
        REQUIRE(listen(listener.get(), 0) == 0);
        REQUIRE(getsockname(listener.get(), any, &size) == 0);
        // Room for one, as a rule; who finds none is left waiting.
        for (int i = 0; i < 4; ++i) {
            waiting.push_back(tcp_socket());
            (void)connect(waiting.back().get(), any, size);
        }
    }

    UniqueFd listener = tcp_socket();
    sockaddr_in address{};
    std::vector<UniqueFd> waiting;
};

/// Can be read, and written too.
StreamDescriptor readable(asio::io_context& io) {
    return StreamDescriptor(io, eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
}

TEST_CASE("an event fetched for a descriptor that was closed makes no connection") {
    const BusyPort port;
    const TcpTest test{.port = ntohs(port.address.sin_port)};
    asio::io_context io;
    Latch latch(io.get_executor());
    StreamDescriptor first = readable(io);
    std::optional<StreamDescriptor> second = readable(io);
    std::optional<SocketProbe> probe;
    // The loop fetches the events of both at once. When the first is handled the second is closed,
    // its event still queued, and the connection gets its place.
    first.async_wait(StreamDescriptor::wait_read, [&](ErrorCode) {
        second.reset();
        probe.emplace(io.get_executor(), latch, test);
    });
    second->async_wait(StreamDescriptor::wait_write, [](ErrorCode) {});
    io.poll();
    REQUIRE(probe);
    CHECK_FALSE(probe->result());
}

TEST_CASE("nobody listens: the check fails and says where") {
    asio::io_context io;
    Latch latch(io.get_executor());
    std::uint16_t port = 0;
    {
        const BusyPort taken;
        port = ntohs(taken.address.sin_port);
    }
    SocketProbe probe(io.get_executor(), latch, TcpTest{.port = port});
    while (!probe.result())
        io.run_one();
    CHECK_FALSE(probe.result()->has_passed);
    CHECK(probe.result()->what.find("Connection refused") != std::string::npos);
}

}  // namespace
}  // namespace launcher::test
