/// The control socket's side in harrier: accepts clients and serves each by a coroutine of its own.
/// Whatever a client does, the supervision is not kept waiting: PROTOCOL.md has the limits. Owns
/// the sessions. One thread.
#pragma once

#include <memory>
#include <vector>

#include "launcher/asio.hpp"
#include "launcher/control/board.hpp"
#include "launcher/control/session.hpp"
#include "launcher/supervise/latch.hpp"
#include "os/unique_fd.hpp"

namespace launcher {

class Server {
public:
    static constexpr std::size_t clients_max = 64;

    /// Serves from the io_context's next turn on, until close(). `board` outlives the server.
    Server(Executor executor, shmheap::os::UniqueFd listening, Board& board);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Goes on with a client of another program of this process, who is sent `answer` first.
    void welcome(shmheap::os::UniqueFd socket, const boost::json::object& answer);

    /// Gives each client what it is still owed, but does not wait long for it, and ends when the
    /// last coroutine has.
    Awaitable<void> close();

private:
    Awaitable<void> accept();
    Awaitable<void> serve(std::shared_ptr<Session> session);
    void admit(shmheap::os::UniqueFd socket);
    void begin(const std::shared_ptr<Session>& session);
    bool make_room();
    void answer_waits_soon();
    void push_to_followers();
    void push_lines_soon(const std::shared_ptr<Session>& session);
    Awaitable<void> push_lines(std::shared_ptr<Session> session);

    Executor executor_;
    StreamDescriptor listening_;
    Timer pause_;
    Latch ended_;
    Board& board_;
    std::vector<std::shared_ptr<Session>> sessions_;
    std::size_t running_ = 1;  // coroutines
    bool is_closing_ = false;
    bool answers_waits_ = false;
};

}  // namespace launcher
