#include "comparison.hpp"

#include "low_pass.hpp"
#include "recordings.hpp"
#include "samples.hpp"
#include "wave_file.hpp"

namespace demo {

shmheap::Result<Comparison> compare(const std::string& file, const std::string& recordings_folder,
                                    const std::vector<Arrival>& arrivals) {
    auto written = WaveFile::open(file);
    if (!written) return tl::unexpected(written.error());
    auto recordings = Recordings::open(recordings_folder);
    if (!recordings) return tl::unexpected(recordings.error());
    if (written->length() != arrivals.size() * buffer_samples) {
        return shmheap::fail(EINVAL, "compare the length of", file);
    }
    Comparison result;
    LowPass low_pass;
    std::vector<Sample> recorded(buffer_samples);
    std::vector<Sample> computed(buffer_samples);
    std::vector<Sample> received(buffer_samples);
    for (const Arrival arrival : arrivals) {
        recordings->read(recorded);
        if (arrival == Arrival::after_silence) low_pass.begin_anew();
        low_pass.filter(recorded, computed);
        if (written->read(received) != buffer_samples) {
            return shmheap::fail(EINVAL, "read for the comparison", file);
        }
        if (arrival == Arrival::missing) continue;
        ++result.compared;
        if (received == computed) ++result.equal;
    }
    return result;
}

}  // namespace demo
