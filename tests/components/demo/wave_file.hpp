/// A WAV file of 16-bit samples of one channel, by libsndfile, which alone is used here.
#pragma once

#include <sndfile.h>

#include <cerrno>
#include <memory>
#include <span>
#include <string>

#include "shmheap/result.hpp"

namespace demo {

class WaveFile {
public:
    /// Errors: EINVAL (no such file, no 16-bit recording of one channel), with libsndfile's reason.
    static shmheap::Result<WaveFile> open(const std::string& path) {
        return make(path, SFM_READ, {});
    }
    /// Errors: EINVAL (cannot be written), with libsndfile's reason.
    static shmheap::Result<WaveFile> create(const std::string& path, int sample_rate) {
        SF_INFO format{};
        format.samplerate = sample_rate;
        format.channels = 1;
        format.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
        return make(path, SFM_WRITE, format);
    }

    [[nodiscard]] int sample_rate() const { return format_.samplerate; }
    [[nodiscard]] std::size_t length() const { return static_cast<std::size_t>(format_.frames); }

    /// Returns how many samples were read; fewer than asked for at the end of the file.
    std::size_t read(std::span<short> samples) {
        const auto count = static_cast<sf_count_t>(samples.size());
        return static_cast<std::size_t>(sf_read_short(file_.get(), samples.data(), count));
    }

    /// Errors: EIO (not everything could be written), with libsndfile's reason.
    shmheap::Status write(std::span<const short> samples) {
        const auto count = static_cast<sf_count_t>(samples.size());
        if (sf_write_short(file_.get(), samples.data(), count) == count) return {};
        return shmheap::fail(EIO, "write recording", path_ + ": " + sf_strerror(file_.get()));
    }

private:
    struct Close {
        void operator()(SNDFILE* file) const { sf_close(file); }
    };

    static shmheap::Result<WaveFile> make(const std::string& path, int mode, SF_INFO format) {
        WaveFile wave;
        wave.path_ = path;
        wave.file_.reset(sf_open(path.c_str(), mode, &format));
        wave.format_ = format;
        if (!wave.file_) {
            return shmheap::fail(EINVAL, "open recording", path + ": " + sf_strerror(nullptr));
        }
        constexpr int of_samples = SF_FORMAT_TYPEMASK | SF_FORMAT_SUBMASK;
        if ((format.format & of_samples) != (SF_FORMAT_WAV | SF_FORMAT_PCM_16) ||
            format.channels != 1) {
            return shmheap::fail(EINVAL, "open recording", path + ": not 16-bit WAV, one channel");
        }
        return wave;
    }

    std::string path_;
    std::unique_ptr<SNDFILE, Close> file_;
    SF_INFO format_{};
};

}  // namespace demo
