// The demo's middle component: receives buffers without copying them, filters them into buffers of
// its own heap, and sends these on.
//
//   filter        input: in, output: out
#include <optional>

#include "arguments.hpp"
#include "hand_over.hpp"
#include "low_pass.hpp"
#include "samples.hpp"
#include "shmheap/port.hpp"
#include "stop_request.hpp"
#include "text.hpp"

namespace demo {
namespace {

class Filter {
public:
    Filter(shmheap::Input input, shmheap::Output output)
        : input_(std::move(input)), output_(std::move(output)) {}

    /// Until the end of the stream or a stop request. Errors: those of a stream; ETIMEDOUT when the
    /// request came meanwhile.
    shmheap::Status run() {
        while (!stop_requested()) {
            const auto message =
                until_stopped([&](shmheap::Deadline deadline) { return input_.receive(deadline); });
            if (!message) return tl::unexpected(message.error());
            if (auto passed = pass_on(*message); !passed) return passed;
            if (message->info().end_of_stream) break;
        }
        return {};
    }

    void report() const {
        const shmheap::ConsumerStats in = input_.stats();
        const shmheap::ProducerStats out = output_.stats();
        say(with_commas(in.messages) + " buffers, " + mebibytes(in.bytes) + ", " +
            with_commas(in.copied + out.copied) + " copied");
        if (in.skipped + out.lost + out.unreleased > 0) {
            say(with_commas(in.skipped) + " were lost before they came here, " +
                with_commas(out.lost) + " after, " + with_commas(out.unreleased) +
                " left unfinished");
        }
    }

private:
    shmheap::Status pass_on(const shmheap::Message& message) {
        const bool continued = message.info().sequence == sequence_expected_;
        if (!continued) low_pass_.begin_anew();
        sequence_expected_ = message.info().sequence + 1;

        auto buffer = shmheap::Buffer::allocate(message.bytes().size());
        if (!buffer) return tl::unexpected(buffer.error());
        low_pass_.filter(samples_of(message.bytes()), samples_of(buffer->bytes()));
        shmheap::MessageInfo info = message.info();  // the time stamp stays that of the source
        info.payload_type = static_cast<std::uint32_t>(continued ? Payload::filtered
                                                                 : Payload::filtered_after_silence);
        if (auto sent = hand_over(output_, *buffer, info); !sent) return sent;
        return info.end_of_stream ? finish(output_, *buffer, info) : shmheap::Status();
    }

    shmheap::Input input_;
    shmheap::Output output_;
    LowPass low_pass_;
    std::uint64_t sequence_expected_ = 0;  // the signal does begin after silence
};

int run() {
    auto input = shmheap::Input::open("in");
    if (!input) return give_up(input.error());
    auto output = shmheap::Output::open("out");
    if (!output) return give_up(output.error());
    Filter filter(std::move(*input), std::move(*output));
    const auto filtered = filter.run();
    filter.report();
    return filtered || stop_requested() ? 0 : give_up(filtered.error());
}

}  // namespace
}  // namespace demo

int main(int count, char** values) {
    demo::listen_to_stop_requests();
    const demo::Arguments none(count, values, {});  // refuses any
    return demo::run();
}
