/// What `harrier logs` shows: lines from files, which it reads itself, and those that harrier has
/// kept and sends. With several components each line has the component's name in front. Data goes
/// to stdout. Blocking, one thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/control/client.hpp"
#include "launcher/observe/log_tail.hpp"

namespace launcher {

class LogView {
public:
    using Complain = std::function<void(const std::string&)>;

    /// `logs` is the answer to a request `logs` (PROTOCOL.md), `complain` for what cannot be shown.
    LogView(const boost::json::array& logs, Complain complain);

    /// `is_all`: nothing follows, so unfinished lines are shown, too. Whether all could be shown.
    bool show_last(std::uint64_t count, bool is_all);

    /// Shows what comes until harrier has ended. False when something could not be shown or was
    /// missed: harrier was killed or has hung up, or nobody reads our stdout.
    bool follow(Client& client);

private:
    struct Log {
        std::string name;
        std::vector<std::string> lines;  // kept by harrier
        std::optional<LogTail> tail;     // of a file
        std::string last_complaint = {};
    };

    bool catch_up();
    bool can_write();
    bool note(Log& log, const shmheap::Status& status);
    enum class Incoming { nothing, more, end, lost };
    Incoming take_lines(Client& client);
    void show_message(const boost::json::object& message);
    void show(std::string_view name, std::string_view line, bool is_whole);
    LogTail::Sink sink_of(const Log& log);

    std::vector<Log> logs_;
    std::size_t name_width_ = 0;
    bool can_write_ = true;
    Complain complain_;
};

}  // namespace launcher
