#include "port/output_core.hpp"

#include <algorithm>

#include "port/own_connections.hpp"
#include "stream/ready.hpp"
#include "stream/wait.hpp"

namespace shmheap::detail {

using port::Policy;
using namespace std::chrono_literals;

namespace {

/// While one consumer is waited for, the others are looked after this often.
constexpr auto look_around_after = 50ms;

bool has_passed(Deadline deadline) {
    return deadline <= std::chrono::steady_clock::now();
}

/// What a stream does by itself. That a message which is late is left out, or kept for those who
/// have not got it, is decided here, since it concerns all connections of an output.
WhenFull when_full(Policy policy) {
    switch (policy) {
        case Policy::block:
        case Policy::deadline:
            return WhenFull::block;
        case Policy::drop_oldest:
            return WhenFull::drop_oldest;
        case Policy::drop_newest:
            return WhenFull::drop_newest;
    }
    return WhenFull::block;
}

std::span<const std::byte> bytes_of(const std::variant<Buffer, Message>& payload) {
    return std::visit([](const auto& each) { return std::span<const std::byte>(each.bytes()); },
                      payload);
}

ProducerOptions producer_options(const port::Connection& connection, const PortOptions& options) {
    ProducerOptions result;
    result.heap = options.heap;
    result.depth = connection.depth;
    result.when_full = when_full(connection.policy);
    result.name = connection.name();
    return result;
}

}  // namespace

std::uint64_t OutputCore::Branch::undone() const {
    const ProducerStats stats = producer.stats();
    return stats.lost + stats.unreleased;
}

void OutputCore::Branch::leave_out() {
    ++left_out;
    is_owed = false;
}

bool OutputCore::Pending::is_same(const Payload& other, const MessageInfo& other_info) const {
    const std::uint64_t number = is_numbered_by_us ? next_sequence : info.sequence;
    const auto ours = bytes_of(payload);
    const auto theirs = bytes_of(other);
    return other.index() == payload.index() && theirs.data() == ours.data() &&
           theirs.size() == ours.size() && other_info.sequence == number &&
           other_info.end_of_stream == info.end_of_stream;
}

OutputCore::OutputCore(std::vector<Branch> branches, os::UniqueFd ready)
    : branches_(std::move(branches)), ready_(std::move(ready)) {}

Result<std::unique_ptr<OutputCore>> OutputCore::open(std::string_view port,
                                                     const PortOptions& options) {
    const auto own = port::connections_from(port, options);
    if (!own) return tl::unexpected(own.error());
    auto ready = stream::create_ready_set();
    if (!ready) return tl::unexpected(ready.error());
    const std::string run_directory = port::run_directory_of(options);
    std::vector<Branch> branches;
    for (const port::Connection& connection : *own) {
        if (auto made = port::make_meeting_place(run_directory, connection); !made) {
            return tl::unexpected(made.error());
        }
        auto producer = Producer::listen(port::meeting_place(run_directory, connection),
                                         producer_options(connection, options));
        if (!producer) return tl::unexpected(producer.error());
        if (auto added = stream::add_to_ready_set(ready->get(), producer->fd()); !added) {
            return tl::unexpected(added.error());
        }
        branches.push_back({.connection = connection, .producer = std::move(*producer)});
    }
    return std::unique_ptr<OutputCore>(new OutputCore(std::move(branches), std::move(*ready)));
}

Status OutputCore::send(Payload payload, const MessageInfo& info, Deadline deadline) {
    begin(std::move(payload), info);
    auto sent = send_to_all(deadline);
    if (sent) finish();
    return sent;
}

void OutputCore::begin(Payload&& payload, const MessageInfo& info) {
    if (pending_ && pending_->is_same(payload, info)) return;
    if (pending_) give_up();
    pending_.emplace(Pending{.payload = std::move(payload),
                             .info = info,
                             .is_numbered_by_us = info.sequence == next_sequence});
    // The same for every consumer, and for another try.
    if (pending_->is_numbered_by_us) pending_->info.sequence = sequence_next_;
    if (info.time_stamp == TimeStamp{}) {
        pending_->info.time_stamp = std::chrono::system_clock::now();
    }
    for (Branch& branch : branches_)
        branch.is_owed = true;
}

/// Nobody got it: it never was, and its number is free. Otherwise those who did not miss it.
void OutputCore::give_up() {
    if (pending_->was_sent) {
        sequence_next_ = pending_->info.sequence + 1;
        for (Branch& branch : branches_) {
            if (branch.is_owed) branch.leave_out();
        }
    }
    pending_.reset();
}

void OutputCore::finish() {
    sequence_next_ = pending_->info.sequence + 1;
    pending_.reset();
    for (Branch& branch : branches_)
        branch.undone_before = branch.undone();
}

/// First whoever has room, so that nobody waits for another one; then the others in turn, with a
/// look at those who have got it in between.
Status OutputCore::send_to_all(Deadline deadline) {
    const bool is_alone = branches_.size() == 1;
    Deadline until = is_alone ? deadline : Deadline::min();
    while (true) {
        bool is_complete = true;
        for (Branch& branch : branches_) {
            const Status sent = branch.is_owed ? send_to(branch, until) : Status();
            if (!sent && sent.error().code != ETIMEDOUT) return sent;
            is_complete = is_complete && sent.has_value();
        }
        if (is_complete) return {};
        if (has_passed(deadline)) return leave_out_the_late();
        if (auto attended = attend(); !attended) return attended;
        if (!is_alone) until = stream::at_most(deadline, look_around_after);
    }
}

/// The time is up: `deadline` connections do without the message, `block` connections do not.
Status OutputCore::leave_out_the_late() {
    Status left = {};
    for (Branch& branch : branches_) {
        if (!branch.is_owed) continue;
        if (branch.connection.policy == Policy::block) {
            left = fail(ETIMEDOUT, "send to", branch.connection.to.text());
        } else {
            branch.leave_out();
        }
    }
    return left;
}

/// Errors: those of Producer::send but EPIPE: the successor gets the message.
Status OutputCore::send_to(Branch& branch, Deadline deadline) {
    while (true) {
        const auto sent = std::visit(
            [&](const auto& payload) {
                return branch.producer.send(payload, pending_->info, deadline);
            },
            pending_->payload);
        if (!sent && sent.error().code == EPIPE) continue;
        if (!sent) return tl::unexpected(sent.error());
        pending_->was_sent = pending_->was_sent || *sent != Delivery::dropped;
        branch.is_owed = false;
        return {};
    }
}

void OutputCore::abandon() {
    if (pending_) give_up();
}

Status OutputCore::drain(Deadline deadline) {
    bool is_undone = false;
    for (Branch& branch : branches_) {
        const Status drained = branch.producer.drain(deadline);
        if (!drained && drained.error().code != EPIPE) return drained;
        is_undone = is_undone || branch.undone() > branch.undone_before;
        branch.undone_before = branch.undone();
    }
    return is_undone ? fail(EPIPE, "wait for the consumer to release") : Status();
}

Status OutputCore::attend() {
    for (Branch& branch : branches_) {
        const Status attended = branch.producer.attend();
        if (!attended && attended.error().code != EPIPE) return attended;
    }
    return {};
}

int OutputCore::fd() const {
    return branches_.size() == 1 ? branches_.front().producer.fd() : ready_.get();
}

bool OutputCore::connected() const {
    return std::all_of(branches_.begin(), branches_.end(),
                       [](const Branch& branch) { return branch.producer.connected(); });
}

ProducerStats OutputCore::stats() const {
    ProducerStats sum;
    for (const Branch& branch : branches_) {
        const ProducerStats each = branch.producer.stats();
        sum.messages += each.messages;
        sum.bytes += each.bytes;
        sum.shared += each.shared;
        sum.copied += each.copied;
        sum.consumers += each.consumers;
        sum.refused += each.refused;
        sum.lost += each.lost;
        sum.unreleased += each.unreleased;
        sum.blocked += each.blocked;
        sum.timed_out += each.timed_out;
        sum.dropped += each.dropped + branch.left_out;
        sum.forwarded += each.forwarded;
    }
    return sum;
}

std::vector<OutputConnection> OutputCore::connections() const {
    std::vector<OutputConnection> all;
    for (const Branch& branch : branches_) {
        all.push_back({.name = branch.connection.name(),
                       .connected = branch.producer.connected(),
                       .dropped = branch.left_out + branch.producer.stats().dropped,
                       .stats = branch.producer.stats()});
    }
    return all;
}

}  // namespace shmheap::detail
