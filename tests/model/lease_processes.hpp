/// The processes of the lease models: an owner with its private records, which follow
/// lease/owner_lane.cpp, and clients, as client_core.cpp has them. What they share they touch by
/// the shipping steps only. Beside them `Ghost` knows what truly happened to each delivery, and is
/// asked at every end of a lease.
///
/// The payload is a plain variable to Relacy: an owner that reuses a block while somebody may still
/// read it, and a client that reads what was not made visible to it, are data races. References
/// travel by relaxed atomics, so that nothing but the lease word itself orders the payload.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>

#include "lease/lane.hpp"
#include "lease/release_signal.hpp"
#include "lease/tenancy.hpp"

#include "checker.hpp"

namespace model::lease {

using Lease = shmheap::detail::LeaseSteps<Atomics>;
using Tenancy = shmheap::detail::TenancySteps<Atomics>;
using Signal = shmheap::detail::ReleaseSignalSteps<Atomics>;

constexpr unsigned delivery_max = 4;
constexpr unsigned none = ~0U;

/// What the two sides share: a client area, blocks, and the channel that carries references.
template <std::size_t slot_count, std::size_t block_count>
struct Shared {
    std::array<Atomics::Word, slot_count> lane;
    Atomics::Count tenancy;
    Atomics::Count releases;
    Atomics::Count owner_waits;
    LockByte lock;
    std::array<Payload, block_count> payload;
    /// By delivery: 0, or the reference (see Sent).
    std::array<Atomics::Word, delivery_max> channel;
};

/// A reference as one word, so that it arrives as a whole.
struct Sent {
    std::uint64_t generation;
    std::uint32_t tenancy;
    unsigned slot;
    unsigned block;

    [[nodiscard]] std::uint64_t word() const {
        return (generation << 32 | tenancy << 16 | slot << 8 | block << 1) | 1;
    }
    static Sent of(std::uint64_t word) {
        return {word >> 32, static_cast<std::uint32_t>(word >> 16 & 0xffff),
                static_cast<unsigned>(word >> 8 & 0xff), static_cast<unsigned>(word >> 1 & 0x7f)};
    }
};

/// The truth about each delivery. No step: it changes together with the step that it tells of.
struct Ghost {
    enum class Fate { unsent, issued, held, released, ended };
    struct Delivery {
        Fate fate = Fate::unsent;
        unsigned holder = none;
        bool holder_is_dead = false;
    };
    std::array<Delivery, delivery_max> deliveries;

    void issued(unsigned number) {
        require(deliveries[number].fate == Fate::unsent, "a delivery is issued twice");
        deliveries[number].fate = Fate::issued;
    }
    void accepted(unsigned number, unsigned holder) {
        require(deliveries[number].fate == Fate::issued, "what was not on its way is accepted");
        deliveries[number] = {Fate::held, holder, false};
    }
    void released(unsigned number) {
        require(deliveries[number].fate == Fate::held, "a lease ended while it was held");
        deliveries[number].fate = Fate::released;
    }
    void ended(unsigned number) {
        Delivery& delivery = deliveries[number];
        require(delivery.fate != Fate::ended, "a lease ends twice");
        require(delivery.fate != Fate::held || delivery.holder_is_dead,
                "a lease ends while a live client holds it");
        delivery.fate = Fate::ended;
    }
    void died(unsigned holder) {
        for (Delivery& delivery : deliveries) {
            if (delivery.holder == holder) delivery.holder_is_dead = true;
        }
    }
};

/// The owner's private records of one lane, and what it does with them.
template <class SharedState>
class Owner {
public:
    Owner(SharedState& shared, Ghost& ghost) : shared_(shared), ghost_(ghost) {}

    /// False: no room, or nobody there. Otherwise delivery `number` is on its way.
    bool deliver(unsigned number) {
        notice_tenant();
        if (!shmheap::detail::is_tenanted(tenancy_)) return false;
        harvest_all();
        const unsigned slot = free_slot();
        const unsigned block = free_block();
        if (slot == none || block == none) return false;
        shared_.payload[block].write(number);
        records_[slot].block = block;
        records_[slot].delivery = number;
        Lease::issue(shared_.lane[slot], records_[slot].generation);
        ghost_.issued(number);
        last_slot_ = slot;
        const Sent sent{records_[slot].generation, tenancy_, slot, block};
        shared_.channel[number].store(sent.word(), rl::mo_relaxed);
        return true;
    }

    /// Of the delivery made last. False: the client was first.
    bool revoke() {
        Record& record = records_[last_slot_];
        if (record.block == none) return false;
        if (!Lease::revoke(shared_.lane[last_slot_], record.generation)) {
            harvest(last_slot_);
            return false;
        }
        end(last_slot_);
        return true;
    }

    void collect() {
        notice_tenant();
        harvest_all();
        take_back_if_dead();
    }

    /// Writes over a block for itself, if nobody has it.
    void reuse(unsigned block) {
        for (const Record& record : records_)
            if (record.block == block) return;
        shared_.payload[block].write(delivery_max);
    }

    /// With a futex, until the client has released something.
    void await_release() {
        const std::uint32_t seen =
            Signal::prepare_to_wait(shared_.releases, shared_.owner_waits, 1);
        if (seen == releases_seen_) shared_.releases.futex_wait(seen);
        Signal::stop_waiting(shared_.owner_waits, 0);
    }

    [[nodiscard]] unsigned live() const {
        unsigned count = 0;
        for (const Record& record : records_)
            count += record.block != none ? 1 : 0;
        return count;
    }

private:
    struct Record {
        std::uint64_t generation = 0;
        unsigned block = none;
        unsigned delivery = none;
    };

    void notice_tenant() {
        const std::uint32_t now = Tenancy::look(shared_.tenancy);
        if (now == tenancy_) return;
        end_all();
        tenancy_ = now;
    }

    void take_back_if_dead() {
        if (!shmheap::detail::is_tenanted(tenancy_)) return;
        if (!shared_.lock.try_lock()) return;
        notice_tenant();
        if (shmheap::detail::is_tenanted(tenancy_)) {
            end_all();
            tenancy_ = Tenancy::evict(shared_.tenancy, tenancy_);
        }
        shared_.lock.unlock();
    }

    void harvest_all() {
        const std::uint32_t releases = Signal::count(shared_.releases);
        for (unsigned slot = 0; slot < records_.size(); ++slot) {
            if (records_[slot].block != none) harvest(slot);
        }
        releases_seen_ = releases;
    }

    void harvest(unsigned slot) {
        if (!Lease::is_done(shared_.lane[slot], records_[slot].generation)) return;
        Lease::take_back(shared_.lane[slot], records_[slot].generation);
        end(slot);
    }

    void end_all() {
        for (unsigned slot = 0; slot < records_.size(); ++slot) {
            if (records_[slot].block == none) continue;
            Lease::take_back(shared_.lane[slot], records_[slot].generation);
            end(slot);
        }
    }

    void end(unsigned slot) {
        ghost_.ended(records_[slot].delivery);
        records_[slot].block = none;
        ++records_[slot].generation;
    }

    [[nodiscard]] unsigned free_slot() const {
        for (unsigned slot = 0; slot < records_.size(); ++slot) {
            if (records_[slot].block == none) return slot;
        }
        return none;
    }

    [[nodiscard]] unsigned free_block() const {
        for (unsigned block = 0; block < shared_.payload.size(); ++block) {
            bool leased = false;
            for (const Record& record : records_)
                leased = leased || record.block == block;
            if (!leased) return block;
        }
        return none;
    }

    SharedState& shared_;
    Ghost& ghost_;
    std::array<Record, std::tuple_size_v<decltype(SharedState::lane)>> records_{};
    std::uint32_t tenancy_ = 0;
    std::uint32_t releases_seen_ = 0;
    unsigned last_slot_ = 0;
};

/// A client's view: accepts what is addressed to it, reads it, and gives it back.
template <class SharedState>
class Client {
public:
    Client(SharedState& shared, Ghost& ghost, unsigned who)
        : shared_(shared), ghost_(ghost), who_(who) {}

    /// False: somebody else has the slot.
    bool attach() {
        if (!shared_.lock.try_lock()) return false;
        tenancy_ = Tenancy::claim(shared_.tenancy);
        return true;
    }

    void detach() {
        Tenancy::leave(shared_.tenancy, tenancy_);
        shared_.lock.unlock();
    }

    /// The reference of a delivery, or 0 while it is not there.
    std::uint64_t look(unsigned number) { return shared_.channel[number].load(rl::mo_relaxed); }

    /// False: not ours, or revoked.
    bool accept(unsigned number, const Sent& sent) {
        if (sent.tenancy != tenancy_) return false;
        if (!Lease::accept(shared_.lane[sent.slot], sent.generation)) return false;
        ghost_.accepted(number, who_);
        require(shared_.payload[sent.block].read() == number,
                "a block holds another delivery's bytes");
        return true;
    }

    void release(unsigned number, const Sent& sent) {
        require(shared_.payload[sent.block].read() == number, "a block changed while it was held");
        Lease::release(shared_.lane[sent.slot], sent.generation);
        ghost_.released(number);
        if (Signal::tell(shared_.releases, shared_.owner_waits)) shared_.releases.futex_wake();
    }

    [[nodiscard]] std::uint32_t tenancy() const { return tenancy_; }

private:
    SharedState& shared_;
    Ghost& ghost_;
    unsigned who_;
    std::uint32_t tenancy_ = 0;
};

}  // namespace model::lease
