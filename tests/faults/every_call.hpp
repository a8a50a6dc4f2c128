/// A deed is done again and again, and each time another one of its system calls fails, with each
/// error of a list in turn, once or from then on. Whatever fails: the deed ends, says a clear error
/// if it did not succeed, succeeds at one of the next attempts, and leaves nothing behind.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "injector.hpp"
#include "shmheap/result.hpp"
#include "support.hpp"

namespace fault_test {

/// Something that a process does with a heap. Made anew for each fault; its destructor is the end
/// of everything that it made, and removes its names.
class Deed {
public:
    virtual ~Deed() = default;
    /// Called with a fault on the way, and again without one.
    virtual shmheap::Status act() = 0;
};

struct Expectations {
    /// How long attempts may go on failing after the fault has gone. 0: the next one succeeds.
    std::chrono::milliseconds patience{0};
};

using MakeDeed = std::function<std::unique_ptr<Deed>(const heap_test::Folder&)>;

/// Makes every call fail that `act` makes; doctest claims say what is wrong.
void make_every_call_fail(const MakeDeed& make, const Expectations& expectations = {});

}  // namespace fault_test
