// The demo's last component: receives the filtered signal, writes it as a WAV file, and compares it
// with what one process alone computes.
//
//   sink [--file PATH --recordings FOLDER] [--report-every SECONDS]        input: in
//
// What is lost on the way is silence in the file, so that everything else keeps its place, and is
// counted. Exit status 1 if something arrived that differs from the computation.
#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "arguments.hpp"
#include "comparison.hpp"
#include "recordings.hpp"
#include "samples.hpp"
#include "shmheap/port.hpp"
#include "stop_request.hpp"
#include "text.hpp"
#include "wave_file.hpp"

namespace demo {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int sample_rate_of_recordings = 48'000;

/// How long after the source had sent them the buffers came here.
class Delays {
public:
    void add(shmheap::TimeStamp sent) {
        const std::chrono::duration<double, std::milli> delay =
            std::chrono::system_clock::now() - sent;
        milliseconds_.push_back(delay.count());
    }

    /// "0.2 ms behind the source, at most 1.4 ms", and starts anew.
    std::string report() {
        if (milliseconds_.empty()) return "nothing came";
        std::sort(milliseconds_.begin(), milliseconds_.end());
        char text[80];
        std::snprintf(text, sizeof(text), "%.1f ms behind the source, at most %.1f ms",
                      milliseconds_[milliseconds_.size() / 2], milliseconds_.back());
        milliseconds_.clear();
        return text;
    }

private:
    std::vector<double> milliseconds_;
};

class Sink {
public:
    Sink(shmheap::Input input, std::optional<WaveFile> file, std::chrono::seconds report_every)
        : input_(std::move(input)), file_(std::move(file)), report_every_(report_every) {}

    /// Until the end of the stream or a stop request. Errors: those of a stream; ETIMEDOUT when the
    /// request came meanwhile.
    shmheap::Status run() {
        while (!stop_requested()) {
            const auto message =
                until_stopped([&](shmheap::Deadline deadline) { return input_.receive(deadline); });
            if (!message) return tl::unexpected(message.error());
            if (auto taken = take(*message); !taken) return taken;
            if (message->info().end_of_stream) break;
            if (report_every_.count() > 0 && Clock::now() >= report_at_) report();
        }
        return {};
    }

    void report() {
        report_at_ = Clock::now() + report_every_;
        const shmheap::ConsumerStats stats = input_.stats();
        say(with_commas(stats.messages) + " buffers, " + mebibytes(stats.bytes) + ", " +
            with_commas(stats.copied) + " copied, " + with_commas(lost_) + " lost, " +
            with_commas(repeated_) + " repeated, " + delays_.report());
    }

    [[nodiscard]] const std::vector<Arrival>& arrivals() const { return arrivals_; }

    /// Completes the file.
    void close() { file_.reset(); }

private:
    shmheap::Status take(const shmheap::Message& message) {
        delays_.add(message.info().time_stamp);
        const std::uint64_t sequence = message.info().sequence;
        if (sequence < sequence_next_) {
            ++repeated_;
            return {};
        }
        if (message.bytes().size() != buffer_size) return shmheap::fail(EPROTO, "take a buffer");
        for (; sequence_next_ < sequence; ++sequence_next_) {
            ++lost_;
            if (auto kept = keep(silence_, Arrival::missing); !kept) return kept;
        }
        ++sequence_next_;
        const auto payload = static_cast<Payload>(message.info().payload_type);
        return keep(samples_of(message.bytes()), payload == Payload::filtered_after_silence
                                                     ? Arrival::after_silence
                                                     : Arrival::continued);
    }

    shmheap::Status keep(std::span<const Sample> samples, Arrival arrival) {
        if (!file_) return {};
        arrivals_.push_back(arrival);
        return file_->write(samples);
    }

    shmheap::Input input_;
    std::optional<WaveFile> file_;
    const std::chrono::seconds report_every_;
    Clock::time_point report_at_ = Clock::now() + report_every_;
    const std::vector<Sample> silence_ = std::vector<Sample>(buffer_samples);
    std::vector<Arrival> arrivals_;
    Delays delays_;
    std::uint64_t sequence_next_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t repeated_ = 0;
};

int compare_and_report(const std::string& file, const std::string& recordings,
                       const std::vector<Arrival>& arrivals) {
    const auto comparison = compare(file, recordings, arrivals);
    if (!comparison) return give_up(comparison.error());
    say(file + ": " + with_commas(comparison->equal) + " of " + with_commas(arrivals.size()) +
        " buffers equal a single process's computation bit for bit, " +
        with_commas(comparison->compared - comparison->equal) + " differ, " +
        with_commas(arrivals.size() - comparison->compared) + " are missing");
    return comparison->equal == comparison->compared ? 0 : 1;
}

int run(const Arguments& arguments) {
    const std::string file_path = arguments.text("file");
    const std::string recordings = arguments.text("recordings", "/usr/share/sounds/alsa");
    std::optional<WaveFile> file;
    if (!file_path.empty()) {
        auto created = WaveFile::create(file_path, sample_rate_of_recordings);
        if (!created) return give_up(created.error());
        file = std::move(*created);
    }
    auto input = shmheap::Input::open("in");
    if (!input) return give_up(input.error());
    const std::chrono::seconds report_every(arguments.number("report-every", 0));
    Sink sink(std::move(*input), std::move(file), report_every);
    const auto received = sink.run();
    sink.report();
    sink.close();
    if (stop_requested()) return 0;
    if (!received) return give_up(received.error());
    if (file_path.empty()) return 0;
    return compare_and_report(file_path, recordings, sink.arrivals());
}

}  // namespace
}  // namespace demo

int main(int count, char** values) {
    demo::listen_to_stop_requests();
    return demo::run(demo::Arguments(count, values, {"file", "recordings", "report-every"}));
}
