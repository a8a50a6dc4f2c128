// Measures one subject under one workload, as bench_stream asks for it:
//     stream_worker SUBJECT WORKLOAD          answers each line with a sample
// This process is the near side; the far side is forked, and each is pinned to its own processor.
#include <algorithm>
#include <memory>
#include <string_view>

#include "harness/load.hpp"
#include "harness/partner.hpp"
#include "harness/worker.hpp"
#include "stream/port.hpp"
#include "stream/workload.hpp"

namespace {

using bench::Clock;
using bench::Seconds;

constexpr Seconds sample_duration{0.3};

const bench::StreamSpec& spec_of(std::string_view name) {
    const auto* found = std::find_if(bench::stream_specs.begin(), bench::stream_specs.end(),
                                     [&](const auto& spec) { return spec.name == name; });
    if (found == bench::stream_specs.end()) bench::give_up("unknown workload");
    return *found;
}

std::unique_ptr<bench::Port> make_port(std::string_view subject, const bench::StreamSpec& spec) {
    if (subject == "harrier") return bench::make_harrier_port(spec);
    if (subject == "raw-spin") return bench::make_raw_spin_port(spec);
    if (subject == "raw-futex") return bench::make_raw_futex_port(spec);
    bench::give_up("unknown subject");
}

class Conversation {
public:
    Conversation(std::unique_ptr<bench::Port> port, bench::Traffic traffic)
        : port_(std::move(port)),
          traffic_(traffic),
          partner_(bench::Partner::Kind::process, 1, [this](auto count) { answer(count); }) {
        partner_.begin(0);
        port_->open(bench::Side::near);
        partner_.await();
    }

    Seconds run(std::uint64_t count) {
        const auto start = Clock::now();
        partner_.begin(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            port_->send();
            if (traffic_ == bench::Traffic::round_trip) port_->receive();
        }
        partner_.await();
        return Clock::now() - start;
    }

    [[nodiscard]] pid_t partner() const { return partner_.pid(); }

private:
    /// In the partner.
    void answer(std::uint64_t count) {
        if (count == 0) port_->open(bench::Side::far);
        for (std::uint64_t i = 0; i < count; ++i) {
            port_->receive();
            if (traffic_ == bench::Traffic::round_trip) port_->send();
        }
    }

    std::unique_ptr<bench::Port> port_;
    bench::Traffic traffic_;
    bench::Partner partner_;  ///< last, so that it ends first
};

/// Warms up, and finds out how many messages fill a sample.
std::uint64_t calibrate(Conversation& conversation) {
    std::uint64_t count = 64;
    while (conversation.run(count) < sample_duration / 4)
        count *= 2;
    return 4 * count;
}

bench::Sample measure(Conversation& conversation, bench::Traffic traffic, std::uint64_t count) {
    const std::uint64_t faults = bench::page_faults();
    const bench::MachineWatch watch({conversation.partner()});
    const Seconds took = conversation.run(count);
    const auto messages = static_cast<double>(count);
    const bool one_way = traffic == bench::Traffic::one_way;
    return {.value = one_way ? messages / took.count() : took.count() / messages * 1e6,
            .faults = static_cast<double>(bench::page_faults() - faults) / messages,
            .disturbed = watch.disturbed()};
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 3) bench::give_up("usage: stream_worker SUBJECT WORKLOAD");
    bench::pin_to(0);
    const bench::StreamSpec& spec = spec_of(arguments[2]);
    Conversation conversation(make_port(arguments[1], spec), spec.traffic);
    const std::uint64_t count = calibrate(conversation);
    bench::answer_samples([&] { return measure(conversation, spec.traffic, count); });
    return 0;
}
