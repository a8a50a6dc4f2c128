/// The beginning of a managed segment of Boost.Interprocess, on which Fast DDS builds as well.
/// Pure.
#pragma once

#include "reaper/foreign/recogniser.hpp"

namespace reaper::foreign {

bool is_boost_segment(const Subject& subject);

}  // namespace reaper::foreign
