/// A terminal as a screen that is drawn on, by ncurses, whose header stays out of everything else
/// because of the names it takes. One at a time, used by the main thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "shmheap/result.hpp"

namespace reaper::live {

enum class Look { plain, title, alarm, doubt, damage };

/// Keys that are no characters.
enum KeyCode : int {
    key_none = -1,
    key_up = 0x110000,
    key_down,
    key_page_up,
    key_page_down,
    key_home,
    key_end,
    key_backspace,
    key_enter,
    key_escape,
    key_unknown,
};

class Terminal {
public:
    /// Takes stdin and stdout over. Errors, as a message: they are no terminal, TERM names none
    /// that can be drawn on, or it is too large.
    static tl::expected<std::unique_ptr<Terminal>, std::string> open();

    /// Leaves the terminal as it was.
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    [[nodiscard]] std::size_t width() const;
    [[nodiscard]] std::size_t height() const;

    /// Asks how large the terminal is by now (after SIGWINCH).
    void adapt();

    void begin();
    void put(std::size_t line, std::string_view text, Look look = Look::plain);
    void show();

    /// The next key that was pressed, a character or a KeyCode; key_none: there is none.
    int key();

private:
    explicit Terminal(void* screen);

    void* screen_;
    bool has_colors_ = false;
};

}  // namespace reaper::live
