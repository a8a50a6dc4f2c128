#include "launcher/supervise/kept.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>

#include "launcher/kept_path.hpp"
#include "os/error.hpp"

namespace launcher {
namespace {

namespace fs = std::filesystem;
using shmheap::fail;
using shmheap::Result;
using shmheap::Status;
using shmheap::os::UniqueFd;

constexpr std::string_view magic = "harrier-kept ";
constexpr std::string_view version = "2";
constexpr std::size_t text_bytes_max = 1024;
constexpr int holder_rounds_max = 100;  // they may fork while they are looked for
constexpr std::chrono::milliseconds holder_pause{5};

std::uint32_t checksum_of(std::string_view text) {
    return static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
}

/// Takes the line "<key> <value>" off the text; nothing when it is another one.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view key) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = text.substr(0, end);
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ')
        return std::nullopt;
    text.remove_prefix(end + 1);
    return line.substr(key.size() + 1);
}

template <class Number>
bool read_number(std::optional<std::string_view> text, Number& number, int base = 10) {
    if (!text) return false;
    const char* const end = text->data() + text->size();
    const auto [after, error] = std::from_chars(text->data(), end, number, base);
    return error == std::errc() && after == end;
}

/// The part of a tag from its `index`-th slash to the next; empty when there is none.
std::string_view tag_part(std::string_view tag, int index) {
    for (; index > 0; --index) {
        const std::size_t slash = tag.find('/');
        if (slash == std::string_view::npos) return {};
        tag.remove_prefix(slash + 1);
    }
    return tag.substr(0, tag.find('/'));
}

UniqueFd open_lock(const std::string& path, int flags) {
    return UniqueFd(open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
}

bool is_file(const std::string& path, const struct stat& wanted) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && status.st_ino == wanted.st_ino &&
           status.st_dev == wanted.st_dev;
}

bool has_open(const fs::path& process, const struct stat& file) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(process / "fd", ignored)) {
        if (is_file(entry.path().string(), file)) return true;
    }
    return false;
}

/// Kills whoever has the file open, but this process. A pidfd is taken before the second look, so
/// nobody is killed for having inherited a pid. Adds them to `killed`.
void kill_holders(const struct stat& file, std::set<pid_t>& killed) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        pid_t pid = 0;
        if (!read_number(std::string_view(entry.path().filename().native()), pid)) continue;
        if (pid == getpid() || !has_open(entry.path(), file)) continue;
        const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
        if (!pidfd || !has_open(entry.path(), file)) continue;
        if (syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0) == 0)
            killed.insert(pid);
    }
}

/// Until the lock is free: then nobody has it who has not ended.
std::size_t end_holders_of_lock(const std::string& path) {
    const UniqueFd lock = open_lock(path, O_RDWR);
    struct stat file {};
    if (!lock || fstat(lock.get(), &file) != 0) return 0;
    std::set<pid_t> killed;  // who is still dying at the next look counts once
    for (int round = 0; round < holder_rounds_max; ++round) {
        if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) break;
        kill_holders(file, killed);
        std::this_thread::sleep_for(holder_pause);
    }
    return killed.size();
}

}  // namespace

unsigned start_number_of(const KeptRecord& record) {
    unsigned number = 0;
    return read_number(tag_part(record.tag, 3), number) ? number : 0;
}

std::string_view instance_of(const KeptRecord& record) {
    return tag_part(record.tag, 1);
}

std::string spell(const KeptRecord& record) {
    std::string text = fmt::format(
        "{}{}\ntag {}\npid {}\nstarted {}\nready {}\ndescription {:016x}\n", magic, version,
        record.tag, record.pid, record.start_ticks, record.is_ready ? 1 : 0, record.fingerprint);
    return text + fmt::format("checksum {:08x}\n", checksum_of(text));
}

Result<KeptRecord> parse_kept_record(std::string_view text) {
    const std::string_view all = text;
    const auto written = take_line(text, magic.substr(0, magic.size() - 1));
    if (!written) return fail(EBADMSG, "understand record of kept component");
    if (*written != version)
        return fail(ENOTSUP, "understand record of kept component, version", *written);
    KeptRecord record;
    int ready = 0;
    std::uint32_t checksum = 0;
    const auto tag = take_line(text, "tag");
    const bool is_read = tag && read_number(take_line(text, "pid"), record.pid) &&
                         read_number(take_line(text, "started"), record.start_ticks) &&
                         read_number(take_line(text, "ready"), ready) &&
                         read_number(take_line(text, "description"), record.fingerprint, 16);
    const std::string_view summed = all.substr(0, all.size() - text.size());
    const bool is_whole = is_read && read_number(take_line(text, "checksum"), checksum, 16) &&
                          text.empty() && checksum == checksum_of(summed);
    if (!is_whole || record.pid <= 1) return fail(EBADMSG, "understand record of kept component");
    record.tag = *tag;
    record.is_ready = ready == 1;
    return record;
}

Result<UniqueFd> KeptFiles::lock(const std::string& component) const {
    const std::string file = kept_path(run_directory_, component, kept_lock);
    unlink(file.c_str());
    UniqueFd lock = open_lock(file, O_RDWR | O_CREAT | O_EXCL);
    if (!lock) return shmheap::os::error("make lock", file);
    if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return shmheap::os::error("take lock", file);
    return lock;
}

Status KeptFiles::write(const std::string& component, const KeptRecord& record) const {
    const std::string file = kept_path(run_directory_, component, kept_record);
    const std::string made = file + ".new";
    const std::string text = spell(record);
    {
        const UniqueFd fd(
            open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!fd) return shmheap::os::error("make record", made);
        if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
            return shmheap::os::error("write record", made);
    }
    if (rename(made.c_str(), file.c_str()) != 0) return shmheap::os::error("put record", file);
    return {};
}

Result<KeptRecord> KeptFiles::read(const std::string& component) const {
    const std::string file = kept_path(run_directory_, component, kept_record);
    const UniqueFd fd(open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return shmheap::os::error("open record", file);
    std::array<char, text_bytes_max> text{};
    const ssize_t count = ::read(fd.get(), text.data(), text.size());
    if (count < 0) return shmheap::os::error("read record", file);
    return parse_kept_record({text.data(), static_cast<std::size_t>(count)});
}

void KeptFiles::end_holders_of(const std::string& component) const {
    end_holders_of_lock(kept_path(run_directory_, component, kept_lock));
}

std::size_t KeptFiles::end_holders(const std::set<std::string>& spared) const {
    std::size_t ended = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(run_directory_, ignored)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(kept_prefix) || !name.ends_with(kept_lock)) continue;
        const std::string component =
            name.substr(kept_prefix.size(), name.size() - kept_prefix.size() - kept_lock.size());
        if (!spared.contains(component)) ended += end_holders_of_lock(entry.path().string());
    }
    return ended;
}

}  // namespace launcher
