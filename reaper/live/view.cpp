#include "reaper/live/view.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>

#include "os/shm_directory.hpp"
#include "os/unique_fd.hpp"
#include "reaper/escape.hpp"
#include "reaper/live/survey.hpp"
#include "reaper/live/table.hpp"
#include "reaper/live/terminal.hpp"

namespace reaper::live {
namespace {

constexpr std::size_t lines_above = 4;  ///< title, bar, message, names of the columns
constexpr std::size_t lines_below = 1;
constexpr std::size_t filter_size_max = 64;

constexpr std::array help{
    "q           leave",
    "s           sort by the next of: name, size, used, growth, messages, age",
    "r           turn the order round",
    "a           every file, or heaps only",
    "/           show only what has a text in its name, component, user or state;",
    "            Enter keeps the text, Escape drops it",
    "p           pause, and go on",
    "space       look now",
    "arrows, Page Up, Page Down, Home, End   move through the list",
    "h, ?        this list, and back",
};
constexpr std::string_view keys_line =
    "q leave  s sort  r reverse  a all  / filter  p pause  h help";

/// Signals as something to poll; blocked for as long as this lives.
class Signals {
public:
    Signals() {
        sigset_t wanted;
        ::sigemptyset(&wanted);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH})
            ::sigaddset(&wanted, signal);
        ::sigprocmask(SIG_BLOCK, &wanted, &former_);
        fd_ = shmheap::os::UniqueFd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
    }
    ~Signals() { ::sigprocmask(SIG_SETMASK, &former_, nullptr); }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] int fd() const { return fd_.get(); }

    /// 0: none has come.
    [[nodiscard]] int next() const {
        signalfd_siginfo info{};
        if (::read(fd_.get(), &info, sizeof(info)) != sizeof(info)) return 0;
        return static_cast<int>(info.ssi_signo);
    }

private:
    sigset_t former_{};
    shmheap::os::UniqueFd fd_;
};

Look look_of(const File& file) {
    if (file.state == "orphaned") return Look::alarm;
    if (file.state == "unknown") return Look::doubt;
    return file.state == "damaged" ? Look::damage : Look::plain;
}

class View {
public:
    View(Terminal& terminal, const Signals& signals, const std::string& directory,
         const Selection& selection, std::chrono::milliseconds interval)
        : terminal_(terminal),
          signals_(signals),
          directory_(directory),
          selection_(selection),
          interval_(interval),
          key_(selection.key == SortKey::size   ? Key::size
               : selection.key == SortKey::used ? Key::used
               : selection.key == SortKey::age  ? Key::age
                                                : Key::name) {}

    void run() {
        look();
        do {
            draw();
        } while (wait());
    }

private:
    /// False: it is over.
    bool wait() {
        std::array<pollfd, 2> sources{pollfd{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                                      pollfd{.fd = signals_.fd(), .events = POLLIN, .revents = 0}};
        ::poll(sources.data(), sources.size(), milliseconds_left());
        while (const int signal = signals_.next()) {
            if (signal != SIGWINCH) return false;
            terminal_.adapt();
        }
        if ((sources[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) return false;
        for (int key = terminal_.key(); key != key_none; key = terminal_.key())
            if (!press(key)) return false;
        if (!is_paused_ && milliseconds_left() == 0) look();
        return true;
    }

    /// -1: no time will come.
    [[nodiscard]] int milliseconds_left() const {
        if (is_paused_) return -1;
        const auto left = looked_at_ + interval_ - Clock::now();
        // Rounded up: what is awake too early would look at the clock again and again.
        const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        return static_cast<int>(std::max<std::int64_t>(milliseconds, 0));
    }

    /// What could be seen before stays on the screen when nothing can be seen now.
    void look() {
        looked_at_ = Clock::now();
        auto survey = shmheap::os::ShmDirectory::open(directory_)
                          .and_then([this](const shmheap::os::ShmDirectory& directory) {
                              return take_survey(directory, selection_, names_);
                          });
        if (!survey) {
            message_ = fmt::format("{}: {}; what is shown is older", escape(directory_),
                                   std::generic_category().message(survey.error().code));
            return;
        }
        message_.clear();
        if (survey->unreadable != 0)
            message_ = fmt::format("{} heap(s) cannot be read by this user", survey->unreadable);
        before_ = std::exchange(now_, std::move(*survey));
    }

    bool press(int key) {
        if (is_typing_) {
            type(key);
            return true;
        }
        switch (key) {
            case 'q':
                return false;
            case 's':
                key_ = static_cast<Key>((static_cast<int>(key_) + 1) % key_count);
                break;
            case 'r':
                is_reversed_ = !is_reversed_;
                break;
            case 'a':
                selection_.all = !selection_.all;
                look();
                break;
            case '/':
                is_typing_ = true;
                break;
            case 'p':
                is_paused_ = !is_paused_;
                break;
            case ' ':
                look();
                break;
            case 'h':
            case '?':
                shows_help_ = !shows_help_;
                break;
            default:
                move(key);
        }
        return true;
    }

    void type(int key) {
        if (key == key_enter || key == key_escape) is_typing_ = false;
        if (key == key_escape) filter_.clear();
        if (key == key_backspace && !filter_.empty()) filter_.pop_back();
        const bool is_letter = key >= ' ' && key < 0x7f;
        if (is_letter && filter_.size() < filter_size_max) filter_ += static_cast<char>(key);
    }

    void move(int key) {
        const std::size_t page = std::max<std::size_t>(room(), 1);
        const auto back = [this](std::size_t lines) { first_ -= std::min(first_, lines); };
        if (key == key_up) back(1);
        if (key == key_page_up) back(page);
        if (key == key_home) first_ = 0;
        if (key == key_down) ++first_;
        if (key == key_page_down) first_ += page;
        if (key == key_end) first_ = now_ ? now_->files.size() : 0;
    }

    /// Lines for the list.
    [[nodiscard]] std::size_t room() const {
        constexpr std::size_t others = lines_above + lines_below;
        return terminal_.height() > others ? terminal_.height() - others : 0;
    }

    void draw() {
        terminal_.begin();
        const std::size_t width = terminal_.width();
        if (now_) {
            terminal_.put(0, title());
            terminal_.put(1, bar_line(now_->space, width));
        }
        terminal_.put(2, message_, Look::doubt);
        if (shows_help_) {
            for (std::size_t line = 0; line < help.size(); ++line)
                terminal_.put(lines_above + line, help[line]);
        } else if (now_) {
            draw_rows(width);
        }
        terminal_.put(terminal_.height() - 1, last_line(width));
        terminal_.show();
    }

    /// Of a text that is being typed the end, where one types.
    [[nodiscard]] std::string last_line(std::size_t width) const {
        if (is_typing_) return fitted_end("/" + filter_ + "_", width);
        if (filter_.empty()) return fitted(keys_line, width);
        return fitted(fmt::format("/{}  {}", filter_, keys_line), width);
    }

    [[nodiscard]] std::string title() const {
        const double seconds = std::chrono::duration<double>(interval_).count();
        const std::string state = is_paused_ ? "paused" : fmt::format("every {:g}s", seconds);
        return fmt::format("shminfo {}  {} heap(s), {} orphaned  {}{}  {}", escape(directory_),
                           now_->heaps, now_->orphaned, to_string(key_),
                           is_reversed_ ? " reversed" : "", state);
    }

    void draw_rows(std::size_t width) {
        auto rows = rows_of(*now_, before_ ? &*before_ : nullptr);
        filter_rows(rows, filter_);
        sort_rows(rows, key_, is_reversed_);
        first_ = std::min(first_, rows.size() - std::min(rows.size(), room()));
        const Table table(width);
        const std::string titles = table.title();
        terminal_.put(lines_above - 1,
                      titles + std::string(width - std::min(width, titles.size()), ' '),
                      Look::title);
        const std::size_t count = std::min(room(), rows.size() - first_);
        for (std::size_t line = 0; line < count; ++line) {
            const Row& row = rows[first_ + line];
            terminal_.put(lines_above + line, table.line(row, now_->taken_at_ns),
                          look_of(*row.file));
        }
        if (rows.empty())
            terminal_.put(lines_above, filter_.empty() ? "nothing here" : "nothing has that text");
    }

    Terminal& terminal_;
    const Signals& signals_;
    const std::string& directory_;
    Selection selection_;
    std::chrono::milliseconds interval_;
    AccountNames names_{false};
    std::optional<Survey> before_;
    std::optional<Survey> now_;
    Clock::time_point looked_at_;
    std::string message_;
    std::string filter_;
    Key key_;
    std::size_t first_ = 0;  ///< row that stands at the top
    bool is_reversed_ = false;
    bool is_paused_ = false;
    bool is_typing_ = false;  ///< the filter
    bool shows_help_ = false;
};

}  // namespace

tl::expected<void, std::string> watch(const std::string& directory, const Selection& selection,
                                      std::chrono::milliseconds interval) {
    const Signals signals;
    const auto terminal = Terminal::open();
    if (!terminal) return tl::unexpected(terminal.error());
    View(**terminal, signals, directory, selection, interval).run();
    return {};
}

}  // namespace reaper::live
