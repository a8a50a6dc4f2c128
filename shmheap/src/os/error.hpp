/// The failure of the system call that was made last: reads errno, so call it first.
#pragma once

#include <cerrno>
#include <string_view>

#include "shmheap/result.hpp"

namespace shmheap::os {

[[nodiscard]] inline tl::unexpected<Error> error(const char* doing, std::string_view subject = {}) {
    return fail(errno, doing, subject);
}

}  // namespace shmheap::os
