/// A low-pass filter with a finite impulse response, in whole numbers, so that a signal filtered in
/// pieces by one process and in one go by another is the same bit for bit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recordings.hpp"

namespace demo {

class LowPass {
public:
    /// A power of two below the smallest piece, so that the compiler can unroll the sum.
    static constexpr std::size_t tap_count = 64;

    /// `cutoff` as a part of the sample rate, above 0 and below 0.5. Begins after silence.
    explicit LowPass(double cutoff = 1.0 / 12);

    /// Filters the next piece of the signal; `output` is as long as `input` and may not overlap it.
    void filter(std::span<const Sample> input, std::span<Sample> output);

    /// Forgets the signal so far, as if silence had been before.
    void begin_anew();

private:
    std::array<std::int16_t, tap_count> taps_{};  // in 1/16384, the oldest sample's first
    std::vector<Sample> window_;                  // the last samples, then the piece in hand
};

}  // namespace demo
