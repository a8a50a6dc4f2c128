/// Whether what came through the pipeline is what one process alone computes: the recordings
/// filtered in one go, compared bit for bit with the file that the sink wrote.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shmheap/result.hpp"

namespace demo {

/// What became of one buffer of the signal.
enum class Arrival : unsigned char {
    missing,        ///< lost on the way: the file has silence for it
    continued,      ///< filtered as the continuation of the buffer before
    after_silence,  ///< filtered as if silence had been before
};

struct Comparison {
    std::uint64_t compared = 0;  ///< buffers that are not missing
    std::uint64_t equal = 0;     ///< of these, those with every bit as it must be
};

/// Errors: those of WaveFile and Recordings; EINVAL (the file has not as many buffers as
/// `arrivals`).
shmheap::Result<Comparison> compare(const std::string& file, const std::string& recordings_folder,
                                    const std::vector<Arrival>& arrivals);

}  // namespace demo
