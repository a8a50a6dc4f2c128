/// The inside of an Output: a Producer for each connection, and the message that some of them have
/// not got yet. Used by one thread at a time.
///
/// Each connection has a producer of its own, and so its own socket, policy and losses: a consumer
/// that is slow or gone costs the others nothing but the wait for `block`. Behind all of them is
/// one block, with one lease for each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "os/unique_fd.hpp"
#include "port/connection.hpp"
#include "shmheap/port.hpp"

namespace shmheap::detail {

class OutputCore {
public:
    static Result<std::unique_ptr<OutputCore>> open(std::string_view port,
                                                    const PortOptions& options);

    /// `payload`: what a Producer sends.
    using Payload = std::variant<Buffer, Message>;
    Status send(Payload payload, const MessageInfo& info, Deadline deadline);
    void abandon();
    Status drain(Deadline deadline);
    Status attend();

    [[nodiscard]] int fd() const;
    [[nodiscard]] bool connected() const;
    [[nodiscard]] ProducerStats stats() const;
    [[nodiscard]] std::vector<OutputConnection> connections() const;

private:
    struct Branch {
        port::Connection connection;
        Producer producer;
        bool is_owed = false;             // the pending message
        std::uint64_t left_out = 0;       // messages that were late, or given up
        std::uint64_t undone_before = 0;  // lost and unreleased when the last message was sent

        [[nodiscard]] std::uint64_t undone() const;
        void leave_out();
    };

    /// A message on its way. The copy of its payload keeps the block, so that no other one can be
    /// taken for it.
    struct Pending {
        Payload payload;
        MessageInfo info;
        bool is_numbered_by_us;
        bool was_sent = false;  // to somebody

        [[nodiscard]] bool is_same(const Payload& other, const MessageInfo& other_info) const;
    };

    OutputCore(std::vector<Branch> branches, os::UniqueFd ready);

    void begin(Payload&& payload, const MessageInfo& info);
    void give_up();
    void finish();
    Status send_to_all(Deadline deadline);
    Status send_to(Branch& branch, Deadline deadline);
    Status leave_out_the_late();

    std::vector<Branch> branches_;
    os::UniqueFd ready_;  // epoll: the producers, when there are several
    std::optional<Pending> pending_;
    std::uint64_t sequence_next_ = 0;
};

}  // namespace shmheap::detail
