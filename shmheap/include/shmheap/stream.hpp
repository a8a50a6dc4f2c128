/// A stream: a one-way connection from the owner of a heap (Producer) to a client (Consumer), found
/// by the path of a socket. What lies in the heap is handed over by a lease and never copied; what
/// does not is sent as bytes, and both sides can tell which it was.
///
/// The two may start in any order, and either may be started again: the end of the peer is an error
/// value (EPIPE), told once, after which the same call waits for the next peer at the same path.
/// What a consumer that ended had not taken up is counted (ProducerStats), and a consumer sees the
/// gap in the sequence numbers (ConsumerStats). Nothing here raises a signal or polls busily.
///
/// Thread-safety: a Producer, and a Consumer, is used by one thread at a time. A Message may be
/// copied, read and released in any thread. In a forked child neither may be used.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "shmheap/buffer.hpp"
#include "shmheap/client.hpp"
#include "shmheap/heap.hpp"
#include "shmheap/result.hpp"

namespace shmheap {

/// When a call gives up with ETIMEDOUT. One that has passed means: try once, without waiting.
using Deadline = std::chrono::steady_clock::time_point;
constexpr Deadline no_deadline = Deadline::max();

/// As MessageInfo::sequence: one more than that of the message before (the first is 0).
constexpr std::uint64_t next_sequence = std::numeric_limits<std::uint64_t>::max();

/// Nanoseconds since 1970-01-01 UTC.
using TimeStamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// What travels with the bytes of a message.
struct MessageInfo {
    std::uint64_t sequence = next_sequence;
    TimeStamp time_stamp = {};       ///< 1970-01-01: the time of sending is put in
    std::uint64_t stream_id = 0;     ///< the application's own
    std::uint32_t payload_type = 0;  ///< the application's own
    bool end_of_stream = false;      ///< nothing follows, unless the application says otherwise
};

/// How the bytes of a message went.
enum class Delivery {
    shared,   ///< not at all: the consumer reads them where they were written first
    copied,   ///< through the socket
    dropped,  ///< nowhere: there was no room, and the producer's policy is to drop (send only)
};

/// What a producer does when a consumer is slower than it is, or there is none.
enum class WhenFull {
    block,        ///< waits, until the deadline of the call
    deadline,     ///< waits, but no longer than ProducerOptions::patience
    drop_oldest,  ///< never waits: what was sent first and is not taken up yet gives way
    drop_newest,  ///< never waits: what is being sent is dropped
};

struct ProducerOptions {
    /// Where shared buffers come from; it must outlive the producer. nullptr: the process's heap,
    /// and its successor when its file loses its name.
    Heap* heap = nullptr;
    /// Most messages that are sent and not yet taken up: 1 to 1,024, which is also how many a
    /// consumer may hold together with them.
    std::uint32_t depth = 1024;
    /// Copied messages can only be dropped before they are sent, and bytes that were begun are sent
    /// to the end.
    WhenFull when_full = WhenFull::block;
    std::chrono::nanoseconds patience = std::chrono::seconds(1);  ///< for WhenFull::deadline
    /// What shminfo calls the connection: "source.out -> filter.in", up to 271 bytes.
    std::string name = {};
};

/// Counts since listen().
struct ProducerStats {
    std::uint64_t messages = 0;   ///< sent, to whichever consumer
    std::uint64_t bytes = 0;      ///< of their payloads
    std::uint64_t shared = 0;     ///< messages that went by a lease
    std::uint64_t copied = 0;     ///< messages whose bytes went through the socket
    std::uint64_t consumers = 0;  ///< that were connected, one after another
    std::uint64_t refused = 0;    ///< that came while another was connected, or spoke nonsense
    /// Sent to a consumer that ended before it had taken them up: they arrived nowhere.
    std::uint64_t lost = 0;
    /// Taken up by a consumer that ended before it had released them: it may or may not have done
    /// its work on them. Their leases are taken back. Only shared messages can be known as such.
    std::uint64_t unreleased = 0;
    std::uint64_t blocked = 0;    ///< sends that had to wait for room in the ring
    std::uint64_t timed_out = 0;  ///< sends that gave up at their deadline
    std::uint64_t dropped = 0;    ///< messages that gave way to newer ones, or were not sent
    std::uint64_t forwarded = 0;  ///< of the shared ones, those that lie in somebody else's heap
};

class Message;

namespace detail {
class ProducerCore;
class ConsumerCore;
}  // namespace detail

/// The sending end. It has at most one consumer at a time: while one is connected, others are told
/// EBUSY. All its work is done inside the calls below, so a producer that neither sends nor attends
/// notices neither the coming nor the going of a consumer.
class Producer {
public:
    /// Listens under `path`, which appears when consumers can connect. The socket that a dead
    /// producer left behind there is replaced.
    /// Errors: EADDRINUSE (a live producer listens there), EEXIST (it is no socket), EBUSY
    /// (somebody has kept the directory locked for two seconds), ENAMETOOLONG
    /// (its last component has more than 80 bytes), and what open and bind say of the directory.
    static Result<Producer> listen(const std::string& path, const ProducerOptions& options = {});

    /// Removes the path. What was sent stays readable for the consumer.
    ~Producer();
    Producer(Producer&& other) noexcept;
    Producer& operator=(Producer&& other) noexcept;

    /// Sends a whole buffer: by a lease where it lies in the heap that the consumer has attached,
    /// as bytes otherwise. The buffer may be let go at once, but must not be written to before the
    /// consumer has released it. Without a consumer the call waits for one; with a consumer that is
    /// slow, for room.
    /// Errors, after each of which nothing of this message has arrived and send may be called
    /// again: ETIMEDOUT; EPIPE (the consumer ended; the next call waits for another one); EPROTO (a
    /// consumer of another version came and was sent away); ECHILD; what the socket says.
    Result<Delivery> send(const Buffer& buffer, const MessageInfo& info = {},
                          Deadline deadline = no_deadline);

    /// Sends bytes from anywhere, always as a copy. Errors: as above.
    Result<Delivery> send(std::span<const std::byte> bytes, const MessageInfo& info = {},
                          Deadline deadline = no_deadline);

    /// Sends a received message on: without a copy if it came by a lease of its producer's, which
    /// this process then keeps until the consumer has a right of its own to the bytes. It may be
    /// let go at once. As a copy, if it came as one or was itself sent on to us, or as long as the
    /// consumer has not attached the heap in which it lies; the first message of each heap tells it
    /// to. `info` is that of the new message. Errors: as above.
    ///
    /// What is kept is let go in any call of this producer, or while this process waits in
    /// receive(); a process that does neither keeps the block from its owner. What the consumer has
    /// not received when this process or its heap ends is lost (ESTALE); drain() waits for it.
    Result<Delivery> send(const Message& message, const MessageInfo& info = {},
                          Deadline deadline = no_deadline);

    /// Sends buffers one after another as send() does, in less time: as many as there is room for
    /// appear to the consumer at once, with one time stamp. They are numbered on from
    /// `info.sequence`; `info.end_of_stream` is that of the last one. Returns how many were sent
    /// (or dropped, as the policy says), which is fewer than all only when an error came after the
    /// first; send the others again to be told. Errors: those of send, of the first buffer.
    Result<std::size_t> send_many(std::span<const Buffer> buffers, const MessageInfo& info = {},
                                  Deadline deadline = no_deadline);

    /// Waits until the consumer has taken up and released everything that was sent to it, whether
    /// it ends then or not. Errors: ETIMEDOUT; EPIPE (it ended before; see stats()).
    Status drain(Deadline deadline = no_deadline);

    /// Does what is due without sending: connects a consumer that has come, and takes back what one
    /// that has gone still held. Never waits. Call it from time to time while there is nothing to
    /// send, or whenever fd() is readable.
    /// Errors: EPIPE and EPROTO as in send, which then does not tell them again.
    Status attend();

    /// Readable whenever attend() has something to do. Belongs to the producer; for poll(2) only.
    [[nodiscard]] int fd() const;

    /// Whether a consumer is connected, as of the last call.
    [[nodiscard]] bool connected() const;

    [[nodiscard]] ProducerStats stats() const;  ///< as of the last call

private:
    explicit Producer(std::unique_ptr<detail::ProducerCore> core);

    std::unique_ptr<detail::ProducerCore> core_;
};

/// A received message. Copies share it; the lease is released when the last copy goes. It may
/// outlive its Consumer and the producer's process.
class Message {
public:
    /// What was sent with the bytes; the sequence number and the time stamp are filled in.
    [[nodiscard]] const MessageInfo& info() const { return info_; }
    /// The payload, valid while a copy of this message lives.
    [[nodiscard]] std::span<const std::byte> bytes() const {
        if (copy_) return {copy_->data(), copy_->size()};
        return received_.bytes();
    }
    /// Whether the bytes are read where the producer wrote them.
    [[nodiscard]] Delivery delivery() const {
        return received_ ? Delivery::shared : Delivery::copied;
    }

private:
    friend class detail::ConsumerCore;
    friend class detail::ProducerCore;
    Message(const MessageInfo& info, Received received)
        : info_(info), received_(std::move(received)) {}
    Message(const MessageInfo& info, std::vector<std::byte> copy)
        : info_(info), copy_(std::make_shared<const std::vector<std::byte>>(std::move(copy))) {}

    MessageInfo info_;
    Received received_;                                   // of a shared message
    std::shared_ptr<const std::vector<std::byte>> copy_;  // of a copied one
};

struct ConsumerOptions {
    /// The most bytes that are accepted as a copy; a longer message is skipped with EMSGSIZE.
    std::size_t copied_size_max = std::size_t{256} * 1024 * 1024;
    /// Attach the producer's heap. Without it everything is sent as bytes.
    bool share = true;
};

/// Counts since connect().
struct ConsumerStats {
    std::uint64_t messages = 0;   ///< received, from whichever producer
    std::uint64_t bytes = 0;      ///< of their payloads
    std::uint64_t shared = 0;     ///< messages that came by a lease
    std::uint64_t copied = 0;     ///< messages whose bytes came through the socket
    std::uint64_t producers = 0;  ///< that were connected, one after another
    /// Sequence numbers that were left out between two messages with growing numbers.
    std::uint64_t skipped = 0;
    std::uint64_t forwarded = 0;  ///< of the shared ones, those that lie in somebody else's heap
};

/// The receiving end.
class Consumer {
public:
    /// Waits until a producer listens under `path` (its directory need not exist yet) and has
    /// greeted us.
    /// Errors: ETIMEDOUT; EBUSY (the producer has a consumer already); EPROTO (what listens there
    /// is no producer, or one of another version); ENAMETOOLONG; EACCES; what the socket says.
    static Result<Consumer> connect(const std::string& path, const ConsumerOptions& options = {},
                                    Deadline deadline = no_deadline);

    /// As connect, but does not wait: the first receive() that finds the producer connects. fd()
    /// tells when to try. Errors: those of connect but ETIMEDOUT.
    static Result<Consumer> expect(const std::string& path, const ConsumerOptions& options = {});

    ~Consumer();
    Consumer(Consumer&& other) noexcept;
    Consumer& operator=(Consumer&& other) noexcept;

    /// The next message. The end of a stream is a message (MessageInfo::end_of_stream), no error.
    /// Errors: ETIMEDOUT; EPIPE (the producer ended, and everything it had sent was received; the
    /// next call connects again, with the errors of connect); EMSGSIZE (a copied message beyond the
    /// limit was left out); EPROTO (nonsense was received: the connection is given up as with
    /// EPIPE); ESTALE (a lease that was sent could not be taken up: that message is left out).
    Result<Message> receive(Deadline deadline = no_deadline);

    /// Waits for a message as receive() does, and appends it to `to` with those that are there
    /// behind it, in less time than one by one: at most `count_max` in all, and at most 64. Returns
    /// how many. All of them count as taken up at once, so drop_oldest no longer reaches them.
    /// Errors: those of receive, of the first message (an error of a later one is told by the next
    /// call); EINVAL (`count_max` is 0).
    Result<std::size_t> receive_many(std::vector<Message>& to, std::size_t count_max,
                                     Deadline deadline = no_deadline);

    /// Readable whenever receive() with a deadline that has passed may do something. Belongs to the
    /// consumer; for poll(2) only.
    [[nodiscard]] int fd() const;

    /// Whether a producer has greeted us and has not ended, as of the last call.
    [[nodiscard]] bool connected() const;

    /// Whether shared messages can arrive: the heap of the producer is attached.
    [[nodiscard]] bool attached() const;

    [[nodiscard]] ConsumerStats stats() const;  ///< as of the last call

private:
    explicit Consumer(std::unique_ptr<detail::ConsumerCore> core);

    std::unique_ptr<detail::ConsumerCore> core_;
};

}  // namespace shmheap
