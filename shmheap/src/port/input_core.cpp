#include "port/input_core.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

#include "port/own_connections.hpp"
#include "stream/ready.hpp"
#include "stream/wait.hpp"

namespace shmheap::detail {

InputCore::InputCore(std::vector<Branch> branches, os::UniqueFd ready)
    : branches_(std::move(branches)), ready_(std::move(ready)) {}

Result<std::unique_ptr<InputCore>> InputCore::open(std::string_view port,
                                                   const PortOptions& options) {
    const auto own = port::connections_to(port, options);
    if (!own) return tl::unexpected(own.error());
    auto ready = stream::create_ready_set();
    if (!ready) return tl::unexpected(ready.error());
    const std::string run_directory = port::run_directory_of(options);
    std::vector<Branch> branches;
    for (const port::Connection& connection : *own) {
        auto consumer = Consumer::expect(port::meeting_place(run_directory, connection));
        if (!consumer) return tl::unexpected(consumer.error());
        if (auto added = stream::add_to_ready_set(ready->get(), consumer->fd()); !added) {
            return tl::unexpected(added.error());
        }
        branches.push_back({.connection = connection, .consumer = std::move(*consumer)});
    }
    return std::unique_ptr<InputCore>(new InputCore(std::move(branches), std::move(*ready)));
}

Result<Message> InputCore::receive(Deadline deadline) {
    if (branches_.size() == 1) return receive_from(0, deadline);
    while (true) {
        auto message = look_around();
        if (message || message.error().code != ETIMEDOUT) return message;
        std::array<pollfd, 1> descriptors = {
            {{.fd = ready_.get(), .events = POLLIN, .revents = 0}}};
        const Deadline look_again = stream::look_after_kept_things(deadline);
        const auto waited = stream::wait_for(descriptors, look_again);
        if (!waited && (waited.error().code != ETIMEDOUT || look_again == deadline)) {
            return tl::unexpected(waited.error());
        }
    }
}

/// Errors: those of Consumer::receive but EPIPE: the successor is met instead.
Result<Message> InputCore::receive_from(std::size_t branch, Deadline deadline) {
    while (true) {
        auto message = branches_[branch].consumer.receive(deadline);
        if (message) origin_ = &branches_[branch];
        if (message || message.error().code != EPIPE) return message;
    }
}

/// One look at every connection, beginning behind the one that had the last message.
Result<Message> InputCore::look_around() {
    for (std::size_t looked = 0; looked < branches_.size(); ++looked) {
        const std::size_t branch = turn_;
        turn_ = (turn_ + 1) % branches_.size();
        auto message = receive_from(branch, Deadline::min());
        if (message || message.error().code != ETIMEDOUT) return message;
    }
    return fail(ETIMEDOUT, "receive");
}

std::string InputCore::origin() const {
    return origin_ != nullptr ? origin_->connection.from.text() : std::string();
}

int InputCore::fd() const {
    return branches_.size() == 1 ? branches_.front().consumer.fd() : ready_.get();
}

bool InputCore::connected() const {
    return std::all_of(branches_.begin(), branches_.end(),
                       [](const Branch& branch) { return branch.consumer.connected(); });
}

ConsumerStats InputCore::stats() const {
    ConsumerStats sum;
    for (const Branch& branch : branches_) {
        const ConsumerStats each = branch.consumer.stats();
        sum.messages += each.messages;
        sum.bytes += each.bytes;
        sum.shared += each.shared;
        sum.copied += each.copied;
        sum.producers += each.producers;
        sum.skipped += each.skipped;
        sum.forwarded += each.forwarded;
    }
    return sum;
}

std::vector<InputConnection> InputCore::connections() const {
    std::vector<InputConnection> all;
    for (const Branch& branch : branches_) {
        all.push_back({.name = branch.connection.name(),
                       .connected = branch.consumer.connected(),
                       .stats = branch.consumer.stats()});
    }
    return all;
}

}  // namespace shmheap::detail
