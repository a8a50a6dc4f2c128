/// Real recordings as one endless signal: all WAV files of a folder, in the order of their names,
/// and then again from the start. Two objects on one folder give the same samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "shmheap/result.hpp"

namespace demo {

using Sample = std::int16_t;

class Recordings {
public:
    /// Reads the files. Errors: ENOENT (no folder, or no WAV file in it), EINVAL (a file is no
    /// 16-bit recording of one channel, or of another sample rate than the one before).
    static shmheap::Result<Recordings> open(const std::string& folder);

    /// The next samples, as many as asked for.
    void read(std::span<Sample> samples);

    [[nodiscard]] std::size_t files() const { return files_; }
    [[nodiscard]] int sample_rate() const { return sample_rate_; }
    /// Samples before the signal repeats itself.
    [[nodiscard]] std::size_t length() const { return samples_.size(); }

private:
    shmheap::Status append(const std::string& path);

    std::vector<Sample> samples_;
    std::size_t position_ = 0;
    std::size_t files_ = 0;
    int sample_rate_ = 0;
};

}  // namespace demo
