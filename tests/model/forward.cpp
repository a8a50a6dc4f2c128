/// Forwarding under the C++ memory model: A, B and C (forward_processes.hpp) take the steps that
/// ship, and one of them may be killed before each of its steps.
#include <doctest/doctest.h>

#include "forward_processes.hpp"

namespace {

using namespace model;
using namespace model::forward;

constexpr unsigned thread_a = 0;
constexpr unsigned thread_b = 1;
constexpr unsigned thread_c = 2;

/// What all models have in common: who has which place, and what must be true in the end.
struct World {
    Shared shared;
    Owner a{shared};
    Lender b{shared};
    Reader c{shared};
    bool is_c_dead = false;

    void begin() {
        Death::forget();
        shared.lock_b.belongs_to(thread_b);
        shared.lock_c.belongs_to(thread_c);
        (void)Tenancy::claim(shared.tenancy_b);
        (void)Tenancy::claim(shared.tenancy_c);
        require(a.deliver(0), "B is there");
    }

    /// A uses the block anew as often as it can, by another lease if B lives.
    void own(unsigned rounds) {
        for (unsigned round = 0; round < rounds; ++round) {
            a.collect();
            a.reuse(round + 1);
        }
    }

    void lend_and_let_go(unsigned looks) {
        if (!b.accept(0)) return;
        for (unsigned number = 0; number < sends; ++number)
            b.send(number);
        while (looks-- > 0) {
            if (b.let_go(false)) return;
        }
        (void)b.let_go(true);
    }

    void read() {
        for (unsigned number = 0; number < sends; ++number)
            (void)c.receive(number, 0);
    }

    /// Everybody who lives is done with the block.
    void end() {
        if (is_c_dead && b.holds()) b.outlive();
        (void)b.let_go(true);
        a.revoke();
        a.collect();
        a.collect();
        require(a.references() == 0, "whatever was done with a block, it becomes free");
    }
};

/// Nobody dies.
struct Forwarding : rl::test_suite<Forwarding, 3> {
    World world;

    void before() { world.begin(); }
    void thread(unsigned index) {
        if (index == thread_a) return world.own(3);
        if (index == thread_b) return world.lend_and_let_go(2);
        world.read();
    }
    void after() { world.end(); }
};

/// The same lease word is used again, and lent again.
struct Repetition : rl::test_suite<Repetition, 3> {
    World world;

    void before() { world.begin(); }
    void thread(unsigned index) {
        if (index == thread_a) {
            for (unsigned round = 0; round < 3; ++round) {
                world.a.collect();
                if (world.a.deliver(1)) return;
            }
            return;
        }
        if (index == thread_b) {
            if (!world.b.accept(0)) return;
            world.b.send(0);
            (void)world.b.let_go(true);
            if (world.b.holds() || !world.b.accept(1)) return;
            world.b.send(1);
            (void)world.b.let_go(true);
            return;
        }
        (void)world.c.receive(0, 0);
        (void)world.c.receive(1, 1);
    }
    void after() { world.end(); }
};

/// B dies anywhere: what C has claimed it keeps, what it has not it does not get.
struct DeathOfLender : rl::test_suite<DeathOfLender, 3> {
    World world;

    void before() {
        world.begin();
        world.shared.b_may_die = true;
    }
    void thread(unsigned index) {
        if (index == thread_a) return world.own(3);
        if (index == thread_c) return world.read();
        if (Death::strikes(14, [this] { world.lend_and_let_go(2); })) {
            world.shared.lock_b.drop_at_death();
            world.b.die();
        }
    }
    void after() { world.end(); }
};

/// C dies anywhere: its claims end, and B's lease when that lets go.
struct DeathOfReader : rl::test_suite<DeathOfReader, 3> {
    World world;

    void before() { world.begin(); }
    void thread(unsigned index) {
        if (index == thread_a) return world.own(3);
        if (index == thread_b) return world.lend_and_let_go(2);
        world.is_c_dead = Death::strikes(24, [this] { world.read(); });
        if (world.is_c_dead) world.shared.lock_c.drop_at_death();
    }
    void after() { world.end(); }
};

/// C dies anywhere, and another takes over its place: it keeps what it claims.
struct SuccessionOfReader : rl::test_suite<SuccessionOfReader, 4> {
    World world;
    Reader successor{world.shared};

    void before() { world.begin(); }
    void thread(unsigned index) {
        if (index == thread_a) return world.own(3);
        if (index == thread_b) return world.lend_and_let_go(2);
        if (index == thread_c) {
            world.is_c_dead = Death::strikes(14, [this] { (void)world.c.receive(0, 0); });
            if (world.is_c_dead) world.shared.lock_c.drop_at_death();
            return;
        }
        if (successor.attach()) (void)successor.receive(1, 0);
    }
    void after() { world.end(); }
};

/// C has died with a claim, and B has let go: A ends the lease while another takes over C's place.
struct ClaimOfTheDead : rl::test_suite<ClaimOfTheDead, 2> {
    static constexpr unsigned thread_successor = 1;
    World world;
    Reader successor{world.shared};

    void before() {
        world.begin();
        (void)world.b.accept(0);
        world.b.send(0);
        Claim::use(world.shared.claims_used, 1);
        Claim::claim(world.shared.claims[0], 0, {place_of_lease, 0});
        world.is_c_dead = true;
        world.shared.lock_c.unlock();
        world.b.outlive();
    }
    void thread(unsigned index) {
        if (index == thread_successor) return (void)successor.attach();
        world.own(2);
    }
    void after() { world.end(); }
};

/// C is done with a claim that A has adopted and detaches, and another claims in the same place:
/// that A takes the first claim back does not undo the second.
struct HandOverOfPlace : rl::test_suite<HandOverOfPlace, 3> {
    Shared shared;
    Reader successor{shared};
    bool is_claimed = false;

    void before() {
        shared.lock_c.belongs_to(thread_c);
        (void)Tenancy::claim(shared.tenancy_c);
        Claim::claim(word_and_source(), 0, {place_of_lease, 0});
        require(Claim::adopt(word_and_source().word, 0), "the claim is there");
    }
    void thread(unsigned index) {
        if (index == thread_a) {
            (void)Claim::take_back(word_and_source().word, 0);
        } else if (index == thread_c) {
            Claim::finish(word_and_source().word, 0);
            Tenancy::leave(shared.tenancy_c, 1);
            shared.lock_c.unlock();
        } else if (successor.attach()) {
            Claim::claim(word_and_source(), generation_of_successor, {place_of_lease, 1});
            is_claimed = true;
        }
    }
    void after() {
        const std::uint64_t word = word_and_source().word.load(rl::mo_relaxed);
        const bool is_there = shmheap::claim_state(word) == shmheap::ClaimState::claimed;
        require(is_there || !is_claimed, "nobody but who claimed undoes a claim");
    }

private:
    shmheap::ClaimSlotOf<Atomics::Word>& word_and_source() { return shared.claims[0]; }
};

}  // namespace

TEST_CASE("what was sent on stays as it was until its reader is done") {
    CHECK(holds<Forwarding>({2, 50'000}));
}

TEST_CASE("what was sent on by one lease is not taken for what the next one sends on") {
    CHECK(holds<Repetition>({2, 50'000}));
}

TEST_CASE(
    "after the death of who sent it on, a reader keeps what it claimed, and gets nothing else") {
    CHECK(holds<DeathOfLender>({1, 100'000}));
}

TEST_CASE("after the death of its reader, what was sent on becomes free") {
    CHECK(holds<DeathOfReader>({1, 100'000}));
}

TEST_CASE("whoever takes over the place of a dead reader keeps what it claims") {
    CHECK(holds<SuccessionOfReader>({1, 200'000}));
}

TEST_CASE("what a dead reader had claimed becomes free, whoever takes over its place meanwhile") {
    CHECK(holds<ClaimOfTheDead>({4, 50'000}));
}

TEST_CASE("the owner that takes a claim back does not undo that of the place's next tenant") {
    CHECK(holds<HandOverOfPlace>({4, 50'000}));
}
