/// A health check by a connection: over TCP it passes when the connection is accepted, over HTTP
/// when the answer to a GET begins with a status of 200 to 399. Nothing waits: the address is
/// numeric, the socket does not block. Owns the socket. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "launcher/supervise/host.hpp"
#include "launcher/supervise/readable_watch.hpp"

namespace launcher {

/// Whether an answer that begins like this passes; nothing while its head is not complete. Pure.
std::optional<Probe::Result> judge_http_answer(std::string_view answer);

class SocketProbe final : public Probe {
public:
    SocketProbe(Executor executor, Latch& latch, const TcpTest& test);
    SocketProbe(Executor executor, Latch& latch, const HttpTest& test);

    [[nodiscard]] std::optional<Result> result() override { return result_; }

private:
    void connect(Executor executor, const TcpTest& test);
    void go_on();
    void on_connected();
    void read_answer();
    void end(Result result);

    Latch& latch_;
    std::string request_;  // empty for TCP
    std::string answer_;
    bool is_connected_ = false;
    std::unique_ptr<ReadableWatch> watch_;
    std::optional<Result> result_;
};

}  // namespace launcher
