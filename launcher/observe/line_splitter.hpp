/// Cuts a byte stream into lines, however the bytes arrive. It holds at most one unfinished line,
/// and of that at most line_bytes_max: a longer one is handed on in pieces, so that a component
/// that never writes a newline costs no memory. Pieces end between characters of UTF-8 if they can.
/// Nothing is lost or changed. A value, one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace launcher {

class LineSplitter {
public:
    static constexpr std::size_t line_bytes_max = std::size_t{64} << 10;

    /// Calls emit(line, is_whole), without the newline, for each line that `bytes` ends; a piece
    /// that no newline followed is not whole.
    template <class Emit>
    void feed(std::string_view bytes, Emit&& emit) {
        while (!bytes.empty()) {
            const std::size_t room = line_bytes_max - partial_.size();
            const std::size_t newline = bytes.substr(0, room + 1).find('\n');
            if (newline == std::string_view::npos && bytes.size() <= room) {
                partial_ += bytes;
                return;
            }
            const bool ends = newline != std::string_view::npos;
            const std::size_t count = ends ? newline : before_character(bytes, room);
            hand_on(bytes.substr(0, count), ends, emit);
            bytes.remove_prefix(ends ? count + 1 : count);
        }
    }

    /// Hands on the last line when it has no newline.
    template <class Emit>
    void finish(Emit&& emit) {
        if (!partial_.empty()) hand_on({}, false, emit);
    }

    /// The beginning of a line that has no end yet; and to go on with one.
    [[nodiscard]] const std::string& partial() const { return partial_; }
    void resume(std::string partial) { partial_ = std::move(partial); }

private:
    /// The character that byte `at` continues begins at most three bytes before.
    static std::size_t before_character(std::string_view bytes, std::size_t at) {
        for (std::size_t back = 0; back < 4 && back < at; ++back) {
            if ((static_cast<unsigned char>(bytes[at - back]) & 0xC0U) != 0x80U) return at - back;
        }
        return at;  // not UTF-8
    }

    template <class Emit>
    void hand_on(std::string_view rest, bool is_whole, Emit&& emit) {
        if (partial_.empty()) return emit(rest, is_whole);
        partial_ += rest;
        emit(std::string_view(partial_), is_whole);
        partial_ = std::string();  // gives the memory back: most components are silent
    }

    std::string partial_;
};

}  // namespace launcher
