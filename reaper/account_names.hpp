/// Names of users and groups, each looked up once: a directory of ten thousand files has few
/// owners, and a look-up may go over the network. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <unordered_map>

namespace reaper {

/// The user whom a text names, or whose number it is; no value when there is no such name.
std::optional<uid_t> find_uid(const std::string& text);

class AccountNames {
public:
    /// With `numeric` every name is the number.
    explicit AccountNames(bool numeric) : numeric_(numeric) {}

    /// The number in digits when there is no name. References stay valid.
    const std::string& user(uid_t uid);
    const std::string& group(gid_t gid);

private:
    bool numeric_;
    std::unordered_map<uid_t, std::string> users_;
    std::unordered_map<gid_t, std::string> groups_;
};

}  // namespace reaper
