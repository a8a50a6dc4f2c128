/// What an earlier instance of an application left behind when it was killed: processes that still
/// bear its tag. They are ended before anything is started. Walks over all of /proc, once at the
/// start, and later for who was adopted without a control group. Main thread; waits, which later
/// holds up the loop.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace launcher {

using Tags = std::set<std::string, std::less<>>;

/// The component in a tag "<application>/<instance uuid>/<component>/<start number>"; empty in what
/// is none.
std::string_view component_of(std::string_view tag);

struct Leftovers {
    std::size_t ended = 0;
    std::size_t alive = 0;  ///< processes that survived SIGKILL for as long as we waited
};

/// Those of our user that bear this very tag.
std::vector<pid_t> processes_with_tag(const std::string& tag);

/// Ends the processes of our user whose tag names `application`, but those whose tag is among
/// `spared`. `run_directory` is that of the
/// instance whose lock the caller holds, which proves that no other lives in it; processes of an
/// instance that holds the lock of another run directory are left alone.
Leftovers end_leftovers(std::string_view application, std::string_view run_directory,
                        std::chrono::milliseconds patience, const Tags& spared = {});

}  // namespace launcher
