/// Kills the victim of a scenario at each point that it comes by, at the 1st, 2nd and 10th hit,
/// and, after each of these deaths, the one who recovers at each point that *it* comes by then.
/// First a run without a death tells which points the victim meets; each run with one tells which
/// the recoverer meets.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scenario.hpp"

namespace crash {

/// What was done at one point.
struct Row {
    std::set<std::uint32_t> hits;  ///< of the victim
    unsigned runs = 0;
    unsigned recoverers_killed = 0;
    std::set<std::string> outcomes;
};

struct Enumeration {
    std::map<std::size_t, Row> victim;     ///< by point
    std::map<std::size_t, Row> recoverer;  ///< where recoverers were killed
    unsigned runs = 0;
    std::vector<std::string> problems;  ///< of all runs, each saying which
};

/// How much of it: all hits or only the first, and at most so many runs in which both are killed,
/// spread evenly.
struct Extent {
    bool all_hits = true;
    unsigned pairs_max = ~0U;
};

Enumeration enumerate(const Scenario& scenario, const Extent& extent);

}  // namespace crash
