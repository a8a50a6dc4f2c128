/// Who holds locks on files, of whatever kind (flock, fcntl), as /proc/locks tells: looked up once,
/// when first asked. A table of more than a page is handed out page by page, by position, so that a
/// lock is passed over when one before it goes in between (Linux, fs/locks.c, locks_start): such a
/// table is read several times, and who is in one of them counts as there. Trying a lock would say
/// the same, but whoever tries holds it for a moment, and a framework that starts just then gives
/// up. Not thread-safe; nothing here fails.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace reaper::foreign {

class FileLocks {
public:
    enum class State {
        locked,
        free,
        unknown,  ///< processes of other pid namespaces may hold it, or its file system hides it
    };

    struct Answer {
        State state = State::unknown;
        pid_t holder = 0;  ///< of a lock that names its process
    };

    /// Of the file behind `fd`, whose fstat is `status`.
    Answer ask(int fd, const struct stat& status);

private:
    void read();
    void add(std::string_view table);

    /// Device and inode → who holds a lock of it; 0 for a lock that belongs to an open file.
    using Locks = std::multimap<std::pair<dev_t, ino_t>, pid_t>;
    std::optional<Locks> locks_;
    bool is_complete_ = false;
};

}  // namespace reaper::foreign
