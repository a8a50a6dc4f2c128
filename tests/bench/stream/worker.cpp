// Measures one subject under one workload, as bench_stream asks for it:
//     stream_worker SUBJECT WORKLOAD          answers each line with a sample
//     stream_worker SUBJECT fanout-N cpu      tells the processor time of a delivery
// This process is the near side; the far side is forked, and each is pinned to its own processor.
#include <algorithm>
#include <iostream>
#include <memory>
#include <string_view>
#include <vector>

#include "harness/load.hpp"
#include "harness/partner.hpp"
#include "harness/worker.hpp"
#include "stream/fan.hpp"
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
#ifdef WITH_ICEORYX
    if (subject == "iceoryx") return bench::make_iceoryx_port(spec);
#endif
    bench::give_up("unknown subject");
}

std::unique_ptr<bench::Fan> make_fan(std::string_view subject, const bench::StreamSpec& spec) {
    if (subject == "harrier") return bench::make_harrier_fan(spec);
    if (subject == "raw-futex") return bench::make_raw_futex_fan(spec);
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
            if (is_there_and_back(traffic_)) port_->receive();
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
            if (traffic_ == bench::Traffic::relay) {
                port_->pass_on();
                continue;
            }
            port_->receive();
            if (traffic_ == bench::Traffic::round_trip) port_->send();
        }
    }

    std::unique_ptr<bench::Port> port_;
    bench::Traffic traffic_;
    bench::Partner partner_;  ///< last, so that it ends first
};

/// The sender is this process, on processor 0, the receivers are on processor 1.
class Broadcast {
public:
    Broadcast(std::unique_ptr<bench::Fan> fan, int consumers) : fan_(std::move(fan)) {
        for (int index = 0; index < consumers; ++index) {
            receivers_.push_back(std::make_unique<bench::Partner>(
                bench::Partner::Kind::process, 1, [this, index](auto count) {
                    if (count == 0) fan_->open_receiver(index);
                    for (std::uint64_t i = 0; i < count; ++i)
                        fan_->receive();
                }));
        }
        for (const auto& receiver : receivers_)
            receiver->begin(0);
        fan_->open_sender();
        await();
    }

    /// A receiver has the pipes of those that were forked before it, which so must end after it.
    ~Broadcast() {
        while (!receivers_.empty())
            receivers_.pop_back();
    }
    Broadcast(const Broadcast&) = delete;
    Broadcast& operator=(const Broadcast&) = delete;

    Seconds run(std::uint64_t count) {
        const auto start = Clock::now();
        for (const auto& receiver : receivers_)
            receiver->begin(count);
        for (std::uint64_t i = 0; i < count; ++i)
            fan_->send();
        await();
        return Clock::now() - start;
    }

    [[nodiscard]] std::vector<pid_t> receivers() const {
        std::vector<pid_t> pids;
        for (const auto& receiver : receivers_)
            pids.push_back(receiver->pid());
        return pids;
    }

private:
    void await() const {
        for (const auto& receiver : receivers_)
            receiver->await();
    }

    std::unique_ptr<bench::Fan> fan_;
    std::vector<std::unique_ptr<bench::Partner>> receivers_;
};

/// Warms up, and finds out how many messages fill a sample.
template <class Subject>
std::uint64_t calibrate(Subject& subject) {
    std::uint64_t count = 64;
    while (subject.run(count) < sample_duration / 4)
        count *= 2;
    return 4 * count;
}

/// Messages per second to all receivers.
bench::Sample measure(Broadcast& broadcast, std::uint64_t count) {
    const std::uint64_t faults = bench::page_faults();
    const bench::MachineWatch watch(broadcast.receivers());
    const Seconds took = broadcast.run(count);
    const auto messages = static_cast<double>(count);
    return {.value = messages / took.count(),
            .faults = static_cast<double>(bench::page_faults() - faults) / messages,
            .disturbed = watch.disturbed()};
}

/// For people who want to know what a delivery costs: `stream_worker SUBJECT fanout-N cpu`.
void tell_processor_time(Broadcast& broadcast, const bench::StreamSpec& spec) {
    const std::uint64_t count = calibrate(broadcast);
    const Seconds before = bench::processor_time(broadcast.receivers());
    broadcast.run(count);
    const Seconds used = bench::processor_time(broadcast.receivers()) - before;
    const double deliveries = static_cast<double>(count) * spec.consumers;
    std::cout << used.count() / deliveries * 1e9 << " ns per delivery\n";
}

bench::Sample measure(Conversation& conversation, bench::Traffic traffic, std::uint64_t count) {
    const std::uint64_t faults = bench::page_faults();
    const bench::MachineWatch watch({conversation.partner()});
    const Seconds took = conversation.run(count);
    const auto messages = static_cast<double>(count);
    const bool there_and_back = is_there_and_back(traffic);
    return {.value = there_and_back ? took.count() / messages * 1e6 : messages / took.count(),
            .faults = static_cast<double>(bench::page_faults() - faults) / messages,
            .disturbed = watch.disturbed()};
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count < 3) bench::give_up("usage: stream_worker SUBJECT WORKLOAD");
    bench::pin_to(0);
    const bench::StreamSpec& spec = spec_of(arguments[2]);
    if (spec.traffic == bench::Traffic::fan_out) {
        Broadcast broadcast(make_fan(arguments[1], spec), spec.consumers);
        if (argument_count == 4) {
            tell_processor_time(broadcast, spec);
            return 0;
        }
        const std::uint64_t count = calibrate(broadcast);
        bench::answer_samples([&] { return measure(broadcast, count); });
        return 0;
    }
    Conversation conversation(make_port(arguments[1], spec), spec.traffic);
    const std::uint64_t count = calibrate(conversation);
    bench::answer_samples([&] { return measure(conversation, spec.traffic, count); });
    return 0;
}
