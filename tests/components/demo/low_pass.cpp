#include "low_pass.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace demo {
namespace {

constexpr int fraction_bits = 14;
constexpr std::size_t history = LowPass::tap_count - 1;

/// A sinc in a Hamming window: the ideal response, cut off gently.
double ideal_tap(std::size_t index, double cutoff) {
    using std::numbers::pi;
    const double middle = (LowPass::tap_count - 1) / 2.0;
    const double offset = static_cast<double>(index) - middle;
    const double sinc = std::sin(2 * pi * cutoff * offset) / (pi * offset);  // never at 0
    return sinc * (0.54 + 0.46 * std::cos(pi * offset / (middle + 1)));
}

Sample rounded(std::int32_t sum) {
    const std::int32_t value = (sum + (1 << (fraction_bits - 1))) >> fraction_bits;
    using Limits = std::numeric_limits<Sample>;
    return static_cast<Sample>(std::clamp<std::int32_t>(value, Limits::min(), Limits::max()));
}

}  // namespace

LowPass::LowPass(double cutoff) : window_(history, Sample{0}) {
    for (std::size_t index = 0; index < tap_count; ++index) {
        taps_[index] =
            static_cast<std::int16_t>(std::lround(ideal_tap(index, cutoff) * (1 << fraction_bits)));
    }
}

void LowPass::filter(std::span<const Sample> input, std::span<Sample> output) {
    window_.resize(history);
    window_.insert(window_.end(), input.begin(), input.end());
    for (std::size_t place = 0; place < input.size(); ++place) {
        // Cannot overflow: the taps' magnitudes add up to less than two.
        std::int32_t sum = 0;
        for (std::size_t tap = 0; tap < tap_count; ++tap) {
            sum += std::int32_t{taps_[tap]} * std::int32_t{window_[place + tap]};
        }
        output[place] = rounded(sum);
    }
    window_.erase(window_.begin(), window_.end() - static_cast<std::ptrdiff_t>(history));
}

void LowPass::begin_anew() {
    window_.assign(history, Sample{0});
}

}  // namespace demo
