#include "harness/rounds.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace bench {
namespace {

constexpr int patience = 3;  ///< rounds made at most, as a multiple of those wanted

double quantile_of(std::vector<double> values, double quantile) {
    std::sort(values.begin(), values.end());
    const auto last = static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(quantile * last + 0.5)];
}

struct Collected {
    std::vector<Sample> clean;
    std::vector<Sample> disturbed;

    Samples result(int rounds) {
        if (static_cast<int>(clean.size()) >= rounds) {
            return {std::move(clean), static_cast<int>(disturbed.size()), true};
        }
        clean.insert(clean.end(), disturbed.begin(), disturbed.end());
        return {std::move(clean), 0, false};
    }
};

}  // namespace

shmheap::Result<std::vector<Samples>> take_samples(const std::vector<Series>& series, int rounds) {
    std::vector<Collected> collected(series.size());
    const auto is_complete = [rounds](const Collected& one) {
        return static_cast<int>(one.clean.size()) >= rounds;
    };
    for (int round = 0; round < patience * rounds; ++round) {
        if (std::all_of(collected.begin(), collected.end(), is_complete)) break;
        for (std::size_t i = 0; i < series.size(); ++i) {
            if (is_complete(collected[i])) continue;
            auto sample = series[i].measure();
            if (!sample) return tl::unexpected(sample.error());
            (sample->disturbed ? collected[i].disturbed : collected[i].clean).push_back(*sample);
        }
    }
    std::vector<Samples> result;
    for (auto& one : collected)
        result.push_back(one.result(rounds));
    return result;
}

Row summarise(const Series& series, const Samples& samples, double quantile) {
    std::vector<double> values;
    std::vector<double> faults;
    for (const Sample& sample : samples.kept) {
        values.push_back(sample.value);
        if (sample.faults) faults.push_back(*sample.faults);
    }
    Row row{.workload = series.workload,
            .subject = series.subject,
            .value = quantile_of(std::move(values), quantile),
            .unit = series.unit,
            .samples = static_cast<int>(samples.kept.size()),
            .dropped = samples.dropped,
            .quiet = samples.quiet};
    if (!faults.empty()) row.faults = quantile_of(std::move(faults), 0.5);
    return row;
}

shmheap::Result<std::vector<Row>> medians(const std::vector<Series>& series, int rounds) {
    const auto samples = take_samples(series, rounds);
    if (!samples) return tl::unexpected(samples.error());
    std::vector<Row> rows;
    for (std::size_t i = 0; i < series.size(); ++i)
        rows.push_back(summarise(series[i], (*samples)[i]));
    return rows;
}

}  // namespace bench
