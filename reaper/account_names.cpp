#include "reaper/account_names.hpp"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <vector>

namespace reaper {
namespace {

/// A group's entry holds all its members; one that does not fit is shown by its number.
constexpr std::size_t entry_bytes_max = std::size_t{64} << 10;

std::string find_user(uid_t uid) {
    std::vector<char> buffer(entry_bytes_max);
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr ? found->pw_name : std::to_string(uid);
}

std::string find_group(gid_t gid) {
    std::vector<char> buffer(entry_bytes_max);
    group entry{};
    group* found = nullptr;
    ::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr ? found->gr_name : std::to_string(gid);
}

}  // namespace

std::optional<uid_t> find_uid(const std::string& text) {
    uid_t uid = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), uid);
    if (code == std::errc{} && end == text.data() + text.size()) return uid;
    std::vector<char> buffer(entry_bytes_max);
    passwd entry{};
    passwd* found = nullptr;
    ::getpwnam_r(text.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) return {};
    return found->pw_uid;
}

const std::string& AccountNames::user(uid_t uid) {
    const auto [entry, is_new] = users_.try_emplace(uid);
    if (is_new) entry->second = numeric_ ? std::to_string(uid) : find_user(uid);
    return entry->second;
}

const std::string& AccountNames::group(gid_t gid) {
    const auto [entry, is_new] = groups_.try_emplace(gid);
    if (is_new) entry->second = numeric_ ? std::to_string(gid) : find_group(gid);
    return entry->second;
}

}  // namespace reaper
