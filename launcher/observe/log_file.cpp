#include "launcher/observe/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <utility>

#include "os/error.hpp"

namespace launcher {

using shmheap::os::UniqueFd;

shmheap::Result<UniqueFd> open_log(const std::string& path, mode_t mode) {
    std::error_code ignored;  // the open below says what is wrong
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    UniqueFd log(::open(path.c_str(),
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode));
    if (!log) return shmheap::os::error("open log", path);
    const int flags = fcntl(log.get(), F_GETFL);
    if (flags < 0 || fcntl(log.get(), F_SETFL, flags & ~O_NONBLOCK) != 0)
        return shmheap::os::error("open log", path);
    return log;
}

LogFile::LogFile(std::string path, const std::optional<Rotation>& rotation)
    : path_(std::move(path)), rotate_at_(std::numeric_limits<std::uint64_t>::max()) {
    if (!rotation) return;
    size_bytes_max_ = rotation->size_bytes_max;
    rotate_at_ = size_bytes_max_;
    rotated_.emplace(path_, *rotation);
}

shmheap::Result<LogFile> LogFile::open(const std::string& path,
                                       const std::optional<Rotation>& rotation) {
    LogFile log(path, rotation);
    const auto opened = log.open_file();
    if (!opened) return tl::unexpected(opened.error());
    if (log.rotated_) {
        log.rotated_->clear_unfinished();
        log.rotated_->remove_expired(std::chrono::system_clock::now());
        log.was_rotated_ = true;  // as far as we know
    }
    return log;
}

shmheap::Status LogFile::open_file() {
    auto file = mode_ ? open_log(path_, *mode_) : open_log(path_);
    if (!file) return tl::unexpected(file.error());
    if (mode_) fchmod(file->get(), *mode_);  // if not, it is that less the umask
    mode_.reset();
    struct stat status {};
    if (fstat(file->get(), &status) != 0) return shmheap::os::error("open log", path_);
    if (S_ISFIFO(status.st_mode)) return shmheap::fail(EINVAL, "capture into FIFO", path_);
    if (!S_ISREG(status.st_mode)) {  // a device: it has no size, and its name stays
        rotated_.reset();
        rotate_at_ = std::numeric_limits<std::uint64_t>::max();
    }
    file_ = std::move(*file);
    is_regular_ = S_ISREG(status.st_mode);
    device_ = status.st_dev;
    inode_ = status.st_ino;
    size_bytes_ = static_cast<std::uint64_t>(status.st_size);
    line_begin_ = size_bytes_;
    return {};
}

LogFile::Appended LogFile::append(std::string_view bytes) {
    Appended done;
    if (is_between_lines() && is_elsewhere()) leave();
    while (done.bytes < bytes.size()) {
        if (!file_) {
            if (const auto opened = open_file(); !opened) {
                done.error = opened.error();
                return done;
            }
        }
        const std::string_view rest = bytes.substr(done.bytes);
        done.error = write_all(rest.substr(0, before_rotation(rest)), done.bytes);
        if (done.error) return done;
        const bool is_long = size_bytes_ >= rotate_at_;
        if (is_long && (line_begin_ == size_bytes_ || size_bytes_ - rotate_at_ >= line_bytes_max))
            rotate();
    }
    return done;
}

/// How much of it belongs into the file that is open: up to the end of the line that makes it long
/// enough.
std::size_t LogFile::before_rotation(std::string_view bytes) const {
    const std::uint64_t room = rotate_at_ > size_bytes_ ? rotate_at_ - size_bytes_ : 1;
    if (bytes.size() < room) return bytes.size();
    const std::size_t newline = bytes.find('\n', room - 1);
    const std::size_t line_end = newline == std::string_view::npos ? bytes.size() : newline + 1;
    const std::uint64_t limit = rotate_at_ + line_bytes_max;
    const std::uint64_t room_max = limit > size_bytes_ ? limit - size_bytes_ : 1;
    return static_cast<std::size_t>(std::min<std::uint64_t>(line_end, room_max));
}

/// Adds to `written` what was.
std::optional<shmheap::Error> LogFile::write_all(std::string_view bytes, std::size_t& written) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return shmheap::Error{count < 0 ? errno : ENOSPC, "write log", path_};
        const auto size = static_cast<std::size_t>(count);
        const std::size_t newline = bytes.substr(0, size).rfind('\n');
        if (newline != std::string_view::npos) line_begin_ = size_bytes_ + newline + 1;
        size_bytes_ += size;
        written += size;
        bytes.remove_prefix(size);
    }
    return std::nullopt;
}

/// Whether somebody has removed or renamed the file, so that who looks for the log does not find
/// it. One stat(2), and when the folder cannot be read, we cannot know.
bool LogFile::is_elsewhere() const {
    if (!file_ || !is_regular_) return false;
    struct stat status {};
    if (stat(path_.c_str(), &status) != 0) return errno == ENOENT || errno == ENOTDIR;
    return status.st_dev != device_ || status.st_ino != inode_;
}

/// Whether another file may be begun; no line is waited for that is too long.
bool LogFile::is_between_lines() const {
    return line_begin_ == size_bytes_ || size_bytes_ - line_begin_ >= line_bytes_max;
}

/// The next write opens the file that has the name then, or makes it.
void LogFile::leave() {
    file_.reset();
    size_bytes_ = 0;
    line_begin_ = 0;
    if (rotated_) rotate_at_ = size_bytes_max_;
}

void LogFile::rotate() {
    // What has the name now is another's, and what we wrote is kept by whoever took it away.
    if (is_elsewhere()) return leave();
    if (const auto moved = rotated_->move_up(); !moved) {
        if (!is_unrotated_) rotation_failure_ = moved.error();
        is_unrotated_ = true;
        rotate_at_ = size_bytes_ + size_bytes_max_;
        return;
    }
    struct stat status {};
    if (fstat(file_.get(), &status) == 0) mode_ = status.st_mode & 07777;
    leave();
    rotated_->remove_expired(std::chrono::system_clock::now());
    was_rotated_ = true;
    is_unrotated_ = false;
}

bool LogFile::ends_within_line() const {
    if (!file_ || !is_regular_ || size_bytes_ == 0) return false;
    const UniqueFd readable(
        ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));  // ours is not
    char last = '\n';
    return readable && pread(readable.get(), &last, 1, static_cast<off_t>(size_bytes_ - 1)) == 1 &&
           last != '\n';
}

std::uint64_t LogFile::take_back_line() {
    struct stat status {};
    const std::uint64_t bytes = size_bytes_ - line_begin_;
    // Somebody else may have cut the file; what is his is not touched.
    const bool is_ours = file_ && fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode) &&
                         static_cast<std::uint64_t>(status.st_size) == size_bytes_;
    if (bytes == 0 || !is_ours) return 0;
    if (ftruncate(file_.get(), static_cast<off_t>(line_begin_)) != 0) return 0;
    size_bytes_ = line_begin_;
    return bytes;
}

bool LogFile::was_rotated() {
    return std::exchange(was_rotated_, false);
}

std::optional<shmheap::Error> LogFile::rotation_failure() {
    return std::exchange(rotation_failure_, std::nullopt);
}

}  // namespace launcher
