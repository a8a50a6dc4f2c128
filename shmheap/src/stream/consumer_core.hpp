/// The inside of a Consumer: looking for the producer, greeting it, and taking its packets in. Used
/// by one thread at a time. Meeting the producer is in consumer_core.cpp, receiving in
/// consumer_receiving.cpp, receiving what was sent on in consumer_forwarding.cpp.
///
/// While there are messages in the ring, receiving costs no system call: the socket is looked at
/// when the ring is empty, and before a sleep.
///
///   state      | event                              | next
///   apart      | a socket under the path connects   | greeting
///   greeting   | Hello                              | connected (its heap attached if possible)
///   greeting   | a refusal, nonsense, its end       | apart; the reason is told
///   connected  | the producer's end                 | apart; EPIPE is told
///   connected  | nonsense                           | apart; EPROTO is told
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "os/unique_fd.hpp"
#include "shmheap/client.hpp"
#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"
#include "stream/assembly.hpp"
#include "stream/channel.hpp"
#include "stream/incoming_ring.hpp"
#include "stream/ready.hpp"
#include "stream/seeker.hpp"
#include "stream/wire.hpp"

namespace shmheap::detail {

/// EPROTO: what the producer has sent means nothing here.
tl::unexpected<Error> nonsense();

class ConsumerCore {
public:
    static Result<std::unique_ptr<ConsumerCore>> connect(const std::string& path,
                                                         const ConsumerOptions& options,
                                                         Deadline deadline);
    static Result<std::unique_ptr<ConsumerCore>> expect(const std::string& path,
                                                        const ConsumerOptions& options);

    Result<Message> receive(Deadline deadline);
    Result<std::size_t> receive_many(std::vector<Message>& to, std::size_t count_max,
                                     Deadline deadline);

    /// Once it was asked for, its state is kept true between calls, which costs system calls.
    [[nodiscard]] int fd();
    [[nodiscard]] bool connected() const { return greeted_; }
    [[nodiscard]] bool attached() const { return static_cast<bool>(client_); }
    [[nodiscard]] const ConsumerStats& stats() const { return stats_; }

private:
    ConsumerCore(const std::string& path, const ConsumerOptions& options, stream::ReadySet ready);

    static Result<std::unique_ptr<ConsumerCore>> create(const std::string& path,
                                                        const ConsumerOptions& options);

    Status await_producer(Deadline deadline);
    Status seek(Deadline deadline);
    Status greet(Deadline deadline);
    Status take_hello(std::span<const std::byte> packet);
    Status await_socket(Deadline deadline) const;
    stream::Attachment attach(const stream::HeapPlace& place);
    void flush();
    void leave();

    void recover_from(const Error& error);
    [[nodiscard]] bool looked_just_now(Deadline deadline);
    Result<std::optional<Message>> next_message(Deadline deadline);
    Result<std::optional<Message>> look_at_socket();
    Result<std::optional<Message>> take(std::span<const std::byte> packet);
    Result<std::optional<Message>> take_bytes(std::span<const std::byte> packet);
    Status take_open(std::span<const std::byte> packet);
    Status take_heap(std::span<const std::byte> packet);
    Result<Message> take_entry(const stream::RingEntry& entry);
    void wake_producer();
    Result<Message> open_entry(const stream::RingEntry& entry);
    Result<Message> take_shared(const stream::RingEntry& entry);
    Result<Message> take_copied(std::uint64_t number);
    Result<Message> take_forwarded(const stream::RingEntry& entry);
    Status take_foreign(std::span<const std::byte> packet);
    Result<Message> deliver(stream::CopiedMessage copied);
    void attach_next();
    void take_ahead(std::size_t count_max);
    [[nodiscard]] bool owes() const { return untold_ || owed_given_ < owed_count_; }
    Result<Message> take_owed();
    Status await_event(Deadline deadline);
    Status give_up_for_now();
    void show_readable();
    MessageInfo count(const stream::MessagePacket& packet, Delivery delivery);

    stream::Seeker seeker_;
    const ConsumerOptions options_;
    stream::ReadySet ready_;  // the producer's socket, or what waits for it
    const std::uint32_t fork_generation_;
    std::optional<stream::Channel> channel_;
    bool greeted_ = false;
    int vanished_ = 0;  // producers in a row that ended before they greeted us
    std::shared_ptr<Client> client_;
    std::vector<std::shared_ptr<Client>> foreign_;  // of heaps from which messages are forwarded
    std::optional<stream::IncomingRing> ring_;
    bool ended_ = false;                          // the producer; the ring may still hold messages
    std::optional<stream::HeapPlace> heap_next_;  // to be attached when the ring is empty
    bool quiet_ = false;                          // nothing came for a while: sleep on the socket
    Deadline looked_at_ = {};                     // the socket
    Deadline clock_read_at_ = {};                 // by looked_just_now()
    std::uint32_t looks_left_ = 0;                // until the clock is read again
    bool fd_asked_ = false;
    bool announced_ = false;  // to the producer, that a packet must tell the next message
    // Taken from the ring by receive_many() and not given out yet; what it could not tell.
    std::array<stream::RingEntry, stream::ring_batch_max> owed_;
    std::size_t owed_count_ = 0;
    std::size_t owed_given_ = 0;
    std::optional<Error> untold_;
    stream::Assembly assembly_;
    std::deque<stream::CopiedMessage> copied_;  // whole, and not yet named by the ring
    // What is still to be said, when there is room.
    std::deque<stream::Attachment> attachments_unsent_;
    bool forwarded_untold_ = false;  // the producer may let go of what it has forwarded
    std::uint64_t copied_taken_ = 0;
    std::uint64_t copied_told_ = 0;
    std::optional<std::uint64_t> sequence_last_;
    ConsumerStats stats_;
};

}  // namespace shmheap::detail
