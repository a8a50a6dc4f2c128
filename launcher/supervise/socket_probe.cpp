#include "launcher/supervise/socket_probe.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cerrno>
#include <system_error>

namespace launcher {
namespace {

namespace http = boost::beast::http;
using shmheap::os::UniqueFd;

constexpr std::size_t head_bytes_max = std::size_t{16} << 10;

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

/// load() saw that it is numeric.
Address address_of(const TcpTest& test) {
    Address address;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (inet_pton(AF_INET, test.address.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(test.port);
        std::memcpy(&address.storage, &v4, sizeof(v4));
        address.size = sizeof(v4);
    } else if (inet_pton(AF_INET6, test.address.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(test.port);
        std::memcpy(&address.storage, &v6, sizeof(v6));
        address.size = sizeof(v6);
    }
    return address;
}

Probe::Result failed(std::string what) {
    return {.has_passed = false, .what = std::move(what)};
}

Probe::Result failed(int code, const TcpTest& test) {
    return failed(fmt::format("connect to {} port {}: {}", test.address, test.port,
                              std::generic_category().message(code)));
}

std::string request_for(const HttpTest& test) {
    const bool is_v6 = test.server.address.find(':') != std::string::npos;
    return fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}{}{}:{}\r\nUser-Agent: harrier\r\nAccept: */*\r\n"
        "Connection: close\r\n\r\n",
        test.target, is_v6 ? "[" : "", test.server.address, is_v6 ? "]" : "", test.server.port);
}

}  // namespace

std::optional<Probe::Result> judge_http_answer(std::string_view answer) {
    http::response_parser<http::empty_body> parser;
    parser.skip(true);  // the body is nobody's business
    boost::system::error_code error;
    parser.put(boost::asio::buffer(answer), error);
    if (error == http::error::need_more) return std::nullopt;
    if (error) return failed("no answer in HTTP: " + error.message());
    if (!parser.is_header_done()) return std::nullopt;
    const unsigned status = parser.get().result_int();
    if (status >= 200 && status < 400) return Probe::Result{.has_passed = true};
    return failed(fmt::format("status {}", status));
}

SocketProbe::SocketProbe(Executor executor, Latch& latch, const TcpTest& test) : latch_(latch) {
    connect(executor, test);
}

SocketProbe::SocketProbe(Executor executor, Latch& latch, const HttpTest& test)
    : latch_(latch), request_(request_for(test)) {
    connect(executor, test.server);
}

void SocketProbe::connect(Executor executor, const TcpTest& test) {
    const Address address = address_of(test);
    UniqueFd socket(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return end(failed(errno, test));
    const int connected =
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size);
    if (connected != 0 && errno != EINPROGRESS) return end(failed(errno, test));
    watch_ = std::make_unique<ReadableWatch>(executor, std::move(socket), [this] { go_on(); });
    if (watch_->fd() < 0) return end(failed(ENOSPC, test));
    watch_->arm(StreamDescriptor::wait_write);
}

/// That the wait is over is only a hint (see process_watch.hpp), and a connection that is still
/// being made has no error yet: the socket itself is asked.
void SocketProbe::go_on() {
    if (is_connected_) return read_answer();
    pollfd writable{.fd = watch_->fd(), .events = POLLOUT, .revents = 0};
    if (poll(&writable, 1, 0) != 1) return watch_->arm(StreamDescriptor::wait_write);
    is_connected_ = true;
    on_connected();
}

void SocketProbe::on_connected() {
    int code = 0;
    socklen_t size = sizeof(code);
    if (getsockopt(watch_->fd(), SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
    if (code != 0) return end(failed("connect: " + std::generic_category().message(code)));
    if (request_.empty()) return end({.has_passed = true});
    // A fresh socket has room for a request of a few hundred bytes.
    const ssize_t sent = send(watch_->fd(), request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request_.size()))
        return end(failed("send: " + std::generic_category().message(errno)));
    watch_->arm();
}

void SocketProbe::read_answer() {
    std::array<char, 4096> bytes;
    const ssize_t count = recv(watch_->fd(), bytes.data(), bytes.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return watch_->arm();
    if (count < 0) return end(failed("receive: " + std::generic_category().message(errno)));
    if (count == 0) return end(failed("the connection was closed without an answer"));
    answer_.append(bytes.data(), static_cast<std::size_t>(count));
    if (auto result = judge_http_answer(answer_)) return end(std::move(*result));
    if (answer_.size() > head_bytes_max) return end(failed("the answer's head is too long"));
    watch_->arm();
}

void SocketProbe::end(Result result) {
    result_ = std::move(result);
    if (watch_) watch_->close();
    latch_.release();
}

}  // namespace launcher
