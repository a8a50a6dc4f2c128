/// Measures several subjects in turn, round after round, so that whatever drifts on the machine
/// drifts for all of them alike. A sample that somebody else's load disturbed is dropped, counted,
/// and taken again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "shmheap/result.hpp"

namespace bench {

struct Sample {
    double value = 0;
    std::optional<double> faults = {};  ///< page faults per operation, where they were counted
    bool disturbed = false;
};

/// One subject under one workload.
struct Series {
    std::string workload;
    std::string subject;
    std::string unit;
    std::function<shmheap::Result<Sample>()> measure;
};

/// A line of the result.
struct Row {
    std::string workload;
    std::string subject;
    double value = 0;
    std::string unit;
    std::optional<double> faults = {};
    int samples = 0;  ///< that the value stands for
    int dropped = 0;
    bool quiet = true;  ///< false: the machine was never quiet, so every sample was kept
};

/// What a series gave.
struct Samples {
    std::vector<Sample> kept;
    int dropped = 0;
    bool quiet = true;
};

/// Takes `rounds` undisturbed samples of each series, in at most 3 × `rounds` rounds; a series that
/// has fewer by then falls back on all it has. Errors: the first of any measure().
shmheap::Result<std::vector<Samples>> take_samples(const std::vector<Series>& series, int rounds);

/// A quantile of the values (0.5 is the median; faults are a median always).
Row summarise(const Series& series, const Samples& samples, double quantile = 0.5);

/// take_samples() and the median of each.
shmheap::Result<std::vector<Row>> medians(const std::vector<Series>& series, int rounds);

}  // namespace bench
