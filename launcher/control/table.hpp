/// `harrier status` for people: rows of components as a table whose columns are as wide as they
/// must be. Pure; from any thread.
#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <map>
#include <string>

namespace launcher {

enum class Width { narrow, wide };

/// The processor time of a process when it was looked at before, for the share that it has used
/// since; without it, the share since its start is shown.
struct CpuTime {
    std::int64_t pid = 0;
    std::int64_t cpu_time_ms = 0;
    std::int64_t at_ms = 0;  ///< the age of the process
};
using CpuTimes = std::map<std::string, CpuTime, std::less<>>;

/// `components` is what `status` answers; what a row does not tell is shown as "-". Replaces
/// `before` by what there is now.
std::string format_table(const boost::json::array& components, Width width, CpuTimes& before);

}  // namespace launcher
