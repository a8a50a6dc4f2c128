/// The processes of the forwarding models: the owner A of a block, B to whom it is leased, and C to
/// whom B sends it on. What A keeps for itself follows lease/owner_lane.cpp and owner_claims.cpp,
/// what B and C do stream/forwarding.cpp and claim_desk.cpp. What they share they touch by the
/// shipping steps only.
///
/// There is one block, in one lease and then another of the same word, and A writes it anew as soon
/// as it counts no reference: while C may read it, that is a data race.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lease/claim.hpp"
#include "lease/lane.hpp"
#include "lease/tenancy.hpp"

#include "checker.hpp"

namespace model::forward {

using Lease = shmheap::detail::LeaseSteps<Atomics>;
using Claim = shmheap::detail::ClaimSteps<Atomics>;
using Tenancy = shmheap::detail::TenancySteps<Atomics>;
using shmheap::detail::ClaimSource;

constexpr unsigned sends = 2;  // of B's, each by a stub of its own
constexpr std::size_t claim_count = 2;
constexpr std::uint32_t place_of_c = 5;  // among the clients of A
constexpr std::uint64_t place_of_lease = 7;

/// What the processes share: in A's heap what of B's and C's areas matters, in B's the stubs.
struct Shared {
    Atomics::Word lease;
    Atomics::Word lent_to;
    Atomics::Count tenancy_b;
    Atomics::Count tenancy_c;
    LockByte lock_b;
    LockByte lock_c;
    std::array<shmheap::ClaimSlotOf<Atomics::Word>, claim_count> claims;
    Atomics::Count claims_used;
    Payload block;
    std::array<Atomics::Word, sends> stubs;  // the words of their leases
    bool b_may_die = false;
    std::array<Atomics::Word, sends> from_b;  // 0, or generation + 1 of the lease that was lent
};

class Owner {
public:
    explicit Owner(Shared& shared) : shared_(shared) {}

    /// False: the block is in use, or B is gone.
    bool deliver(unsigned content) {
        notice_b();
        if (references_ != 0 || !shmheap::detail::is_tenanted(tenancy_b_)) return false;
        shared_.block.write(content);
        shared_.lent_to.store(0, rl::mo_relaxed);
        Lease::issue(shared_.lease, generation_);
        leased_ = true;
        references_ = 1;
        return true;
    }

    void collect() {
        notice_b();
        if (leased_ && Lease::is_done(shared_.lease, generation_)) end_lease();
        collect_claims();
        evict(
            shared_.lock_b, shared_.tenancy_b, tenancy_b_, [this] { notice_b(); },
            [this] { end_lease(); });
        evict(
            shared_.lock_c, shared_.tenancy_c, tenancy_c_, [this] { notice_c(); },
            [this] { end_claims(); });
    }

    /// What B has not taken up, it never will.
    void revoke() {
        if (!leased_ || !Lease::revoke(shared_.lease, generation_)) return;
        leased_ = false;
        --references_;
        ++generation_;
    }

    /// Uses the block for something else as soon as nobody has it any more.
    void reuse(unsigned content) {
        if (references_ == 0) shared_.block.write(content);
    }

    [[nodiscard]] unsigned references() const { return references_; }

private:
    struct Record {
        bool adopted = false;
        std::uint64_t generation = 0;
    };

    void notice_b() {
        const std::uint32_t now = Tenancy::look(shared_.tenancy_b);
        if (now == tenancy_b_) return;
        end_lease();
        tenancy_b_ = now;
    }

    void notice_c() {
        const std::uint32_t now = Tenancy::look(shared_.tenancy_c);
        if (now == tenancy_c_) return;
        end_claims();
        tenancy_c_ = now;
    }

    template <class Notice, class End>
    void evict(LockByte& lock, Atomics::Count& shared, std::uint32_t& tenancy, const Notice& notice,
               const End& end) {
        if (!shmheap::detail::is_tenanted(tenancy) || !lock.try_lock()) return;
        notice();
        if (shmheap::detail::is_tenanted(tenancy)) {
            end();
            tenancy = Tenancy::evict(shared, tenancy);
        }
        lock.unlock();
    }

    void end_lease() {
        if (!leased_) return;
        if (shared_.lent_to.load(rl::mo_relaxed) == 0) {
            Lease::take_back(shared_.lease, generation_);
        } else {
            Claim::end_lent(shared_.lease, generation_);
            scan();
        }
        leased_ = false;
        --references_;
        ++generation_;
    }

    void scan() {
        const std::uint32_t used = Claim::used(shared_.claims_used);
        for (std::uint32_t place = 0; place < used; ++place) {
            auto& slot = shared_.claims[place];
            const std::uint64_t word = Claim::look(slot.word);
            if (shmheap::claim_state(word) != shmheap::ClaimState::claimed) continue;
            if (!(Claim::source(slot) == ClaimSource{place_of_lease, generation_})) continue;
            notice_c();
            if (!shmheap::detail::is_tenanted(tenancy_c_)) return;  // what a dead one left
            const std::uint64_t generation = shmheap::claim_generation(word);
            if (records_[place].adopted || !Claim::adopt(slot.word, generation)) continue;
            records_[place] = {true, generation};
            ++references_;
        }
    }

    void collect_claims() {
        notice_c();
        for (std::size_t place = 0; place < claim_count; ++place) {
            Record& record = records_[place];
            auto& word = shared_.claims[place].word;
            if (!record.adopted || !Claim::is_done(word, record.generation)) continue;
            Claim::take_back(word, record.generation);
            record.adopted = false;
            --references_;
        }
    }

    void end_claims() {
        for (Record& record : records_) {
            references_ -= record.adopted ? 1 : 0;
            record.adopted = false;
        }
    }

    Shared& shared_;
    bool leased_ = false;
    std::uint64_t generation_ = 0;
    std::uint32_t tenancy_b_ = 0;
    std::uint32_t tenancy_c_ = 0;
    unsigned references_ = 0;
    std::array<Record, claim_count> records_{};
};

class Lender {
public:
    explicit Lender(Shared& shared) : shared_(shared) {}

    /// Takes the lease of this generation up; false: it is not there.
    bool accept(std::uint64_t generation) {
        generation_ = generation;
        holds_ = Lease::accept(shared_.lease, generation);
        return holds_;
    }

    void send(unsigned number) {
        Claim::lend(shared_.lent_to, place_of_c);
        Lease::issue(shared_.stubs[number], 0);
        sent_ = number + 1;
        shared_.from_b[number].store(generation_ + 1, rl::mo_relaxed);
    }

    /// Ends its lease if no stub is leased any more, or what is can be taken back.
    bool let_go(bool by_force) {
        for (unsigned number = 0; number < sent_; ++number) {
            auto& stub = shared_.stubs[number];
            if (ended_[number]) continue;
            ended_[number] = Lease::is_done(stub, 0) || (by_force && Lease::revoke(stub, 0));
            if (!ended_[number]) return false;
        }
        if (holds_) Lease::release(shared_.lease, generation_);
        holds_ = false;
        return true;
    }

    /// C is proved dead: so all its leases on stubs have ended.
    void outlive() {
        ended_.fill(true);
        (void)let_go(false);
    }

    /// What it held is A's to take back.
    void die() { holds_ = false; }

    [[nodiscard]] bool holds() const { return holds_; }

private:
    Shared& shared_;
    std::uint64_t generation_ = 0;
    unsigned sent_ = 0;
    bool holds_ = false;
    std::array<bool, sends> ended_{};
};

class Reader {
public:
    explicit Reader(Shared& shared) : shared_(shared) {}

    /// As the next tenant of C's place; false: somebody lives there.
    bool attach() {
        if (!shared_.lock_c.try_lock()) return false;
        const std::uint32_t used = shared_.claims_used.load(rl::mo_relaxed);
        for (std::uint32_t place = 0; place < used; ++place)
            Claim::clear(shared_.claims[place].word);
        (void)Tenancy::claim(shared_.tenancy_c);
        return true;
    }

    /// Receives what B sent under this number, which holds `content` or a later one. True: it was
    /// read.
    bool receive(unsigned number, unsigned content) {
        const std::uint64_t sent = shared_.from_b[number].load(rl::mo_relaxed);
        if (sent == 0 || !Lease::accept(shared_.stubs[number], 0)) return false;
        const unsigned place = free_place();
        if (place == claim_count) {
            Lease::release(shared_.stubs[number], 0);
            return false;
        }
        auto& slot = shared_.claims[place];
        const std::uint64_t generation = shmheap::claim_generation(slot.word.load(rl::mo_relaxed));
        Claim::use(shared_.claims_used, place + 1);
        Claim::claim(slot, generation, {place_of_lease, sent - 1});
        const bool rightful = Claim::is_held(shared_.lease, sent - 1);
        require(rightful || shared_.b_may_die, "a lender that lives keeps what it sent");
        if (rightful)
            require(shared_.block.read() == content, "a block changed before it was read");
        Lease::release(shared_.stubs[number], 0);
        if (rightful) require(shared_.block.read() == content, "a block changed while claimed");
        if (!Claim::withdraw(slot.word, generation)) Claim::finish(slot.word, generation);
        return rightful;
    }

private:
    [[nodiscard]] unsigned free_place() const {
        unsigned place = 0;
        while (place < claim_count && shmheap::claim_state(shared_.claims[place].word.load(
                                          rl::mo_relaxed)) != shmheap::ClaimState::free) {
            ++place;
        }
        return place;
    }

    Shared& shared_;
};

}  // namespace model::forward
