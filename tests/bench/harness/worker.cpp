#include "harness/worker.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

namespace bench {

shmheap::Result<Series> worker_series(const Series& names, const Child::Options& worker) {
    auto started = Child::start(worker);
    if (!started) return tl::unexpected(started.error());
    // shared: a std::function can be copied.
    auto child = std::make_shared<Child>(std::move(*started));
    Series series = names;
    series.measure = [child, what = names.subject + " " + names.workload]() {
        return child->ask("measure").and_then([&](const std::string& line) {
            Sample sample;
            double faults = 0;
            std::istringstream words(line);
            words >> sample.value >> faults >> sample.disturbed;
            if (!words) {
                return shmheap::Result<Sample>(shmheap::fail(EPROTO, "read sample of", what));
            }
            sample.faults = faults;
            return shmheap::Result<Sample>(sample);
        });
    };
    return series;
}

void answer_samples(const std::function<Sample()>& measure) {
    for (std::string line; std::getline(std::cin, line);) {
        const Sample sample = measure();
        std::cout << sample.value << " " << sample.faults.value_or(0) << " " << sample.disturbed
                  << std::endl;
    }
}

void give_up(const std::string& message) {
    std::cerr << message << "\n";
    std::exit(1);
}

}  // namespace bench
