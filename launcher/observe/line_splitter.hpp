/// Cuts a byte stream into lines, however the bytes arrive. It holds at most one unfinished line,
/// and of that at most line_bytes_max: a longer one is handed on in pieces, so that a component
/// that never writes a newline costs no memory. Nothing is lost or changed. A value, one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace launcher {

class LineSplitter {
public:
    static constexpr std::size_t line_bytes_max = std::size_t{64} << 10;

    /// Calls emit(line), without the newline, for each line that `bytes` ends.
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
            hand_on(bytes.substr(0, ends ? newline : room), emit);
            bytes.remove_prefix(ends ? newline + 1 : room);
        }
    }

    /// Hands on the last line when it has no newline.
    template <class Emit>
    void finish(Emit&& emit) {
        if (!partial_.empty()) hand_on({}, emit);
    }

private:
    template <class Emit>
    void hand_on(std::string_view rest, Emit&& emit) {
        if (partial_.empty()) return emit(rest);
        partial_ += rest;
        emit(std::string_view(partial_));
        partial_ = std::string();  // gives the memory back: most components are silent
    }

    std::string partial_;
};

}  // namespace launcher
