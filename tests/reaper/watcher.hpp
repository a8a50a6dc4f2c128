/// A running `shmclean --watch`, for tests, and heaps whose header tells the truth about their
/// owner. What the program says is read line by line, standard output and error in one.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "fabricator.hpp"
#include "support.hpp"

namespace reaper_test {

struct WatcherOptions {
    std::string within = {};  ///< a folder of the directory, with a '/' before it
    std::optional<uid_t> user = {};
    std::optional<unsigned> files_max = {};  ///< hard limit of open files
};

class Watcher {
public:
    /// Returns when it watches.
    explicit Watcher(const TestDirectory& directory, const WatcherOptions& options = {});
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Reads up to the first line that contains `part`; fails the test when none comes.
    void await(const std::string& part);
    /// Whether nothing at all is said for so long.
    bool is_silent(int milliseconds);
    /// Sends a signal and reads to the end; the exit status, or 128 + the signal.
    int end(int signal);

    /// Everything that was read.
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
    [[nodiscard]] std::size_t count(const std::string& part) const;

    /// How often it has gone to sleep, that is been woken.
    [[nodiscard]] long wake_ups() const;

private:
    bool read_line(int milliseconds);

    pid_t pid_ = -1;
    shmheap::os::UniqueFd said_;
    std::string rest_;
    std::vector<std::string> lines_;
};

/// Options of a heap whose owner is this process.
HeapOptions heap_of_this_process();

/// A heap file that got its name by a rename, so that its owner's end is told by no event of the
/// directory. The lock holds as long as the result.
shmheap::os::HeldLock rename_into(const TestDirectory& directory, const std::string& name,
                                  const HeapOptions& options);

}  // namespace reaper_test
