/// Named ports: the outputs and inputs of a component that the description of its application
/// connects with others (`connections` in the YAML file). A component knows the names of its own
/// ports only; who is at the other end, and what happens when that one is slow, the launcher says.
///
/// The ends may be opened in any order and are in no hurry: opening never waits. Either may crash
/// and be started again; the other one goes on with its successor by itself. What was lost is
/// counted, and seen as a gap in the sequence numbers.
///
/// An output may be connected to several inputs: each gets every message, by a lease on the same
/// block. An input may be connected to several outputs: their messages come in turn.
///
/// Thread-safety: an Output, and an Input, is used by one thread at a time; not in a forked child.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shmheap/buffer.hpp"
#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"

namespace shmheap {

/// Who opens a port, and where the others are found.
struct PortOptions {
    std::string component;      ///< our own name; SHMHEAP_COMPONENT
    std::string run_directory;  ///< HARRIER_RUN_DIR; "." when empty
    /// HARRIER_CONNECTIONS: "source.out>filter.in:block:64 …"; policy and depth may be left out.
    std::string connections;
    /// Where an output's buffers come from, as in ProducerOptions.
    Heap* heap = nullptr;

    /// What the launcher said.
    static PortOptions from_environment();
};

/// One connection of an output.
struct OutputConnection {
    std::string name;           ///< "source.out -> filter.in"
    bool connected = false;     ///< the consumer is there, as of the last call
    std::uint64_t dropped = 0;  ///< messages that its policy left out
    ProducerStats stats;
};

/// One connection of an input.
struct InputConnection {
    std::string name;        ///< "source.out -> filter.in"
    bool connected = false;  ///< the producer is there, as of the last call
    ConsumerStats stats;
};

namespace detail {
class OutputCore;
class InputCore;
}  // namespace detail

/// The sending end of all connections that leave one port.
class Output {
public:
    /// Opens the port of that name as the environment, or `options`, describes it; other components
    /// can connect from now on.
    /// Errors: ENOTCONN (no connection leaves a port of this name), EINVAL (the description is
    /// none), EADDRINUSE (another process has opened it), and those of Producer::listen.
    static Result<Output> open(std::string_view port);
    static Result<Output> open(std::string_view port, const PortOptions& options);

    ~Output();
    Output(Output&& other) noexcept;
    Output& operator=(Output&& other) noexcept;

    /// Sends a buffer over every connection of the port: without a copy if it lies in the heap. It
    /// may be let go at once, but must not be written to before its consumers have released it.
    /// Connections with the policy `block` wait for their consumer, or for its successor, those
    /// with `deadline` for no longer than this call; the others never wait.
    /// Errors: ETIMEDOUT: a `block` connection has not got the message; send the same buffer again,
    /// and whoever has got it does not get it twice (another buffer gives the message up for those
    /// who have not, which counts as dropped). EPROTO (a consumer of another version came and was
    /// sent away; send again); ECHILD; what the sockets say.
    Status send(const Buffer& buffer, const MessageInfo& info = {},
                Deadline deadline = no_deadline);

    /// Sends a received message on, as Producer::send does. Errors: as above; "the same buffer" is
    /// the same message.
    Status send(const Message& message, const MessageInfo& info = {},
                Deadline deadline = no_deadline);

    /// Gives up the message that send() could not bring to everybody, as sending another buffer
    /// does: it counts as dropped for those who have not got it. Does nothing if there is none.
    void abandon();

    /// Waits until every consumer that is connected has taken up and released what was sent to it.
    /// Errors: ETIMEDOUT; EPIPE (since the last message was sent, a consumer ended before it was
    /// done; told once, see stats()).
    Status drain(Deadline deadline = no_deadline);

    /// Does what is due without sending: connects consumers that have come, and takes back what
    /// those that have gone still held. Never waits. Call it from time to time while there is
    /// nothing to send, or whenever fd() is readable. Errors: EPROTO and ECHILD, as in send.
    Status attend();

    /// Readable whenever attend() has something to do. Belongs to the output; for poll(2) only.
    [[nodiscard]] int fd() const;

    /// Whether every connection has its consumer, as of the last call.
    [[nodiscard]] bool connected() const;

    /// The sums over all connections, and each connection by itself; as of the last call.
    [[nodiscard]] ProducerStats stats() const;
    [[nodiscard]] std::vector<OutputConnection> connections() const;

private:
    explicit Output(std::unique_ptr<detail::OutputCore> core);

    std::unique_ptr<detail::OutputCore> core_;
};

/// The receiving end of all connections that lead to one port.
class Input {
public:
    /// Opens the port of that name as the environment, or `options`, describes it.
    /// Errors: ENOTCONN (no connection leads to a port of this name), EINVAL (the description is
    /// none), and those of Consumer::expect.
    static Result<Input> open(std::string_view port);
    static Result<Input> open(std::string_view port, const PortOptions& options);

    ~Input();
    Input(Input&& other) noexcept;
    Input& operator=(Input&& other) noexcept;

    /// The next message, of whichever connection has one, each in its turn. When a producer ends,
    /// its successor is waited for. The end of a stream is a message, no error, and says nothing of
    /// the other connections.
    /// Errors: ETIMEDOUT; EMSGSIZE, EPROTO and ESTALE as in Consumer::receive; EBUSY (the producer
    /// has another consumer under our name); ECHILD; what the sockets say.
    Result<Message> receive(Deadline deadline = no_deadline);

    /// "source.out": the output from which the last message came; "" before the first.
    [[nodiscard]] std::string origin() const;

    /// Readable whenever receive() with a deadline that has passed may do something. Belongs to the
    /// input; for poll(2) only.
    [[nodiscard]] int fd() const;

    /// Whether every connection has its producer, as of the last call.
    [[nodiscard]] bool connected() const;

    /// The sums over all connections, and each connection by itself; as of the last call.
    [[nodiscard]] ConsumerStats stats() const;
    [[nodiscard]] std::vector<InputConnection> connections() const;

private:
    explicit Input(std::unique_ptr<detail::InputCore> core);

    std::unique_ptr<detail::InputCore> core_;
};

}  // namespace shmheap
