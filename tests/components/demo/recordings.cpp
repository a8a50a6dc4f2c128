#include "recordings.hpp"

#include <algorithm>
#include <filesystem>

#include "wave_file.hpp"

namespace demo {

shmheap::Result<Recordings> Recordings::open(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        if (entry.path().extension() == ".wav") paths.push_back(entry.path().string());
    }
    std::sort(paths.begin(), paths.end());
    Recordings recordings;
    for (const std::string& path : paths) {
        if (auto added = recordings.append(path); !added) return tl::unexpected(added.error());
    }
    if (recordings.samples_.empty()) return shmheap::fail(ENOENT, "find recordings in", folder);
    return recordings;
}

shmheap::Status Recordings::append(const std::string& path) {
    auto file = WaveFile::open(path);
    if (!file) return tl::unexpected(file.error());
    if (files_ > 0 && file->sample_rate() != sample_rate_) {
        return shmheap::fail(EINVAL, "join recording of another sample rate", path);
    }
    sample_rate_ = file->sample_rate();
    const std::size_t before = samples_.size();
    samples_.resize(before + file->length());
    const std::size_t count = file->read(std::span(samples_).subspan(before));
    samples_.resize(before + count);
    ++files_;
    return {};
}

void Recordings::read(std::span<Sample> samples) {
    while (!samples.empty()) {
        const std::size_t count = std::min(samples.size(), samples_.size() - position_);
        std::copy_n(samples_.begin() + static_cast<std::ptrdiff_t>(position_), count,
                    samples.begin());
        position_ = (position_ + count) % samples_.size();
        samples = samples.subspan(count);
    }
}

}  // namespace demo
