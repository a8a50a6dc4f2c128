// The claims: wherever one party is killed, and wherever the one who recovers is killed then, what
// is live afterwards is what the log says. A share of it here, all of it in everything.cpp.
#include <doctest/doctest.h>

#include <set>

#include "enumerate.hpp"
#include "rounds.hpp"

using namespace crash;

namespace {

/// Runs of each scenario in which both parts are killed.
constexpr int pairs = 40;

std::set<const Scenario*> enumerated;  // NOLINT: by this process

void claim(const Scenario& scenario) {
    const bool all_hits = rounds(100) >= 100;
    const auto pairs_max = static_cast<unsigned>(rounds(pairs));
    const auto result = enumerate(scenario, {.all_hits = all_hits, .pairs_max = pairs_max});
    for (const auto& problem : result.problems)
        FAIL_CHECK(problem);
    CHECK(!result.victim.empty());
    enumerated.insert(&scenario);
}

}  // namespace

TEST_CASE("an owner killed at birth leaves one orphan at most") {
    claim(birth);
    claim(birth_over_orphan);
}

TEST_CASE("an owner killed while its heap grows or shrinks leaves counters that are right") {
    claim(growth);
    claim(prefault);
}

TEST_CASE("of a client that is killed anywhere the owner takes back all it held and no more") {
    claim(client);
    claim(successor);
}

TEST_CASE("an owner killed while it leases leaves its client reading and its heap to the reaper") {
    claim(lender);
}

TEST_CASE("of what is sent on, whoever of the three is killed, the owner knows who still has it") {
    claim(forwarding_owner);
    claim(forwarder);
    claim(reader);
    claim(reader_of_stub);
}

TEST_CASE("whoever is killed while cleaning is followed by another, and the living keep theirs") {
    claim(reaping);
    claim(sweeping);
    claim(cleaning);
}

TEST_CASE("a producer killed around the name of its stream leaves it to the next") {
    claim(listening);
}

TEST_CASE("a launcher killed around its run directory leaves it to the next") {
    claim(instance);
}

TEST_CASE("every crash point is reached by a scenario") {
    for (const Scenario* scenario : scenarios) {
        if (!enumerated.contains(scenario)) claim(*scenario);
    }
    for (std::size_t point = 0; point < points().size(); ++point) {
        CHECK_MESSAGE(ledger().reached[point].load(),
                      points()[point].name << " in " << points()[point].file);
    }
}
