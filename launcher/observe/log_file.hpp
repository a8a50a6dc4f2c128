/// One log on the disk: appends bytes and rotates between lines (LOGS.md, Rotation). Knows nothing
/// of where the bytes come from. When somebody else has removed or renamed the file, the next line
/// goes into a new one. Owns the descriptor; one thread at a time.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "launcher/observe/rotated_files.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

/// Opens for appending and makes the folders. Does not wait (a FIFO that nobody reads is an error),
/// but the descriptor does, as every program expects of its stdout. `mode`, less the umask, is that
/// of a file that is made.
shmheap::Result<shmheap::os::UniqueFd> open_log(const std::string& path, mode_t mode = 0644);

class LogFile {
public:
    /// A line up to this length is in one file.
    static constexpr std::uint64_t line_bytes_max = std::uint64_t{16} << 20;

    /// Errors: those of open_log(); EINVAL: a FIFO, whose reader could stop us.
    static shmheap::Result<LogFile> open(const std::string& path,
                                         const std::optional<Rotation>& rotation);

    /// One that is opened when something is written.
    static LogFile unopened(const std::string& path, const std::optional<Rotation>& rotation) {
        return {path, rotation};
    }

    struct Appended {
        std::size_t bytes = 0;                     ///< from the front, in the file now
        std::optional<shmheap::Error> error = {};  ///< why not all; call again with the rest
    };
    Appended append(std::string_view bytes);

    /// Takes the last line, which has no end, out of the file again. How many bytes that were.
    std::uint64_t take_back_line();

    /// Whether the last byte on the disk ends no line, as an earlier run may have left it.
    [[nodiscard]] bool ends_within_line() const;

    /// What there is besides the file, if it is rotated.
    [[nodiscard]] const std::optional<RotatedFiles>& rotated() const { return rotated_; }

    /// Whether there was a rotation since the last call.
    [[nodiscard]] bool was_rotated();

    /// Why the last rotation failed; told once until one succeeds.
    [[nodiscard]] std::optional<shmheap::Error> rotation_failure();

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    LogFile(std::string path, const std::optional<Rotation>& rotation);

    shmheap::Status open_file();
    [[nodiscard]] std::size_t before_rotation(std::string_view bytes) const;
    std::optional<shmheap::Error> write_all(std::string_view bytes, std::size_t& written);
    [[nodiscard]] bool is_elsewhere() const;
    [[nodiscard]] bool is_between_lines() const;
    void leave();
    void rotate();

    std::string path_;
    shmheap::os::UniqueFd file_;  // none after a rotation, until something is written
    bool is_regular_ = false;     // and what it is, while there is one
    dev_t device_ = 0;
    ino_t inode_ = 0;
    std::optional<mode_t> mode_;  // of the file that was rotated away, for the next
    std::uint64_t size_bytes_ = 0;
    std::uint64_t line_begin_ = 0;  // where the last line begins
    std::uint64_t size_bytes_max_ = 0;
    std::uint64_t rotate_at_;  // no rotation below this size
    std::optional<RotatedFiles> rotated_;
    bool was_rotated_ = false;
    bool is_unrotated_ = false;
    std::optional<shmheap::Error> rotation_failure_;
};

}  // namespace launcher
