#include "launcher/observe/log_tail.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace launcher {
namespace {

using shmheap::Status;

constexpr std::size_t tail_bytes = std::size_t{64} << 10;

off_t size_of(int file) {
    struct stat status {};
    return fstat(file, &status) == 0 ? status.st_size : 0;
}

/// Where the last `count` lines begin; takes off `count` how many there are. What has no end is no
/// line yet.
off_t begin_of_last(int file, std::uint64_t& count) {
    std::array<char, tail_bytes> chunk{};
    bool is_behind_last = true;  // no newline was seen
    off_t at = size_of(file);
    off_t begin = at;
    while (at > 0) {
        const off_t from = std::max<off_t>(0, at - static_cast<off_t>(chunk.size()));
        const ssize_t got = pread(file, chunk.data(), static_cast<std::size_t>(at - from), from);
        if (got != at - from) return begin;  // it was cut off this moment
        for (ssize_t i = got; i > 0; --i) {
            if (chunk[static_cast<std::size_t>(i - 1)] != '\n') continue;
            begin = from + i;
            if (!is_behind_last) --count;
            is_behind_last = false;
            if (count == 0) return begin;
        }
        at = from;
    }
    if (!is_behind_last) --count;
    return 0;
}

bool is_older(const timespec& one, const timespec& other) {
    return one.tv_sec != other.tv_sec ? one.tv_sec < other.tv_sec : one.tv_nsec < other.tv_nsec;
}

}  // namespace

/// From its beginning.
Status LogTail::take(LogPiece piece) {
    auto content = open_content(piece);
    if (!content) return tl::unexpected(content.error());
    piece_ = std::move(piece);
    content_ = std::move(*content);
    read_to_ = 0;
    line_begin_ = 0;
    lines_ = {};
    last_bytes_.clear();
    return {};
}

Status LogTail::show_last(std::uint64_t count, const Sink& sink) {
    auto pieces = open_pieces(path_, rotated_files_max_);
    std::vector<off_t> begins;  // of each that is shown, the youngest first
    Status status;
    for (const LogPiece& piece : pieces) {
        if (count == 0 && !begins.empty()) break;
        const auto content = open_content(piece);
        if (!content) {  // what is younger can be shown all the same
            status = tl::unexpected(content.error());
            break;
        }
        begins.push_back(begin_of_last(content->get(), count));
    }
    for (std::size_t i = begins.size(); i > 0; --i) {
        if (piece_) finish(sink);
        if (auto taken = take(std::move(pieces[i - 1])); !taken) return taken;
        read_to_ = line_begin_ = begins[i - 1];
        read_to_end(sink);
    }
    return status;
}

/// Whether the last bytes that were read are still where they were.
bool LogTail::has_what_was_read() const {
    std::array<char, last_bytes_max> found{};
    const auto size = static_cast<off_t>(last_bytes_.size());
    const ssize_t count = pread(content_.get(), found.data(), last_bytes_.size(), read_to_ - size);
    return count == size && std::string_view(found.data(), last_bytes_.size()) == last_bytes_;
}

/// As far as it goes now: who writes faster than we read must not keep us here.
void LogTail::read_to_end(const Sink& sink) {
    const off_t end = size_of(content_.get());
    if (end < read_to_) {  // cut off, perhaps only the unfinished line (`on_full: drop`)
        read_to_ = end >= line_begin_ ? line_begin_ : 0;
        line_begin_ = read_to_;
        lines_ = {};
        last_bytes_.clear();
    } else if (!has_what_was_read()) {  // cut off, and it has grown again
        read_to_ = line_begin_ = 0;
        lines_ = {};
        last_bytes_.clear();
    }
    std::array<char, tail_bytes> chunk{};
    while (read_to_ < end) {
        const auto wanted =
            std::min<std::size_t>(chunk.size(), static_cast<std::size_t>(end - read_to_));
        const ssize_t count = pread(content_.get(), chunk.data(), wanted, read_to_);
        if (count <= 0) return;
        const std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
        const std::size_t newline = bytes.rfind('\n');
        if (newline != std::string_view::npos)
            line_begin_ = read_to_ + static_cast<off_t>(newline) + 1;
        read_to_ += count;
        last_bytes_ += bytes.substr(bytes.size() - std::min(bytes.size(), last_bytes_max));
        if (last_bytes_.size() > last_bytes_max)
            last_bytes_.erase(0, last_bytes_.size() - last_bytes_max);
        lines_.feed(bytes, sink);
    }
}

/// Those that came after the one that is read, the youngest first. When that one is not among them
/// (it was the oldest and went, or somebody took it away), their times tell.
std::vector<LogPiece> LogTail::younger_pieces() const {
    auto pieces = open_pieces(path_, rotated_files_max_);
    if (!piece_) return pieces;
    auto end = std::find_if(pieces.begin(), pieces.end(),
                            [this](const LogPiece& piece) { return is_same(piece, *piece_); });
    if (end == pieces.end() && !pieces.empty()) {
        struct stat now {};
        if (fstat(piece_->file.get(), &now) != 0) now = piece_->status;
        struct stat named {};
        const bool is_there = stat(path_.c_str(), &named) == 0;
        const auto is_before = [&](const LogPiece& piece) {
            const bool is_current = is_there && piece.status.st_ino == named.st_ino;
            return !is_current && is_older(piece.status.st_mtim, now.st_mtim);
        };
        end = std::find_if(pieces.begin(), pieces.end(), is_before);
    }
    pieces.erase(end, pieces.end());
    return pieces;
}

Status LogTail::catch_up(const Sink& sink) {
    if (piece_) read_to_end(sink);
    struct stat named {};
    const bool is_there = stat(path_.c_str(), &named) == 0;
    if (piece_ && is_there && named.st_ino == piece_->status.st_ino &&
        named.st_dev == piece_->status.st_dev)
        return {};
    auto pieces = younger_pieces();
    Status status;
    while (!pieces.empty()) {
        if (piece_) {  // what was written last, before it got its present name
            read_to_end(sink);
            finish(sink);
        }
        if (auto taken = take(std::move(pieces.back())); !taken) {
            status = taken;
        } else {
            read_to_end(sink);
        }
        pieces.pop_back();
    }
    return status;
}

}  // namespace launcher
