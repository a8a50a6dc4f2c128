#include "harness/worker.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

namespace bench {

namespace {

shmheap::Result<Sample> ask_sample(Child& worker, const std::string& what) {
    const auto line = worker.ask("measure");
    if (!line) return tl::unexpected(line.error());
    Sample sample;
    double faults = 0;
    std::istringstream words(*line);
    words >> sample.value >> faults >> sample.disturbed;
    if (!words) return shmheap::fail(EPROTO, "read sample of", what);
    sample.faults = faults;
    return sample;
}

std::string name_of(const Series& series) {
    return series.subject + " " + series.workload;
}

}  // namespace

shmheap::Result<Series> worker_series(const Series& names, const Child::Options& worker) {
    auto started = Child::start(worker);
    if (!started) return tl::unexpected(started.error());
    // shared: a std::function can be copied.
    const std::shared_ptr<Child> child(new Child(std::move(*started)), [](Child* ended) {
        ended->end();
        delete ended;
    });
    Series series = names;
    series.measure = [child, what = name_of(names)] { return ask_sample(*child, what); };
    return series;
}

Series fresh_worker_series(const Series& names, const Child::Options& worker) {
    Series series = names;
    series.measure = [worker, what = name_of(names)]() -> shmheap::Result<Sample> {
        auto child = Child::start(worker);
        if (!child) return tl::unexpected(child.error());
        auto sample = ask_sample(*child, what);
        child->end();
        return sample;
    };
    return series;
}

void answer(const Sample& sample) {
    std::cout << sample.value << " " << sample.faults.value_or(0) << " " << sample.disturbed
              << std::endl;
}

void answer_samples(const std::function<Sample()>& measure) {
    for (std::string line; std::getline(std::cin, line);)
        answer(measure());
}

void give_up(const std::string& message) {
    std::cerr << message << "\n";
    std::exit(1);
}

}  // namespace bench
