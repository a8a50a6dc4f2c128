#include "enumerate.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace crash {
namespace {

constexpr std::array<std::uint32_t, 3> hits_to_kill_at = {1, 2, 10};

/// Where a part can be killed, as the run that has just ended counted.
std::vector<Trap> traps_of(Part part, bool all_hits) {
    std::vector<Trap> traps;
    const auto& hits = ledger().hits[static_cast<std::size_t>(part)];
    for (std::size_t point = 0; point < points().size(); ++point) {
        for (const std::uint32_t hit : hits_to_kill_at) {
            if (hit <= hits[point].load() && (all_hits || hit == 1)) traps.push_back({point, hit});
        }
    }
    return traps;
}

std::string describe(const Trap& trap) {
    if (trap.hit == 0) return "lives";
    return "dies at " + points()[trap.point].name + " #" + std::to_string(trap.hit);
}

class Enumerator {
public:
    Enumerator(const Scenario& scenario, const Extent& extent)
        : scenario_(scenario), extent_(extent) {}

    Enumeration enumerate() {
        run({}, {});
        std::vector<std::pair<Trap, Trap>> pairs;
        add_recoverers({}, pairs);
        for (const Trap& victim : traps_of(Part::victim, extent_.all_hits)) {
            run(victim, {});
            add_recoverers(victim, pairs);
        }
        // Evenly spread over all of them, if they are too many.
        const std::size_t count = std::min<std::size_t>(pairs.size(), extent_.pairs_max);
        for (std::size_t index = 0; index < count; ++index) {
            const auto& [victim, recoverer] = pairs[index * pairs.size() / count];
            run(victim, recoverer);
        }
        return std::move(result_);
    }

private:
    void add_recoverers(const Trap& victim, std::vector<std::pair<Trap, Trap>>& pairs) const {
        for (const Trap& recoverer : traps_of(Part::recoverer, extent_.all_hits))
            pairs.emplace_back(victim, recoverer);
    }

    void run(const Trap& victim, const Trap& recoverer) {
        ledger().clear();
        ledger().traps = {victim, recoverer};
        const std::size_t descriptors = descriptor_count();
        const std::uint64_t bytes = ground_.bytes_in_use();
        World world(ground_);
        scenario_.play(world);
        for (const auto& name : world.names())
            world.check(false, name + " is left behind");
        world.check(ground_.bytes_in_use() == bytes, "bytes are left behind");
        world.check(descriptor_count() == descriptors, "descriptors are left behind");
        note(victim, recoverer, world);
    }

    void note(const Trap& victim, const Trap& recoverer, const World& world) {
        ++result_.runs;
        if (victim.hit != 0) {
            Row& row = result_.victim[victim.point];
            row.hits.insert(victim.hit);
            ++row.runs;
            row.outcomes.insert(world.outcome);
            if (recoverer.hit != 0) ++row.recoverers_killed;
        }
        if (recoverer.hit != 0) {
            Row& row = result_.recoverer[recoverer.point];
            row.hits.insert(recoverer.hit);
            ++row.runs;
        }
        for (const auto& problem : world.problems()) {
            result_.problems.push_back(std::string(scenario_.name) + ": victim " +
                                       describe(victim) + ", recoverer " + describe(recoverer) +
                                       ": " + problem);
        }
        if (!world.problems().empty()) ground_.clear();
    }

    const Scenario& scenario_;
    const Extent& extent_;
    const Ground ground_;
    Enumeration result_;
};

}  // namespace

Enumeration enumerate(const Scenario& scenario, const Extent& extent) {
    return Enumerator(scenario, extent).enumerate();
}

}  // namespace crash
