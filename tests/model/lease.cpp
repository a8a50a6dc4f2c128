/// The life of a lease under the C++ memory model: an owner and its clients (lease_processes.hpp)
/// take the steps that ship, and each may be killed before each of them.
#include <doctest/doctest.h>

#include <cstdint>

#include "lease_processes.hpp"

namespace {

using namespace model;
using namespace model::lease;

/// One slot, one block: each delivery reuses both, so the owner must wait for each release.
struct Reuse : rl::test_suite<Reuse, 2> {
    static constexpr unsigned deliveries = 3;
    Shared<1, 1> shared;
    Ghost ghost;
    Owner<Shared<1, 1>> owner{shared, ghost};
    Client<Shared<1, 1>> client{shared, ghost, 1};

    void before() {
        Death::forget();
        require(client.attach(), "the slot is free");
    }

    void thread(unsigned index) {
        if (index == 0) return deliver_all();
        for (unsigned number = 0; number < deliveries; ++number) {
            std::uint64_t word = 0;
            while ((word = client.look(number)) == 0)
                shared.channel[number].futex_wait(0);
            const Sent sent = Sent::of(word);
            require(client.accept(number, sent), "a lease that nobody revoked is accepted");
            client.release(number, sent);
        }
    }

    void deliver_all() {
        for (unsigned number = 0; number < deliveries;) {
            if (owner.deliver(number)) {
                shared.channel[number++].futex_wake();
            } else {
                owner.await_release();
            }
        }
    }

    void after() {
        owner.collect();
        require(owner.live() == 0, "every lease was released");
    }
};

/// What the signal promises by itself. An owner that sleeps on the count would often be saved by
/// the kernel, which compares it once more.
struct Signalling : rl::test_suite<Signalling, 2> {
    Atomics::Count releases;
    Atomics::Count owner_waits;
    bool is_owner_seen = false;
    std::uint32_t releases_seen = 0;

    void before() { Death::forget(); }

    void thread(unsigned index) {
        if (index == 0) {
            releases_seen = Signal::prepare_to_wait(releases, owner_waits, 1);
        } else {
            is_owner_seen = Signal::tell(releases, owner_waits);
        }
    }

    void after() { require(is_owner_seen || releases_seen == 1, "one of the two sees the other"); }
};

/// The owner takes its offer back and offers the block anew; exactly one of the two sides wins.
struct Revocation : rl::test_suite<Revocation, 2> {
    static constexpr unsigned deliveries = 3;
    Shared<1, 1> shared;
    Ghost ghost;
    Owner<Shared<1, 1>> owner{shared, ghost};
    Client<Shared<1, 1>> client{shared, ghost, 1};
    unsigned revoked = 0;
    unsigned sent = 0;
    unsigned accepted = 0;

    void before() {
        Death::forget();
        require(client.attach(), "the slot is free");
    }

    void thread(unsigned index) {
        if (index == 0) {
            for (unsigned number = 0; number < deliveries; ++number) {
                if (!owner.deliver(number)) continue;
                ++sent;
                revoked += owner.revoke() ? 1 : 0;
            }
            return;
        }
        for (unsigned number = 0; number < deliveries; ++number) {
            const std::uint64_t word = client.look(number);
            if (word == 0 || !client.accept(number, Sent::of(word))) continue;
            ++accepted;
            client.release(number, Sent::of(word));
        }
    }

    void after() {
        owner.collect();
        require(accepted + revoked + owner.live() == sent, "each offer is accepted or revoked");
    }
};

/// A client leaves while it holds a lease: by then it has read what it wanted to.
struct Departure : rl::test_suite<Departure, 2> {
    Shared<1, 1> shared;
    Ghost ghost;
    Owner<Shared<1, 1>> owner{shared, ghost};
    Client<Shared<1, 1>> client{shared, ghost, 1};

    void before() {
        Death::forget();
        require(client.attach(), "the slot is free");
        require(owner.deliver(0), "there is room");
    }

    void thread(unsigned index) {
        if (index == 1) {
            require(client.accept(0, Sent::of(client.look(0))), "nobody revokes");
            ghost.died(1);  // it reads no more from here on
            client.detach();
            return;
        }
        for (unsigned round = 0; round < 3; ++round) {
            owner.collect();
            owner.reuse(0);
        }
    }

    void after() {
        owner.collect();
        require(owner.live() == 0, "what it held is back");
    }
};

/// The owner dies anywhere: what the client can accept is whole.
struct Orphan : rl::test_suite<Orphan, 2> {
    Shared<2, 2> shared;
    Ghost ghost;
    Owner<Shared<2, 2>> owner{shared, ghost};
    Client<Shared<2, 2>> client{shared, ghost, 1};

    void before() {
        Death::forget();
        require(client.attach(), "the slot is free");
    }

    void thread(unsigned index) {
        if (index == 1) return receive();
        Death::strikes(28, [&] {
            for (unsigned number = 0; number < delivery_max; ++number) {
                if (owner.deliver(number)) (void)owner.revoke();
            }
        });
    }

    void receive() {
        for (unsigned number = 0; number < delivery_max; ++number) {
            const std::uint64_t word = client.look(number);
            if (word == 0 || !client.accept(number, Sent::of(word))) continue;
            client.release(number, Sent::of(word));
        }
    }
};

/// A client dies anywhere, or leaves; another takes over its slot, and keeps what it gets.
struct Succession : rl::test_suite<Succession, 3> {
    Shared<2, 2> shared;
    Ghost ghost;
    Owner<Shared<2, 2>> owner{shared, ghost};
    Client<Shared<2, 2>> first{shared, ghost, 1};
    Client<Shared<2, 2>> second{shared, ghost, 2};

    void before() { Death::forget(); }

    void thread(unsigned index) {
        switch (index) {
            case 0:
                return own();
            case 1:
                return live_and_die();
            default:
                return succeed();
        }
    }

    void own() {
        unsigned number = 0;
        for (unsigned round = 0; round < 3; ++round) {
            number += owner.deliver(number) ? 1 : 0;
            owner.collect();
        }
    }

    void live_and_die() {
        const bool killed = Death::strikes(12, [&] {
            if (first.attach()) use_and_leave();
        });
        if (!killed) return;
        ghost.died(1);
        shared.lock.drop_at_death();
    }

    void use_and_leave() {
        for (unsigned number = 0; number < 2; ++number) {
            const std::uint64_t word = first.look(number);
            if (word == 0 || !first.accept(number, Sent::of(word))) continue;
            first.release(number, Sent::of(word));
        }
        first.detach();
    }

    void succeed() {
        if (!second.attach()) return;
        for (unsigned number = 0; number < 3; ++number) {
            const std::uint64_t word = second.look(number);
            if (word != 0) (void)second.accept(number, Sent::of(word));
        }
    }

    /// The first is dead or has left, the second lives, if it attached: exactly what was issued to
    /// it is still leased.
    void after() {
        owner.collect();
        unsigned expected = 0;
        for (unsigned number = 0; number < delivery_max; ++number) {
            const std::uint64_t word = shared.channel[number].newest();
            const bool to_second =
                second.tenancy() != 0 && word != 0 && Sent::of(word).tenancy == second.tenancy();
            expected += to_second ? 1 : 0;
        }
        require(owner.live() == expected, "after a death exactly the dead client's leases end");
    }
};

}  // namespace

TEST_CASE("a block is reused only after its release, and the owner that waits for it is woken") {
    CHECK(holds<Reuse>({3, 20'000}));
}

TEST_CASE("an owner that waits sees the release, or is seen by the client") {
    CHECK(holds<Signalling>({3, 1'000}));
}

TEST_CASE("a lease is either accepted or revoked") {
    CHECK(holds<Revocation>({4, 20'000}));
}

TEST_CASE("what a client holds when it leaves comes back after its last read") {
    CHECK(holds<Departure>({3, 20'000}));
}

TEST_CASE("an owner that is killed leaves nothing half-made that a client can accept") {
    CHECK(holds<Orphan>({3, 20'000}));
}

TEST_CASE("after the death of a client exactly its leases come back, its successor's do not") {
    CHECK(holds<Succession>({2, 200'000}));
}
