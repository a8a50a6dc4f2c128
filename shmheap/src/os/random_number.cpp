#include "os/random_number.hpp"

#include <sys/random.h>

#include <cerrno>

#include "os/error.hpp"

namespace shmheap::os {

Result<std::uint64_t> random_number() {
    std::uint64_t number = 0;
    while (number == 0) {
        if (::getrandom(&number, sizeof(number), 0) < 0 && errno != EINTR)
            return error("draw a number");
    }
    return number;
}

}  // namespace shmheap::os
