/// The end of a log that somebody else writes: its last lines, and then what comes, across
/// rotations. The file that is being read is held open until it is read to its end; then come those
/// that are younger, in their order. So no line is missed unless its file is removed before the
/// next look, or cut off by somebody else. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/observe/line_splitter.hpp"
#include "launcher/observe/log_pieces.hpp"
#include "os/unique_fd.hpp"
#include "shmheap/result.hpp"

namespace launcher {

class LogTail {
public:
    /// A line without its newline; not whole when none followed.
    using Sink = std::function<void(std::string_view line, bool is_whole)>;

    LogTail(std::string path, unsigned rotated_files_max)
        : path_(std::move(path)), rotated_files_max_(rotated_files_max) {}

    /// Shows the last `count` lines, over rotated files where there are fewer. An unfinished one
    /// waits for its end. Call it first. Errors: as open_content().
    shmheap::Status show_last(std::uint64_t count, const Sink& sink);

    /// Shows what has come since. Errors: as open_content(); the piece is left out.
    shmheap::Status catch_up(const Sink& sink);

    /// Shows the last line even if it has no end.
    void finish(const Sink& sink) { lines_.finish(sink); }

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    shmheap::Status take(LogPiece piece);
    [[nodiscard]] bool has_what_was_read() const;
    void read_to_end(const Sink& sink);
    [[nodiscard]] std::vector<LogPiece> younger_pieces() const;

    std::string path_;
    unsigned rotated_files_max_;
    std::optional<LogPiece> piece_;  // the one being read, if there was any
    shmheap::os::UniqueFd content_;
    off_t read_to_ = 0;
    off_t line_begin_ = 0;  // of the unfinished one
    LineSplitter lines_;
    static constexpr std::size_t last_bytes_max = 64;
    std::string last_bytes_;  // before read_to_: by them we see that somebody has cut it off
};

}  // namespace launcher
