// The demo's first component: reads real recordings, repeats them until there is enough, and sends
// them on in buffers of its heap.
//
//   source --recordings FOLDER [--mebibytes N] [--buffers-per-second N]        output: out
//
// Without --mebibytes it goes on until it is stopped, without --buffers-per-second as fast as the
// consumer takes them.
#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "arguments.hpp"
#include "hand_over.hpp"
#include "recordings.hpp"
#include "samples.hpp"
#include "stop_request.hpp"
#include "text.hpp"

namespace demo {
namespace {

using Clock = std::chrono::steady_clock;

/// When each buffer is due, and how many were not ready in time.
class Pace {
public:
    explicit Pace(std::uint64_t buffers_per_second) {
        if (buffers_per_second > 0) {
            period_ = Clock::duration(std::chrono::seconds(1)) / buffers_per_second;
        }
    }

    /// Waits until the next buffer is due, or a stop is requested.
    void await_next() {
        if (period_ == Clock::duration::zero()) return;
        if (Clock::now() > due_ + period_) ++late_;
        while (Clock::now() < due_ && !stop_requested()) {
            std::this_thread::sleep_until(
                std::min(due_, Clock::now() + Clock::duration(look_up_after)));
        }
        due_ += period_;
    }

    [[nodiscard]] std::uint64_t late() const { return late_; }

private:
    Clock::duration period_ = Clock::duration::zero();
    Clock::time_point due_ = Clock::now();
    std::uint64_t late_ = 0;
};

void report(const shmheap::ProducerStats& stats, const Recordings& recordings, const Pace& pace) {
    const double seconds =
        static_cast<double>(recordings.length()) / static_cast<double>(recordings.sample_rate());
    const std::uint64_t samples = stats.bytes / sizeof(Sample);
    const double times = static_cast<double>(samples) / static_cast<double>(recordings.length());
    char origin[80];
    std::snprintf(origin, sizeof(origin), "%zu recordings, %.1f s, repeated %.1f times",
                  recordings.files(), seconds, times);
    say(with_commas(stats.messages) + " buffers, " + mebibytes(stats.bytes) + ", " +
        with_commas(stats.copied) + " copied (" + origin + ")");
    say(with_commas(stats.lost) + " lost and " + with_commas(stats.unreleased) +
        " left unfinished by a consumer that ended, " + with_commas(pace.late()) +
        " sent later than planned");
}

/// Until everything is sent and has done its work, or a stop request. Errors: those of
/// hand_over() and of Buffer::allocate.
shmheap::Status produce(shmheap::Output& output, Recordings& recordings, Pace& pace,
                        std::uint64_t count) {
    const bool endless = count == 0;
    for (std::uint64_t sequence = 0; endless || sequence < count; ++sequence) {
        pace.await_next();
        if (stop_requested()) break;
        auto buffer = shmheap::Buffer::allocate(buffer_size);
        if (!buffer) return tl::unexpected(buffer.error());
        recordings.read(samples_of(buffer->bytes()));
        const shmheap::MessageInfo info = {
            .sequence = sequence,
            .payload_type = static_cast<std::uint32_t>(Payload::recorded),
            .end_of_stream = sequence + 1 == count};
        if (auto sent = hand_over(output, *buffer, info); !sent) return sent;
        if (info.end_of_stream) return finish(output, *buffer, info);
    }
    return {};
}

int run(const Arguments& arguments) {
    auto recordings = Recordings::open(arguments.text("recordings", "/usr/share/sounds/alsa"));
    if (!recordings) return give_up(recordings.error());
    auto output = shmheap::Output::open("out");
    if (!output) return give_up(output.error());
    Pace pace(arguments.number("buffers-per-second", 0));
    const std::uint64_t count = arguments.number("mebibytes", 0) * 1024 * 1024 / buffer_size;
    const auto produced = produce(*output, *recordings, pace, count);
    report(output->stats(), *recordings, pace);
    return produced || stop_requested() ? 0 : give_up(produced.error());
}

}  // namespace
}  // namespace demo

int main(int count, char** values) {
    demo::listen_to_stop_requests();
    return demo::run(
        demo::Arguments(count, values, {"recordings", "mebibytes", "buffers-per-second"}));
}
