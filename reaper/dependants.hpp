/// Which files of a directory are judged by other files there (foreign/recogniser.hpp): while one
/// of them is there, what it is judged by has to stay, or nobody could ever tell again whether its
/// owner lives. Reads only. One thread.
#pragma once

#include <sys/types.h>

#include <map>
#include <set>
#include <string>

#include "reaper/scan.hpp"

namespace reaper {

class Dependants {
public:
    /// Looks at every file but those called as one of `spared`. Errors: the directory cannot be
    /// read.
    static shmheap::Result<Dependants> find(Scanner& scanner, const std::set<std::string>& spared);

    /// Why the file of that name and user is needed: one line, escaped. Empty when it is not.
    [[nodiscard]] std::string why_needed(const std::string& name, uid_t user) const;

private:
    std::map<std::string, std::string> judged_by_;  ///< a witness → what is judged by it
    std::map<uid_t, std::string> unread_;           ///< a user → a file of which nothing is known
};

}  // namespace reaper
