/// The inside of a Consumer: looking for the producer, greeting it, and taking its packets in. Used
/// by one thread at a time.
///
///   state      | event                              | next
///   apart      | a socket under the path connects   | greeting
///   greeting   | Hello                              | connected (its heap attached if possible)
///   greeting   | a refusal, nonsense, its end       | apart; the reason is told
///   connected  | the producer's end                 | apart; EPIPE is told
///   connected  | nonsense                           | apart; EPROTO is told
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "os/unique_fd.hpp"
#include "shmheap/client.hpp"
#include "shmheap/result.hpp"
#include "shmheap/stream.hpp"
#include "stream/assembly.hpp"
#include "stream/channel.hpp"
#include "stream/seeker.hpp"
#include "stream/wire.hpp"

namespace shmheap::detail {

class ConsumerCore {
public:
    static Result<std::unique_ptr<ConsumerCore>> connect(const std::string& path,
                                                         const ConsumerOptions& options,
                                                         Deadline deadline);

    Result<Message> receive(Deadline deadline);

    [[nodiscard]] int fd() const { return ready_.get(); }
    [[nodiscard]] bool attached() const { return static_cast<bool>(client_); }
    [[nodiscard]] const ConsumerStats& stats() const { return stats_; }

private:
    ConsumerCore(const std::string& path, const ConsumerOptions& options, os::UniqueFd ready);

    Status await_producer(Deadline deadline);
    Status seek(Deadline deadline);
    Status greet(Deadline deadline);
    Status take_hello(std::span<const std::byte> packet);
    Result<std::span<const std::byte>> next_packet(Deadline deadline);
    void leave();

    Result<std::optional<Message>> take(std::span<const std::byte> packet);
    Result<std::optional<Message>> take_message(std::span<const std::byte> packet);
    Result<std::optional<Message>> take_chunk(std::span<const std::byte> packet);
    Status take_heap(std::span<const std::byte> packet);
    Result<Message> take_shared(const stream::MessagePacket& packet,
                                std::span<const std::byte> rest);
    Result<std::optional<Message>> finish_copied();
    stream::Attachment attach(const stream::HeapPlace& place);
    void flush();
    MessageInfo count(const stream::MessagePacket& packet, Delivery delivery);

    stream::Seeker seeker_;
    const ConsumerOptions options_;
    os::UniqueFd ready_;  // epoll: the producer's socket, or what waits for it
    const std::uint32_t fork_generation_;
    std::optional<stream::Channel> channel_;
    bool greeted_ = false;
    int vanished_ = 0;  // producers in a row that ended before they greeted us
    std::shared_ptr<Client> client_;
    stream::Assembly assembly_;
    // What is still to be said, when there is room.
    std::optional<stream::Attachment> attachment_unsent_;
    std::uint64_t copied_taken_ = 0;
    std::uint64_t copied_told_ = 0;
    std::optional<std::uint64_t> sequence_last_;
    ConsumerStats stats_;
};

}  // namespace shmheap::detail
