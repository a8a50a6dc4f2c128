/// The inside of a Producer: the socket it listens on, the one consumer it may have, and all the
/// waiting. Used by one thread at a time. Meeting consumers is in producer_core.cpp, sending in
/// producer_sending.cpp, sending on what was received in producer_forwarding.cpp.
///
/// While messages follow each other closely, the sockets are looked at only now and then
/// (look_interval), and whenever there is no room: sending costs no system call then.
///
///   state      | event                                | next
///   listening  | somebody connects                    | greeting
///   greeting   | it answers                           | connected
///   greeting   | it ends, speaks nonsense, is silent  | listening
///   greeting   | it answers in another version        | listening; EPROTO is told
///   connected  | it ends or speaks nonsense           | listening; EPIPE is told
///   any but listening: whoever else connects is refused with EBUSY
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "os/unique_fd.hpp"
#include "shmheap/buffer.hpp"
#include "shmheap/heap.hpp"
#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"
#include "stream/listener.hpp"
#include "stream/outgoing.hpp"

namespace shmheap::detail {

class ProducerCore {
public:
    static Result<std::unique_ptr<ProducerCore>> listen(const std::string& path,
                                                        const ProducerOptions& options);

    Result<Delivery> send(const Buffer& buffer, const MessageInfo& info, Deadline deadline);
    Result<Delivery> send(std::span<const std::byte> bytes, const MessageInfo& info,
                          Deadline deadline);
    Result<Delivery> send(const Message& message, const MessageInfo& info, Deadline deadline);
    Result<std::size_t> send_many(std::span<const Buffer> buffers, const MessageInfo& info,
                                  Deadline deadline);
    Status drain(Deadline deadline);
    Status attend();

    [[nodiscard]] int fd() const { return ready_.get(); }
    [[nodiscard]] bool connected() const { return consumer_ && consumer_->connected(); }
    [[nodiscard]] const ProducerStats& stats() const { return stats_; }

private:
    /// A place of the consumer's whose leases could not be taken back at once. It has ended: the
    /// kernel drops the locks of a dying process a moment after its socket. Or it has still to let
    /// go of what it had of a heap that another one has replaced.
    struct Departed {
        Heap* heap;
        std::uint32_t slot;
        Deadline until;
    };

    ProducerCore(stream::Listener listener, os::UniqueFd ready, const ProducerOptions& options);

    [[nodiscard]] Heap* current_heap() const;
    [[nodiscard]] Heap* attached_heap();
    Status await_consumer(Deadline deadline);
    Status await(short events, Deadline deadline);
    Status service();
    Status admit();
    Status hear();
    void end_consumer();
    void collect_departed();
    void let_go_of_forwarded();

    /// A message on its way.
    struct Outbound {
        std::span<const std::byte> bytes;
        TimeStamp now;
        stream::MessagePacket packet;
        Deadline deadline;
        std::span<const std::byte> leased;  ///< these bytes, or the stub that stands for them
        bool is_forwarded = false;
    };

    [[nodiscard]] Outbound outbound(std::span<const std::byte> bytes, const MessageInfo& info,
                                    Deadline deadline);
    [[nodiscard]] Deadline patience(Deadline deadline) const;
    Status begin(const Outbound& message);
    Result<std::size_t> send_at_once(std::span<const Buffer> buffers, const MessageInfo& info,
                                     Deadline deadline);
    [[nodiscard]] bool is_leasable(const Buffer& buffer);
    Result<bool> can_share(const Buffer& buffer);
    Result<std::optional<std::uint32_t>> can_forward(const Message& message);
    Result<Delivery> send_forwarded(Outbound outbound, const Message& message, std::uint32_t place);
    Result<Delivery> send_shared(const Outbound& message);
    Result<Delivery> send_copied(const Outbound& message);
    Status make_room(const Outbound& message);
    Status await_room(Deadline deadline);
    Status await_release(const Outbound& message);
    Status send_bytes(const Outbound& message);
    /// Repeats what says EAGAIN until there is room.
    template <class Step>
    Status transmit(Step step, Deadline deadline);
    Result<Delivery> give_up(const Error& why, const Outbound& message);
    Delivery count(const Outbound& message, Delivery delivery);

    stream::Listener listener_;
    os::UniqueFd ready_;  // epoll: the listener and the consumer
    const ProducerOptions options_;
    const std::uint32_t fork_generation_;
    std::optional<stream::Outgoing> consumer_;
    Deadline greeted_until_ = no_deadline;
    std::vector<Departed> departed_;
    TimeStamp looked_at_ = {};  // at the sockets
    std::uint64_t sequence_next_ = 0;
    ProducerStats stats_;
};

}  // namespace shmheap::detail
