/// What monitoring collects, as OpenMetrics 1.0 text: the file system, how many files there are of
/// each verdict, and the numbers of each heap. Samples of one metric stand together, so the text
/// of each is gathered by itself until the end. Label values are escaped as in the text report and
/// then as OpenMetrics wants it. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "reaper/scan.hpp"
#include "reaper/space.hpp"

namespace reaper {

class MetricsReport {
public:
    MetricsReport(std::string_view path, const Space& space);

    void add_file(const FileRecord& record);

    /// The whole exposition, "# EOF" included.
    [[nodiscard]] std::string finish() const;

private:
    static constexpr std::size_t heap_metric_count = 6;
    static constexpr std::size_t verdict_count = 6;

    void add_sample(std::size_t metric, const std::string& labels, std::uint64_t value);

    std::string directory_;
    Space space_;
    std::array<std::uint64_t, verdict_count> files_{};
    std::array<std::uint64_t, verdict_count> bytes_{};
    std::array<std::string, heap_metric_count> samples_;
};

}  // namespace reaper
