#include "stream/incoming_ring.hpp"

namespace shmheap::stream {

IncomingRing::Taken IncomingRing::take(RingEntry& entry) {
    while (has_message()) {
        entry = Steps::copy(next_cell());
        // The lease's line comes while the message is taken, and that of the next, which mostly
        // lies in the next place, while this message is worked on.
        core_->expect_lease(ring_lane_slot(entry.kind));
        std::uint64_t head = next_;
        if (Steps::take(core_->ring_control().head, head)) {
            ++next_;
            if (has_message()) core_->expect_lease(ring_lane_slot(entry.kind) + 1);
            return Taken::message;
        }
        // The producer dropped this message; `head` is the oldest that is left.
        if (head <= next_) return Taken::nonsense;
        next_ = head;
    }
    return Taken::nothing;
}

std::size_t IncomingRing::take_many(std::span<RingEntry> entries) {
    std::size_t count = 0;
    while (count < entries.size() && Steps::look(cell(next_ + count), next_ + count)) {
        entries[count] = Steps::copy(cell(next_ + count));
        ++count;
    }
    std::uint64_t head = next_;
    // Lost to a producer that drops: take() finds where to go on.
    if (count == 0 || !Steps::take(core_->ring_control().head, head, count)) return 0;
    next_ += count;
    return count;
}

bool IncomingRing::wake_producer() {
    RingControl& control = core_->ring_control();
    const std::uint64_t claimed = Steps::claim_sleeper(control.producer_waits, next_);
    if (claimed == 0) [[likely]]
        return false;
    const auto sleep = sleep_kind(claimed);
    if (sleep == Sleep::on_futex) wake(control.head);
    return sleep == Sleep::on_socket;
}

void IncomingRing::await_message(Deadline deadline) {
    RingControl& control = core_->ring_control();
    RingCell& cell = next_cell();
    Steps::announce_sleep(control.consumer_waits, next_, Sleep::on_futex);
    const std::uint64_t stamp = Steps::look_again(cell);
    if (stamp <= next_) (void)sleep_on(cell.stamp, stamp, deadline);
    Steps::end_sleep(control.consumer_waits, next_, Sleep::on_futex);
}

bool IncomingRing::announce_wait() {
    announced_ = next_;
    Steps::announce_sleep(core_->ring_control().consumer_waits, next_, Sleep::on_socket);
    return Steps::look_again(next_cell()) <= next_;
}

bool IncomingRing::end_wait() {
    return Steps::end_sleep(core_->ring_control().consumer_waits, announced_, Sleep::on_socket);
}

}  // namespace shmheap::stream
