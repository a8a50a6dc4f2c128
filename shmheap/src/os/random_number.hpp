/// A number that nobody can foresee.
#pragma once

#include <cstdint>

#include "shmheap/result.hpp"

namespace shmheap::os {

/// Never 0. Errors: what getrandom says.
Result<std::uint64_t> random_number();

}  // namespace shmheap::os
