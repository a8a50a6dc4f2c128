#include "reaper/live/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#define NCURSES_NOMACROS
#include <curses.h>

#include "reaper/escape.hpp"

namespace reaper::live {
namespace {

/// How long the rest of a key's sequence may be under way after ESC, in ms.
constexpr int escape_delay_ms = 25;

constexpr int delete_character = 127;

/// What ncurses can draw on, of either.
constexpr int lines_max = 32767;
constexpr int columns_max = 32767;

/// What a variable says of the terminal's size, as ncurses reads it; else what the terminal says.
int size_of(const char* variable, int of_terminal) {
    const char* set = std::getenv(variable);
    const std::string_view text = set != nullptr ? set : "";
    int size = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), size);
    const bool is_number = code == std::errc{} && end == text.data() + text.size();
    return is_number && size > 0 ? size : of_terminal;
}

/// A message when the screen is too large; else empty.
std::string find_excess() {
    winsize window{};
    ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
    const int lines = size_of("LINES", window.ws_row);
    const int columns = size_of("COLUMNS", window.ws_col);
    if (lines <= lines_max && columns <= columns_max) return {};
    const bool is_told = lines != window.ws_row || columns != window.ws_col;
    return fmt::format(
        "--watch: a screen of {} columns and {} lines is too large to draw on; {}, "
        "to {} of each at most",
        columns, lines, is_told ? "unset COLUMNS and LINES, or lower them" : "make it smaller",
        columns_max);
}

short pair_of(Look look) {
    return static_cast<short>(look);
}

int code_of(int key) {
    switch (key) {
        case KEY_UP:
            return key_up;
        case KEY_DOWN:
            return key_down;
        case KEY_PPAGE:
            return key_page_up;
        case KEY_NPAGE:
            return key_page_down;
        case KEY_HOME:
            return key_home;
        case KEY_END:
            return key_end;
        case KEY_BACKSPACE:
        case '\b':
        case delete_character:
            return key_backspace;
        case KEY_ENTER:
        case '\n':
        case '\r':
            return key_enter;
        case '\x1b':
            return key_escape;
        default:
            return key >= ' ' && key < delete_character ? key : key_unknown;
    }
}

}  // namespace

tl::expected<std::unique_ptr<Terminal>, std::string> Terminal::open() {
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
        return tl::unexpected(
            std::string("--watch: stdin and stdout must be a terminal; scripts "
                        "call shminfo --json or --metrics instead"));
    }
    if (auto excess = find_excess(); !excess.empty()) return tl::unexpected(std::move(excess));
    SCREEN* screen = ::newterm(nullptr, stdout, stdin);
    // A terminal that cannot put its cursor anywhere shows one line after the other.
    if (screen != nullptr && ::tigetstr("cup") == nullptr) {
        ::endwin();
        ::delscreen(screen);
        screen = nullptr;
    }
    if (screen == nullptr) {
        const char* name = std::getenv("TERM");
        return tl::unexpected(
            fmt::format("--watch: cannot draw on a terminal of the kind \"{}\"; "
                        "set TERM to what it is, for example xterm",
                        name != nullptr ? escape(name) : ""));
    }
    return std::unique_ptr<Terminal>(new Terminal(screen));
}

Terminal::Terminal(void* screen) : screen_(screen) {
    ::cbreak();
    ::noecho();
    ::nodelay(::stdscr, true);
    ::keypad(::stdscr, true);
    ::set_escdelay(escape_delay_ms);
    ::curs_set(0);
    has_colors_ = ::has_colors() && std::getenv("NO_COLOR") == nullptr;
    if (!has_colors_) return;
    ::start_color();
    ::use_default_colors();
    ::init_pair(pair_of(Look::alarm), COLOR_RED, -1);
    ::init_pair(pair_of(Look::doubt), COLOR_YELLOW, -1);
    ::init_pair(pair_of(Look::damage), COLOR_MAGENTA, -1);
}

Terminal::~Terminal() {
    ::endwin();
    ::delscreen(static_cast<SCREEN*>(screen_));
}

std::size_t Terminal::width() const {
    return static_cast<std::size_t>(std::max(::getmaxx(::stdscr), 1));
}

std::size_t Terminal::height() const {
    return static_cast<std::size_t>(std::max(::getmaxy(::stdscr), 1));
}

void Terminal::adapt() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return;
    ::resizeterm(std::min<int>(size.ws_row, lines_max), std::min<int>(size.ws_col, columns_max));
}

void Terminal::begin() {
    ::werase(::stdscr);
}

void Terminal::put(std::size_t line, std::string_view text, Look look) {
    if (line >= height()) return;
    attr_t attributes = A_NORMAL;
    if (look == Look::title) attributes = A_REVERSE;
    if (look == Look::alarm || look == Look::damage) attributes = A_BOLD;
    const bool is_colored = has_colors_ && look != Look::plain && look != Look::title;
    ::wattr_set(::stdscr, attributes, is_colored ? pair_of(look) : short{0}, nullptr);
    const auto shown = static_cast<int>(std::min(text.size(), width()));
    ::mvwaddnstr(::stdscr, static_cast<int>(line), 0, text.data(), shown);
    ::wattr_set(::stdscr, A_NORMAL, 0, nullptr);
}

void Terminal::show() {
    ::wrefresh(::stdscr);
}

int Terminal::key() {
    const int key = ::wgetch(::stdscr);
    return key == ERR ? key_none : code_of(key);
}

}  // namespace reaper::live
