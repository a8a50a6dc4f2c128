/// What the live view knows of the directory at one moment, and what moved between two of them.
/// Plain values; rates are pure. Times are the monotonic clock's, so that nothing moves backwards.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reaper/account_names.hpp"
#include "reaper/scan.hpp"
#include "reaper/selection.hpp"
#include "reaper/space.hpp"

namespace reaper::live {

using Clock = std::chrono::steady_clock;

/// What one stream of a heap has carried since it was opened.
struct Carried {
    std::uint32_t slot = 0;
    std::uint64_t opened_at_ns = 0;  ///< tells a stream from a former one of the same client slot
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
};

/// One file. Texts are escaped, but for the first.
struct File {
    std::string raw_name;  ///< which the order goes by
    std::string name;
    ino_t inode = 0;
    std::string_view state;  ///< "live", "orphaned", "unknown", "damaged", "other"; static
    pid_t creator = 0;       ///< 0: no heap
    std::string component;   ///< of a file of another framework what that calls it: its type
    std::string user;
    std::uint64_t allocated_bytes = 0;
    std::uint64_t heap_bytes = 0;  ///< 0: no heap, and then references say nothing
    unsigned references = 0;
    Measures measures;
    std::vector<Carried> carried;
};

struct Survey {
    Clock::time_point taken_at;
    std::uint64_t taken_at_ns = 0;  ///< since 1970
    Space space;
    std::vector<File> files;
    std::size_t heaps = 0;  ///< of those that were selected
    std::size_t orphaned = 0;
    std::size_t unreadable = 0;  ///< heaps by their names, which this user may not read
};

/// Looks at everything that is selected; `names` remembers users from survey to survey.
/// Errors: the directory cannot be read.
shmheap::Result<Survey> take_survey(const shmheap::os::ShmDirectory& directory,
                                    const Selection& selection, AccountNames& names);

/// By the second.
struct Rates {
    double growth_bytes = 0;  ///< of what is allocated; below 0 when it shrinks
    double messages = 0;      ///< over all streams
    double bytes = 0;         ///< likewise
};

/// Of a file that was there before, under the same name. A stream that was opened meanwhile counts
/// from its beginning; one that is gone counts no more.
Rates rates_between(const File& before, const File& now, double seconds);

struct Row {
    const File* file = nullptr;
    std::optional<Rates> rates;  ///< no value: it was not there before
};

/// A row for each file of `now`, which must outlive them.
std::vector<Row> rows_of(const Survey& now, const Survey* before);

enum class Key { name, size, used, growth, messages, age };
constexpr int key_count = 6;

/// "name"; static storage.
std::string_view to_string(Key key);

/// What there is most of comes first, names in their order, as --sort does; `reversed` turns that
/// round.
void sort_rows(std::vector<Row>& rows, Key key, bool reversed);

/// Keeps what has the text in its name, component, user or state, whatever the letters' case.
void filter_rows(std::vector<Row>& rows, std::string_view text);

}  // namespace reaper::live
