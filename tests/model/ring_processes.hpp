/// The processes of the ring models: a producer and a consumer that hand over leased blocks by the
/// steps of stream/ring.hpp, in a ring of few cells, so that it wraps around and blocks are used
/// again. What they do between the steps follows stream/outgoing_ring.cpp and
/// stream/incoming_ring.cpp, without time-outs and sockets. `Ghost` knows what truly became of each
/// message.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "lease/lane.hpp"
#include "stream/ring.hpp"

#include "checker.hpp"

namespace model::ring {

constexpr std::uint64_t cell_count = 2;
constexpr std::uint64_t depth = 2;
constexpr unsigned block_count = 3;  ///< with as many leases; more than lie in the ring
constexpr unsigned message_max = 5;

using Ring = shmheap::stream::RingSteps<Atomics, cell_count>;
using Lease = shmheap::detail::LeaseSteps<Atomics>;
using shmheap::stream::RingEntry;
using shmheap::stream::Sleep;

struct SharedRing {
    std::array<shmheap::RingCellOf<Atomics::Word>, cell_count> cells;
    Atomics::Word head;
    Atomics::Word consumer_waits;
    Atomics::Word producer_waits;
    std::array<Atomics::Word, block_count> lane;
    std::array<Payload, block_count> payload;

    Ring::Cell& cell(std::uint64_t number) { return cells[Ring::cell_index(number)]; }
};

/// The truth about each message. No step: it changes together with the step that it tells of.
struct Ghost {
    enum class Fate { unsent, published, taken, accepted, released, dropped };
    std::array<Fate, message_max> fate{};

    void published(std::uint64_t number) { advance(number, Fate::unsent, Fate::published); }
    void taken(std::uint64_t number) { advance(number, Fate::published, Fate::taken); }
    void accepted(std::uint64_t number) { advance(number, Fate::taken, Fate::accepted); }
    void released(std::uint64_t number) { advance(number, Fate::accepted, Fate::released); }
    void dropped(std::uint64_t number) { advance(number, Fate::published, Fate::dropped); }

    [[nodiscard]] unsigned count(Fate wanted) const {
        unsigned found = 0;
        for (const Fate each : fate)
            found += each == wanted ? 1 : 0;
        return found;
    }

private:
    void advance(std::uint64_t number, Fate from, Fate to) {
        require(fate[number] == from, "a message is lost, or handed over twice");
        fate[number] = to;
    }
};

/// What a cell says of a message: every word of it tells which one.
inline RingEntry entry_of(std::uint64_t number, unsigned block) {
    RingEntry entry;
    entry.sequence = entry.time_stamp_ns = entry.stream_id = entry.offset = entry.length = number;
    entry.kind = shmheap::ring_kind(static_cast<std::uint32_t>(number), 0, block);
    return entry;
}

class Producer {
public:
    Producer(SharedRing& ring, Ghost& ghost) : ring_(ring), ghost_(ghost) {}

    [[nodiscard]] std::uint64_t number() const { return number_; }

    /// False: the ring is full.
    bool has_room() {
        if (number_ - head_seen_ < depth) return true;
        head_seen_ = Ring::head(ring_.head);
        return number_ - head_seen_ < depth;
    }

    /// False: every block is leased. There must be room.
    bool send() {
        RingEntry entry;
        if (!issue(number_, entry)) return false;
        ghost_.published(number_);  // a consumer that takes it does so after the last step of
        Ring::publish(ring_.cell(number_), number_, entry);  // this, or not at all
        ++number_;
        wake_consumer();
        return true;
    }

    /// Two messages at once. False: there is no room for two, or there are no two blocks.
    bool send_two() {
        if (number_ - head_seen_ + 2 > depth) head_seen_ = Ring::head(ring_.head);
        if (number_ - head_seen_ + 2 > depth) return false;
        harvest();
        if (block_count - live() < 2) return false;
        RingEntry first;
        RingEntry second;
        if (!issue(number_, first) || !issue(number_ + 1, second)) return false;
        Ring::publish_ahead(ring_.cell(number_ + 1), number_ + 1, second);
        ghost_.published(number_);
        ghost_.published(number_ + 1);
        Ring::publish(ring_.cell(number_), number_, first);
        number_ += 2;
        wake_consumer();
        return true;
    }

    void wake_consumer() {
        const std::uint64_t sleeper = Ring::claim_sleeper(ring_.consumer_waits, number_ - 1);
        if (sleeper != 0) {
            ring_.cell(shmheap::stream::sleep_number(sleeper)).stamp.futex_wake();
        }
    }

    void drop_oldest() {
        std::uint64_t oldest = Ring::head(ring_.head);
        if (number_ - oldest - 1 >= depth) return;
        const unsigned block = blocks_[Ring::cell_index(oldest)];
        if (!Ring::drop_oldest(ring_.head, oldest)) return;
        ghost_.dropped(oldest);
        require(Lease::revoke(ring_.lane[block], records_[block].generation),
                "what was dropped, nobody accepted");
        end(block);
    }

    void await_room() {
        const std::uint64_t enough = number_ - depth + 1;
        Ring::announce_sleep(ring_.producer_waits, enough, Sleep::on_futex);
        const std::uint64_t head = Ring::head_again(ring_.head);
        if (number_ - head == depth) ring_.head.futex_wait(head);
        Ring::end_sleep(ring_.producer_waits, enough, Sleep::on_futex);
    }

    /// After proof of the consumer's death: ends every lease, and tells how many there were.
    unsigned take_all_back() {
        unsigned ended = 0;
        for (unsigned block = 0; block < block_count; ++block) {
            if (!records_[block].is_leased) continue;
            Lease::take_back(ring_.lane[block], records_[block].generation);
            end(block);
            ring_.payload[block].write(message_max);  // it is free: who still reads it, races
            ++ended;
        }
        return ended;
    }

    void harvest() {
        for (unsigned block = 0; block < block_count; ++block) {
            if (!records_[block].is_leased) continue;
            if (!Lease::is_done(ring_.lane[block], records_[block].generation)) continue;
            Lease::take_back(ring_.lane[block], records_[block].generation);
            end(block);
        }
    }

    [[nodiscard]] unsigned live() const {
        unsigned count = 0;
        for (const Record& record : records_)
            count += record.is_leased ? 1 : 0;
        return count;
    }

private:
    struct Record {
        std::uint64_t generation = 0;
        bool is_leased = false;
    };

    /// Leases a block for the message of that number, unless every block is leased.
    bool issue(std::uint64_t number, RingEntry& entry) {
        const std::optional<unsigned> block = free_block();
        if (!block) return false;
        ring_.payload[*block].write(static_cast<unsigned>(number));
        records_[*block].is_leased = true;
        entry = entry_of(number, *block);
        entry.generation = records_[*block].generation;
        blocks_[Ring::cell_index(number)] = *block;
        Lease::issue(ring_.lane[*block], entry.generation);
        return true;
    }

    std::optional<unsigned> free_block() {
        harvest();
        for (unsigned block = 0; block < block_count; ++block) {
            if (!records_[block].is_leased) return block;
        }
        return std::nullopt;
    }

    void end(unsigned block) {
        records_[block].is_leased = false;
        ++records_[block].generation;
    }

    SharedRing& ring_;
    Ghost& ghost_;
    std::uint64_t number_ = 0;
    std::uint64_t head_seen_ = 0;
    std::array<unsigned, cell_count> blocks_{};
    std::array<Record, block_count> records_{};
};

class Consumer {
public:
    Consumer(SharedRing& ring, Ghost& ghost) : ring_(ring), ghost_(ghost) {}

    [[nodiscard]] std::uint64_t number() const { return number_; }

    /// False: nothing is there now.
    bool receive() {
        while (true) {
            if (!Ring::look(ring_.cell(number_), number_)) return false;
            const RingEntry entry = Ring::copy(ring_.cell(number_));
            if (!Ring::take(ring_.head, number_)) continue;
            ghost_.taken(number_);
            use(entry);
            ++number_;
            if (Ring::claim_sleeper(ring_.producer_waits, number_) != 0) ring_.head.futex_wake();
            return true;
        }
    }

    /// As many as there are. False: nothing is there now, or the oldest was dropped meanwhile.
    bool receive_many() {
        std::array<RingEntry, cell_count> entries;
        std::uint64_t count = 0;
        while (count < cell_count && Ring::look(ring_.cell(number_ + count), number_ + count)) {
            entries[count] = Ring::copy(ring_.cell(number_ + count));
            ++count;
        }
        std::uint64_t oldest = number_;
        if (count == 0 || !Ring::take(ring_.head, oldest, count)) return false;
        for (std::uint64_t place = 0; place < count; ++place)
            ghost_.taken(number_ + place);
        if (Ring::claim_sleeper(ring_.producer_waits, number_ + count) != 0) {
            ring_.head.futex_wake();
        }
        for (std::uint64_t place = 0; place < count; ++place) {
            use(entries[place]);
            ++number_;
        }
        return true;
    }

    void await_message() {
        Ring::announce_sleep(ring_.consumer_waits, number_, Sleep::on_futex);
        const std::uint64_t stamp = Ring::look_again(ring_.cell(number_));
        if (stamp <= number_) ring_.cell(number_).stamp.futex_wait(stamp);
        Ring::end_sleep(ring_.consumer_waits, number_, Sleep::on_futex);
    }

private:
    void use(const RingEntry& entry) {
        const std::uint32_t block = shmheap::ring_lane_slot(entry.kind);
        RingEntry whole = entry_of(number_, block);
        whole.generation = entry.generation;
        require(entry.sequence == whole.sequence && entry.time_stamp_ns == whole.time_stamp_ns &&
                    entry.stream_id == whole.stream_id && entry.offset == whole.offset &&
                    entry.length == whole.length && entry.kind == whole.kind,
                "a taken message is a mixture of two");
        require(Lease::accept(ring_.lane[block], entry.generation), "a taken message has a lease");
        ghost_.accepted(number_);
        require(ring_.payload[block].read() == number_, "a block holds another message's bytes");
        Lease::release(ring_.lane[block], entry.generation);
        ghost_.released(number_);
    }

    SharedRing& ring_;
    Ghost& ghost_;
    std::uint64_t number_ = 0;
};

}  // namespace model::ring
